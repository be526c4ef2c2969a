/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hand-made STUN, and a diary. */

#include "peer.h"

#include <string.h>

#include "net/demux.h"
#include "stun/auth.h"

#define PRIORITY \
  1853824767 /* a peer-reflexive one: 110 << 24 | 65535 << 8 | 255 */

static bool
owns (const SimPlug *plug, NetAddr addr)
{
  const SimPeer *peer = plug->node;

  return net_addr_equal_ip (peer->addr, addr);
}

static void
note_attributes (SimPeer *peer, const StunMsg *msg, SimHeard *heard)
{
  const char *password = msg->cls == STUN_REQUEST || peer->host == NULL
      ? peer->pwd
      : ice_session_local_pwd (peer->host->session);
  NetBytes name;
  StunError error;

  heard->cls = msg->cls;
  heard->id = msg->id;
  heard->fingerprint = msg->fingerprint_at != 0;
  heard->authenticated =
      stun_auth_verify (msg, net_bytes_from_text (password)) == STUN_AUTH_GOOD;
  heard->use_candidate = stun_msg_has (msg, STUN_ATTR_USE_CANDIDATE);
  heard->has_controlling =
      stun_msg_get_u64 (msg, STUN_ATTR_ICE_CONTROLLING, &heard->tie_breaker);
  heard->has_controlled =
      stun_msg_get_u64 (msg, STUN_ATTR_ICE_CONTROLLED, &heard->tie_breaker);
  heard->has_priority =
      stun_msg_get_u32 (msg, STUN_ATTR_PRIORITY, &heard->priority);
  stun_msg_get_u32 (msg, STUN_ATTR_NOMINATION, &heard->nomination);
  stun_msg_get_mapped (msg, &heard->mapped);
  if (stun_msg_get_error (msg, &error))
    heard->code = error.code;
  if (stun_msg_find (msg, STUN_ATTR_USERNAME, &name) &&
      name.len < sizeof heard->username)
    memcpy (heard->username, name.data, name.len);
}

static bool
was_checked (SimPeer *peer, NetAddr addr)
{
  for (guint i = 0; i < peer->checked->len; i++) {
    if (net_addr_equal (g_array_index (peer->checked, NetAddr, i), addr))
      return true;
  }
  g_array_append_val (peer->checked, addr);
  return false;
}

static void
react (SimPeer *peer, const SimHeard *heard)
{
  SimPeerRequest how = { .use_candidate = peer->nominates };

  if (peer->silent || !heard->stun || heard->cls != STUN_REQUEST)
    return;
  sim_peer_answer (peer, heard);
  how.source = &heard->to;
  if (peer->checks && !was_checked (peer, heard->from))
    sim_peer_check (peer, heard->from, &how);
}

static void
deliver (SimPlug *plug, SimPacket *packet)
{
  SimPeer *peer = plug->node;
  NetBytes data = NET_BYTES (packet->data, packet->len);
  SimHeard heard = { .at = peer->world->now,
    .from = packet->from,
    .to = packet->to,
    .len = data.len };
  StunMsg msg;

  heard.stun = net_demux_peer (data) == NET_DEMUX_STUN &&
      stun_msg_decode (data, &msg) == STUN_OK;
  if (heard.stun)
    note_attributes (peer, &msg, &heard);
  else
    peer->media++;
  g_array_append_val (peer->heard, heard);
  if (peer->handler == NULL ||
      !peer->handler (peer, heard.stun ? &msg : NULL, &heard))
    react (peer, &heard);
  g_free (packet);
}

static const SimPlugClass peer_class = {
  .deliver = deliver,
  .owns = owns,
};

static void
peer_free (void *data)
{
  SimPeer *peer = data;

  g_array_unref (peer->heard);
  g_array_unref (peer->checked);
  g_free (peer);
}

SimPeer *
sim_peer_new (SimRealm *realm, const char *address, uint16_t port)
{
  SimPeer *peer = g_new0 (SimPeer, 1);

  peer->world = realm->world;
  if (!net_addr_parse (address, &peer->addr))
    g_error ("not an address: %s", address);
  peer->addr.port = port;
  peer->rng = sim_rng_fork (&realm->world->rng);
  g_strlcpy (peer->ufrag, "peer", sizeof peer->ufrag);
  g_strlcpy (peer->pwd, "peerpasswordpeerpassword", sizeof peer->pwd);
  peer->role = ICE_CONTROLLED;
  peer->tie_breaker = 1;
  peer->priority = PRIORITY;
  peer->heard = g_array_new (FALSE, FALSE, sizeof (SimHeard));
  peer->checked = g_array_new (FALSE, FALSE, sizeof (NetAddr));
  peer->plug = sim_realm_plug (realm, &peer_class, peer);
  sim_world_own (realm->world, peer, peer_free);
  return peer;
}

char *
sim_peer_candidate (const SimPeer *peer, NetAddr addr, const char *type,
    uint32_t priority)
{
  char ip[NET_ADDR_TEXT_MAX];

  (void) peer;
  return g_strdup_printf ("candidate:%u 1 udp %u %s %u typ %s", addr.port,
      priority, net_addr_ip_text (addr, ip), addr.port, type);
}

void
sim_peer_meet (SimPeer *peer, SimHost *host, unsigned n)
{
  peer->host = host;
  sim_host_set_remote (host, 0, peer->ufrag, peer->pwd);
  for (unsigned i = 0; i < n; i++) {
    NetAddr addr =
        net_addr_with_port (peer->addr, (uint16_t) (peer->addr.port + i));
    g_autofree char *line =
        sim_peer_candidate (peer, addr, "host", 2130706431 - 256 * i);

    sim_host_add_candidate (host, 0, line);
  }
}

void
sim_peer_send (SimPeer *peer, NetAddr from, NetAddr to, NetBytes data)
{
  sim_plug_send (peer->plug, from, to, data);
}

static void
write_role (StunWriter *writer, const SimPeer *peer)
{
  stun_writer_u64 (writer,
      peer->role == ICE_CONTROLLING ? STUN_ATTR_ICE_CONTROLLING
                                    : STUN_ATTR_ICE_CONTROLLED,
      peer->tie_breaker);
}

static void
write_check (StunWriter *writer, const SimPeer *peer, const SimPeerRequest *how)
{
  const IceSession *session = peer->host->session;
  g_autofree char *username =
      g_strdup_printf ("%s:%s", ice_session_local_ufrag (session), peer->ufrag);
  const char *password =
      how->password != NULL ? how->password : ice_session_local_pwd (session);

  stun_writer_text (writer, STUN_ATTR_USERNAME,
      how->username != NULL ? how->username : username);
  if (!how->no_priority)
    stun_writer_u32 (writer, STUN_ATTR_PRIORITY, peer->priority);
  if (!how->no_role)
    write_role (writer, peer);
  if (how->use_candidate)
    stun_writer_flag (writer, STUN_ATTR_USE_CANDIDATE);
  if (how->nomination != 0)
    stun_writer_u32 (writer, STUN_ATTR_NOMINATION, how->nomination);
  if (how->unknown != 0)
    stun_writer_u32 (writer, how->unknown, 0);
  if (!how->no_integrity)
    stun_writer_integrity (writer, net_bytes_from_text (password));
  if (how->behind_integrity)
    stun_writer_flag (writer, STUN_ATTR_USE_CANDIDATE);
  if (!how->no_fingerprint)
    stun_writer_fingerprint (writer);
}

StunTxnId
sim_peer_check (SimPeer *peer, NetAddr to, const SimPeerRequest *how)
{
  uint8_t buf[STUN_MSG_MAX];
  StunWriter writer;
  StunTxnId id;
  size_t len = 0;

  if (how->id != NULL)
    id = *how->id;
  else
    sim_rng_fill (&peer->rng, &id, sizeof id);
  stun_writer_begin (&writer, buf, sizeof buf, STUN_REQUEST, STUN_BINDING, id);
  write_check (&writer, peer, how);
  if (!stun_writer_finish (&writer, &len))
    g_error ("a check does not fit");
  sim_peer_send (peer, how->source != NULL ? *how->source : peer->addr, to,
      NET_BYTES (buf, len));
  return id;
}

void
sim_peer_answer_as (SimPeer *peer, const SimHeard *request, NetAddr from,
    NetAddr mapped, const char *password)
{
  uint8_t buf[STUN_MSG_MAX];
  StunWriter writer;
  size_t len = 0;

  stun_writer_begin (&writer, buf, sizeof buf, STUN_SUCCESS, STUN_BINDING,
      request->id);
  stun_writer_xor_addr (&writer, STUN_ATTR_XOR_MAPPED_ADDRESS, mapped);
  stun_writer_integrity (&writer, net_bytes_from_text (password));
  stun_writer_fingerprint (&writer);
  if (stun_writer_finish (&writer, &len))
    sim_peer_send (peer, from, request->from, NET_BYTES (buf, len));
}

void
sim_peer_answer (SimPeer *peer, const SimHeard *request)
{
  sim_peer_answer_as (peer, request, request->to, request->from, peer->pwd);
}

void
sim_peer_refuse (SimPeer *peer, const SimHeard *request, uint16_t code)
{
  static const uint16_t unknown[] = { 0x7fff };
  uint8_t buf[STUN_MSG_MAX];
  StunWriter writer;
  size_t len = 0;

  stun_writer_begin (&writer, buf, sizeof buf, STUN_ERROR, STUN_BINDING,
      request->id);
  stun_writer_error (&writer, code, "by the test");
  if (code == STUN_CODE_UNKNOWN_ATTRIBUTE)
    stun_writer_unknown (&writer, unknown, 1);
  stun_writer_integrity (&writer, net_bytes_from_text (peer->pwd));
  stun_writer_fingerprint (&writer);
  if (stun_writer_finish (&writer, &len))
    sim_peer_send (peer, request->to, request->from, NET_BYTES (buf, len));
}

/* RFC 8445 §11: no attribute but FINGERPRINT. */
void
sim_peer_indicate (SimPeer *peer, NetAddr to)
{
  uint8_t buf[64];
  StunWriter writer;
  StunTxnId id;
  size_t len = 0;

  sim_rng_fill (&peer->rng, &id, sizeof id);
  stun_writer_begin (&writer, buf, sizeof buf, STUN_INDICATION, STUN_BINDING,
      id);
  stun_writer_fingerprint (&writer);
  if (stun_writer_finish (&writer, &len))
    sim_peer_send (peer, peer->addr, to, NET_BYTES (buf, len));
}

const SimHeard *
sim_peer_nth (const SimPeer *peer, StunClass cls, unsigned index)
{
  for (guint i = 0; i < peer->heard->len; i++) {
    const SimHeard *heard = &g_array_index (peer->heard, SimHeard, i);

    if (heard->stun && heard->cls == cls && index-- == 0)
      return heard;
  }
  return NULL;
}

unsigned
sim_peer_count (const SimPeer *peer, StunClass cls)
{
  unsigned n = 0;

  while (sim_peer_nth (peer, cls, n) != NULL)
    n++;
  return n;
}

const SimHeard *
sim_peer_last (const SimPeer *peer, StunClass cls)
{
  unsigned n = sim_peer_count (peer, cls);

  return n > 0 ? sim_peer_nth (peer, cls, n - 1) : NULL;
}

unsigned
sim_peer_nominations (const SimPeer *peer)
{
  unsigned n = 0;

  for (guint i = 0; i < peer->heard->len; i++) {
    const SimHeard *heard = &g_array_index (peer->heard, SimHeard, i);

    n += heard->stun && heard->cls == STUN_REQUEST && heard->use_candidate;
  }
  return n;
}
