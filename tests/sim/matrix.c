/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who reaches whom: every scene ends as the oracle says. */

#include <gst/check/gstcheck.h>

#include "scene.h"

#define RTT NET_MSEC (50)
/* The connect-timeout, and some air. */
#define LIMIT NET_SEC (45)

/* A direct path: connected over it, with media. None: failed at the
 * connect-timeout and not before, with the cause. */
static void
judge (SimScene *scene, SimReach reach, IceCause cause, const char *what)
{
  NetTime started = scene->world->now;
  NetTime wait = scene->a->config.connect_timeout;

  sim_scene_conclude (scene, LIMIT);
  if (reach == SIM_REACH_DIRECT) {
    sim_scene_run (scene, NET_MSEC (500));
    sim_scene_expect_connected (scene);
    if (scene->world->now > started + NET_SEC (4))
      sim_world_fault (scene->world, "A", "slow on a path without loss");
  } else {
    sim_scene_expect_failed (scene, cause);
    if (scene->a->times.failed < started + wait ||
        scene->a->times.failed > started + wait + NET_SEC (1))
      sim_world_fault (scene->world, "A", "failed at the wrong time");
  }
  fail_unless (sim_scene_end (scene, what));
}

static void
start_both (SimScene *scene)
{
  sim_scene_signal (scene, NET_MSEC (20));
  sim_host_start (scene->a);
  sim_host_start (scene->b);
}

static SimNatConfig
kind (unsigned number)
{
  return (SimNatConfig){ .mapping = number / 3, .filtering = number % 3 };
}

/* RFC 8445 §7.2.5.3.1 [ICE-7.2.5.3.1-1]: the symmetric rows live on
 * peer-reflexive candidates. */
GST_START_TEST (a_nat_pair_ends_as_the_oracle_says)
{
  SimNatConfig nat_a = kind (__i__ / 9);
  SimNatConfig nat_b = kind (__i__ % 9);
  SimScene *scene =
      sim_scene_pair ((uint64_t) __i__ + 1, &nat_a, &nat_b, RTT, 0);
  SimReach reach = sim_scene_oracle (scene);
  g_autofree char *what = g_strdup_printf ("%s × %s, %s", sim_nat_name (&nat_a),
      sim_nat_name (&nat_b), sim_reach_name (reach));

  start_both (scene);
  judge (scene, reach, ICE_CAUSE_CHECKS_TIMEOUT, what);
  sim_scene_free (scene);
}
GST_END_TEST;

static void
pair (const SimNatConfig *nat_a, const SimNatConfig *nat_b, const char *what)
{
  g_autoptr (SimScene) scene = sim_scene_pair (5, nat_a, nat_b, RTT, 0);
  SimReach reach = sim_scene_oracle (scene);

  start_both (scene);
  judge (scene, reach, ICE_CAUSE_CHECKS_TIMEOUT, what);
}

GST_START_TEST (a_public_host_meets_every_nat)
{
  for (unsigned i = 0; i < 9; i++) {
    SimNatConfig nat = kind (i);

    pair (NULL, &nat, "public × NAT");
    pair (&nat, NULL, "NAT × public");
  }
  pair (NULL, NULL, "public × public");
}
GST_END_TEST;

GST_START_TEST (ports_and_filter_scope_decide_the_close_cases)
{
  SimNatConfig endpoint = { .mapping = SIM_NAT_ADM,
    .filtering = SIM_NAT_ADF,
    .filter_endpoint = true };
  SimNatConfig overload = { .mapping = SIM_NAT_APDM,
    .filtering = SIM_NAT_APDF,
    .ports = SIM_NAT_OVERLOAD };
  SimNatConfig symmetric = { .mapping = SIM_NAT_APDM,
    .filtering = SIM_NAT_APDF };
  SimNatConfig preserve = { .filtering = SIM_NAT_APDF,
    .ports = SIM_NAT_PRESERVE };

  pair (&endpoint, &endpoint, "filters per endpoint");
  pair (&overload, &overload, "kept ports");
  pair (&overload, &symmetric, "kept ports × symmetric");
  pair (&preserve, &preserve, "preserved ports");
}
GST_END_TEST;

/* -- one roof --------------------------------------------------------------- */

static SimScene *
one_roof (const SimNatConfig *nat)
{
  SimScene *scene = sim_scene_new (9);
  SimLinkConfig link = { .delay = NET_MSEC (10) };
  SimSite *site = sim_scene_site (scene, nat, &link);

  scene->a = sim_scene_host (scene, site, "A");
  scene->b = sim_scene_host (scene, site, "B");
  scene->b->config.role = ICE_CONTROLLED;
  return scene;
}

GST_START_TEST (two_hosts_of_one_home_meet_on_its_network)
{
  SimNatConfig nat = { .mapping = SIM_NAT_APDM, .filtering = SIM_NAT_APDF };
  g_autoptr (SimScene) scene = one_roof (&nat);

  start_both (scene);
  judge (scene, SIM_REACH_DIRECT, ICE_CAUSE_NONE, "one home");
  fail_unless_equals_int (scene->a->components[0][0].selected.local.type,
      ICE_CAND_HOST);
  fail_unless_equals_int (scene->a->components[0][0].selected.remote.type,
      ICE_CAND_HOST);
}
GST_END_TEST;

/* Two networks behind one NAT that do not see each other but through it: only a
 * NAT that hairpins connects them. */
static void
two_flats (bool hairpin)
{
  SimNatConfig outer = { .hairpin = hairpin };
  SimNatConfig inner = { .filtering = SIM_NAT_APDF };
  g_autoptr (SimScene) scene = sim_scene_new (9);
  SimSite *house = sim_scene_site (scene, &outer, NULL);
  SimRealm *flats[2];
  SimNat *doors[2];
  SimHost **hosts[2] = { &scene->a, &scene->b };
  SimReach reach;

  for (unsigned i = 0; i < 2; i++) {
    NetAddr addr = { .family = NET_FAMILY_IPV4,
      .ip = { 10, 1, 0, (uint8_t) (100 + i) } };

    flats[i] = sim_realm_new (scene->world, "flat");
    doors[i] = sim_nat_new (flats[i], house->realm, &inner, &addr, 1);
    *hosts[i] = sim_host_new (scene->world, i == 0 ? "A" : "B");
    sim_host_add_nic (*hosts[i], flats[i], "192.168.0.2");
    sim_host_add_server (*hosts[i], "198.51.100.1", 3478);
  }
  scene->b->config.role = ICE_CONTROLLED;
  reach =
      sim_oracle_ask (scene->a, scene->b, sim_stun_server_addr (scene->server));
  fail_unless_equals_int (reach, hairpin ? SIM_REACH_DIRECT : SIM_REACH_RELAY);
  sim_nat_reset (house->nat);
  sim_nat_reset (doors[0]);
  sim_nat_reset (doors[1]);
  start_both (scene);
  judge (scene, reach, ICE_CAUSE_CHECKS_TIMEOUT, "two flats");
}

/* Both hosts have the same private address, too: 192.168.0.2 of the peer is
 * one's own, and a check to it must not be taken for success. */
GST_START_TEST (two_networks_behind_one_nat_need_its_hairpin)
{
  two_flats (true);
  two_flats (false);
}
GST_END_TEST;

/* -- walls and families ------------------------------------------------------- */

GST_START_TEST (a_firewall_that_blocks_udp_is_named_as_the_cause)
{
  g_autoptr (SimScene) scene = sim_scene_new (3);
  SimNatConfig nat = { 0 };
  SimSite *office = sim_scene_site (scene, &nat, NULL);

  scene->a = sim_scene_host (scene, sim_scene_site (scene, NULL, NULL), "A");
  scene->b = sim_scene_host (scene, office, "B");
  scene->b->config.role = ICE_CONTROLLED;
  sim_firewall_new (office->realm, scene->internet, NET_FAMILY_IPV4,
      SIM_FIREWALL_BLOCK, 0);
  start_both (scene);
  sim_scene_conclude (scene, LIMIT);
  fail_unless_equals_int (scene->a->state, ICE_STATE_FAILED);
  fail_unless_equals_int (scene->b->state, ICE_STATE_FAILED);
  fail_unless_equals_int (scene->a->cause, ICE_CAUSE_CHECKS_TIMEOUT);
  fail_unless_equals_int (scene->b->cause, ICE_CAUSE_STUN_UNREACHABLE);
  fail_unless (sim_scene_end (scene, "UDP blocked"));
}
GST_END_TEST;

/* Hosts with IPv6, and IPv4 behind NATs if `v4`. */
static SimScene *
dual (SimFirewallKind kind_a, SimFirewallKind kind_b, bool v4)
{
  SimScene *scene = sim_scene_new (4);
  SimNatConfig nat = { .filtering = SIM_NAT_APDF };
  SimLinkConfig link = { .delay = NET_MSEC (10) };
  SimFirewallKind kinds[2] = { kind_a, kind_b };
  SimHost **hosts[2] = { &scene->a, &scene->b };

  for (unsigned i = 0; i < 2; i++) {
    SimSite *site = sim_scene_site (scene, &nat, &link);

    sim_site_firewall (scene, site, kinds[i], &link);
    *hosts[i] = sim_host_new (scene->world, i == 0 ? "A" : "B");
    sim_host_add_server (*hosts[i], "198.51.100.1", 3478);
    sim_host_add_server (*hosts[i], "2001:db8:5::1", 3478);
    if (v4)
      sim_site_add_nic (scene, site, *hosts[i], NET_FAMILY_IPV4);
    sim_site_add_nic (scene, site, *hosts[i], NET_FAMILY_IPV6);
  }
  scene->b->config.role = ICE_CONTROLLED;
  return scene;
}

GST_START_TEST (ipv6_hosts_meet_without_a_nat)
{
  g_autoptr (SimScene) open =
      dual (SIM_FIREWALL_OPEN, SIM_FIREWALL_OPEN, false);
  g_autoptr (SimScene) stateful =
      dual (SIM_FIREWALL_STATEFUL, SIM_FIREWALL_STATEFUL, false);

  start_both (open);
  judge (open, SIM_REACH_DIRECT, ICE_CAUSE_NONE, "IPv6");
  start_both (stateful);
  judge (stateful, SIM_REACH_DIRECT, ICE_CAUSE_NONE, "IPv6 firewalls");
}
GST_END_TEST;

/* RFC 8421 §4 [DUAL-4-1]: IPv6 goes first. */
GST_START_TEST (dual_stack_prefers_ipv6_when_it_works)
{
  g_autoptr (SimScene) scene =
      dual (SIM_FIREWALL_STATEFUL, SIM_FIREWALL_STATEFUL, true);

  start_both (scene);
  judge (scene, SIM_REACH_DIRECT, ICE_CAUSE_NONE, "dual stack");
  fail_unless_equals_int (scene->a->components[0][0]
                              .selected.remote.addr.family,
      NET_FAMILY_IPV6);
}
GST_END_TEST;

/* RFC 8421 §5 [DUAL-5-1]: a family that swallows everything costs a few Ta. */
GST_START_TEST (dead_ipv6_does_not_delay_ipv4)
{
  g_autoptr (SimScene) scene =
      dual (SIM_FIREWALL_BLOCK, SIM_FIREWALL_OPEN, true);

  start_both (scene);
  judge (scene, SIM_REACH_DIRECT, ICE_CAUSE_NONE, "dead IPv6");
  fail_unless_equals_int (scene->a->components[0][0]
                              .selected.remote.addr.family,
      NET_FAMILY_IPV4);
  fail_unless (scene->a->times.completed <
      scene->a->times.started + NET_SEC (1));
}
GST_END_TEST;

GST_START_TEST (two_families_that_never_meet_are_named_as_the_cause)
{
  g_autoptr (SimScene) scene = sim_scene_new (6);
  SimNatConfig nat = { 0 };
  SimSite *six = sim_scene_site (scene, &nat, NULL);

  sim_site_firewall (scene, six, SIM_FIREWALL_OPEN, NULL);
  scene->a = sim_scene_host (scene, sim_scene_site (scene, NULL, NULL), "A");
  scene->b = sim_host_new (scene->world, "B");
  scene->b->config.role = ICE_CONTROLLED;
  sim_site_add_nic (scene, six, scene->b, NET_FAMILY_IPV6);
  start_both (scene);
  judge (scene, SIM_REACH_NOTHING, ICE_CAUSE_FAMILY_MISMATCH, "4 and 6");
}
GST_END_TEST;

GST_START_TEST (a_peer_without_candidates_is_named_as_the_cause)
{
  g_autoptr (SimScene) scene = sim_scene_pair (7, NULL, NULL, RTT, 0);

  sim_host_start (scene->a);
  sim_host_set_remote (scene->a, 0, "peer", "passwordpasswordpassword");
  sim_host_end_of_candidates (scene->a, 0);
  sim_scene_run (scene, LIMIT);
  fail_unless_equals_int (scene->a->cause, ICE_CAUSE_NO_REMOTE_CANDIDATES);
  fail_unless (sim_scene_end (scene, "no candidates"));
}
GST_END_TEST;

static Suite *
matrix_suite (void)
{
  Suite *suite = suite_create ("sim/matrix");
  TCase *tcase = tcase_create ("matrix");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, a_nat_pair_ends_as_the_oracle_says, 0, 81);
  tcase_add_test (tcase, a_public_host_meets_every_nat);
  tcase_add_test (tcase, ports_and_filter_scope_decide_the_close_cases);
  tcase_add_test (tcase, two_hosts_of_one_home_meet_on_its_network);
  tcase_add_test (tcase, two_networks_behind_one_nat_need_its_hairpin);
  tcase_add_test (tcase, a_firewall_that_blocks_udp_is_named_as_the_cause);
  tcase_add_test (tcase, ipv6_hosts_meet_without_a_nat);
  tcase_add_test (tcase, dual_stack_prefers_ipv6_when_it_works);
  tcase_add_test (tcase, dead_ipv6_does_not_delay_ipv4);
  tcase_add_test (tcase, two_families_that_never_meet_are_named_as_the_cause);
  tcase_add_test (tcase, a_peer_without_candidates_is_named_as_the_cause);
  return suite;
}

GST_CHECK_MAIN (matrix);
