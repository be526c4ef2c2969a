/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The peer's candidates: which are taken, which are refused and how, names, and
 * those that a check revealed first. */

#include "agent.h"

#define LINE "h 1 udp 900 203.0.113.5 4000 typ host"

static void
open_met (Agent *agent)
{
  agent_init (agent);
  agent->config.role = ICE_CONTROLLED;
  agent_open (agent, HOME);
  agent_meet (agent);
}

static uint32_t
lookup (const Agent *agent)
{
  return agent_last (agent, ICE_OUT_RESOLVE)->resolve.op;
}

static void
resolve (Agent *agent, uint32_t op, const NetAddr *addrs, unsigned n)
{
  ice_session_resolved (agent->session, op, addrs, n, agent->now);
  agent_drain (agent);
}

/* -- taken or refused ---------------------------------------------------------- */

GST_START_TEST (what_cannot_be_used_is_refused_and_counted)
{
  static const char *lines[] = {
    "h 2 udp 900 203.0.113.5 4000 typ host", /* we have one component */
    "h 1 udp 900 0.0.0.0 4000 typ host",
    "h 1 udp 900 :: 4000 typ host",
    "h 1 udp 900 224.0.0.1 4000 typ host",
    "h 1 udp 900 ff02::1 4000 typ host",
    "h 1 udp 900 ::192.0.2.1 4000 typ host",
  };
  IceSessionInfo info;
  Agent a;

  open_met (&a);
  for (unsigned i = 0; i < G_N_ELEMENTS (lines); i++)
    fail_unless_equals_int (agent_add_line (&a, 0, lines[i]), ICE_ADD_REFUSED);
  ice_session_info (a.session, &info);
  fail_unless_equals_int (info.remote_refused, G_N_ELEMENTS (lines));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  fail_unless_equals_int (agent_add_line (&a, 9, LINE), ICE_ADD_REFUSED);
  fail_unless_equals_int (agent_add_line (&a, 0, LINE), ICE_ADD_OK);
  agent_clear (&a);
}
GST_END_TEST;

/* [FRAG-4.4-2]: fragments repeat what was sent before. */
GST_START_TEST (the_same_again_is_no_news)
{
  Agent a;

  open_met (&a);
  fail_unless_equals_int (agent_add_line (&a, 0, LINE), ICE_ADD_OK);
  fail_unless_equals_int (agent_add_line (&a, 0, LINE), ICE_ADD_DUPLICATE);
  fail_unless_equals_int (agent_add_line (&a, 0,
                              "x 1 udp 5 203.0.113.5 4000 typ srflx"),
      ICE_ADD_DUPLICATE);
  fail_unless_equals_int (agent_add_line (&a, 0,
                              "h 1 udp 899 203.0.113.5 4001 typ host"),
      ICE_ADD_OK);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-14-1] [FRAG-8-1] */
GST_START_TEST (after_the_end_there_is_no_more)
{
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 1);
  agent_component (&a, 1, 1);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_meet (&a);
  ice_session_end_of_candidates (a.session, 0, a.now);
  fail_unless_equals_int (agent_add_line (&a, 0, LINE), ICE_ADD_LATE);
  fail_unless_equals_int (agent_add_line (&a, 1, LINE), ICE_ADD_OK);
  agent_end (&a);
  fail_unless_equals_int (agent_add_line (&a, 1, LINE), ICE_ADD_LATE);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-9-2] */
GST_START_TEST (a_candidate_of_another_generation_is_stale)
{
  Agent a;

  open_met (&a);
  fail_unless_equals_int (agent_add_line (&a, 0, LINE " ufrag " PEER_UFRAG),
      ICE_ADD_OK);
  fail_unless_equals_int (agent_add_line (&a, 0,
                              "h 1 udp 9 203.0.113.5 4001 typ host ufrag olde"),
      ICE_ADD_STALE);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (candidates_before_the_credentials_are_kept)
{
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  fail_unless_equals_int (agent_add (&a, peer_addr ()), ICE_ADD_OK);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_wait (&a, NET_SEC (5));
  fail_unless (agent_peek (&a) == NULL);
  agent_meet (&a);
  fail_unless (net_addr_equal (agent_take (&a)->to, peer_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* -- names --------------------------------------------------------------------- */

GST_START_TEST (a_name_is_looked_up_and_then_paired)
{
  NetAddr addrs[2];
  Agent a;

  open_met (&a);
  fail_unless_equals_int (agent_add_line (&a, 0,
                              "h 1 udp 900 peer.example.org 4000 typ host"),
      ICE_ADD_OK);
  fail_unless_equals_string (agent_last (&a, ICE_OUT_RESOLVE)->resolve.name,
      "peer.example.org");
  fail_unless_equals_int (agent_last (&a, ICE_OUT_RESOLVE)->resolve.port, 4000);
  fail_unless_equals_int (agent_add_line (&a, 0, LINE), ICE_ADD_OK);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  agent_end (&a); /* it was there before the end */
  addrs[0] = at ("0.0.0.0", 4000);
  addrs[1] = at ("203.0.113.6", 4000);
  resolve (&a, lookup (&a), addrs, 2);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 2);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (a_name_that_leads_nowhere_costs_its_line_only)
{
  NetAddr known = at ("203.0.113.5", 4000);
  IceSessionInfo info;
  Agent a;

  open_met (&a);
  agent_add_line (&a, 0, LINE);
  agent_add_line (&a, 0, "h 1 udp 900 a.invalid 4000 typ host");
  resolve (&a, lookup (&a), NULL, 0);
  agent_add_line (&a, 0, "h 1 udp 900 b.example.org 4000 typ host");
  resolve (&a, lookup (&a), &known, 1);
  resolve (&a, 4711, &known, 1);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  ice_session_info (a.session, &info);
  fail_unless_equals_int (info.remote_refused, 1);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (lookups_under_way_are_bounded)
{
  Agent a;

  open_met (&a);
  for (unsigned i = 0; i < 2 * ICE_RESOLVES_MAX; i++) {
    g_autofree char *line =
        g_strdup_printf ("h%u 1 udp 900 host%u.example.org 4 typ host", i, i);
    fail_unless_equals_int (agent_add_line (&a, 0, line),
        i < ICE_RESOLVES_MAX ? ICE_ADD_OK : ICE_ADD_FULL);
  }
  fail_unless_equals_int (agent_count (&a, ICE_OUT_RESOLVE), ICE_RESOLVES_MAX);
  resolve (&a, lookup (&a), NULL, 0);
  fail_unless_equals_int (agent_add_line (&a, 0,
                              "z 1 udp 900 last.example.org 4 typ host"),
      ICE_ADD_OK);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (the_filter_may_refuse_the_peer_one_way)
{
  Agent a;

  agent_init (&a);
  a.config.filter = true;
  agent_open (&a, HOME);
  ice_session_filtered (a.session, agent_last (&a, ICE_OUT_FILTER)->filter.op,
      true, a.now);
  agent_drain (&a);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  ice_session_filtered (a.session, agent_last (&a, ICE_OUT_FILTER)->filter.op,
      false, a.now);
  agent_drain (&a);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  fail_unless_equals_int (agent_add (&a, peer_addr ()), ICE_ADD_DUPLICATE);
  agent_add (&a, at ("203.0.113.6", 4000));
  ice_session_filtered (a.session, agent_last (&a, ICE_OUT_FILTER)->filter.op,
      true, a.now);
  agent_drain (&a);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* -- first a check, then the line ---------------------------------------------- */

/* [TRK-11-1]: neither progress nor nomination nor priority is lost, nothing is
 * done twice; only what the candidate is called changes. */
GST_START_TEST (a_check_that_overtakes_signalling_loses_nothing)
{
  IcePairInfo before;
  IcePairInfo after;
  unsigned requests;
  Agent a;

  open_met (&a);
  ASK (&a, .controlling = true, .use_candidate = true, .priority = 1234);
  REPLY_WELL (&a, agent_take (&a));
  before = agent_selected (&a);
  fail_unless_equals_int (before.remote.type, ICE_CAND_PRFLX);
  requests = a.requests->len;
  agent_wait (&a, NET_MSEC (300));
  fail_unless_equals_int (agent_add_line (&a, 0,
                              "s 1 udp 900 203.0.113.5 4000 typ srflx raddr "
                              "10.0.0.5 rport 40"),
      ICE_ADD_OK);
  after = agent_selected (&a);
  fail_unless_equals_int (after.id, before.id);
  fail_unless_equals_int (after.state, ICE_PAIR_SUCCEEDED);
  fail_unless (after.nominated && after.selected && after.valid);
  fail_unless_equals_int (after.remote.type, ICE_CAND_SRFLX);
  fail_unless_equals_string (after.remote.foundation, "s");
  fail_unless_equals_int (after.remote.priority, 1234);
  fail_unless_equals_uint64 (after.priority, before.priority);
  agent_wait (&a, NET_MSEC (500));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  fail_unless_equals_int (a.requests->len, requests);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-11-1]: what was only learned is paired with nobody else; once it has been
 * signalled it is a candidate like any other. */
GST_START_TEST (a_signalled_source_is_paired_with_our_other_addresses)
{
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME " 192.0.2.2");
  agent_meet (&a);
  ASK (&a, .priority = 1234);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  agent_add (&a, peer_addr ());
  fail_unless_equals_int (ice_session_n_pairs (a.session), 2);
  /* The revealing pair keeps what the check said; the list is in order. */
  fail_unless_equals_int (agent_pair (&a, 0).remote.priority,
      PEER_HOST_PRIORITY);
  fail_unless_equals_int (agent_pair (&a, 1).remote.priority, 1234);
  fail_unless_equals_int (agent_add (&a, peer_addr ()), ICE_ADD_DUPLICATE);
  agent_clear (&a);
}
GST_END_TEST;

static Suite *
remote_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/remote");
  TCase *tc = tcase_create ("remote");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, what_cannot_be_used_is_refused_and_counted);
  tcase_add_test (tc, the_same_again_is_no_news);
  tcase_add_test (tc, after_the_end_there_is_no_more);
  tcase_add_test (tc, a_candidate_of_another_generation_is_stale);
  tcase_add_test (tc, candidates_before_the_credentials_are_kept);
  tcase_add_test (tc, a_name_is_looked_up_and_then_paired);
  tcase_add_test (tc, a_name_that_leads_nowhere_costs_its_line_only);
  tcase_add_test (tc, lookups_under_way_are_bounded);
  tcase_add_test (tc, the_filter_may_refuse_the_peer_one_way);
  tcase_add_test (tc, a_check_that_overtakes_signalling_loses_nothing);
  tcase_add_test (tc, a_signalled_source_is_paired_with_our_other_addresses);
  return suite;
}

GST_CHECK_MAIN (remote)
