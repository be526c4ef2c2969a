/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing host addresses. Every address becomes an entry; the filters take
 * entries away (unusable, not wished, trackable, last resorts, deprecated), the
 * cap picks among what is left, and the rest is order. Each step is one pass or
 * one sort, so that a host with thousands of addresses costs nothing to
 * speak of. */

#include "iface.h"

#include <string.h>

#include "globs.h"

/* Better ones shut out worse ones. */
typedef enum
{
  TIER_ORDINARY,
  TIER_LINK_LOCAL,
  TIER_BRIDGE,
  TIER_LOOPBACK,
} Tier;

typedef struct
{
  const IceIface *iface;
  unsigned index; /* in the caller's array */
  unsigned rank;  /* first glob that names it */
  Tier tier;
  uint8_t prefix[16]; /* the address's network */
  bool trackable;     /* a temporary address stands in for it */
  /* How many of the same prefix, and how many prefixes of the same interface,
   * come first: who is first everywhere survives the cap. */
  unsigned nth_in_prefix;
  unsigned nth_prefix;
} Entry;

typedef struct
{
  IceGlobs globs;
  NetAddr bind_address; /* none: all */
  bool bind_is_broken;
  IceIpFamily family;
} Wishes;

static void
read_wishes (Wishes *wishes, const IceIfacePolicy *policy)
{
  *wishes = (Wishes){ .family = policy->family };
  if (policy->bind_address != NULL)
    wishes->bind_is_broken =
        !net_addr_parse (policy->bind_address, &wishes->bind_address);
  ice_globs_init (&wishes->globs, policy->interfaces);
}

static bool
is_wished (const Wishes *wishes, const IceIface *iface)
{
  if (wishes->bind_is_broken)
    return false;
  if (wishes->family == ICE_IP_IPV4 && iface->addr.family != NET_FAMILY_IPV4)
    return false;
  if (wishes->family == ICE_IP_IPV6 && iface->addr.family != NET_FAMILY_IPV6)
    return false;
  return net_addr_is_none (wishes->bind_address) ||
      net_addr_equal_ip (wishes->bind_address, iface->addr);
}

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-5] [ICE-5.1.1.1-6]: forms of IPv6 that nobody
 * can be reached at. RFC 6724 [SEC-6724-1]: not before DAD has said yes. */
static bool
is_usable (const IceIface *iface)
{
  NetAddr addr = iface->addr;

  if (!(iface->flags & ICE_IFACE_UP) ||
      (iface->flags & (ICE_ADDR_TENTATIVE | ICE_ADDR_FAILED)))
    return false;
  return !net_addr_is_none (addr) && !net_addr_is_any (addr) &&
      !net_addr_is_multicast (addr) && !net_addr_is_v4_mapped (addr) &&
      !net_addr_is_v4_compatible (addr) && !net_addr_is_site_local (addr);
}

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-4]: loopback only for a user who names it, or
 * when this host can reach nobody else. */
static Tier
tier_of (const IceIface *iface, bool named)
{
  if (!named &&
      ((iface->flags & ICE_IFACE_LOOPBACK) ||
          net_addr_is_loopback (iface->addr)))
    return TIER_LOOPBACK;
  if (!named && (iface->flags & ICE_IFACE_BRIDGE))
    return TIER_BRIDGE;
  if (net_addr_is_link_local (iface->addr))
    return TIER_LINK_LOCAL;
  return TIER_ORDINARY;
}

/* An address that DHCPv6 gave as /128 stands in the /64 beside it. */
static void
set_prefix (Entry *entry)
{
  bool is_ipv6 = entry->iface->addr.family == NET_FAMILY_IPV6;
  unsigned max = is_ipv6 ? 64 : 32;
  unsigned bits = entry->iface->prefix_len;

  if (bits == 0 || bits > max)
    bits = max;
  memcpy (entry->prefix, entry->iface->addr.ip, (bits + 7) / 8);
  if (bits % 8 != 0)
    entry->prefix[bits / 8] &= (uint8_t) (0xff00 >> bits % 8);
}

static bool
is_temporary (const Entry *entry)
{
  return entry->iface->flags & ICE_ADDR_TEMPORARY;
}

static bool
has_same_prefix (const Entry *a, const Entry *b)
{
  return a->iface->index == b->iface->index &&
      a->iface->addr.family == b->iface->addr.family &&
      memcmp (a->prefix, b->prefix, sizeof a->prefix) == 0;
}

static void
collect (GArray *entries, const IceIface *ifaces, unsigned n_ifaces,
    const IceIfacePolicy *policy)
{
  Wishes wishes;
  unsigned i;

  read_wishes (&wishes, policy);
  for (i = 0; i < n_ifaces; i++) {
    Entry entry = { .iface = &ifaces[i], .index = i };
    IceGlobsMatch match;

    if (!is_usable (&ifaces[i]) || !is_wished (&wishes, &ifaces[i]) ||
        !ice_globs_match (&wishes.globs, ifaces[i].name, &match))
      continue;
    entry.rank = match.rank;
    entry.tier = tier_of (&ifaces[i], match.named);
    set_prefix (&entry);
    g_array_append_val (entries, entry);
  }
  ice_globs_clear (&wishes.globs);
}

/* Keeps the entries that `keep` likes, in their order. */
static void
filter (GArray *entries, bool (*keep) (const Entry *, unsigned), unsigned data)
{
  unsigned kept = 0;
  unsigned i;

  for (i = 0; i < entries->len; i++) {
    Entry entry = g_array_index (entries, Entry, i);

    if (keep (&entry, data))
      g_array_index (entries, Entry, kept++) = entry;
  }
  g_array_set_size (entries, kept);
}

static bool
is_of_tier (const Entry *entry, unsigned tier)
{
  return entry->tier == tier;
}

static void
drop_last_resorts (GArray *entries)
{
  unsigned best = TIER_LOOPBACK;
  unsigned i;

  for (i = 0; i < entries->len; i++)
    best = MIN (best, g_array_index (entries, Entry, i).tier);
  filter (entries, is_of_tier, best);
}

/* The families that have something better are a set of bits. */
static bool
is_preferred (const Entry *entry, unsigned families)
{
  return !(entry->iface->flags & ICE_ADDR_DEPRECATED) ||
      !(families & 1u << entry->iface->addr.family);
}

/* RFC 8835 §3.2 [SEC-8835-1]: a deprecated address is about to go away, but
 * better than none. */
static void
drop_deprecated (GArray *entries)
{
  unsigned families = 0;
  unsigned i;

  for (i = 0; i < entries->len; i++) {
    const IceIface *iface = g_array_index (entries, Entry, i).iface;

    if (!(iface->flags & ICE_ADDR_DEPRECATED))
      families |= 1u << iface->addr.family;
  }
  filter (entries, is_preferred, families);
}

static bool
is_untrackable (const Entry *entry, unsigned data)
{
  (void) data;
  return !entry->trackable;
}

/* Entries of one prefix of one interface stand together, temporary first. */
static int
by_prefix (const void *first, const void *second)
{
  const Entry *a = first;
  const Entry *b = second;
  int order;

  if (a->iface->index != b->iface->index)
    return a->iface->index < b->iface->index ? -1 : 1;
  if (a->iface->addr.family != b->iface->addr.family)
    return a->iface->addr.family - b->iface->addr.family;
  order = memcmp (a->prefix, b->prefix, sizeof a->prefix);
  if (order != 0)
    return order;
  if (is_temporary (a) != is_temporary (b))
    return is_temporary (a) ? -1 : 1;
  return a->index < b->index ? -1 : 1;
}

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-7] [ICE-5.1.1.1-8]: beside a temporary address
 * neither the lasting one of its prefix is shown nor the link-local one, which
 * is made from the same identifier; fe80 is sorted behind all that are global. */
static void
drop_trackable (GArray *entries)
{
  const Entry *temporary = NULL;
  unsigned i;

  g_array_sort (entries, by_prefix);
  for (i = 0; i < entries->len; i++) {
    Entry *entry = &g_array_index (entries, Entry, i);

    if (is_temporary (entry))
      temporary = entry;
    else if (temporary != NULL)
      entry->trackable = has_same_prefix (entry, temporary) ||
          (entry->iface->index == temporary->iface->index &&
              net_addr_is_link_local (entry->iface->addr));
  }
  filter (entries, is_untrackable, 0);
}

/* In the order of by_prefix. */
static void
number_entries (GArray *entries)
{
  unsigned i;

  for (i = 1; i < entries->len; i++) {
    Entry *entry = &g_array_index (entries, Entry, i);
    const Entry *before = entry - 1;

    if (has_same_prefix (entry, before)) {
      entry->nth_in_prefix = before->nth_in_prefix + 1;
      entry->nth_prefix = before->nth_prefix;
    } else if (entry->iface->index == before->iface->index &&
        entry->iface->addr.family == before->iface->addr.family) {
      entry->nth_prefix = before->nth_prefix + 1;
    }
  }
}

static int
compare (unsigned a, unsigned b)
{
  return a < b ? -1 : a > b;
}

static int
by_diversity (const void *first, const void *second)
{
  const Entry *a = first;
  const Entry *b = second;
  int order = compare (a->nth_in_prefix, b->nth_in_prefix);

  if (order == 0)
    order = compare (a->nth_prefix, b->nth_prefix);
  if (order == 0)
    order = compare (a->rank, b->rank);
  return order != 0 ? order : compare (a->index, b->index);
}

static unsigned
count_ipv6 (const GArray *entries)
{
  unsigned n = 0;
  unsigned i;

  for (i = 0; i < entries->len; i++) {
    if (g_array_index (entries, Entry, i).iface->addr.family == NET_FAMILY_IPV6)
      n++;
  }
  return n;
}

/* On hosts with a thousand addresses: one of each interface first, then of each
 * prefix, then second ones. A family keeps half of the places if it can fill
 * them. */
static void
cap (GArray *entries, unsigned max)
{
  unsigned n_ipv6 = count_ipv6 (entries);
  unsigned n_ipv4 = entries->len - n_ipv6;
  unsigned ipv6_places = MAX (max - max / 2, max - MIN (max, n_ipv4));
  unsigned places[2];
  unsigned kept = 0;
  unsigned i;

  if (entries->len <= max)
    return;
  number_entries (entries);
  g_array_sort (entries, by_diversity);
  places[true] = MIN (ipv6_places, n_ipv6);
  places[false] = max - places[true];
  for (i = 0; i < entries->len; i++) {
    Entry entry = g_array_index (entries, Entry, i);
    bool is_ipv6 = entry.iface->addr.family == NET_FAMILY_IPV6;

    if (places[is_ipv6] == 0)
      continue;
    places[is_ipv6]--;
    g_array_index (entries, Entry, kept++) = entry;
  }
  g_array_set_size (entries, kept);
}

static bool
is_tunnel (const Entry *entry)
{
  return entry->iface->flags & ICE_IFACE_POINT_TO_POINT;
}

/* The user's order goes first. RFC 8421 §3 [DUAL-3-1]: what may be a tunnel
 * comes last, but only where the user did not say more. */
static int
by_preference (const void *first, const void *second)
{
  const Entry *a = first;
  const Entry *b = second;
  int order = compare (a->rank, b->rank);

  if (order == 0)
    order = compare (is_tunnel (a), is_tunnel (b));
  if (order == 0)
    order = compare (b->iface->addr.family, a->iface->addr.family);
  return order != 0 ? order : compare (a->index, b->index);
}

/* Entries that only family and place in the caller's array tell apart. */
static unsigned
run_length (const Entry *entries, unsigned n)
{
  unsigned len = 1;

  while (len < n && entries[len].rank == entries[0].rank &&
      is_tunnel (&entries[len]) == is_tunnel (&entries[0]))
    len++;
  return len;
}

/* RFC 8421 §4 [DUAL-4-1]: IPv6 first, with a head start by its share; then one
 * of each in turn, so that a broken family holds the other up for a few checks
 * only. Tunnels are not interleaved. */
static void
write_run (const Entry *entries, unsigned n, unsigned *out_indices)
{
  unsigned n_ipv6 = 0;
  unsigned n_ipv4;
  unsigned next_ipv6 = 0;
  unsigned next_ipv4;
  unsigned head_start;
  unsigned i;

  while (n_ipv6 < n && entries[n_ipv6].iface->addr.family == NET_FAMILY_IPV6)
    n_ipv6++;
  n_ipv4 = n - n_ipv6;
  next_ipv4 = n_ipv6;
  head_start = n_ipv4 == 0 || is_tunnel (&entries[0]) ? n_ipv6 : n / n_ipv4;
  for (i = 0; i < n; i++) {
    bool ipv6_turn = i < head_start || (i - head_start) % 2 == 1;

    if (next_ipv4 == n || (ipv6_turn && next_ipv6 < n_ipv6))
      out_indices[i] = entries[next_ipv6++].index;
    else
      out_indices[i] = entries[next_ipv4++].index;
  }
}

unsigned
ice_iface_select (const IceIface *ifaces, unsigned n_ifaces,
    const IceIfacePolicy *policy, unsigned *out_indices, unsigned max)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  unsigned done = 0;

  collect (entries, ifaces, n_ifaces, policy);
  drop_last_resorts (entries);
  drop_deprecated (entries);
  drop_trackable (entries);
  cap (entries, MIN (max, ICE_IFACE_SELECT_MAX));
  g_array_sort (entries, by_preference);
  while (done < entries->len) {
    const Entry *run = &g_array_index (entries, Entry, done);
    unsigned len = run_length (run, entries->len - done);

    write_run (run, len, out_indices + done);
    done += len;
  }
  return done;
}

const char *
ice_iface_check_globs (const char *interfaces)
{
  return ice_globs_check (interfaces);
}
