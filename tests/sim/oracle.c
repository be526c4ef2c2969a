/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Idealised checks over the scene's own graph. */

#include "oracle.h"

/* A symmetric NAT and a public peer settle in the second round; the chase of
 * two symmetric ones would go on for ever. */
#define ROUNDS 4
#define KNOWN_MAX 64

typedef struct
{
  SimHost *host;
  NetAddr bases[KNOWN_MAX];
  unsigned n_bases;
  NetAddr peers[KNOWN_MAX]; /* addresses of the other side that it knows */
  unsigned n_peers;
  bool server; /* reached one and got an answer */
} Side;

static void
add (NetAddr *list, unsigned *n, NetAddr addr)
{
  for (unsigned i = 0; i < *n; i++) {
    if (net_addr_equal (list[i], addr))
      return;
  }
  if (*n < KNOWN_MAX)
    list[(*n)++] = addr;
}

/* Who gets a datagram b→r, bearing which source. */
static bool
walk (const Side *side, NetAddr base, NetAddr remote, SimHost **out_host,
    NetAddr *out_from, NetAddr *out_to)
{
  SimPlug *plug = sim_host_plug (side->host, base);
  NetAddr from = base;
  NetAddr to = remote;

  if (plug == NULL || base.family != remote.family)
    return false;
  plug = sim_plug_walk (plug, &from, &to, side->host->world->now);
  if (plug == NULL)
    return false;
  *out_host = plug->node;
  *out_from = from;
  *out_to = to;
  return true;
}

static bool
is_base (const Side *side, NetAddr addr)
{
  for (unsigned i = 0; i < side->n_bases; i++) {
    if (net_addr_equal (side->bases[i], addr))
      return true;
  }
  return false;
}

/* One check and its answer; true when it proves a stable path. */
static bool
check (Side *from, Side *to, NetAddr base, NetAddr remote)
{
  SimHost *host;
  NetAddr seen;
  NetAddr at;
  NetAddr answer_from;
  NetAddr answer_to;

  if (!walk (from, base, remote, &host, &seen, &at) || host != to->host ||
      !is_base (to, at))
    return false;
  add (to->peers, &to->n_peers, seen);
  return walk (to, at, seen, &host, &answer_from, &answer_to) &&
      host == from->host && net_addr_equal (answer_to, base) &&
      net_addr_equal (answer_from, remote);
}

static bool
play (Side *from, Side *to)
{
  bool direct = false;
  unsigned n_peers = from->n_peers;

  for (unsigned i = 0; i < from->n_bases; i++) {
    for (unsigned k = 0; k < n_peers; k++)
      direct |= check (from, to, from->bases[i], from->peers[k]);
  }
  return direct;
}

/* The side's candidates, as far as the other gets to know them. */
static void
gather (Side *side, Side *other, NetAddr server)
{
  const GArray *nics = side->host->nics;

  for (guint i = 0; i < nics->len; i++) {
    const SimNic *nic = &g_array_index (nics, SimNic, i);
    NetAddr base = net_addr_with_port (nic->iface.addr, 40000);
    SimHost *host;
    NetAddr seen;
    NetAddr at;

    if (!nic->up || side->n_bases == KNOWN_MAX)
      continue;
    side->bases[side->n_bases++] = base;
    add (other->peers, &other->n_peers, base);
    if (net_addr_is_none (server) ||
        !walk (side, base, server, &host, &seen, &at))
      continue;
    side->server = true;
    add (other->peers, &other->n_peers, seen);
  }
}

SimReach
sim_oracle_ask (SimHost *a, SimHost *b, NetAddr server)
{
  g_autofree Side *side_a = g_new0 (Side, 1);
  g_autofree Side *side_b = g_new0 (Side, 1);

  side_a->host = a;
  side_b->host = b;
  gather (side_a, side_b, server);
  gather (side_b, side_a, server);
  for (unsigned round = 0; round < ROUNDS; round++) {
    if (play (side_a, side_b) || play (side_b, side_a))
      return SIM_REACH_DIRECT;
  }
  if (side_a->server && side_b->server)
    return SIM_REACH_RELAY;
  return SIM_REACH_NOTHING;
}

const char *
sim_reach_name (SimReach reach)
{
  static const char *const names[] = { "nothing", "relay", "direct" };

  return names[reach];
}

/* Where media by that route comes out; false: nowhere at `to`. */
static bool
follow (const SimHost *from, const IceRoute *by, const SimHost *to,
    NetAddr *out_source, NetAddr *out_target)
{
  SimPlug *plug = sim_host_plug (from, by->local);

  if (plug == NULL)
    return false;
  *out_source = by->local;
  *out_target = by->remote;
  plug = sim_plug_walk (plug, out_source, out_target, from->world->now);
  return plug != NULL && plug->node == to;
}

static bool
arrives (const SimHost *from, const IceRoute *by, const SimHost *to,
    const IceRoute *at)
{
  NetAddr source;
  NetAddr target;

  return follow (from, by, to, &source, &target) &&
      net_addr_equal (target, at->local) && net_addr_equal (source, at->remote);
}

bool
sim_oracle_reaches (const SimHost *a, const SimHost *b, unsigned stream,
    unsigned component)
{
  NetAddr source;
  NetAddr target;

  return sim_host_can_send (a, stream, component) &&
      follow (a, &a->components[stream][component - 1].route, b, &source,
          &target);
}

bool
sim_oracle_agrees (const SimHost *a, const SimHost *b, unsigned stream,
    unsigned component)
{
  const IceRoute *by_a = &a->components[stream][component - 1].route;
  const IceRoute *by_b = &b->components[stream][component - 1].route;

  return by_a->selected && by_b->selected && arrives (a, by_a, b, by_b) &&
      arrives (b, by_b, a, by_a);
}
