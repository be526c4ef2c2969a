/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hosts as tables: which addresses become candidates, and in what order. */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "ice/iface.h"

#define UP ICE_IFACE_UP
#define LO (ICE_IFACE_UP | ICE_IFACE_LOOPBACK)
#define BRIDGE (ICE_IFACE_UP | ICE_IFACE_BRIDGE)
#define TUNNEL (ICE_IFACE_UP | ICE_IFACE_POINT_TO_POINT)

typedef struct
{
  const char *name;
  uint32_t index;
  const char *ip;
  uint8_t prefix_len;
  uint32_t flags;
} Row;

#define MAX_ROWS 16

typedef struct
{
  Row rows[MAX_ROWS]; /* up to the first without a name */
  IceIfacePolicy policy;
  const char *expected; /* "ip ip ip" */
} Host;

static IceIface
iface (const Row *row)
{
  IceIface iface = { .index = row->index,
    .flags = row->flags,
    .prefix_len = row->prefix_len };

  fail_unless (net_addr_parse (row->ip, &iface.addr), "%s", row->ip);
  g_strlcpy (iface.name, row->name, sizeof iface.name);
  return iface;
}

static void
expect (const Host *host)
{
  IceIface ifaces[MAX_ROWS];
  unsigned chosen[ICE_IFACE_SELECT_MAX];
  g_autoptr (GString) text = g_string_new (NULL);
  unsigned n_ifaces = 0;
  unsigned n;

  while (n_ifaces < MAX_ROWS && host->rows[n_ifaces].name != NULL) {
    ifaces[n_ifaces] = iface (&host->rows[n_ifaces]);
    n_ifaces++;
  }
  n = ice_iface_select (ifaces, n_ifaces, &host->policy, chosen,
      ICE_IFACE_SELECT_MAX);
  for (unsigned i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : " ",
        host->rows[chosen[i]].ip);
  fail_unless_equals_string (text->str, host->expected);
}

static void
expect_all (const Host *hosts, gsize n)
{
  for (gsize i = 0; i < n; i++)
    expect (&hosts[i]);
}

#define EXPECT_ALL(hosts) expect_all (hosts, G_N_ELEMENTS (hosts))

GST_START_TEST (a_host_without_interfaces_has_no_candidates)
{
  static const Host hosts[] = { { .expected = "" } };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-4] [ICE-5.1.1.1-5] [ICE-5.1.1.1-6], RFC 6724
 * [SEC-6724-1] */
GST_START_TEST (unusable_addresses_are_never_chosen)
{
  static const Host hosts[] = {
    { { { "lo", 1, "127.0.0.1", 8, LO }, { "lo", 1, "::1", 128, LO },
          { "eth0", 2, "10.0.0.1", 24, UP },
          { "eth0", 2, "::10.0.0.1", 96, UP },
          { "eth0", 2, "::ffff:10.0.0.1", 96, UP },
          { "eth0", 2, "fec0::1", 64, UP }, { "eth0", 2, "::", 64, UP },
          { "eth0", 2, "ff02::1", 64, UP }, { "eth0", 2, "0.0.0.0", 8, UP },
          { "eth0", 2, "2001:db8::1", 64, UP | ICE_ADDR_TENTATIVE },
          { "eth0", 2, "2001:db8::2", 64, UP | ICE_ADDR_FAILED },
          { "eth1", 3, "10.0.1.1", 24, 0 } },
        { 0 }, "10.0.0.1" },
    /* not even when nothing else is there */
    { { { "eth0", 2, "fec0::1", 64, UP },
          { "eth0", 2, "2001:db8::1", 64, UP | ICE_ADDR_TENTATIVE },
          { "eth1", 3, "10.0.1.1", 24, 0 } },
        { 0 }, "" },
    /* not even when they are named */
    { { { "eth0", 2, "fec0::1", 64, UP } }, { .interfaces = "eth0" }, "" },
    { { { "eth0", 2, "fec0::1", 64, UP } }, { .bind_address = "fec0::1" }, "" },
  };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

/* RFC 6724 [SEC-6724-1] */
GST_START_TEST (private_shared_and_unique_local_addresses_are_ordinary)
{
  static const Host hosts[] = {
    { { { "eth0", 2, "100.64.0.1", 10, UP }, { "eth0", 2, "10.0.0.1", 24, UP },
          { "eth0", 2, "fd00::1", 64, UP },
          { "eth0", 2, "2001:db8::1", 64, UP } },
        { 0 }, "fd00::1 2001:db8::1 100.64.0.1 10.0.0.1" },
  };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-4] */
GST_START_TEST (last_resorts_wait_until_there_is_nothing_better)
{
  static const Host hosts[] = {
    { { { "lo", 1, "127.0.0.1", 8, LO }, { "eth0", 2, "fe80::1%2", 64, UP },
          { "docker0", 3, "172.17.0.1", 16, BRIDGE },
          { "eth0", 2, "10.0.0.1", 24, UP } },
        { 0 }, "10.0.0.1" },
    { { { "lo", 1, "127.0.0.1", 8, LO }, { "eth0", 2, "fe80::1%2", 64, UP },
          { "eth0", 2, "169.254.9.9", 16, UP },
          { "docker0", 3, "172.17.0.1", 16, BRIDGE } },
        { 0 }, "fe80::1%2 169.254.9.9" },
    { { { "lo", 1, "127.0.0.1", 8, LO },
          { "docker0", 3, "172.17.0.1", 16, BRIDGE } },
        { 0 }, "172.17.0.1" },
    { { { "lo", 1, "127.0.0.1", 8, LO }, { "lo", 1, "::1", 128, LO } }, { 0 },
        "::1 127.0.0.1" },
    { { { "lo", 1, "127.0.0.1", 8, LO }, { "eth0", 2, "10.0.0.1", 24, 0 } },
        { 0 }, "127.0.0.1" },
    /* a loopback address is one on any interface */
    { { { "dummy0", 1, "127.5.5.5", 8, UP },
          { "eth0", 2, "10.0.0.1", 24, UP } },
        { 0 }, "10.0.0.1" },
    /* an ordinary address of lo stays on lo */
    { { { "lo", 1, "10.9.9.9", 32, LO }, { "eth0", 2, "10.0.0.1", 24, UP } },
        { 0 }, "10.0.0.1" },
    /* within the wished family */
    { { { "lo", 1, "::1", 128, LO }, { "eth0", 2, "10.0.0.1", 24, UP } },
        { .family = ICE_IP_IPV6 }, "::1" },
  };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-4]: the explicit lift. */
GST_START_TEST (naming_an_interface_lifts_its_restriction)
{
  static const Host hosts[] = {
    { { { "lo", 1, "127.0.0.1", 8, LO }, { "eth0", 2, "10.0.0.1", 24, UP } },
        { .interfaces = "lo" }, "127.0.0.1" },
    { { { "lo", 1, "127.0.0.1", 8, LO }, { "eth0", 2, "10.0.0.1", 24, UP } },
        { .interfaces = "eth0,lo" }, "10.0.0.1 127.0.0.1" },
    { { { "docker0", 1, "172.17.0.1", 16, BRIDGE },
          { "eth0", 2, "10.0.0.1", 24, UP } },
        { .interfaces = "docker*,eth0" }, "172.17.0.1 10.0.0.1" },
    { { { "lo", 1, "127.0.0.1", 8, LO }, { "eth0", 2, "10.0.0.1", 24, UP } },
        { .interfaces = "*" }, "10.0.0.1" },
    /* a name says nothing about link-local addresses */
    { { { "eth0", 2, "fe80::1%2", 64, UP }, { "eth0", 2, "10.0.0.1", 24, UP } },
        { .interfaces = "eth0" }, "10.0.0.1" },
    { { { "eth0", 2, "fe80::1%2", 64, UP }, { "eth0", 2, "10.0.0.1", 24, UP } },
        { .bind_address = "fe80::1" }, "fe80::1%2" },
    { { { "lo", 1, "127.0.0.1", 8, LO }, { "eth0", 2, "10.0.0.1", 24, UP } },
        { .bind_address = "127.0.0.1" }, "127.0.0.1" },
  };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

GST_START_TEST (the_policy_narrows_and_orders)
{
#define THREE \
  { \
    { "eth0", 2, "10.0.0.1", 24, UP }, { "eth0", 2, "2001:db8::1", 64, UP }, \
        { "usb7", 3, "10.0.7.1", 24, UP }, { "wlan0", 4, "10.0.1.1", 24, UP }, \
        { "wlan0", 4, "2001:db8:1::1", 64, UP }, \
  }
  static const Host hosts[] = {
    { THREE, { .family = ICE_IP_IPV4 }, "10.0.0.1 10.0.7.1 10.0.1.1" },
    { THREE, { .family = ICE_IP_IPV6 }, "2001:db8::1 2001:db8:1::1" },
    { THREE, { .bind_address = "10.0.1.1" }, "10.0.1.1" },
    { THREE, { .bind_address = "10.0.1.2" }, "" },
    { THREE, { .bind_address = "nonsense" }, "" },
    { THREE, { .bind_address = "10.0.1.1", .family = ICE_IP_IPV6 }, "" },
    { THREE, { .interfaces = "ppp0" }, "" },
    { THREE, { .interfaces = "wlan0,usb*" },
        "2001:db8:1::1 10.0.1.1 10.0.7.1" },
    { THREE, { .interfaces = "usb*,wlan0,eth0" },
        "10.0.7.1 2001:db8:1::1 10.0.1.1 2001:db8::1 10.0.0.1" },
    { THREE, { .interfaces = "usb*,*" },
        "10.0.7.1 2001:db8::1 2001:db8:1::1 10.0.0.1 10.0.1.1" },
    { THREE, { .interfaces = "!wlan*" }, "2001:db8::1 10.0.0.1 10.0.7.1" },
  };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-7] [ICE-5.1.1.1-8], RFC 8835 [SEC-8835-1] */
GST_START_TEST (a_temporary_address_hides_the_lasting_ones_beside_it)
{
  static const Host hosts[] = {
    { { { "eth0", 2, "2001:db8::1", 64, UP },
          { "eth0", 2, "2001:db8::abcd", 64, UP | ICE_ADDR_TEMPORARY },
          { "eth0", 2, "fe80::1%2", 64, UP } },
        { 0 }, "2001:db8::abcd" },
    /* DHCPv6 gave a /128 of the same network */
    { { { "eth0", 2, "2001:db8::5", 128, UP },
          { "eth0", 2, "2001:db8::abcd", 64, UP | ICE_ADDR_TEMPORARY } },
        { 0 }, "2001:db8::abcd" },
    /* another prefix and another interface have their own */
    { { { "eth0", 2, "2001:db8:0:1::1", 64, UP },
          { "eth1", 3, "2001:db8::1", 64, UP },
          { "eth0", 2, "2001:db8::abcd", 64, UP | ICE_ADDR_TEMPORARY } },
        { 0 }, "2001:db8:0:1::1 2001:db8::1 2001:db8::abcd" },
    /* one of a prefix each */
    { { { "eth0", 2, "2001:db8::1", 64, UP },
          { "eth0", 2, "2001:db8::abcd", 64, UP | ICE_ADDR_TEMPORARY },
          { "eth0", 2, "fd00::1", 64, UP },
          { "eth0", 2, "fd00::abcd", 64, UP | ICE_ADDR_TEMPORARY } },
        { 0 }, "2001:db8::abcd fd00::abcd" },
    /* one that runs out, or is not ready, does not stand in for anything */
    { { { "eth0", 2, "2001:db8::1", 64, UP },
          { "eth0", 2, "2001:db8::abcd", 64,
              UP | ICE_ADDR_TEMPORARY | ICE_ADDR_DEPRECATED } },
        { 0 }, "2001:db8::1" },
    { { { "eth0", 2, "2001:db8::1", 64, UP },
          { "eth0", 2, "2001:db8::abcd", 64,
              UP | ICE_ADDR_TEMPORARY | ICE_ADDR_TENTATIVE } },
        { 0 }, "2001:db8::1" },
    /* link-local beside a temporary one, when both are last resorts */
    { { { "br0", 2, "fe80::1%2", 64, BRIDGE },
          { "br0", 2, "2001:db8::abcd", 64, BRIDGE | ICE_ADDR_TEMPORARY } },
        { 0 }, "2001:db8::abcd" },
    /* who names it gets it */
    { { { "eth0", 2, "2001:db8::1", 64, UP },
          { "eth0", 2, "2001:db8::abcd", 64, UP | ICE_ADDR_TEMPORARY } },
        { .bind_address = "2001:db8::1" }, "2001:db8::1" },
  };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

/* RFC 8835 [SEC-8835-1], RFC 6724 [SEC-6724-1] */
GST_START_TEST (deprecated_addresses_are_used_only_by_their_family_alone)
{
  static const Host hosts[] = {
    { { { "eth0", 2, "2001:db8::1", 64, UP | ICE_ADDR_DEPRECATED },
          { "eth0", 2, "2001:db8:1::1", 64, UP },
          { "eth0", 2, "10.0.0.1", 24, UP } },
        { 0 }, "2001:db8:1::1 10.0.0.1" },
    { { { "eth0", 2, "2001:db8::1", 64, UP | ICE_ADDR_DEPRECATED },
          { "eth0", 2, "10.0.0.1", 24, UP } },
        { 0 }, "2001:db8::1 10.0.0.1" },
  };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

/* RFC 8421 §4 [DUAL-4-1] */
GST_START_TEST (families_take_turns_after_a_head_start_of_ipv6)
{
  static const Host hosts[] = {
    { { { "e", 1, "10.0.0.1", 24, UP }, { "e", 1, "10.0.0.2", 24, UP },
          { "e", 1, "2001:db8::1", 64, UP }, { "e", 1, "2001:db8::2", 64, UP },
          { "e", 1, "2001:db8::3", 64, UP }, { "e", 1, "2001:db8::4", 64, UP },
          { "e", 1, "2001:db8::5", 64, UP },
          { "e", 1, "2001:db8::6", 64, UP } },
        { 0 },
        "2001:db8::1 2001:db8::2 2001:db8::3 2001:db8::4 10.0.0.1 2001:db8::5 "
        "10.0.0.2 2001:db8::6" },
    { { { "e", 1, "10.0.0.1", 24, UP }, { "e", 1, "2001:db8::1", 64, UP } },
        { 0 }, "2001:db8::1 10.0.0.1" },
    { { { "e", 1, "10.0.0.1", 24, UP }, { "e", 1, "10.0.0.2", 24, UP },
          { "e", 1, "10.0.0.3", 24, UP }, { "e", 1, "2001:db8::1", 64, UP } },
        { 0 }, "2001:db8::1 10.0.0.1 10.0.0.2 10.0.0.3" },
    { { { "e", 1, "10.0.0.1", 24, UP }, { "e", 1, "10.0.0.2", 24, UP },
          { "e", 1, "10.0.0.3", 24, UP }, { "e", 1, "2001:db8::1", 64, UP },
          { "e", 1, "2001:db8::2", 64, UP } },
        { 0 }, "2001:db8::1 10.0.0.1 2001:db8::2 10.0.0.2 10.0.0.3" },
    { { { "e", 1, "2001:db8::1", 64, UP }, { "e", 1, "2001:db8::2", 64, UP } },
        { 0 }, "2001:db8::1 2001:db8::2" },
    { { { "e", 1, "10.0.0.1", 24, UP }, { "e", 1, "10.0.0.2", 24, UP } }, { 0 },
        "10.0.0.1 10.0.0.2" },
  };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

/* RFC 8421 §3 [DUAL-3-1] */
GST_START_TEST (tunnels_come_last_unless_the_user_orders_otherwise)
{
#define TUNNELS \
  { \
    { "wg0", 1, "10.9.0.1", 24, TUNNEL }, { "wg0", 1, "fd09::1", 64, TUNNEL }, \
        { "wg0", 1, "10.9.0.2", 24, TUNNEL }, \
        { "eth0", 2, "10.0.0.1", 24, UP }, \
        { "eth0", 2, "2001:db8::1", 64, UP }, \
  }
  static const Host hosts[] = {
    { TUNNELS, { 0 }, "2001:db8::1 10.0.0.1 fd09::1 10.9.0.1 10.9.0.2" },
    { TUNNELS, { .interfaces = "*" },
        "2001:db8::1 10.0.0.1 fd09::1 10.9.0.1 10.9.0.2" },
    { TUNNELS, { .interfaces = "wg*,eth*" },
        "fd09::1 10.9.0.1 10.9.0.2 2001:db8::1 10.0.0.1" },
    /* they are not interleaved */
    { { { "wg0", 1, "10.9.0.1", 24, TUNNEL },
          { "wg0", 1, "10.9.0.2", 24, TUNNEL },
          { "wg0", 1, "10.9.0.3", 24, TUNNEL },
          { "wg0", 1, "fd09::1", 64, TUNNEL },
          { "wg0", 1, "fd09::2", 64, TUNNEL } },
        { 0 }, "fd09::1 fd09::2 10.9.0.1 10.9.0.2 10.9.0.3" },
    /* it is no last resort: a host may have nothing else */
    { { { "ppp0", 1, "10.9.0.1", 32, TUNNEL },
          { "lo", 2, "127.0.0.1", 8, LO } },
        { 0 }, "10.9.0.1" },
  };

  EXPECT_ALL (hosts);
}
GST_END_TEST;

static void
fill (IceIface *iface, const char *name, uint32_t index, const char *ip,
    uint8_t prefix_len)
{
  Row row = { name, index, ip, prefix_len, UP };

  memset (iface, 0, sizeof *iface);
  iface->index = row.index;
  iface->flags = row.flags;
  iface->prefix_len = row.prefix_len;
  fail_unless (net_addr_parse (row.ip, &iface->addr));
  g_strlcpy (iface->name, row.name, sizeof iface->name);
}

static gboolean
is_chosen (const unsigned *chosen, unsigned n, unsigned index)
{
  for (unsigned i = 0; i < n; i++) {
    if (chosen[i] == index)
      return TRUE;
  }
  return FALSE;
}

/* A thousand addresses on one interface do not push out the others, whether
 * they share a prefix or have one each, and a family keeps its place. */
GST_START_TEST (a_crowded_interface_leaves_room_for_the_others)
{
  enum
  {
    CROWD = 5000,
    N = CROWD + 3
  };
  static const uint8_t prefix_lens[] = { 8, 32 };
  g_autofree IceIface *ifaces = g_new (IceIface, N);
  IceIfacePolicy policy = { 0 };
  unsigned chosen[ICE_IFACE_SELECT_MAX + 1];

  for (gsize p = 0; p < G_N_ELEMENTS (prefix_lens); p++) {
    unsigned n;

    for (unsigned i = 0; i < CROWD; i++) {
      g_autofree char *ip =
          g_strdup_printf ("10.1.%u.%u", i / 250, i % 250 + 1);

      fill (&ifaces[i], "eth0", 2, ip, prefix_lens[p]);
    }
    fill (&ifaces[CROWD], "eth1", 3, "10.2.0.1", 24);
    fill (&ifaces[CROWD + 1], "eth2", 4, "10.3.0.1", 24);
    fill (&ifaces[CROWD + 2], "eth2", 4, "2001:db8::1", 64);
    chosen[ICE_IFACE_SELECT_MAX] = 4711;
    n = ice_iface_select (ifaces, N, &policy, chosen, ICE_IFACE_SELECT_MAX);
    fail_unless_equals_int (n, ICE_IFACE_SELECT_MAX);
    fail_unless_equals_int (chosen[ICE_IFACE_SELECT_MAX], 4711);
    fail_unless (is_chosen (chosen, n, CROWD));
    fail_unless (is_chosen (chosen, n, CROWD + 1));
    fail_unless_equals_int (chosen[0], CROWD + 2);
    for (unsigned i = 0; i < n; i++)
      fail_if (is_chosen (chosen + i + 1, n - i - 1, chosen[i]));
  }
}
GST_END_TEST;

GST_START_TEST (both_families_keep_half_of_the_places)
{
  enum
  {
    EACH = 500
  };
  g_autofree IceIface *ifaces = g_new (IceIface, 2 * EACH);
  IceIfacePolicy policy = { 0 };
  unsigned chosen[ICE_IFACE_SELECT_MAX];

  for (unsigned i = 0; i < EACH; i++) {
    g_autofree char *ipv4 =
        g_strdup_printf ("10.1.%u.%u", i / 250, i % 250 + 1);
    g_autofree char *ipv6 = g_strdup_printf ("2001:db8:%x::1", i);

    fill (&ifaces[i], "eth0", 2, ipv4, 16);
    fill (&ifaces[EACH + i], "eth0", 2, ipv6, 64);
  }
  for (unsigned max = 0; max <= ICE_IFACE_SELECT_MAX; max++) {
    unsigned n = ice_iface_select (ifaces, 2 * EACH, &policy, chosen, max);
    unsigned n_ipv6 = 0;

    fail_unless_equals_int (n, max);
    for (unsigned i = 0; i < n; i++)
      n_ipv6 += chosen[i] >= EACH;
    fail_unless_equals_int (n_ipv6, (max + 1) / 2);
  }
}
GST_END_TEST;

/* Random hosts: no index twice, none out of range, never more than asked for,
 * and the same host gives the same answer. */
GST_START_TEST (any_host_gives_a_valid_choice)
{
  static const char *const ips[] = { "10.0.0.1", "10.0.1.1", "127.0.0.1", "::1",
    "fe80::1%2", "2001:db8::1", "2001:db8::2", "2001:db8:1::1", "fd00::1",
    "169.254.1.1", "fec0::1", "0.0.0.0" };
  static const char *const names[] = { "eth0", "wlan0", "lo", "docker0" };
  static const char *const lists[] = { NULL, "*", "eth0,*", "!lo", "lo,wlan*" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (8421);

  for (int round = 0; round < 3000; round++) {
    IceIface ifaces[40];
    unsigned first[ICE_IFACE_SELECT_MAX];
    unsigned second[ICE_IFACE_SELECT_MAX];
    unsigned n_ifaces = (unsigned) g_rand_int_range (rand, 0, 41);
    unsigned max = (unsigned) g_rand_int_range (rand, 0, 33);
    IceIfacePolicy policy = {
      .interfaces = lists[g_rand_int_range (rand, 0, G_N_ELEMENTS (lists))],
      .family = (IceIpFamily) g_rand_int_range (rand, 0, 3),
    };
    unsigned n;

    for (unsigned i = 0; i < n_ifaces; i++) {
      int name = g_rand_int_range (rand, 0, G_N_ELEMENTS (names));

      fill (&ifaces[i], names[name], (uint32_t) name + 1,
          ips[g_rand_int_range (rand, 0, G_N_ELEMENTS (ips))],
          (uint8_t) g_rand_int_range (rand, 0, 256));
      ifaces[i].flags = g_rand_int (rand) & 0xf0f;
    }
    n = ice_iface_select (ifaces, n_ifaces, &policy, first, max);
    fail_unless (n <= max && n <= n_ifaces);
    for (unsigned i = 0; i < n; i++) {
      fail_unless (first[i] < n_ifaces);
      fail_if (is_chosen (first + i + 1, n - i - 1, first[i]));
    }
    fail_unless_equals_int (ice_iface_select (ifaces, n_ifaces, &policy, second,
                                max),
        n);
    fail_unless (memcmp (first, second, n * sizeof first[0]) == 0);
  }
}
GST_END_TEST;

GST_START_TEST (the_grammar_of_interfaces_is_that_of_the_globs)
{
  fail_unless (ice_iface_check_globs (NULL) == NULL);
  fail_unless (ice_iface_check_globs ("eth0,usb*,!docker*,lo") == NULL);
  fail_if (ice_iface_check_globs ("eth0,") == NULL);
}
GST_END_TEST;

static Suite *
iface_suite (void)
{
  Suite *suite = suite_create ("ice/iface");
  TCase *tcase = tcase_create ("iface");

  tcase_add_test (tcase, a_host_without_interfaces_has_no_candidates);
  tcase_add_test (tcase, unusable_addresses_are_never_chosen);
  tcase_add_test (tcase,
      private_shared_and_unique_local_addresses_are_ordinary);
  tcase_add_test (tcase, last_resorts_wait_until_there_is_nothing_better);
  tcase_add_test (tcase, naming_an_interface_lifts_its_restriction);
  tcase_add_test (tcase, the_policy_narrows_and_orders);
  tcase_add_test (tcase, a_temporary_address_hides_the_lasting_ones_beside_it);
  tcase_add_test (tcase,
      deprecated_addresses_are_used_only_by_their_family_alone);
  tcase_add_test (tcase, families_take_turns_after_a_head_start_of_ipv6);
  tcase_add_test (tcase, tunnels_come_last_unless_the_user_orders_otherwise);
  tcase_add_test (tcase, a_crowded_interface_leaves_room_for_the_others);
  tcase_add_test (tcase, both_families_keep_half_of_the_places);
  tcase_add_test (tcase, any_host_gives_a_valid_choice);
  tcase_add_test (tcase, the_grammar_of_interfaces_is_that_of_the_globs);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (iface);
