/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Gathering: addresses, servers of every kind, names, changes (RFC 8445 §5.1). */

#include <gst/check/gstcheck.h>

#include "scene.h"

static SimScene *
alone (SimStunKind kind)
{
  SimNatConfig nat = { 0 };
  SimScene *scene = sim_scene_pair (5, &nat, &nat, NET_MSEC (50), 0);

  sim_stun_server_set_kind (scene->server, kind);
  return scene;
}

static void
start_both (SimScene *scene)
{
  sim_scene_signal (scene, NET_MSEC (20));
  sim_host_start (scene->a);
  sim_host_start (scene->b);
}

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-1]: one candidate and one socket for each address
 * and component, bound to the address itself. */
GST_START_TEST (each_address_and_component_has_its_socket)
{
  g_autoptr (SimScene) scene = alone (SIM_STUN_GOOD);

  sim_site_add_nic (scene, &scene->sites[0], scene->a, NET_FAMILY_IPV4);
  sim_site_add_nic (scene, &scene->sites[0], scene->a, NET_FAMILY_IPV4);
  scene->a->n_components = 2;
  sim_host_start (scene->a);
  sim_scene_run (scene, NET_SEC (2));
  fail_unless_equals_int (sim_host_n_sockets (scene->a), 6);
  fail_unless_equals_int (scene->a->candidates_of[ICE_CAND_HOST], 6);
  fail_unless_equals_int (scene->a->candidates_of[ICE_CAND_SRFLX], 6);
  for (unsigned i = 0; i < 6; i++) {
    NetAddr local;
    uint32_t flow;

    fail_unless (sim_host_socket (scene->a, i, &flow, &local));
    fail_if (net_addr_is_any (local));
    fail_unless (sim_host_plug (scene->a, local) != NULL);
  }
  fail_unless (sim_scene_end (scene, "sockets"));
}
GST_END_TEST;

/* RFC 8445 §5.1.3 [ICE-5.1.3-1]: without a NAT the server sees what we know. */
GST_START_TEST (a_public_host_has_no_reflexive_candidate)
{
  g_autoptr (SimScene) scene = sim_scene_pair (5, NULL, NULL, NET_MSEC (50), 0);

  sim_host_start (scene->a);
  sim_scene_run (scene, NET_SEC (2));
  fail_unless_equals_int (scene->a->candidates, 1);
  fail_unless_equals_int (scene->a->servers_ok, 1);
  fail_unless_equals_int (scene->a->ends, 1);
  fail_unless (sim_scene_end (scene, "public"));
}
GST_END_TEST;

/* RFC 8445 §5.1.1.2 [ICE-5.1.1.2-4]: no credentials for a STUN server. */
GST_START_TEST (a_request_to_a_server_bears_no_credentials)
{
  g_autoptr (SimScene) scene = alone (SIM_STUN_GOOD);

  start_both (scene);
  sim_scene_run (scene, NET_SEC (3));
  fail_unless (sim_stun_server_requests (scene->server) >= 2);
  fail_unless_equals_int (sim_stun_server_credentials (scene->server), 0);
  fail_unless (sim_scene_end (scene, "credentials"));
}
GST_END_TEST;

/* RFC 8445 §5.1.1.2 [ICE-5.1.1.2-5] */
GST_START_TEST (an_old_server_is_understood)
{
  g_autoptr (SimScene) scene = alone (SIM_STUN_OLD);

  start_both (scene);
  sim_scene_run (scene, NET_SEC (3));
  fail_unless_equals_int (scene->a->candidates_of[ICE_CAND_SRFLX], 1);
  sim_scene_expect_connected (scene);
  fail_unless (sim_scene_end (scene, "RFC 3489"));
}
GST_END_TEST;

/* Every refusal is reported with the server's own code; a 300 is not followed
 * (RFC 8445 §5.1.1.2 [ICE-5.1.1.2-4]). */
GST_START_TEST (a_servers_refusal_is_reported)
{
  static const struct
  {
    SimStunKind kind;
    unsigned code;
  } cases[] = {
    { SIM_STUN_REDIRECT, 300 },
    { SIM_STUN_BAD, 400 },
    { SIM_STUN_AUTH, 401 },
    { SIM_STUN_UNKNOWN, 420 },
    { SIM_STUN_ERROR, 500 },
    { SIM_STUN_DEAD, 0 },
    { SIM_STUN_OTHER_PORT, 0 },
    { SIM_STUN_GARBAGE, 0 },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SimScene) scene = alone (cases[i].kind);

    sim_host_start (scene->a);
    sim_scene_run (scene, NET_SEC (45));
    fail_unless (scene->a->servers_failed >= 1, "%u", cases[i].code);
    fail_unless_equals_int (scene->a->servers_ok, 0);
    fail_unless_equals_int (scene->a->server.code, cases[i].code);
    fail_unless_equals_int (scene->a->candidates_of[ICE_CAND_SRFLX], 0);
    fail_unless_equals_int (scene->a->ends, 1);
    fail_unless_equals_int (ice_session_gathering (scene->a->session),
        ICE_GATHERING_COMPLETE);
    fail_unless (sim_scene_end (scene, "refusal"));
  }
}
GST_END_TEST;

/* An ICMP error for a server ends the wait for it at once. */
GST_START_TEST (a_closed_port_is_not_waited_for)
{
  g_autoptr (SimScene) scene = alone (SIM_STUN_CLOSED);

  sim_host_start (scene->a);
  sim_scene_run (scene, NET_SEC (1));
  fail_unless_equals_int (scene->a->servers_failed, 1);
  fail_unless_equals_int (ice_session_gathering (scene->a->session),
      ICE_GATHERING_COMPLETE);
  fail_unless (sim_scene_end (scene, "closed"));
}
GST_END_TEST;

static NetTime
time_to_connect (const char *one, const char *another, bool silent)
{
  g_autoptr (SimScene) scene = sim_scene_pair (5, NULL, NULL, NET_MSEC (50), 0);
  NetTime taken;

  g_ptr_array_set_size (scene->a->servers, 0);
  g_ptr_array_set_size (scene->b->servers, 0);
  if (silent)
    sim_dns_add_silent (scene->dns, "stun.example.org");
  if (one != NULL)
    sim_host_add_server (scene->a, one, 3478);
  if (another != NULL)
    sim_host_add_server (scene->a, another, 3478);
  start_both (scene);
  sim_scene_run (scene, NET_SEC (20));
  sim_scene_expect_connected (scene);
  taken = MAX (scene->a->times.completed, scene->b->times.completed) -
      scene->a->times.started;
  fail_unless_equals_int (scene->a->servers_failed,
      (one != NULL) + (another != NULL));
  fail_unless (sim_scene_end (scene, "time to connect"));
  return taken;
}

/* A server that is dead, or has no name, or whose name is never answered, costs a
 * warning and its turns on the wire, no more: a Ta of the gathering's own, and
 * 5 ms each. */
GST_START_TEST (a_useless_server_delays_nothing)
{
  NetTime none = time_to_connect (NULL, NULL, false);
  NetTime slack = 3 * ICE_PACER_GAP;

  fail_unless (time_to_connect ("192.0.2.1", NULL, false) <= none + slack);
  fail_unless (time_to_connect ("nowhere.example.org", NULL, false) <=
      none + slack);
  fail_unless (time_to_connect ("stun.example.org", NULL, true) <=
      none + slack);
  fail_unless (time_to_connect ("192.0.2.1", "192.0.2.2", false) <=
      none + slack);
}
GST_END_TEST;

/* RFC 8445 §5.1.1.2 [ICE-5.1.1.2-3]: the first of two is dead. */
GST_START_TEST (a_second_server_stands_in_for_a_dead_first)
{
  g_autoptr (SimScene) scene = alone (SIM_STUN_DEAD);
  NetAddr addr = sim_stun_server_addr (scene->server);

  addr.ip[3]++;
  sim_stun_server_new (scene->internet, addr, SIM_STUN_GOOD);
  sim_host_add_server (scene->a, "198.51.100.2", 3478);
  sim_host_add_server (scene->b, "198.51.100.2", 3478);
  start_both (scene);
  sim_scene_run (scene, NET_SEC (2));
  sim_scene_expect_connected (scene);
  fail_unless_equals_int (scene->a->candidates_of[ICE_CAND_SRFLX], 1);
  fail_unless (sim_scene_end (scene, "second server"));
}
GST_END_TEST;

GST_START_TEST (a_servers_name_is_resolved)
{
  g_autoptr (SimScene) scene = alone (SIM_STUN_GOOD);

  g_ptr_array_set_size (scene->a->servers, 0);
  sim_host_add_server (scene->a, "stun.example.org", 3478);
  sim_dns_add (scene->dns, "stun.example.org",
      sim_stun_server_addr (scene->server), NET_MSEC (300));
  start_both (scene);
  sim_scene_run (scene, NET_SEC (3));
  fail_unless_equals_int (scene->a->candidates_of[ICE_CAND_SRFLX], 1);
  sim_scene_expect_connected (scene);
  fail_unless (sim_scene_end (scene, "name"));
}
GST_END_TEST;

/* RFC 8445 §5.1.1.2 [ICE-5.1.1.2-6]: four servers from four addresses start one
 * per Ta. */
GST_START_TEST (gathering_transactions_start_one_per_ta)
{
  g_autoptr (SimScene) scene = alone (SIM_STUN_GOOD);
  NetAddr addr = sim_stun_server_addr (scene->server);

  for (unsigned i = 0; i < 3; i++) {
    char text[NET_ADDR_TEXT_MAX];

    addr.ip[3]++;
    sim_stun_server_new (scene->internet, addr, SIM_STUN_GOOD);
    sim_host_add_server (scene->a, net_addr_ip_text (addr, text), 3478);
    sim_site_add_nic (scene, &scene->sites[0], scene->a, NET_FAMILY_IPV4);
  }
  sim_host_start (scene->a);
  sim_scene_run (scene, NET_SEC (3));
  fail_unless_equals_uint64 (scene->a->check.transactions, 16);
  fail_unless (scene->a->check.least_gap >= NET_MSEC (50));
  fail_unless (sim_scene_end (scene, "gathering pace"));
}
GST_END_TEST;

/* A host with a thousand addresses offers some of them, and connects as fast as
 * any. */
GST_START_TEST (a_host_with_a_thousand_addresses_works)
{
  g_autoptr (SimScene) scene = sim_scene_pair (5, NULL, NULL, NET_MSEC (50), 0);

  for (unsigned i = 0; i < 999; i++) {
    g_autofree char *ip =
        g_strdup_printf ("198.18.%u.%u", i / 250, 1 + i % 250);

    sim_host_add_nic (scene->a, scene->internet, ip);
  }
  start_both (scene);
  sim_scene_run (scene, NET_SEC (10));
  sim_scene_expect_connected (scene);
  fail_unless (scene->a->candidates_of[ICE_CAND_HOST] <= ICE_IFACE_SELECT_MAX);
  fail_unless (scene->a->times.completed - scene->a->times.started <
      NET_MSEC (500));
  fail_unless (ice_session_n_pairs (scene->a->session) <= 100);
  fail_unless (sim_scene_end (scene, "a thousand addresses"));
}
GST_END_TEST;

/* RFC 8445 §5.1.1.4 [ICE-5.1.1.4-2]: the address goes while checks run, another
 * comes: sockets on the first close, the second is gathered and used. */
GST_START_TEST (an_address_that_changes_while_checking_is_replaced)
{
  g_autoptr (SimScene) scene = alone (SIM_STUN_GOOD);

  sim_site_add_nic (scene, &scene->sites[0], scene->a, NET_FAMILY_IPV4);
  g_array_index (scene->a->nics, SimNic, 1).up = false;
  sim_scene_signal (scene, NET_MSEC (400));
  sim_host_start (scene->a);
  sim_host_start (scene->b);
  sim_scene_run (scene, NET_MSEC (200));
  sim_host_set_nic (scene->a, 1, true);
  sim_host_set_nic (scene->a, 0, false);
  sim_scene_run (scene, NET_SEC (10));
  sim_scene_expect_connected (scene);
  fail_unless (net_addr_equal_ip (scene->a->components[0][0].route.local,
      g_array_index (scene->a->nics, SimNic, 1).iface.addr));
  fail_unless (sim_scene_end (scene, "changing address"));
}
GST_END_TEST;

/* The same when all is done: the session restarts by itself. */
GST_START_TEST (an_address_that_changes_after_completion_is_replaced)
{
  g_autoptr (SimScene) scene = alone (SIM_STUN_GOOD);
  NetTime changed;

  scene->a->media_every = scene->b->media_every = NET_MSEC (20);
  sim_site_add_nic (scene, &scene->sites[0], scene->a, NET_FAMILY_IPV4);
  g_array_index (scene->a->nics, SimNic, 1).up = false;
  start_both (scene);
  sim_scene_run (scene, NET_SEC (5));
  sim_scene_expect_connected (scene);
  changed = scene->world->now;
  sim_host_set_nic (scene->a, 0, false);
  sim_host_set_nic (scene->a, 1, true);
  sim_scene_run (scene, NET_SEC (5));
  sim_scene_expect_connected (scene);
  fail_unless (scene->b->times.last_in > changed + NET_SEC (4));
  fail_unless (scene->b->times.longest_gap < NET_MSEC (500));
  fail_unless (sim_scene_end (scene, "changed address"));
}
GST_END_TEST;

static Suite *
gather_suite (void)
{
  Suite *suite = suite_create ("sim/gather");
  TCase *tcase = tcase_create ("gather");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, each_address_and_component_has_its_socket);
  tcase_add_test (tcase, a_public_host_has_no_reflexive_candidate);
  tcase_add_test (tcase, a_request_to_a_server_bears_no_credentials);
  tcase_add_test (tcase, an_old_server_is_understood);
  tcase_add_test (tcase, a_servers_refusal_is_reported);
  tcase_add_test (tcase, a_closed_port_is_not_waited_for);
  tcase_add_test (tcase, a_useless_server_delays_nothing);
  tcase_add_test (tcase, a_second_server_stands_in_for_a_dead_first);
  tcase_add_test (tcase, a_servers_name_is_resolved);
  tcase_add_test (tcase, gathering_transactions_start_one_per_ta);
  tcase_add_test (tcase, a_host_with_a_thousand_addresses_works);
  tcase_add_test (tcase, an_address_that_changes_while_checking_is_replaced);
  tcase_add_test (tcase, an_address_that_changes_after_completion_is_replaced);
  return suite;
}

GST_CHECK_MAIN (gather);
