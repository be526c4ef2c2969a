/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A picture of an agent that never was: one selected pair, one failed, one
 * server that answered and one that did not. */

#include "../../../gst/ice/gsticestats.h"

static inline NetAddr
picture_addr (const gchar *ip, guint16 port)
{
  NetAddr addr = NET_ADDR_NONE;

  g_assert (net_addr_parse (ip, &addr));
  return net_addr_with_port (addr, port);
}

static inline IceCand
picture_cand (IceCandType type, const gchar *ip, guint16 port)
{
  return (IceCand){ .type = type,
    .component = 1,
    .priority = 1000,
    .addr = picture_addr (ip, port),
    .foundation = "f" };
}

static inline void
picture_add_pair (GstIcePicture *picture, guint32 id, IcePairState state,
    const gchar *remote)
{
  IcePairInfo pair = { .id = id,
    .component = 1,
    .state = state,
    .valid = state == ICE_PAIR_SUCCEEDED,
    .nominated = state == ICE_PAIR_SUCCEEDED,
    .selected = state == ICE_PAIR_SUCCEEDED,
    .priority = G_GUINT64_CONSTANT (9115005270282338815),
    .local = picture_cand (ICE_CAND_HOST, "192.0.2.1", 5000),
    .remote = picture_cand (ICE_CAND_PRFLX, remote, 6000),
    .rtt = state == ICE_PAIR_SUCCEEDED ? NET_MSEC (23) : 0,
    .requests_sent = 4 };

  g_array_append_val (picture->pairs, pair);
}

static inline void
picture_add_server (GstIcePicture *picture, const gchar *uri, gboolean ok)
{
  GstIceServerResult server = { .uri = g_strdup (uri), .asked = TRUE };

  server.result = (IceOutServer){ .ok = ok,
    .code = ok ? 0 : 500,
    .local = picture_addr ("192.0.2.1", 5000),
    .addr = picture_addr (ok ? "203.0.113.1" : "203.0.113.2", 3478),
    .rtt = ok ? NET_MSEC (9) : 0 };
  if (ok)
    server.result.mapped = picture_addr ("198.51.100.7", 4444);
  g_strlcpy (server.result.text, ok ? "" : "Server <Error> & \"more\"",
      sizeof server.result.text);
  server.time = picture->started + NET_MSEC (30);
  g_array_append_val (picture->servers, server);
}

static inline void
picture_add_mark (GstIcePicture *picture, GstIceMarkKind kind, guint8 value,
    guint ms, const gchar *remote)
{
  GstIceMark mark = { .time = picture->started + NET_MSEC (ms),
    .kind = (guint8) kind,
    .value = value,
    .local = picture_addr ("192.0.2.1", 5000),
    .remote = picture_addr (remote, 6000) };

  g_array_append_val (picture->marks, mark);
}

static inline GstIcePicture *
picture_new (void)
{
  GstIcePicture *picture = gst_ice_picture_new ();
  GstIceComponentPicture component = { .component = 1, .path_mtu = 1472 };

  picture->started = NET_SEC (100);
  picture->now = NET_SEC (110);
  picture->realtime = G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC;
  picture->state = ICE_STATE_COMPLETED;
  picture->gathering = ICE_GATHERING_COMPLETE;
  picture->local_ufrag = g_strdup ("abcd");
  picture->info.dropped[ICE_DROP_INTEGRITY] = 3;
  picture_add_pair (picture, 7, ICE_PAIR_SUCCEEDED, "198.51.100.9");
  picture_add_pair (picture, 8, ICE_PAIR_FAILED, "10.0.0.9");
  picture_add_server (picture, "stun:good.example", TRUE);
  picture_add_server (picture, "stun:bad.example", FALSE);
  picture_add_mark (picture, GST_ICE_MARK_STATE, ICE_STATE_CHECKING, 1,
      "198.51.100.9");
  picture_add_mark (picture, GST_ICE_MARK_REQUEST_SENT, 0, 2, "198.51.100.9");
  picture_add_mark (picture, GST_ICE_MARK_RESPONSE_RECEIVED, 0, 25,
      "198.51.100.9");
  picture_add_mark (picture, GST_ICE_MARK_SELECTED, 0, 26, "198.51.100.9");
  picture_add_mark (picture, GST_ICE_MARK_STATE, ICE_STATE_COMPLETED, 26,
      "198.51.100.9");
  component.has_selected = TRUE;
  component.selected = g_array_index (picture->pairs, IcePairInfo, 0);
  component.counters.dropped_no_route = 5;
  g_array_append_val (picture->components, component);
  gst_ice_picture_complete (picture);
  return picture;
}
