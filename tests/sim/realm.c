/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Routing: to the plug that owns the address, else to the gateway. */

#include "realm.h"

#include <string.h>

#define MAX_HOPS 16

static void
realm_free (void *data)
{
  SimRealm *realm = data;

  g_ptr_array_unref (realm->plugs);
  g_free (realm);
}

SimRealm *
sim_realm_new (SimWorld *world, const char *name)
{
  SimRealm *realm = g_new0 (SimRealm, 1);

  realm->world = world;
  realm->name = name;
  realm->plugs = g_ptr_array_new_with_free_func (g_free);
  sim_world_own (world, realm, realm_free);
  return realm;
}

SimPlug *
sim_realm_plug (SimRealm *realm, const SimPlugClass *klass, void *node)
{
  SimPlug *plug = g_new0 (SimPlug, 1);

  plug->klass = klass;
  plug->realm = realm;
  plug->node = node;
  g_ptr_array_add (realm->plugs, plug);
  return plug;
}

void
sim_plug_set_link (SimPlug *plug, const SimLinkConfig *config)
{
  plug->up.config = *config;
  plug->down.config = *config;
}

static SimPlug *
route (const SimPlug *from_plug, NetAddr to)
{
  SimRealm *realm = from_plug->realm;
  SimPlug *gateway =
      to.family == NET_FAMILY_IPV6 ? realm->gateway6 : realm->gateway4;

  for (guint i = 0; i < realm->plugs->len; i++) {
    SimPlug *plug = g_ptr_array_index (realm->plugs, i);

    if (plug->klass->owns (plug, to))
      return plug;
  }
  return gateway == from_plug ? NULL : gateway;
}

static void cross (SimPlug *plug, SimPacket *packet);

static void
arrive (void *target, uint64_t argument)
{
  SimPacket *packet = target;
  SimPlug *plug = packet->next;
  SimPlug *next;
  NetTime now = plug->realm->world->now;

  (void) argument;
  if (plug->klass->deliver != NULL) {
    plug->klass->deliver (plug, packet);
    return;
  }
  if (packet->hops++ >= MAX_HOPS ||
      plug->klass->forward (plug, &packet->from, &packet->to, now, &next) !=
          SIM_PASS) {
    g_free (packet);
    return;
  }
  cross (next, packet);
}

/* Boxes are passed in the same instant when their link has no delay; a host
 * always gets its packet from the heap, for it may be the one who is sending. */
static void
schedule (SimPacket *packet, NetTime when)
{
  SimWorld *world = packet->next->realm->world;

  if (when == world->now && packet->next->klass->deliver == NULL)
    arrive (packet, 0);
  else
    sim_world_at_owned (world, when, arrive, packet);
}

static SimPacket *
copy_of (const SimPacket *packet)
{
  return g_memdup2 (packet, sizeof *packet + packet->len);
}

/* The copies that come through, 0..4. */
static unsigned
pass (SimPlug *plug, SimPlug *next, size_t len, NetTime out_arrivals[4])
{
  SimWorld *world = plug->realm->world;
  NetTime left[2];
  unsigned n_left;
  unsigned n = 0;

  if (plug->aside || next->aside) {
    out_arrivals[0] =
        world->now + plug->up.config.delay + next->down.config.delay;
    return 1;
  }
  n_left = sim_link_pass (&plug->up, &world->rng, len, world->now, left);
  for (unsigned i = 0; i < n_left; i++)
    n += sim_link_pass (&next->down, &world->rng, len, left[i],
        out_arrivals + n);
  return n;
}

static void
cross (SimPlug *plug, SimPacket *packet)
{
  SimRealm *realm = plug->realm;
  NetTime arrivals[4];
  unsigned n;

  realm->carried++;
  packet->next = route (plug, packet->to);
  if (packet->next == NULL) {
    realm->homeless++;
    g_free (packet);
    return;
  }
  n = pass (plug, packet->next, packet->len, arrivals);
  for (unsigned i = 1; i < n; i++)
    schedule (copy_of (packet), arrivals[i]);
  if (n > 0)
    schedule (packet, arrivals[0]);
  else
    g_free (packet);
}

void
sim_plug_send (SimPlug *plug, NetAddr from, NetAddr to, NetBytes data)
{
  SimPacket *packet = g_malloc (sizeof *packet + data.len);

  *packet = (SimPacket){ .from = from,
    .to = to,
    .origin = plug,
    .origin_from = from,
    .origin_to = to,
    .len = data.len };
  memcpy (packet->data, data.data, data.len);
  sim_world_mix (plug->realm->world, &plug->realm->world->now,
      sizeof (NetTime));
  sim_world_mix (plug->realm->world, packet->data, packet->len);
  cross (plug, packet);
}

static void
refused (void *target, uint64_t argument)
{
  SimPacket *packet = target;

  (void) argument;
  packet->origin->klass->refused (packet->origin, packet->origin_from,
      packet->origin_to);
  g_free (packet);
}

/* The way back is as long as the way there; boxes let errors about what they
 * know pass (RFC 4787 REQ-10), so the way is not played again. */
void
sim_packet_refuse (SimPacket *packet)
{
  SimWorld *world = packet->next->realm->world;
  NetTime delay =
      packet->origin->down.config.delay + packet->next->up.config.delay;

  if (packet->origin->klass->refused != NULL)
    sim_world_at_owned (world, world->now + delay, refused, packet);
  else
    g_free (packet);
}

SimPlug *
sim_plug_walk (SimPlug *plug, NetAddr *from, NetAddr *to, NetTime now)
{
  for (unsigned hops = 0; hops < MAX_HOPS; hops++) {
    SimPlug *next = route (plug, *to);

    if (next == NULL || next->klass->deliver != NULL)
      return next;
    if (next->klass->forward (next, from, to, now, &plug) != SIM_PASS)
      return NULL;
  }
  return NULL;
}
