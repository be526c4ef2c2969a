/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mappings in one array, in the order of their making; a home's NAT holds few,
 * so a scan is fast enough and its order is the same in every run. */

#include "nat.h"

#define POOL_MAX 4
#define FIRST_PORT 20000

typedef struct
{
  NetAddr remote;
  NetTime until;
} Permit;

typedef struct
{
  NetAddr inner;
  NetAddr outer;
  NetAddr key; /* the destination, as far as the mapping depends on it */
  NetTime until;
  GArray *permits;
} Mapping;

struct SimNat
{
  SimNatConfig config;
  SimWorld *world;
  SimPlug *inner;
  SimPlug *outer;
  NetAddr pool[POOL_MAX];
  unsigned n_pool;
  GPtrArray *mappings;
  uint16_t next_port;
  SimRng rng; /* its own: playing the oracle must not move the world's */
};

static void
mapping_free (void *data)
{
  Mapping *mapping = data;

  g_array_unref (mapping->permits);
  g_free (mapping);
}

static NetAddr
key_of (SimNatMapping mapping, NetAddr remote)
{
  switch (mapping) {
    case SIM_NAT_EIM:
      return NET_ADDR_NONE;
    case SIM_NAT_ADM:
      return net_addr_with_port (remote, 0);
    case SIM_NAT_APDM:
      return remote;
  }
  return NET_ADDR_NONE;
}

static void
expire (SimNat *nat, NetTime now)
{
  if (nat->config.lifetime == 0)
    return;
  for (guint i = nat->mappings->len; i > 0; i--) {
    Mapping *mapping = g_ptr_array_index (nat->mappings, i - 1);

    if (mapping->until <= now)
      g_ptr_array_remove_index (nat->mappings, i - 1);
  }
}

static bool
is_taken (const SimNat *nat, NetAddr outer)
{
  for (guint i = 0; i < nat->mappings->len; i++) {
    const Mapping *mapping = g_ptr_array_index (nat->mappings, i);

    if (net_addr_equal (mapping->outer, outer))
      return true;
  }
  return false;
}

/* An address of the pool for an inner one: always the same. */
static NetAddr
pool_address (const SimNat *nat, NetAddr inner)
{
  if (nat->n_pool == 1)
    return nat->pool[0];
  return nat->pool[net_addr_hash (net_addr_with_port (inner, 0)) % nat->n_pool];
}

static uint16_t
wish (SimNat *nat, NetAddr inner)
{
  uint16_t port = (uint16_t) sim_rng_range (&nat->rng, 1024, 65535);

  switch (nat->config.ports) {
    case SIM_NAT_SEQUENTIAL:
      if (nat->next_port < FIRST_PORT)
        nat->next_port = FIRST_PORT;
      return nat->next_port++;
    case SIM_NAT_PARITY:
      return (uint16_t) ((port & ~1u) | (inner.port & 1u));
    case SIM_NAT_RANDOM:
    case SIM_NAT_PRESERVE:
    case SIM_NAT_OVERLOAD:
      return port;
  }
  return port;
}

static NetAddr
allocate (SimNat *nat, NetAddr inner)
{
  NetAddr outer = net_addr_with_port (pool_address (nat, inner), inner.port);

  if (nat->config.ports == SIM_NAT_OVERLOAD)
    return outer;
  if (nat->config.ports == SIM_NAT_PRESERVE && !is_taken (nat, outer))
    return outer;
  do
    outer.port = wish (nat, inner);
  while (is_taken (nat, outer));
  return outer;
}

static Mapping *
find_outbound (SimNat *nat, NetAddr inner, NetAddr key)
{
  for (guint i = 0; i < nat->mappings->len; i++) {
    Mapping *mapping = g_ptr_array_index (nat->mappings, i);

    if (net_addr_equal (mapping->inner, inner) &&
        net_addr_equal (mapping->key, key))
      return mapping;
  }
  return NULL;
}

static NetTime
lifetime_from (const SimNat *nat, NetTime now)
{
  return nat->config.lifetime == 0 ? NET_NEVER : now + nat->config.lifetime;
}

static void
permit (SimNat *nat, Mapping *mapping, NetAddr remote, NetTime now)
{
  Permit fresh = { remote, lifetime_from (nat, now) };

  for (guint i = 0; i < mapping->permits->len; i++) {
    Permit *old = &g_array_index (mapping->permits, Permit, i);

    if (net_addr_equal (old->remote, remote)) {
      *old = fresh;
      return;
    }
  }
  g_array_append_val (mapping->permits, fresh);
}

static Mapping *
map_outbound (SimNat *nat, NetAddr inner, NetAddr remote, NetTime now)
{
  NetAddr key = key_of (nat->config.mapping, remote);
  Mapping *mapping = find_outbound (nat, inner, key);

  if (mapping == NULL) {
    mapping = g_new0 (Mapping, 1);
    mapping->inner = inner;
    mapping->key = key;
    mapping->outer = allocate (nat, inner);
    mapping->permits = g_array_new (FALSE, FALSE, sizeof (Permit));
    g_ptr_array_add (nat->mappings, mapping);
  }
  mapping->until = lifetime_from (nat, now);
  permit (nat, mapping, remote, now);
  return mapping;
}

static bool
is_permitted (const SimNat *nat, const Mapping *mapping, NetAddr remote,
    NetTime now)
{
  for (guint i = 0; i < mapping->permits->len; i++) {
    const Permit *one = &g_array_index (mapping->permits, Permit, i);

    if (one->until <= now)
      continue;
    if (nat->config.filtering == SIM_NAT_ADF
            ? net_addr_equal_ip (one->remote, remote)
            : net_addr_equal (one->remote, remote))
      return true;
  }
  return false;
}

static bool
accepts (const SimNat *nat, const Mapping *mapping, NetAddr remote, NetTime now)
{
  if (nat->config.filtering == SIM_NAT_EIF)
    return true;
  if (!nat->config.filter_endpoint)
    return is_permitted (nat, mapping, remote, now);
  for (guint i = 0; i < nat->mappings->len; i++) {
    const Mapping *other = g_ptr_array_index (nat->mappings, i);

    if (net_addr_equal (other->inner, mapping->inner) &&
        is_permitted (nat, other, remote, now))
      return true;
  }
  return false;
}

/* With overloaded ports several mappings share the outer address; the one that
 * accepts the sender is meant. */
static Mapping *
find_inbound (SimNat *nat, NetAddr outer, NetAddr remote, NetTime now)
{
  for (guint i = 0; i < nat->mappings->len; i++) {
    Mapping *mapping = g_ptr_array_index (nat->mappings, i);

    if (net_addr_equal (mapping->outer, outer) &&
        accepts (nat, mapping, remote, now))
      return mapping;
  }
  return NULL;
}

static bool
owns_outer (const SimPlug *plug, NetAddr addr)
{
  const SimNat *nat = plug->node;

  for (unsigned i = 0; i < nat->n_pool; i++) {
    if (net_addr_equal_ip (nat->pool[i], addr))
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

static SimVerdict
forward_in (SimPlug *plug, NetAddr *from, NetAddr *to, NetTime now,
    SimPlug **out_next)
{
  SimNat *nat = plug->node;
  Mapping *mapping;

  expire (nat, now);
  mapping = find_inbound (nat, *to, *from, now);
  if (mapping == NULL)
    return SIM_BLOCK;
  if (nat->config.inbound_refresh)
    mapping->until = lifetime_from (nat, now);
  *to = mapping->inner;
  *out_next = nat->inner;
  return SIM_PASS;
}

/* To another inner host by its outer address. Its filter sees the sender's
 * outer address, whichever one the packet then bears. */
static SimVerdict
hairpin (SimNat *nat, NetAddr *from, NetAddr *to, NetTime now,
    SimPlug **out_next)
{
  NetAddr outer;
  Mapping *target;

  if (!nat->config.hairpin)
    return SIM_BLOCK;
  outer = map_outbound (nat, *from, *to, now)->outer;
  target = find_inbound (nat, *to, outer, now);
  if (target == NULL)
    return SIM_BLOCK;
  if (!nat->config.hairpin_inner)
    *from = outer;
  *to = target->inner;
  *out_next = nat->inner;
  return SIM_PASS;
}

static SimVerdict
forward_out (SimPlug *plug, NetAddr *from, NetAddr *to, NetTime now,
    SimPlug **out_next)
{
  SimNat *nat = plug->node;

  expire (nat, now);
  if (owns_outer (nat->outer, *to))
    return hairpin (nat, from, to, now, out_next);
  *from = map_outbound (nat, *from, *to, now)->outer;
  *out_next = nat->outer;
  return SIM_PASS;
}

static const SimPlugClass inner_class = {
  .forward = forward_out,
  .owns = owns_nothing,
};

static const SimPlugClass outer_class = {
  .forward = forward_in,
  .owns = owns_outer,
};

static void
nat_free (void *data)
{
  SimNat *nat = data;

  g_ptr_array_unref (nat->mappings);
  g_free (nat);
}

SimNat *
sim_nat_new (SimRealm *inside, SimRealm *outside, const SimNatConfig *config,
    const NetAddr *pool, unsigned n_pool)
{
  SimNat *nat = g_new0 (SimNat, 1);

  g_assert (n_pool >= 1 && n_pool <= POOL_MAX);
  nat->config = *config;
  nat->world = inside->world;
  nat->mappings = g_ptr_array_new_with_free_func (mapping_free);
  nat->n_pool = n_pool;
  for (unsigned i = 0; i < n_pool; i++)
    nat->pool[i] = pool[i];
  nat->rng = sim_rng_fork (&inside->world->rng);
  nat->inner = sim_realm_plug (inside, &inner_class, nat);
  nat->outer = sim_realm_plug (outside, &outer_class, nat);
  inside->gateway4 = nat->inner;
  sim_world_own (inside->world, nat, nat_free);
  return nat;
}

SimPlug *
sim_nat_outer (SimNat *nat)
{
  return nat->outer;
}

SimPlug *
sim_nat_inner (SimNat *nat)
{
  return nat->inner;
}

void
sim_nat_rebind (SimNat *nat)
{
  g_ptr_array_set_size (nat->mappings, 0);
  nat->next_port += 100;
  sim_world_say (nat->world, "nat", "rebinds");
}

void
sim_nat_reset (SimNat *nat)
{
  g_ptr_array_set_size (nat->mappings, 0);
  nat->next_port = 0;
}

unsigned
sim_nat_n_mappings (const SimNat *nat)
{
  return nat->mappings->len;
}

const char *
sim_nat_name (const SimNatConfig *config)
{
  static const char *const names[3][3] = {
    { "eim/eif", "eim/adf", "eim/apdf" },
    { "adm/eif", "adm/adf", "adm/apdf" },
    { "apdm/eif", "apdm/adf", "apdm/apdf" },
  };

  return names[config->mapping][config->filtering];
}
