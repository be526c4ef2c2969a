/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The session's door: two real sessions on a wire that the fuzzer holds. The
 * input is a list of operations: deliver, drop, mangle or repeat a datagram, let
 * time pass, break a socket, restart, feed lines of text, answer a filter. Whatever
 * comes: no crash, no endless work, and the deadline contract holds. */

#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "gst/icecore/ice/session.h"

#define PEERS 2
#define FLOWS_MAX 64
#define WIRE_MAX 128
/* One input may not make a session say more than this. */
#define OUTPUTS_MAX 4096

typedef struct
{
  unsigned to;
  NetAddr from;
  NetAddr dest;
  size_t len;
  uint8_t data[STUN_MSG_MAX];
} Datagram;

typedef struct
{
  IceSession *session;
  IcePacer pacer;
  uint32_t random;
  unsigned n_flows;
  struct
  {
    uint32_t id;
    NetAddr addr;
  } flows[FLOWS_MAX];
  uint32_t filter_op;
  uint32_t resolve_op;
  uint32_t token;
} Peer;

typedef struct
{
  NetTime now;
  uint16_t next_port;
  Peer peers[PEERS];
  unsigned n_wire;
  Datagram wire[WIRE_MAX];
} World;

static void
fill_random (void *user, void *out_bytes, size_t len)
{
  uint32_t *state = user;
  uint8_t *bytes = out_bytes;
  size_t i;

  for (i = 0; i < len; i++) {
    *state = *state * 1103515245u + 12345u;
    bytes[i] = (uint8_t) (*state >> 16);
  }
}

static void
put_on_wire (World *world, unsigned self, const IceOutSend *send)
{
  Peer *peer = &world->peers[self];
  Datagram *datagram;
  unsigned i;

  peer->token = send->token;
  if (world->n_wire == WIRE_MAX)
    return;
  datagram = &world->wire[world->n_wire++];
  *datagram = (Datagram){ .to = !self, .dest = send->to, .len = send->len };
  memcpy (datagram->data, send->data, send->len);
  for (i = 0; i < peer->n_flows; i++)
    if (peer->flows[i].id == send->flow)
      datagram->from = peer->flows[i].addr;
}

static void
open_flow (World *world, Peer *peer, const IceOutOpen *open)
{
  NetAddr local = net_addr_with_port (open->local, world->next_port++);

  if (peer->n_flows == FLOWS_MAX) {
    ice_session_flow_closed (peer->session, open->flow, 24, world->now);
    return;
  }
  peer->flows[peer->n_flows].id = open->flow;
  peer->flows[peer->n_flows++].addr = local;
  ice_session_flow_opened (peer->session, open->flow, local, world->now);
}

static void
close_flow (Peer *peer, uint32_t id)
{
  unsigned i;

  for (i = 0; i < peer->n_flows; i++)
    if (peer->flows[i].id == id) {
      peer->flows[i] = peer->flows[--peer->n_flows];
      return;
    }
}

static void
drain (World *world, unsigned self)
{
  Peer *peer = &world->peers[self];
  IceOut out;
  unsigned outputs = 0;

  while (ice_session_next (peer->session, &out)) {
    g_assert_cmpuint (++outputs, <, OUTPUTS_MAX);
    switch (out.kind) {
      case ICE_OUT_SEND:
        put_on_wire (world, self, &out.send);
        break;
      case ICE_OUT_OPEN:
        open_flow (world, peer, &out.open);
        break;
      case ICE_OUT_CLOSE:
        close_flow (peer, out.close);
        break;
      case ICE_OUT_FILTER:
        peer->filter_op = out.filter.op;
        break;
      case ICE_OUT_RESOLVE:
        peer->resolve_op = out.resolve.op;
        break;
      default:
        break;
    }
  }
}

static void
tick (World *world, unsigned self, NetTime later)
{
  IceSession *session = world->peers[self].session;

  world->now += later;
  ice_session_timeout (session, world->now);
  drain (world, self);
  g_assert_cmpuint (ice_session_deadline (session), >, world->now);
}

static uint8_t
take_u8 (NetBytes *in)
{
  uint8_t value = 0;

  net_bytes_get_u8 (in, &value);
  return value;
}

static void
deliver (World *world, NetBytes *in, bool keep, bool mangle)
{
  Datagram datagram;
  Peer *peer;
  unsigned index, i;

  if (world->n_wire == 0)
    return;
  index = take_u8 (in) % world->n_wire;
  datagram = world->wire[index];
  if (!keep)
    world->wire[index] = world->wire[--world->n_wire];
  if (mangle && datagram.len > 0) {
    datagram.data[take_u8 (in) % datagram.len] ^= take_u8 (in);
    if (take_u8 (in) & 1)
      datagram.len -= take_u8 (in) % datagram.len;
    if (take_u8 (in) & 1)
      datagram.from.port ^= take_u8 (in);
  }
  peer = &world->peers[datagram.to];
  for (i = 0; i < peer->n_flows; i++)
    if (net_addr_equal (peer->flows[i].addr, datagram.dest)) {
      ice_session_recv (peer->session, peer->flows[i].id, datagram.from,
          NET_BYTES (datagram.data, datagram.len), world->now);
      break;
    }
  drain (world, datagram.to);
}

static void
recv_raw (World *world, unsigned self, NetBytes *in)
{
  Peer *peer = &world->peers[self];
  NetBytes bytes;
  size_t len = take_u8 (in);

  if (peer->n_flows == 0 || !net_bytes_take (in, MIN (len, in->len), &bytes))
    return;
  ice_session_recv (peer->session, peer->flows[0].id,
      (NetAddr){ .family = NET_FAMILY_IPV4, .port = 9, .ip = { 10, 9, 9, 9 } },
      bytes, world->now);
  drain (world, self);
}

static void
add_line (World *world, unsigned self, NetBytes *in)
{
  IceSdpCand cand;
  NetBytes bytes;
  char *line;

  if (!net_bytes_take (in, MIN (take_u8 (in), in->len), &bytes))
    return;
  line = g_strndup ((const char *) bytes.data, bytes.len);
  if (ice_sdp_parse_cand (line, &cand, NULL) == ICE_SDP_OK)
    ice_session_add_remote (world->peers[self].session, take_u8 (in) % 3, &cand,
        world->now);
  g_free (line);
  drain (world, self);
}

/* Host candidates of the other side, so that most inputs get somewhere. */
static void
introduce (World *world, unsigned self, bool creds, bool cands)
{
  Peer *peer = &world->peers[self];
  Peer *other = &world->peers[!self];
  IceRemote remote = { .ufrag = ice_session_local_ufrag (other->session),
    .pwd = ice_session_local_pwd (other->session),
    .ice2 = true,
    .trickle = true,
    .renomination = true };
  unsigned i;

  if (creds)
    ice_session_set_remote (peer->session, ICE_ALL_STREAMS, &remote,
        world->now);
  for (i = 0; cands && i < other->n_flows; i++) {
    IceSdpCand cand = { .cand = { .type = ICE_CAND_HOST,
                            .component = (uint16_t) (1 + i % 2),
                            .priority = 1000 + i,
                            .addr = other->flows[i].addr,
                            .foundation = "1" } };
    ice_session_add_remote (peer->session, 0, &cand, world->now);
  }
  drain (world, self);
}

static void
set_interfaces (World *world, unsigned self, unsigned n)
{
  IceIface ifaces[4] = { 0 };
  unsigned i;

  n = MIN (n, G_N_ELEMENTS (ifaces));
  for (i = 0; i < n; i++) {
    ifaces[i].addr = (NetAddr){ .family = NET_FAMILY_IPV4,
      .ip = { 10, 0, (uint8_t) self, (uint8_t) (1 + i) } };
    ifaces[i].flags = ICE_IFACE_UP;
    ifaces[i].index = 1 + i;
    ifaces[i].prefix_len = 24;
    g_strlcpy (ifaces[i].name, "eth0", sizeof ifaces[i].name);
  }
  ice_session_net_changed (world->peers[self].session, ifaces, n, world->now);
  drain (world, self);
}

static void
operate (World *world, NetBytes *in)
{
  uint8_t op = take_u8 (in);
  unsigned self = (op >> 7) & 1;
  Peer *peer = &world->peers[self];
  IceSession *session = peer->session;

  switch (op & 0x1f) {
    case 0:
    case 1:
    case 2:
      deliver (world, in, false, false);
      return;
    case 3:
      deliver (world, in, true, false);
      return;
    case 4:
    case 5:
      deliver (world, in, true, true);
      return;
    case 6:
      tick (world, self, NET_MSEC (take_u8 (in)));
      return;
    case 7:
      tick (world, self, NET_SEC (take_u8 (in)));
      return;
    case 8:
      recv_raw (world, self, in);
      return;
    case 9:
      add_line (world, self, in);
      return;
    case 10:
      introduce (world, self, true, true);
      return;
    case 11:
      introduce (world, self, false, true);
      return;
    case 12:
      set_interfaces (world, self, take_u8 (in));
      return;
    case 13:
      ice_session_restart (session, world->now);
      break;
    case 14:
      ice_session_send_failed (session, peer->token, 101, world->now);
      break;
    case 15:
      if (peer->n_flows > 0) {
        ice_session_flow_closed (session, peer->flows[0].id, 5, world->now);
        close_flow (peer, peer->flows[0].id);
      }
      break;
    case 16:
      ice_session_filtered (session, peer->filter_op, take_u8 (in) & 1,
          world->now);
      break;
    case 17:
      ice_session_resolved (session, peer->resolve_op,
          &world->peers[!self].flows[0].addr, take_u8 (in) & 1, world->now);
      break;
    case 18:
      ice_session_end_of_candidates (session, ICE_ALL_STREAMS, world->now);
      break;
    case 19:
      ice_session_add_component (session, take_u8 (in) % 3,
          1 + take_u8 (in) % 3, world->now);
      break;
    case 20:
      ice_session_gather (session, world->now);
      break;
    case 21:
      if (world->peers[!self].n_flows > 0 && peer->n_flows > 0)
        ice_session_path_failed (session, peer->flows[0].id,
            world->peers[!self].flows[0].addr, 111, world->now);
      break;
    case 22:
      ice_session_add_server (session, "stun.example.org", 3478, world->now);
      break;
    case 23:
      ice_session_close (session, world->now);
      break;
    default:
      return;
  }
  drain (world, self);
}

static void
begin (World *world, uint8_t flags)
{
  unsigned i;

  world->next_port = 1000;
  for (i = 0; i < PEERS; i++) {
    Peer *peer = &world->peers[i];
    IceConfig config;
    peer->random = 7 + i;
    ice_config_init (&config);
    config.random = fill_random;
    config.random_user = &peer->random;
    config.pacer = &peer->pacer;
    config.role = (flags & 1) ? ICE_CONTROLLING : (IceRole) i;
    config.lite = (flags & 2) != 0 && i == 1;
    config.filter = (flags & 4) != 0;
    config.nomination = (flags & 8) ? ICE_NOMINATION_AGGRESSIVE : 0;
    config.auto_restart = (flags & 16) != 0;
    config.trace = (flags & 32) != 0;
    config.max_pairs = (flags & 64) ? 3 : 100;
    peer->session = ice_session_new (&config, 0);
    ice_session_add_component (peer->session, 0, 2, 0);
    set_interfaces (world, i, 2);
    ice_session_gather (peer->session, 0);
    drain (world, i);
  }
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  World *world = g_new0 (World, 1);
  NetBytes in = NET_BYTES (data, MIN (size, 4096));
  unsigned i;

  begin (world, take_u8 (&in));
  while (in.len > 0)
    operate (world, &in);
  for (i = 0; i < PEERS; i++) {
    ice_session_close (world->peers[i].session, world->now);
    drain (world, i);
    g_assert_true (ice_session_deadline (world->peers[i].session) == NET_NEVER);
    ice_session_free (world->peers[i].session);
  }
  g_free (world);
  return 0;
}
