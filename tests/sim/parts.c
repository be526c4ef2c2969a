/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The simulator's own parts, by what the specifications say of the real things:
 * a world that lies would make every other test here worthless. */

#include <gst/check/gstcheck.h>

#include "peer.h"
#include "scene.h"

static const SimNatMapping mappings[] = { SIM_NAT_EIM, SIM_NAT_ADM,
  SIM_NAT_APDM };

static NetAddr
at (const char *ip, uint16_t port)
{
  NetAddr addr;

  fail_unless (net_addr_parse (ip, &addr));
  return net_addr_with_port (addr, port);
}

/* -- the world -------------------------------------------------------------- */

static void
append (void *target, uint64_t argument)
{
  g_array_append_val ((GArray *) target, argument);
}

GST_START_TEST (events_happen_by_time_and_then_in_planned_order)
{
  SimWorld *world = sim_world_new (1);
  GArray *seen = g_array_new (FALSE, FALSE, sizeof (uint64_t));

  for (uint64_t i = 0; i < 200; i++)
    sim_world_at (world, world->now + (i * 7919) % 10, append, seen,
        ((i * 7919) % 10) << 32 | i);
  sim_world_run (world, world->now + 100);
  fail_unless_equals_int (seen->len, 200);
  for (guint i = 1; i < seen->len; i++)
    fail_unless (g_array_index (seen, uint64_t, i - 1) <
        g_array_index (seen, uint64_t, i));
  g_array_unref (seen);
  sim_world_free (world);
}
GST_END_TEST;

GST_START_TEST (a_seed_gives_the_same_numbers_and_another_seed_others)
{
  SimRng one = { 7 };
  SimRng same = { 7 };
  SimRng other = { 8 };

  for (unsigned i = 0; i < 100; i++) {
    uint64_t number = sim_rng_next (&one);

    fail_unless (number == sim_rng_next (&same));
    fail_if (number == sim_rng_next (&other));
  }
}
GST_END_TEST;

/* -- links -------------------------------------------------------------------- */

GST_START_TEST (a_link_loses_what_it_is_told_to)
{
  SimRng rng = { 3 };
  SimLink plain = { .config = { .loss = 0.1 } };
  SimLink burst = { .config = { .burst_every = NET_MSEC (900),
                        .burst_lasts = NET_MSEC (100),
                        .burst_loss = 1.0 } };
  NetTime arrivals[2];
  unsigned runs = 0;
  bool lost_before = false;

  for (unsigned i = 0; i < 20000; i++) {
    NetTime now = NET_MSEC (10 * (i + 1));
    bool lost;

    sim_link_pass (&plain, &rng, 100, now, arrivals);
    lost = sim_link_pass (&burst, &rng, 100, now, arrivals) == 0;
    runs += lost && !lost_before;
    lost_before = lost;
  }
  fail_unless (plain.lost > 1800 && plain.lost < 2200);
  /* A tenth of the time, ten in a row. */
  fail_unless (burst.lost > 1400 && burst.lost < 2600);
  fail_unless (burst.lost > 7 * runs && burst.lost < 14 * runs);
}
GST_END_TEST;

GST_START_TEST (a_link_delays_in_order_but_for_what_it_reorders)
{
  SimRng rng = { 4 };
  SimLink jitter = { .config = { .delay = 100, .jitter = 50 } };
  SimLink unruly = {
    .config = { .delay = 100, .reorder = 0.5, .reorder_by = 1000 }
  };
  NetTime last = 0;
  NetTime arrivals[2];
  unsigned late = 0;

  for (unsigned i = 0; i < 1000; i++) {
    fail_unless_equals_int (sim_link_pass (&jitter, &rng, 100, i * 10,
                                arrivals),
        1);
    fail_unless (arrivals[0] >= i * 10 + 100 && arrivals[0] >= last);
    last = arrivals[0];
    fail_unless_equals_int (sim_link_pass (&unruly, &rng, 100, i * 10,
                                arrivals),
        1);
    late += arrivals[0] == i * 10 + 1100;
  }
  fail_unless (late > 400 && late < 600);
}
GST_END_TEST;

GST_START_TEST (a_link_has_a_rate_an_mtu_and_black_windows)
{
  SimRng rng = { 5 };
  SimLink slow = { .config = { .rate = 8000, .queue_limit = NET_MSEC (300) } };
  SimLink narrow = { .config = { .mtu = 1280 } };
  SimLink black = { 0 };
  NetTime arrivals[2];

  fail_unless_equals_int (sim_link_pass (&slow, &rng, 72, 0, arrivals), 1);
  fail_unless_equals_uint64 (arrivals[0], NET_MSEC (100));
  sim_link_pass (&slow, &rng, 72, 0, arrivals);
  sim_link_pass (&slow, &rng, 72, 0, arrivals);
  fail_unless_equals_int (sim_link_pass (&slow, &rng, 72, 0, arrivals), 1);
  fail_unless_equals_uint64 (arrivals[0], NET_MSEC (400));
  fail_unless_equals_int (sim_link_pass (&slow, &rng, 72, 0, arrivals), 0);
  fail_unless_equals_int (sim_link_pass (&narrow, &rng, 1252, 0, arrivals), 1);
  fail_unless_equals_int (sim_link_pass (&narrow, &rng, 1253, 0, arrivals), 0);
  fail_unless (sim_link_black (&black, 10, 20));
  fail_unless_equals_int (sim_link_pass (&black, &rng, 9, 9, arrivals), 1);
  fail_unless_equals_int (sim_link_pass (&black, &rng, 9, 10, arrivals), 0);
  fail_unless_equals_int (sim_link_pass (&black, &rng, 9, 20, arrivals), 1);
}
GST_END_TEST;

GST_START_TEST (a_link_duplicates)
{
  SimRng rng = { 6 };
  SimLink twice = { .config = { .delay = 5, .duplicate = 1.0 } };
  NetTime arrivals[2];

  fail_unless_equals_int (sim_link_pass (&twice, &rng, 100, 0, arrivals), 2);
  fail_unless_equals_uint64 (arrivals[1], 5);
}
GST_END_TEST;

/* -- NATs --------------------------------------------------------------------- */

typedef struct
{
  SimWorld *world;
  SimNat *nat;
  SimPeer *inner;
  SimPeer *other; /* inside, too */
  SimPeer *x;     /* outside */
  SimPeer *y;
} Home;

static Home
home_new (const SimNatConfig *config)
{
  Home home;
  SimRealm *outside;
  SimRealm *inside;
  NetAddr outer = at ("203.0.113.1", 0);

  home.world = sim_world_new (11);
  outside = sim_realm_new (home.world, "outside");
  inside = sim_realm_new (home.world, "inside");
  home.nat = sim_nat_new (inside, outside, config, &outer, 1);
  home.inner = sim_peer_new (inside, "10.0.0.2", 5000);
  home.other = sim_peer_new (inside, "10.0.0.3", 5001);
  home.x = sim_peer_new (outside, "198.51.100.1", 1000);
  home.y = sim_peer_new (outside, "198.51.100.2", 1000);
  return home;
}

static unsigned
heard (const SimPeer *peer)
{
  return peer->heard->len;
}

/* Sends one byte; returns the address the receiver saw, none: it did not come. */
static NetAddr
seen (Home *home, SimPeer *from, NetAddr source, SimPeer *to, NetAddr target)
{
  unsigned before = heard (to);

  sim_peer_send (from, source, target, NET_BYTES ("x", 1));
  sim_world_run (home->world, home->world->now + 1);
  if (heard (to) == before)
    return NET_ADDR_NONE;
  fail_unless_equals_int (heard (to), before + 1);
  return g_array_index (to->heard, SimHeard, before).from;
}

GST_START_TEST (a_nat_maps_by_its_mapping_behaviour)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (mappings); i++) {
    SimNatConfig config = { .mapping = mappings[i] };
    Home home = home_new (&config);
    NetAddr inner = home.inner->addr;
    NetAddr one = seen (&home, home.inner, inner, home.x, home.x->addr);
    NetAddr port = seen (&home, home.inner, inner, home.x,
        net_addr_with_port (home.x->addr, 1001));
    NetAddr ip = seen (&home, home.inner, inner, home.y, home.y->addr);
    NetAddr other =
        seen (&home, home.other, home.other->addr, home.x, home.x->addr);

    fail_unless (net_addr_equal_ip (one, at ("203.0.113.1", 0)));
    fail_unless_equals_int (net_addr_equal (one, port),
        config.mapping != SIM_NAT_APDM);
    fail_unless_equals_int (net_addr_equal (one, ip),
        config.mapping == SIM_NAT_EIM);
    fail_if (net_addr_equal (one, other));
    sim_world_free (home.world);
  }
}
GST_END_TEST;

GST_START_TEST (a_nat_filters_by_its_filtering_behaviour)
{
  static const SimNatFiltering kinds[] = { SIM_NAT_EIF, SIM_NAT_ADF,
    SIM_NAT_APDF };

  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++) {
    SimNatConfig config = { .filtering = kinds[i] };
    Home home = home_new (&config);
    NetAddr outer =
        seen (&home, home.inner, home.inner->addr, home.x, home.x->addr);
    NetAddr x2 = net_addr_with_port (home.x->addr, 1001);

    fail_if (net_addr_is_none (seen (&home, home.x, home.x->addr, home.inner,
        outer)));
    fail_unless_equals_int (!net_addr_is_none (seen (&home, home.x, x2,
                                home.inner, outer)),
        kinds[i] != SIM_NAT_APDF);
    fail_unless_equals_int (!net_addr_is_none (seen (&home, home.y,
                                home.y->addr, home.inner, outer)),
        kinds[i] == SIM_NAT_EIF);
    outer.port ^= 1;
    fail_unless (net_addr_is_none (seen (&home, home.x, home.x->addr,
        home.inner, outer)));
    sim_world_free (home.world);
  }
}
GST_END_TEST;

GST_START_TEST (a_nat_filters_per_mapping_unless_told_otherwise)
{
  for (unsigned endpoint = 0; endpoint < 2; endpoint++) {
    SimNatConfig config = { .mapping = SIM_NAT_APDM,
      .filtering = SIM_NAT_ADF,
      .filter_endpoint = endpoint };
    Home home = home_new (&config);
    NetAddr inner = home.inner->addr;
    NetAddr for_x = seen (&home, home.inner, inner, home.x, home.x->addr);

    seen (&home, home.inner, inner, home.y, home.y->addr);
    fail_unless_equals_int (!net_addr_is_none (seen (&home, home.y,
                                home.y->addr, home.inner, for_x)),
        endpoint);
    sim_world_free (home.world);
  }
}
GST_END_TEST;

GST_START_TEST (a_nat_hands_out_ports_as_it_is_told)
{
  SimNatConfig config = { .ports = SIM_NAT_PRESERVE };
  Home home = home_new (&config);
  NetAddr same = net_addr_with_port (home.other->addr, 5000);

  fail_unless_equals_int (seen (&home, home.inner, home.inner->addr, home.x,
                              home.x->addr)
                              .port,
      5000);
  fail_if (seen (&home, home.other, same, home.x, home.x->addr).port == 5000);
  sim_world_free (home.world);

  config = (SimNatConfig){ .ports = SIM_NAT_SEQUENTIAL };
  home = home_new (&config);
  fail_unless_equals_int (seen (&home, home.inner, home.inner->addr, home.x,
                              home.x->addr)
                              .port +
          1,
      seen (&home, home.other, home.other->addr, home.x, home.x->addr).port);
  sim_world_free (home.world);

  config = (SimNatConfig){ .ports = SIM_NAT_PARITY };
  home = home_new (&config);
  fail_unless_equals_int (seen (&home, home.inner, home.inner->addr, home.x,
                              home.x->addr)
                              .port %
          2,
      0);
  fail_unless_equals_int (seen (&home, home.other, home.other->addr, home.x,
                              home.x->addr)
                              .port %
          2,
      1);
  sim_world_free (home.world);
}
GST_END_TEST;

GST_START_TEST (a_nat_forgets_what_is_idle_and_what_it_rebinds)
{
  SimNatConfig config = { .lifetime = NET_SEC (30) };
  Home home = home_new (&config);
  NetAddr inner = home.inner->addr;
  NetAddr outer = seen (&home, home.inner, inner, home.x, home.x->addr);

  sim_world_run (home.world, home.world->now + NET_SEC (29));
  fail_if (net_addr_is_none (seen (&home, home.x, home.x->addr, home.inner,
      outer)));
  fail_unless (net_addr_equal (seen (&home, home.inner, inner, home.x,
                                   home.x->addr),
      outer));
  sim_world_run (home.world, home.world->now + NET_SEC (31));
  fail_unless (net_addr_is_none (seen (&home, home.x, home.x->addr, home.inner,
      outer)));
  outer = seen (&home, home.inner, inner, home.x, home.x->addr);
  sim_nat_rebind (home.nat);
  fail_if (net_addr_equal (seen (&home, home.inner, inner, home.x,
                               home.x->addr),
      outer));
  sim_world_free (home.world);
}
GST_END_TEST;

GST_START_TEST (a_nat_hairpins_only_when_it_can)
{
  for (unsigned i = 0; i < 3; i++) {
    SimNatConfig config = { .hairpin = i > 0, .hairpin_inner = i > 1 };
    Home home = home_new (&config);
    NetAddr outer =
        seen (&home, home.other, home.other->addr, home.x, home.x->addr);
    NetAddr source =
        seen (&home, home.inner, home.inner->addr, home.other, outer);

    if (i == 0)
      fail_unless (net_addr_is_none (source));
    else
      fail_unless_equals_int (net_addr_equal (source, home.inner->addr),
          i == 2);
    sim_world_free (home.world);
  }
}
GST_END_TEST;

GST_START_TEST (a_pooled_nat_gives_one_address_to_one_host)
{
  SimNatConfig config = { .mapping = SIM_NAT_APDM };
  SimWorld *world = sim_world_new (1);
  SimRealm *outside = sim_realm_new (world, "outside");
  SimRealm *inside = sim_realm_new (world, "inside");
  NetAddr pool[] = { at ("203.0.113.1", 0), at ("203.0.113.2", 0) };
  SimPlug *inner =
      sim_nat_inner (sim_nat_new (inside, outside, &config, pool, 2));
  unsigned used[2] = { 0, 0 };

  sim_peer_new (outside, "198.51.100.1", 1000);
  for (unsigned host = 1; host < 40; host++) {
    g_autofree char *ip = g_strdup_printf ("10.0.0.%u", host);
    NetAddr first = NET_ADDR_NONE;

    for (uint16_t port = 1000; port < 1004; port++) {
      NetAddr from = at (ip, 5000);
      NetAddr to = at ("198.51.100.1", port);
      SimPlug *next;

      fail_unless_equals_int (inner->klass->forward (inner, &from, &to,
                                  world->now, &next),
          SIM_PASS);
      fail_unless (port == 1000 || net_addr_equal_ip (first, from));
      first = from;
    }
    used[net_addr_equal_ip (first, pool[1])]++;
  }
  fail_unless (used[0] > 5 && used[1] > 5);
  sim_world_free (world);
}
GST_END_TEST;

GST_START_TEST (a_firewall_lets_in_only_what_it_should)
{
  static const SimFirewallKind kinds[] = { SIM_FIREWALL_OPEN,
    SIM_FIREWALL_STATEFUL, SIM_FIREWALL_BLOCK };

  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++) {
    Home home = { .world = sim_world_new (1) };
    SimRealm *outside = sim_realm_new (home.world, "outside");
    SimRealm *inside = sim_realm_new (home.world, "inside");
    NetAddr from;

    sim_firewall_new (inside, outside, NET_FAMILY_IPV6, kinds[i], 0);
    home.inner = sim_peer_new (inside, "2001:db8:1::2", 5000);
    home.x = sim_peer_new (outside, "2001:db8:2::2", 1000);
    from = seen (&home, home.x, home.x->addr, home.inner, home.inner->addr);
    fail_unless_equals_int (net_addr_equal (from, home.x->addr),
        kinds[i] == SIM_FIREWALL_OPEN);
    from = seen (&home, home.inner, home.inner->addr, home.x, home.x->addr);
    fail_unless_equals_int (net_addr_equal (from, home.inner->addr),
        kinds[i] != SIM_FIREWALL_BLOCK);
    from = seen (&home, home.x, home.x->addr, home.inner, home.inner->addr);
    fail_unless_equals_int (net_addr_equal (from, home.x->addr),
        kinds[i] != SIM_FIREWALL_BLOCK);
    sim_world_free (home.world);
  }
}
GST_END_TEST;

/* -- servers and names ---------------------------------------------------------- */

static bool
is_answer (SimPeer *peer, const StunMsg *msg, const SimHeard *one)
{
  (void) peer;
  (void) one;
  return msg != NULL;
}

static SimHeard
ask (SimStunKind kind, bool *out_answered)
{
  SimWorld *world = sim_world_new (1);
  SimRealm *realm = sim_realm_new (world, "realm");
  SimStunServer *server =
      sim_stun_server_new (realm, at ("198.51.100.1", 3478), kind);
  SimPeer *client = sim_peer_new (realm, "203.0.113.9", 7777);
  SimHeard answer = { 0 };
  uint8_t buf[64];
  StunWriter writer;
  size_t len;

  client->handler = is_answer;
  stun_writer_begin (&writer, buf, sizeof buf, STUN_REQUEST, STUN_BINDING,
      (StunTxnId){ { 1 } });
  fail_unless (stun_writer_finish (&writer, &len));
  sim_peer_send (client, client->addr, sim_stun_server_addr (server),
      NET_BYTES (buf, len));
  sim_world_run (world, world->now + NET_SEC (1));
  *out_answered = client->heard->len == 1;
  if (*out_answered)
    answer = g_array_index (client->heard, SimHeard, 0);
  sim_world_free (world);
  return answer;
}

GST_START_TEST (a_stun_server_answers_by_its_kind)
{
  static const struct
  {
    SimStunKind kind;
    uint16_t code;
  } errors[] = {
    { SIM_STUN_REDIRECT, 300 },
    { SIM_STUN_BAD, 400 },
    { SIM_STUN_AUTH, 401 },
    { SIM_STUN_UNKNOWN, 420 },
    { SIM_STUN_ERROR, 500 },
  };
  bool answered;

  fail_unless (net_addr_equal (ask (SIM_STUN_GOOD, &answered).mapped,
      at ("203.0.113.9", 7777)));
  fail_unless (net_addr_equal (ask (SIM_STUN_OLD, &answered).mapped,
      at ("203.0.113.9", 7777)));
  fail_unless_equals_int (ask (SIM_STUN_OTHER_PORT, &answered).from.port, 3479);
  for (unsigned i = 0; i < G_N_ELEMENTS (errors); i++)
    fail_unless_equals_int (ask (errors[i].kind, &answered).code,
        errors[i].code);
  ask (SIM_STUN_DEAD, &answered);
  fail_if (answered);
}
GST_END_TEST;

static void
count_addresses (void *user, uint32_t op, const NetAddr *addrs, unsigned n)
{
  int *counts = user;

  fail_unless (n == 0 || addrs[0].port == 99);
  counts[op] = (int) n;
}

GST_START_TEST (names_resolve_fail_or_say_nothing)
{
  SimWorld *world = sim_world_new (1);
  SimDns *dns = sim_dns_new (world);
  int counts[3] = { -1, -1, -1 };

  sim_dns_add (dns, "two", at ("192.0.2.1", 0), NET_MSEC (50));
  sim_dns_add (dns, "two", at ("192.0.2.2", 0), NET_MSEC (50));
  sim_dns_add_silent (dns, "silent");
  sim_dns_ask (dns, "TWO", 99, 0, count_addresses, counts);
  sim_dns_ask (dns, "unknown", 99, 1, count_addresses, counts);
  sim_dns_ask (dns, "silent", 99, 2, count_addresses, counts);
  sim_world_run (world, world->now + NET_MSEC (49));
  fail_unless_equals_int (counts[0], -1);
  sim_world_run (world, world->now + NET_SEC (10));
  fail_unless_equals_int (counts[0], 2);
  fail_unless_equals_int (counts[1], 0);
  fail_unless_equals_int (counts[2], -1);
  sim_world_free (world);
}
GST_END_TEST;

/* -- the oracle --------------------------------------------------------------- */

static SimReach
reach (const SimNatConfig *a, const SimNatConfig *b)
{
  g_autoptr (SimScene) scene = sim_scene_pair (1, a, b, NET_MSEC (50), 0);

  return sim_scene_oracle (scene);
}

/* By hand, row by row, and measured with real kernels and another agent; order
 * eim, adm, apdm, each with eif, adf, apdf. Symmetric in a and b. */
static const char *const table[9] = {
  "DDDDDDDDD",
  "DDDDDDDDD",
  "DDD......",
  "DD.DD.DD.",
  "DD.D..D..",
  "DD.......",
  "DD.DD....",
  "DD.D.....",
  "DD.......",
};

GST_START_TEST (the_oracle_knows_the_table_of_nat_pairs)
{
  unsigned direct = 0;

  for (unsigned i = 0; i < 81; i++) {
    SimNatConfig a = { .mapping = i / 27, .filtering = i / 9 % 3 };
    SimNatConfig b = { .mapping = i % 9 / 3, .filtering = i % 3 };
    SimReach expected =
        table[i / 9][i % 9] == 'D' ? SIM_REACH_DIRECT : SIM_REACH_RELAY;
    SimReach found = reach (&a, &b);

    fail_unless (found == expected, "%s × %s: %s", sim_nat_name (&a),
        sim_nat_name (&b), sim_reach_name (found));
    direct += found == SIM_REACH_DIRECT;
  }
  fail_unless_equals_int (direct, 42);
}
GST_END_TEST;

GST_START_TEST (the_oracle_knows_filters_per_endpoint_and_kept_ports)
{
  SimNatConfig endpoint = { .mapping = SIM_NAT_ADM,
    .filtering = SIM_NAT_ADF,
    .filter_endpoint = true };
  SimNatConfig overload = { .mapping = SIM_NAT_APDM,
    .filtering = SIM_NAT_APDF,
    .ports = SIM_NAT_OVERLOAD };
  SimNatConfig symmetric = { .mapping = SIM_NAT_APDM,
    .filtering = SIM_NAT_APDF };

  fail_unless_equals_int (reach (&endpoint, &endpoint), SIM_REACH_DIRECT);
  fail_unless_equals_int (reach (&overload, &overload), SIM_REACH_DIRECT);
  fail_unless_equals_int (reach (&overload, &symmetric), SIM_REACH_RELAY);
  fail_unless_equals_int (reach (NULL, &symmetric), SIM_REACH_DIRECT);
  fail_unless_equals_int (reach (NULL, NULL), SIM_REACH_DIRECT);
}
GST_END_TEST;

GST_START_TEST (the_oracle_knows_one_roof_and_walls)
{
  SimNatConfig symmetric = { .mapping = SIM_NAT_APDM,
    .filtering = SIM_NAT_APDF };
  g_autoptr (SimScene) roof = sim_scene_new (1);
  g_autoptr (SimScene) wall = sim_scene_new (1);
  SimSite *site = sim_scene_site (roof, &symmetric, NULL);
  SimSite *office;

  roof->a = sim_scene_host (roof, site, "A");
  roof->b = sim_scene_host (roof, site, "B");
  fail_unless_equals_int (sim_scene_oracle (roof), SIM_REACH_DIRECT);

  office = sim_scene_site (wall, &symmetric, NULL);
  wall->a = sim_scene_host (wall, sim_scene_site (wall, NULL, NULL), "A");
  wall->b = sim_scene_host (wall, office, "B");
  sim_firewall_new (office->realm, wall->internet, NET_FAMILY_IPV4,
      SIM_FIREWALL_BLOCK, 0);
  fail_unless_equals_int (sim_scene_oracle (wall), SIM_REACH_NOTHING);
}
GST_END_TEST;

static Suite *
parts_suite (void)
{
  Suite *suite = suite_create ("sim/parts");
  TCase *tcase = tcase_create ("parts");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, events_happen_by_time_and_then_in_planned_order);
  tcase_add_test (tcase, a_seed_gives_the_same_numbers_and_another_seed_others);
  tcase_add_test (tcase, a_link_loses_what_it_is_told_to);
  tcase_add_test (tcase, a_link_delays_in_order_but_for_what_it_reorders);
  tcase_add_test (tcase, a_link_has_a_rate_an_mtu_and_black_windows);
  tcase_add_test (tcase, a_link_duplicates);
  tcase_add_test (tcase, a_nat_maps_by_its_mapping_behaviour);
  tcase_add_test (tcase, a_nat_filters_by_its_filtering_behaviour);
  tcase_add_test (tcase, a_nat_filters_per_mapping_unless_told_otherwise);
  tcase_add_test (tcase, a_nat_hands_out_ports_as_it_is_told);
  tcase_add_test (tcase, a_nat_forgets_what_is_idle_and_what_it_rebinds);
  tcase_add_test (tcase, a_nat_hairpins_only_when_it_can);
  tcase_add_test (tcase, a_pooled_nat_gives_one_address_to_one_host);
  tcase_add_test (tcase, a_firewall_lets_in_only_what_it_should);
  tcase_add_test (tcase, a_stun_server_answers_by_its_kind);
  tcase_add_test (tcase, names_resolve_fail_or_say_nothing);
  tcase_add_test (tcase, the_oracle_knows_the_table_of_nat_pairs);
  tcase_add_test (tcase, the_oracle_knows_filters_per_endpoint_and_kept_ports);
  tcase_add_test (tcase, the_oracle_knows_one_roof_and_walls);
  return suite;
}

GST_CHECK_MAIN (parts);
