/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stateful filtering without translation (RFC 6092 §3.2). */

#include "firewall.h"

typedef struct
{
  NetAddr inner;
  NetAddr outer;
  NetTime until;
} State;

struct SimFirewall
{
  SimFirewallKind kind;
  NetFamily family;
  NetTime lifetime;
  SimPlug *inner;
  SimPlug *outer;
  GArray *states;
};

static State *
find (SimFirewall *firewall, NetAddr inner, NetAddr outer)
{
  for (guint i = 0; i < firewall->states->len; i++) {
    State *state = &g_array_index (firewall->states, State, i);

    if (net_addr_equal (state->inner, inner) &&
        net_addr_equal (state->outer, outer))
      return state;
  }
  return NULL;
}

static void
remember (SimFirewall *firewall, NetAddr inner, NetAddr outer, NetTime now)
{
  NetTime until = firewall->lifetime ? now + firewall->lifetime : NET_NEVER;
  State *state = find (firewall, inner, outer);
  State fresh = { inner, outer, until };

  if (state != NULL)
    *state = fresh;
  else
    g_array_append_val (firewall->states, fresh);
}

static SimVerdict
forward_out (SimPlug *plug, NetAddr *from, NetAddr *to, NetTime now,
    SimPlug **out_next)
{
  SimFirewall *firewall = plug->node;

  if (firewall->kind == SIM_FIREWALL_BLOCK)
    return SIM_BLOCK;
  if (firewall->kind == SIM_FIREWALL_STATEFUL)
    remember (firewall, *from, *to, now);
  *out_next = firewall->outer;
  return SIM_PASS;
}

static SimVerdict
forward_in (SimPlug *plug, NetAddr *from, NetAddr *to, NetTime now,
    SimPlug **out_next)
{
  SimFirewall *firewall = plug->node;
  State *state;

  if (firewall->kind == SIM_FIREWALL_BLOCK)
    return SIM_BLOCK;
  if (firewall->kind == SIM_FIREWALL_STATEFUL) {
    state = find (firewall, *to, *from);
    if (state == NULL || state->until <= now)
      return SIM_BLOCK;
  }
  *out_next = firewall->inner;
  return SIM_PASS;
}

static bool
owns_inside (const SimPlug *plug, NetAddr addr)
{
  const SimFirewall *firewall = plug->node;
  const GPtrArray *plugs = firewall->inner->realm->plugs;

  if (addr.family != firewall->family)
    return false;
  for (guint i = 0; i < plugs->len; i++) {
    const SimPlug *other = g_ptr_array_index (plugs, i);

    if (other->klass->owns (other, addr))
      return true;
  }
  return false;
}

static bool
owns_nothing (const SimPlug *plug, NetAddr addr)
{
  (void) plug;
  (void) addr;
  return false;
}

static const SimPlugClass inner_class = {
  .forward = forward_out,
  .owns = owns_nothing,
};

static const SimPlugClass outer_class = {
  .forward = forward_in,
  .owns = owns_inside,
};

static void
firewall_free (void *data)
{
  SimFirewall *firewall = data;

  g_array_unref (firewall->states);
  g_free (firewall);
}

SimFirewall *
sim_firewall_new (SimRealm *inside, SimRealm *outside, NetFamily family,
    SimFirewallKind kind, NetTime lifetime)
{
  SimFirewall *firewall = g_new0 (SimFirewall, 1);

  firewall->kind = kind;
  firewall->family = family;
  firewall->lifetime = lifetime;
  firewall->states = g_array_new (FALSE, FALSE, sizeof (State));
  firewall->inner = sim_realm_plug (inside, &inner_class, firewall);
  firewall->outer = sim_realm_plug (outside, &outer_class, firewall);
  if (family == NET_FAMILY_IPV6)
    inside->gateway6 = firewall->inner;
  else
    inside->gateway4 = firewall->inner;
  sim_world_own (inside->world, firewall, firewall_free);
  return firewall;
}

SimPlug *
sim_firewall_outer (SimFirewall *firewall)
{
  return firewall->outer;
}

void
sim_firewall_set_kind (SimFirewall *firewall, SimFirewallKind kind)
{
  firewall->kind = kind;
}

void
sim_firewall_reset (SimFirewall *firewall)
{
  g_array_set_size (firewall->states, 0);
}
