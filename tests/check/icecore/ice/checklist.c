/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which pairs there are, in what state they begin, and in what order. Checks are
 * held back where the list itself is looked at. */

#include "agent.h"

static void
hold_checks (Agent *agent)
{
  agent->session->ta_next = agent->now + NET_SEC (3600);
}

static void
release_checks (Agent *agent)
{
  agent->session->ta_next = agent->now;
  ice_session_timeout (agent->session, agent->now);
  agent_drain (agent);
}

/* One stream for each number of components. */
static void
open_streams (Agent *agent, const char *ips, const unsigned *components,
    unsigned n)
{
  agent_create (agent);
  for (unsigned i = 0; i < n; i++)
    agent_component (agent, i, components[i]);
  agent_net (agent, ips);
  agent_gather (agent);
  agent_meet (agent);
  hold_checks (agent);
}

static void
open_held (Agent *agent, const char *ips)
{
  static const unsigned one[] = { 1 };

  agent_init (agent);
  open_streams (agent, ips, one, 1);
}

static void
add_numbered (Agent *agent, unsigned stream, unsigned number, unsigned priority)
{
  g_autofree char *line =
      g_strdup_printf ("h%u 1 udp %u 203.0.113.5 %u typ host", number, priority,
          1000 + number);

  fail_unless_equals_int (agent_add_line (agent, stream, line), ICE_ADD_OK);
}

static const GPtrArray *
pairs_of (const Agent *agent, unsigned stream)
{
  return ice_stream_get (agent->session, stream)->checklist.pairs;
}

static IcePair *
pair_to (const Agent *agent, unsigned stream, unsigned component, uint16_t port)
{
  const GPtrArray *pairs = pairs_of (agent, stream);

  for (guint i = 0; i < pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (pairs, i);
    if (pair->component->id == component && pair->remote.addr.port == port)
      return pair;
  }
  return NULL;
}

/* -- which pairs --------------------------------------------------------------- */

/* [ICE-6.1.2.2-1] */
GST_START_TEST (pairs_keep_to_stream_component_and_family)
{
  static const unsigned two[] = { 2, 2 };
  static const char *lines[] = {
    "a 1 udp 900 203.0.113.5 4000 typ host",
    "a 2 udp 899 203.0.113.5 4001 typ host",
    "b 1 udp 800 2001:db8:5::5 4000 typ host",
    "b 2 udp 799 2001:db8:5::5 4001 typ host",
  };
  Agent a;

  agent_init (&a);
  open_streams (&a, HOME " 2001:db8::1", two, 2);
  for (unsigned i = 0; i < 8; i++)
    agent_add_line (&a, i / 4, lines[i % 4]);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 8);
  for (unsigned i = 0; i < 8; i++) {
    IcePairInfo pair = agent_pair (&a, i);
    fail_unless_equals_int (pair.stream, i / 4);
    fail_unless_equals_int (pair.local.component, pair.component);
    fail_unless_equals_int (pair.remote.component, pair.component);
    fail_unless_equals_int (pair.local.addr.family, pair.remote.addr.family);
  }
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.2.2-2] */
GST_START_TEST (link_local_reaches_link_local_only)
{
  Agent a;

  open_held (&a, "fe80::1");
  agent_add (&a, at ("2001:db8:5::5", 4000));
  agent_add (&a, peer_addr ());
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_add (&a, at ("fe80::5", 4000));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  fail_unless_equals_int (agent_pair (&a, 0).remote.addr.scope, 1);
  agent_clear (&a);

  open_held (&a, "2001:db8::1");
  agent_add (&a, at ("fe80::5", 4000));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (loopback_reaches_loopback_only)
{
  Agent a;

  open_held (&a, HOME);
  agent_add (&a, at ("127.0.0.1", 4000));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.2.4-1] [ICE-6.1.2.4-2] [TRK-10-2]: what leaves from the base is the
 * base's pair, whichever of the two came first. */
GST_START_TEST (a_reflexive_candidate_makes_no_pair_of_its_own)
{
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 1);
  ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_meet (&a);
  hold_checks (&a);
  add_numbered (&a, 0, 1, 100);
  REPLY (&a, agent_take (&a), .mapped = at ("198.51.100.77", 6000));
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CANDIDATE), 3);
  add_numbered (&a, 0, 2, 200);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 2);
  for (unsigned i = 0; i < 2; i++)
    fail_unless (net_addr_equal (agent_pair (&a, i).local.addr,
        a.flows[0].addr));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.2.4-2] */
GST_START_TEST (one_base_and_one_remote_make_one_pair)
{
  Agent a;

  open_held (&a, HOME);
  agent_add_line (&a, 0, "a 1 udp 900 203.0.113.5 4000 typ host");
  fail_unless_equals_int (agent_add_line (&a, 0,
                              "b 1 udp 500 203.0.113.5 4000 typ srflx"
                              " raddr 10.0.0.5 rport 4000"),
      ICE_ADD_DUPLICATE);
  ASK (&a, .from = peer_addr ());
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  fail_unless_equals_int (agent_pair (&a, 0).remote.priority, 900);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.2-1] [DUAL-4-2] [ICE-6.1.2.3-1]: whenever it comes, a candidate's pairs
 * stand where their priority puts them, whatever the family. */
GST_START_TEST (the_list_is_ordered_by_priority)
{
  static const unsigned priorities[] = { 500, 900, 100, 700, 300 };
  Agent a;

  open_held (&a, HOME " 2001:db8::1");
  for (unsigned i = 0; i < G_N_ELEMENTS (priorities); i++)
    add_numbered (&a, 0, i, priorities[i]);
  agent_add_line (&a, 0, "v 1 udp 600 2001:db8:5::5 4000 typ host");
  fail_unless_equals_int (ice_session_n_pairs (a.session), 6);
  for (unsigned i = 1; i < 6; i++)
    fail_unless (agent_pair (&a, i - 1).priority > agent_pair (&a, i).priority);
  fail_unless_equals_int (agent_pair (&a, 0).remote.priority, 900);
  fail_unless_equals_int (agent_pair (&a, 2).remote.priority, 600);
  agent_clear (&a);
}
GST_END_TEST;

/* -- how many ------------------------------------------------------------------ */

/* [ICE-6.1.2.5-1] [ICE-19.5.1-1] */
GST_START_TEST (pairs_are_limited_and_the_best_stay)
{
  static const unsigned limits[] = { 100, 10 };

  for (unsigned l = 0; l < G_N_ELEMENTS (limits); l++) {
    static const unsigned one[] = { 1 };
    Agent a;
    agent_init (&a);
    fail_unless_equals_int (a.config.max_pairs, 100);
    a.config.max_pairs = limits[l];
    open_streams (&a, HOME, one, 1);
    for (unsigned i = 0; i < 250; i++)
      add_numbered (&a, 0, i, 1000 + i);
    fail_unless_equals_int (ice_session_n_pairs (a.session), limits[l]);
    for (unsigned i = 0; i < limits[l]; i++)
      fail_unless_equals_int (agent_pair (&a, i).remote.priority, 1249 - i);
    agent_clear (&a);
  }
}
GST_END_TEST;

/* [ICE-6.1.2.5-1]: also when the worse ones come last. */
GST_START_TEST (a_full_list_takes_nothing_worse)
{
  Agent a;

  open_held (&a, HOME);
  for (unsigned i = 0; i < 150; i++)
    add_numbered (&a, 0, i, 1000 - i);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 100);
  fail_unless_equals_int (agent_pair (&a, 99).remote.priority, 901);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-19.5.1-1]: of a thousand candidates most are refused, and the one that the
 * peer itself sends from is still heard. */
GST_START_TEST (a_good_one_behind_a_thousand_bad_ones_is_checked)
{
  IceSessionInfo info;
  Agent a;

  open_held (&a, HOME);
  for (unsigned i = 0; i < 1000; i++) {
    g_autofree char *line =
        g_strdup_printf ("h%u 1 udp %u 203.0.113.5 %u typ host", i, 1000 + i,
            1000 + i);
    agent_add_line (&a, 0, line);
  }
  ice_session_info (a.session, &info);
  fail_unless_equals_int (info.remote_refused, 1000 - ICE_REMOTES_MAX);
  fail_unless_equals_int (info.pairs, 100);
  ASK (&a, .from = at ("203.0.113.9", 9));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 100);
  release_checks (&a);
  fail_unless (net_addr_equal (agent_take (&a)->to, at ("203.0.113.9", 9)));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.2.5-2] */
GST_START_TEST (two_streams_share_the_limit_evenly)
{
  static const unsigned two[] = { 1, 1 };
  Agent a;

  agent_init (&a);
  open_streams (&a, HOME, two, 2);
  for (unsigned i = 0; i < 150; i++)
    add_numbered (&a, 0, i, 5000 + i);
  for (unsigned i = 0; i < 150; i++)
    add_numbered (&a, 1, i, 1000 + i);
  fail_unless_equals_int (pairs_of (&a, 0)->len, 50);
  fail_unless_equals_int (pairs_of (&a, 1)->len, 50);
  agent_clear (&a);
}
GST_END_TEST;

static void
fill_two (Agent *agent, const Sent **out_checks)
{
  agent_init (agent);
  agent->config.max_pairs = 2;
  agent_open (agent, HOME);
  agent_meet (agent);
  add_numbered (agent, 0, 1, 100);
  add_numbered (agent, 0, 2, 200);
  out_checks[0] = agent_take (agent);
  out_checks[1] = agent_take (agent);
}

/* [TRK-10-3]: what is under way, or valid, makes room for nothing. */
GST_START_TEST (pairs_at_work_are_not_pushed_out)
{
  const Sent *checks[2];
  Agent a;

  fill_two (&a, checks);
  add_numbered (&a, 0, 3, 900);
  fail_unless (pair_to (&a, 0, 1, 1003) == NULL);
  REPLY_WELL (&a, checks[0]);
  add_numbered (&a, 0, 4, 950);
  fail_unless (pair_to (&a, 0, 1, 1004) == NULL);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 2);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-10-4] */
GST_START_TEST (failed_pairs_go_first)
{
  const Sent *checks[2];
  Agent a;

  fill_two (&a, checks);
  REPLY (&a, checks[1], .code = 500); /* the better one of the two */
  add_numbered (&a, 0, 3, 50);
  fail_unless (pair_to (&a, 0, 1, 1001) != NULL);
  fail_unless (pair_to (&a, 0, 1, 1002) == NULL);
  fail_unless (pair_to (&a, 0, 1, 1003) != NULL);
  agent_clear (&a);
}
GST_END_TEST;

/* -- in what state ------------------------------------------------------------- */

/* Adds one candidate for each letter: foundation and port. */
static void
add_foundations (Agent *agent, unsigned stream, unsigned component,
    const char *letters)
{
  for (const char *c = letters; *c != '\0'; c++) {
    g_autofree char *line =
        g_strdup_printf ("f%c %u udp %u 203.0.113.5 %u typ host", *c, component,
            900u - (unsigned) *c, (unsigned) *c + 256 * component);
    agent_add_line (agent, stream, line);
  }
}

/* One letter a foundation: W, F, or the state's number. */
static void
expect_states (const Agent *agent, unsigned stream, unsigned component,
    const char *letters, const char *states)
{
  static const char names[] = "FWISx";

  for (unsigned i = 0; letters[i] != '\0'; i++) {
    const IcePair *pair = pair_to (agent, stream, component,
        (uint16_t) ((unsigned) letters[i] + 256 * component));
    fail_unless (pair != NULL);
    fail_unless (names[pair->state] == states[i], "stream %u.%u %c: %c", stream,
        component, letters[i], names[pair->state]);
  }
}

/* [ICE-6.1.2.6-1] [ICE-6.1.2.6-2]: RFC 8445's example of three streams, whatever
 * the order in which the candidates come. */
GST_START_TEST (one_pair_of_each_foundation_waits)
{
  static const unsigned three[] = { 1, 1, 1 };
  static const char *foundations[] = { "123", "1234", "15" };
  static const char *states[] = { "WWW", "FFFW", "FW" };

  for (unsigned backwards = 0; backwards < 2; backwards++) {
    Agent a;
    agent_init (&a);
    open_streams (&a, HOME, three, 3);
    for (unsigned i = 0; i < 3; i++) {
      unsigned stream = backwards ? 2 - i : i;
      add_foundations (&a, stream, 1, foundations[stream]);
    }
    for (unsigned i = 0; i < 3; i++) {
      expect_states (&a, i, 1, foundations[i], states[i]);
      fail_unless_equals_int (ice_stream_get (a.session, i)->checklist.state,
          ICE_CHECKLIST_RUNNING);
    }
    agent_clear (&a);
  }
}
GST_END_TEST;

/* [ICE-6.1.2.6-2]: the lower component first, whatever the priorities. */
GST_START_TEST (of_two_components_the_first_waits)
{
  static const unsigned two[] = { 2 };
  Agent a;

  agent_init (&a);
  open_streams (&a, HOME, two, 1);
  agent_add_line (&a, 0, "f 1 udp 100 203.0.113.5 4001 typ host");
  agent_add_line (&a, 0, "f 2 udp 900 203.0.113.5 4002 typ host");
  fail_unless_equals_int (pair_to (&a, 0, 1, 4001)->state, ICE_PAIR_WAITING);
  fail_unless_equals_int (pair_to (&a, 0, 2, 4002)->state, ICE_PAIR_FROZEN);
  agent_clear (&a);

  agent_init (&a);
  open_streams (&a, HOME, two, 1);
  add_foundations (&a, 0, 2, "12");
  expect_states (&a, 0, 2, "12", "WW");
  add_foundations (&a, 0, 1, "1");
  expect_states (&a, 0, 1, "1", "W");
  expect_states (&a, 0, 2, "12", "FW");
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-12-1] */
GST_START_TEST (a_late_pair_joins_its_foundation)
{
  static const unsigned three[] = { 2, 1, 1 };
  Agent a;

  agent_init (&a);
  open_streams (&a, HOME, three, 3);
  add_foundations (&a, 1, 1, "1");
  expect_states (&a, 1, 1, "1", "W");
  add_foundations (&a, 2, 1, "1"); /* not the topmost */
  expect_states (&a, 2, 1, "1", "F");
  add_foundations (&a, 0, 2, "1"); /* the topmost */
  expect_states (&a, 0, 2, "1", "W");
  expect_states (&a, 1, 1, "1", "F");
  release_checks (&a);
  REPLY_WELL (&a, agent_take (&a));
  expect_states (&a, 0, 2, "1", "S");
  hold_checks (&a);
  add_foundations (&a, 0, 1, "1"); /* the foundation has proven itself */
  expect_states (&a, 0, 1, "1", "W");
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.3.3-2] */
GST_START_TEST (a_success_unfreezes_its_foundation_everywhere)
{
  static const unsigned three[] = { 2, 1, 1 };
  Agent a;

  agent_init (&a);
  open_streams (&a, HOME, three, 3);
  add_foundations (&a, 0, 1, "12");
  add_foundations (&a, 0, 2, "12");
  add_foundations (&a, 1, 1, "12");
  expect_states (&a, 0, 2, "12", "FF");
  expect_states (&a, 1, 1, "12", "FF");
  release_checks (&a);
  hold_checks (&a);
  REPLY_WELL (&a, agent_take (&a));
  expect_states (&a, 0, 1, "12", "SW");
  expect_states (&a, 0, 2, "12", "WF");
  expect_states (&a, 1, 1, "12", "WF");
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.4.1-1]: first asked, first checked, each once, whatever its priority. */
GST_START_TEST (triggered_checks_come_in_the_order_of_asking)
{
  static const uint16_t ports[] = { 11, 7, 9, 8 };
  Agent a;

  open_held (&a, HOME);
  add_numbered (&a, 0, 1, 2000000000);
  for (unsigned i = 0; i < G_N_ELEMENTS (ports); i++)
    ASK (&a, .from = at ("203.0.113.9", ports[i]), .priority = ports[i]);
  ASK (&a, .from = at ("203.0.113.9", ports[0]), .priority = ports[0]);
  release_checks (&a);
  for (unsigned i = 0; i < G_N_ELEMENTS (ports); i++)
    fail_unless_equals_int (agent_take (&a)->to.port, ports[i]);
  fail_unless_equals_int (agent_take (&a)->to.port, 1001);
  agent_clear (&a);
}
GST_END_TEST;

static void
add_pairing (TCase *tc)
{
  tcase_add_test (tc, pairs_keep_to_stream_component_and_family);
  tcase_add_test (tc, link_local_reaches_link_local_only);
  tcase_add_test (tc, loopback_reaches_loopback_only);
  tcase_add_test (tc, a_reflexive_candidate_makes_no_pair_of_its_own);
  tcase_add_test (tc, one_base_and_one_remote_make_one_pair);
  tcase_add_test (tc, the_list_is_ordered_by_priority);
  tcase_add_test (tc, pairs_are_limited_and_the_best_stay);
  tcase_add_test (tc, a_full_list_takes_nothing_worse);
  tcase_add_test (tc, a_good_one_behind_a_thousand_bad_ones_is_checked);
  tcase_add_test (tc, two_streams_share_the_limit_evenly);
  tcase_add_test (tc, pairs_at_work_are_not_pushed_out);
  tcase_add_test (tc, failed_pairs_go_first);
}

static Suite *
checklist_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/checklist");
  TCase *pairing = tcase_create ("pairing");
  TCase *states = tcase_create ("states");

  add_pairing (pairing);
  tcase_add_test (states, one_pair_of_each_foundation_waits);
  tcase_add_test (states, of_two_components_the_first_waits);
  tcase_add_test (states, a_late_pair_joins_its_foundation);
  tcase_add_test (states, a_success_unfreezes_its_foundation_everywhere);
  tcase_add_test (states, triggered_checks_come_in_the_order_of_asking);
  suite_add_tcase (suite, pairing);
  suite_add_tcase (suite, states);
  return suite;
}

GST_CHECK_MAIN (checklist)
