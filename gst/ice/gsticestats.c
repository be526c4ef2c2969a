/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics in the words of W3C's webrtc-stats, so that who knows a browser's
 * getStats can read them; what W3C has no word for (servers, drops, timeline)
 * stands beside them. */

#include "gsticestats.h"

#include "gsticecandidate.h"

/* Milestones reported; packets are for the picture only. */
#define TIMELINE_MAX 256

static void
clear_server (gpointer data)
{
  g_free (((GstIceServerResult *) data)->uri);
}

GstIcePicture *
gst_ice_picture_new (void)
{
  GstIcePicture *picture = g_new0 (GstIcePicture, 1);

  picture->pairs = g_array_new (FALSE, FALSE, sizeof (IcePairInfo));
  picture->candidates =
      g_array_new (FALSE, FALSE, sizeof (GstIceKnownCandidate));
  picture->servers = g_array_new (FALSE, FALSE, sizeof (GstIceServerResult));
  g_array_set_clear_func (picture->servers, clear_server);
  picture->components =
      g_array_new (FALSE, FALSE, sizeof (GstIceComponentPicture));
  picture->marks = g_array_new (FALSE, FALSE, sizeof (GstIceMark));
  return picture;
}

void
gst_ice_picture_free (GstIcePicture *picture)
{
  g_free (picture->local_ufrag);
  g_array_unref (picture->pairs);
  g_array_unref (picture->candidates);
  g_array_unref (picture->servers);
  g_array_unref (picture->components);
  g_array_unref (picture->marks);
  g_free (picture);
}

void
gst_ice_picture_add_candidate (GstIcePicture *picture,
    const GstIceKnownCandidate *known)
{
  guint i;

  for (i = 0; i < picture->candidates->len; i++) {
    const GstIceKnownCandidate *other =
        &g_array_index (picture->candidates, GstIceKnownCandidate, i);

    if (other->stream == known->stream && other->remote == known->remote &&
        other->cand.component == known->cand.component &&
        net_addr_equal (other->cand.addr, known->cand.addr))
      return;
  }
  g_array_append_val (picture->candidates, *known);
}

void
gst_ice_picture_complete (GstIcePicture *picture)
{
  guint i;

  for (i = 0; i < picture->pairs->len; i++) {
    const IcePairInfo *pair = &g_array_index (picture->pairs, IcePairInfo, i);
    GstIceKnownCandidate local = { pair->stream, FALSE, pair->local };
    GstIceKnownCandidate remote = { pair->stream, TRUE, pair->remote };

    gst_ice_picture_add_candidate (picture, &local);
    gst_ice_picture_add_candidate (picture, &remote);
  }
}

gdouble
gst_ice_stats_ms (const GstIcePicture *picture, NetTime time)
{
  return time > picture->started ? GST_ICE_TIME_AS_MS (time - picture->started)
                                 : 0;
}

gchar *
gst_ice_stats_candidate_id (const GstIceKnownCandidate *known)
{
  char text[NET_ADDR_TEXT_MAX];

  /* A field's name in a GstStructure has no brackets. */
  return g_strdup_printf ("%s-candidate-%u-%u-%s-%u",
      known->remote ? "remote" : "local", known->stream,
      (guint) known->cand.component, net_addr_ip_text (known->cand.addr, text),
      (guint) known->cand.addr.port);
}

static gchar *
transport_id (guint stream, guint component)
{
  return g_strdup_printf ("transport-%u-%u", stream, component);
}

static void
take (GstStructure *stats, const gchar *id, GstStructure *object)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, object);
  gst_structure_take_value (stats, id, &value);
}

/* The fields that W3C gives every object. */
static GstStructure *
new_object (const GstIcePicture *picture, const gchar *type, const gchar *id)
{
  return gst_structure_new (type, "id", G_TYPE_STRING, id, "type",
      G_TYPE_STRING, type, "timestamp", G_TYPE_DOUBLE,
      (gdouble) picture->realtime / 1000.0, NULL);
}

static void
add_candidate (GstStructure *stats, const GstIcePicture *picture,
    const GstIceKnownCandidate *known)
{
  const IceCand *cand = &known->cand;
  g_autofree gchar *id = gst_ice_stats_candidate_id (known);
  g_autofree gchar *transport =
      transport_id (known->stream, known->cand.component);
  GstStructure *object = new_object (picture,
      known->remote ? "remote-candidate" : "local-candidate", id);
  char text[NET_ADDR_TEXT_MAX];

  gst_structure_set (object, "transport-id", G_TYPE_STRING, transport,
      "candidate-type", G_TYPE_STRING, ice_cand_type_name (cand->type),
      "address", G_TYPE_STRING, net_addr_ip_text (cand->addr, text), "port",
      G_TYPE_UINT, (guint) cand->addr.port, "protocol", G_TYPE_STRING,
      cand->transport == ICE_TRANSPORT_UDP ? "udp" : "tcp", "priority",
      G_TYPE_UINT, cand->priority, "foundation", G_TYPE_STRING,
      cand->foundation, NULL);
  if (!net_addr_is_none (cand->related))
    gst_structure_set (object, "related-address", G_TYPE_STRING,
        net_addr_ip_text (cand->related, text), "related-port", G_TYPE_UINT,
        (guint) cand->related.port, NULL);
  take (stats, id, object);
}

static gchar *
pair_id (const IcePairInfo *pair)
{
  return g_strdup_printf ("candidate-pair-%u", pair->id);
}

static void
add_pair (GstStructure *stats, const GstIcePicture *picture,
    const IcePairInfo *pair)
{
  GstIceKnownCandidate local = { pair->stream, FALSE, pair->local };
  GstIceKnownCandidate remote = { pair->stream, TRUE, pair->remote };
  g_autofree gchar *id = pair_id (pair);
  g_autofree gchar *local_id = gst_ice_stats_candidate_id (&local);
  g_autofree gchar *remote_id = gst_ice_stats_candidate_id (&remote);
  g_autofree gchar *transport = transport_id (pair->stream, pair->component);
  GstStructure *object = new_object (picture, "candidate-pair", id);

  gst_structure_set (object, "transport-id", G_TYPE_STRING, transport,
      "local-candidate-id", G_TYPE_STRING, local_id, "remote-candidate-id",
      G_TYPE_STRING, remote_id, "state", G_TYPE_STRING,
      ice_pair_state_name (pair->state), "nominated", G_TYPE_BOOLEAN,
      pair->nominated, "valid", G_TYPE_BOOLEAN, pair->valid, "selected",
      G_TYPE_BOOLEAN, pair->selected, "priority", G_TYPE_UINT64, pair->priority,
      "current-round-trip-time", G_TYPE_DOUBLE, GST_ICE_TIME_AS_MS (pair->rtt),
      "total-round-trip-time", G_TYPE_DOUBLE,
      GST_ICE_TIME_AS_MS (pair->rtt_total), "requests-sent", G_TYPE_UINT,
      pair->requests_sent, "requests-received", G_TYPE_UINT,
      pair->requests_received, "responses-sent", G_TYPE_UINT,
      pair->responses_sent, "responses-received", G_TYPE_UINT,
      pair->responses_received, "consent-requests-sent", G_TYPE_UINT,
      pair->consent_sent, NULL);
  take (stats, id, object);
}

static void
set_counters (GstStructure *object, const GstIceComponentCounters *counters)
{
  gst_structure_set (object, "packets-sent", G_TYPE_UINT64,
      counters->packets_sent, "bytes-sent", G_TYPE_UINT64, counters->bytes_sent,
      "packets-received", G_TYPE_UINT64, counters->packets_received,
      "bytes-received", G_TYPE_UINT64, counters->bytes_received,
      "dropped-no-route", G_TYPE_UINT64, counters->dropped_no_route,
      "dropped-send", G_TYPE_UINT64, counters->dropped_send,
      "dropped-unvalidated", G_TYPE_UINT64, counters->dropped_unvalidated,
      "dropped-queue", G_TYPE_UINT64, counters->dropped_queue,
      "dropped-truncated", G_TYPE_UINT64, counters->dropped_truncated, NULL);
}

static void
add_transport (GstStructure *stats, const GstIcePicture *picture,
    const GstIceComponentPicture *component)
{
  g_autofree gchar *id = transport_id (component->stream, component->component);
  GstStructure *object = new_object (picture, "transport", id);

  gst_structure_set (object, "ice-role", G_TYPE_STRING,
      picture->role == ICE_CONTROLLING ? "controlling" : "controlled",
      "ice-state", G_TYPE_STRING, gst_ice_state_name (picture->state),
      "ice-gathering-state", G_TYPE_STRING,
      gst_ice_gathering_name (picture->gathering),
      "ice-local-username-fragment", G_TYPE_STRING, picture->local_ufrag,
      "path-mtu", G_TYPE_UINT, component->path_mtu, NULL);
  set_counters (object, &component->counters);
  if (component->has_selected) {
    g_autofree gchar *selected = pair_id (&component->selected);

    gst_structure_set (object, "selected-candidate-pair-id", G_TYPE_STRING,
        selected, NULL);
  }
  take (stats, id, object);
}

static void
add_server (GstStructure *stats, const GstIcePicture *picture, guint index)
{
  const GstIceServerResult *server =
      &g_array_index (picture->servers, GstIceServerResult, index);
  const IceOutServer *result = &server->result;
  g_autofree gchar *id = g_strdup_printf ("ice-server-%u", index);
  GstStructure *object = new_object (picture, "ice-server", id);
  char text[NET_ADDR_TEXT_MAX];

  gst_structure_set (object, "url", G_TYPE_STRING, server->uri, "state",
      G_TYPE_STRING,
      !server->asked ? "waiting" : (result->ok ? "succeeded" : "failed"), NULL);
  if (server->asked)
    gst_structure_set (object, "code", G_TYPE_UINT, (guint) result->code,
        "text", G_TYPE_STRING, result->text, "local-address", G_TYPE_STRING,
        net_addr_format (result->local, text), "time", G_TYPE_DOUBLE,
        gst_ice_stats_ms (picture, server->time), NULL);
  if (server->asked && result->ok)
    gst_structure_set (object, "mapped-address", G_TYPE_STRING,
        net_addr_format (result->mapped, text), "round-trip-time",
        G_TYPE_DOUBLE, GST_ICE_TIME_AS_MS (result->rtt), NULL);
  take (stats, id, object);
}

/* Promise 2 of the architecture: nothing is lost silently. */
static void
add_drops (GstStructure *stats, const GstIcePicture *picture)
{
  GstStructure *object = new_object (picture, "drops", "drops");
  gint drop;

  for (drop = 0; drop < ICE_DROP_REASONS; drop++)
    gst_structure_set (object, ice_drop_name (drop), G_TYPE_UINT64,
        picture->info.dropped[drop], NULL);
  gst_structure_set (object, "remote-candidates-refused", G_TYPE_UINT,
      picture->info.remote_refused, NULL);
  take (stats, "drops", object);
}

static void
append_mark (GValue *array, const GstIcePicture *picture,
    const GstIceMark *mark)
{
  g_autofree gchar *name = gst_ice_mark_name (mark);
  GstStructure *event = gst_structure_new ("event", "time", G_TYPE_DOUBLE,
      gst_ice_stats_ms (picture, mark->time), "what", G_TYPE_STRING, name,
      NULL);
  GValue value = G_VALUE_INIT;
  char text[NET_ADDR_TEXT_MAX];

  if (!net_addr_is_none (mark->local))
    gst_structure_set (event, "local", G_TYPE_STRING,
        net_addr_format (mark->local, text), NULL);
  if (!net_addr_is_none (mark->remote))
    gst_structure_set (event, "remote", G_TYPE_STRING,
        net_addr_format (mark->remote, text), NULL);
  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, event);
  gst_value_array_append_and_take_value (array, &value);
}

static void
add_timeline (GstStructure *stats, const GstIcePicture *picture)
{
  GValue array = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&array, TIMELINE_MAX);
  for (i = 0; i < picture->marks->len; i++) {
    const GstIceMark *mark = &g_array_index (picture->marks, GstIceMark, i);

    if (gst_ice_mark_is_milestone (mark) &&
        gst_value_array_get_size (&array) < TIMELINE_MAX)
      append_mark (&array, picture, mark);
  }
  gst_structure_take_value (stats, "timeline", &array);
}

GstStructure *
gst_ice_stats_to_structure (const GstIcePicture *picture)
{
  GstStructure *stats = gst_structure_new ("application/x-ice-stats",
      "timestamp", G_TYPE_DOUBLE, (gdouble) picture->realtime / 1000.0,
      "restarts", G_TYPE_UINT, picture->info.restarts, NULL);
  guint i;

  for (i = 0; i < picture->components->len; i++)
    add_transport (stats, picture,
        &g_array_index (picture->components, GstIceComponentPicture, i));
  for (i = 0; i < picture->candidates->len; i++)
    add_candidate (stats, picture,
        &g_array_index (picture->candidates, GstIceKnownCandidate, i));
  for (i = 0; i < picture->pairs->len; i++)
    add_pair (stats, picture, &g_array_index (picture->pairs, IcePairInfo, i));
  for (i = 0; i < picture->servers->len; i++)
    add_server (stats, picture, i);
  add_drops (stats, picture);
  add_timeline (stats, picture);
  return stats;
}
