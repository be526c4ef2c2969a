/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Our own checks, and every way in which an answer to one can go wrong. */

#include <errno.h>

#include "agent.h"

static NetAddr
second_addr (void)
{
  return at ("203.0.113.6", 4000);
}

/* Two pairs of different foundations, both under way. */
static void
open_two (Agent *agent, IceRole role, const Sent **out_checks)
{
  agent_init (agent);
  agent->config.role = role;
  agent_open (agent, HOME);
  agent_meet (agent);
  agent_add_line (agent, 0, "f1 1 udp 200 203.0.113.5 4000 typ host");
  agent_add_line (agent, 0, "f2 1 udp 100 203.0.113.6 4000 typ host");
  out_checks[0] = agent_take (agent);
  out_checks[1] = agent_take (agent);
}

static const Sent *
open_one (Agent *agent)
{
  agent_init (agent);
  agent_open (agent, HOME);
  agent_meet (agent);
  agent_add (agent, peer_addr ());
  return agent_take (agent);
}

static IcePairState
state_of (const Agent *agent, NetAddr remote)
{
  for (unsigned i = 0; i < ice_session_n_pairs (agent->session); i++) {
    if (net_addr_equal (agent_pair (agent, i).remote.addr, remote))
      return agent_pair (agent, i).state;
  }
  fail ("no such pair");
  return ICE_PAIR_FAILED;
}

/* -- answers that are none ----------------------------------------------------- */

/* [ICE-7.2.5-1] */
GST_START_TEST (an_answer_to_nothing_is_dropped)
{
  Sent stranger = { 0 };
  Agent a;

  stranger = *open_one (&a);
  stranger.msg.id = peer_new_id ();
  fail_unless_equals_int (REPLY_WELL (&a, &stranger), ICE_RECV_DROPPED);
  fail_unless_equals_int (agent_dropped (&a, ICE_DROP_UNKNOWN_TXN), 1);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_IN_PROGRESS);
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-9.1.4-1] [STUN-9.1.3-3]: a forger ends nothing, whatever he forges. */
GST_START_TEST (a_forged_answer_is_passed_over)
{
  const Sent *check;
  Agent a;

  check = open_one (&a);
  REPLY (&a, check, .not_signed = true);
  REPLY (&a, check, .pwd = "not the password of the peer");
  REPLY (&a, check, .sha256_instead = true);
  REPLY (&a, check, .not_signed = true, .code = 487);
  REPLY (&a, check, .not_signed = true, .code = 403);
  REPLY (&a, check, .pwd = "not the password of the peer", .code = 401);
  REPLY (&a, check, .not_signed = true, .from = second_addr ());
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_IN_PROGRESS);
  fail_unless_equals_int (agent_dropped (&a, ICE_DROP_INTEGRITY), 7);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLING);
  REPLY_WELL (&a, check);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_SUCCEEDED);
  agent_clear (&a);
}
GST_END_TEST;

/* A peer with other credentials says so unsigned, each time. */
GST_START_TEST (a_peer_that_keeps_refusing_is_believed)
{
  Agent a;

  REPLY (&a, open_one (&a), .not_signed = true, .code = 401);
  REPLY (&a, agent_take (&a), .not_signed = true, .code = 401);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_IN_PROGRESS);
  REPLY (&a, agent_take (&a), .not_signed = true, .code = 401);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  agent_clear (&a);
}
GST_END_TEST;

/* -- failures ------------------------------------------------------------------ */

/* [ICE-7.2.5.2.1-1] */
GST_START_TEST (an_answer_from_elsewhere_fails_the_pair)
{
  const Sent *check;
  Agent a;

  check = open_one (&a);
  REPLY (&a, check, .from = at ("203.0.113.5", 4001));
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  agent_clear (&a);

  agent_init (&a);
  agent_open (&a, HOME " 192.0.2.2");
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  check = agent_take (&a);
  REPLY (&a, check, .flow = a.flows[1].flow);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.2.3-1] [STUN-6.2.1-1] */
GST_START_TEST (a_check_is_repeated_seven_times_and_then_fails)
{
  static const unsigned times[] = { 0, 500, 1500, 3500, 7500, 15500, 31500 };
  const Sent *check;
  NetTime start;
  Agent a;

  check = open_one (&a);
  start = check->at;
  a.config.connect_timeout = 0;
  agent_wait (&a, NET_MSEC (39499));
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_IN_PROGRESS);
  agent_wait (&a, NET_MSEC (1));
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  fail_unless_equals_int (a.requests->len, G_N_ELEMENTS (times));
  for (unsigned i = 0; i < G_N_ELEMENTS (times); i++) {
    const Sent *sent = g_ptr_array_index (a.requests, i);
    fail_unless_equals_uint64 (sent->at - start, NET_MSEC (times[i]));
    fail_unless (stun_txn_id_equal (sent->msg.id, check->msg.id));
  }
  fail_unless_equals_int (agent_pair (&a, 0).requests_sent, 7);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.2.4-1] */
GST_START_TEST (a_signed_error_fails_the_pair_at_once)
{
  static const uint16_t codes[] = { 400, 401, 403, 420, 500 };

  for (unsigned i = 0; i < G_N_ELEMENTS (codes); i++) {
    Agent a;
    REPLY (&a, open_one (&a), .code = codes[i]);
    fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
    agent_skip (&a);
    agent_wait (&a, NET_SEC (10));
    fail_unless (agent_peek (&a) == NULL);
    agent_clear (&a);
  }
}
GST_END_TEST;

/* [STUN-6.3.4-1] */
GST_START_TEST (an_error_that_cannot_be_read_is_a_failure)
{
  Agent a;

  REPLY (&a, open_one (&a), .no_code = true);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  agent_clear (&a);
  REPLY (&a, open_one (&a), .code = 487, .extra = 0x7fff);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLING);
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-6.3.3-1] [STUN-6.3.3-2] [ICE-7.2.4-1]: MAPPED-ADDRESS is RFC 3489's. */
GST_START_TEST (a_success_that_cannot_be_used_is_a_failure)
{
  Agent a;

  REPLY (&a, open_one (&a), .extra = 0x7fff);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  agent_clear (&a);
  REPLY (&a, open_one (&a), .no_mapped = true);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  agent_clear (&a);
  REPLY (&a, open_one (&a), .extra = 0xc0de);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_SUCCEEDED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.2.2-1]: whoever forges an ICMP error must know what we are doing,
 * and cannot harm what has worked. */
GST_START_TEST (an_icmp_error_fails_only_what_is_on_its_way_there)
{
  const Sent *checks[2];
  Agent a;

  open_two (&a, ICE_CONTROLLED, checks);
  ice_session_path_failed (a.session, checks[0]->flow, at ("203.0.113.5", 99),
      ECONNREFUSED, a.now);
  ice_session_path_failed (a.session, 999, peer_addr (), ECONNREFUSED, a.now);
  fail_unless_equals_int (state_of (&a, peer_addr ()), ICE_PAIR_IN_PROGRESS);
  ice_session_path_failed (a.session, checks[0]->flow, peer_addr (),
      ECONNREFUSED, a.now);
  fail_unless_equals_int (state_of (&a, peer_addr ()), ICE_PAIR_FAILED);
  fail_unless_equals_int (state_of (&a, second_addr ()), ICE_PAIR_IN_PROGRESS);
  REPLY_WELL (&a, checks[1]);
  ice_session_path_failed (a.session, checks[1]->flow, second_addr (),
      ECONNREFUSED, a.now);
  fail_unless_equals_int (state_of (&a, second_addr ()), ICE_PAIR_SUCCEEDED);
  agent_clear (&a);
}
GST_END_TEST;

/* What could not leave has used up no turn, and takes nobody along. */
GST_START_TEST (a_send_that_fails_costs_its_pair_and_no_time)
{
  const Sent *check;
  const Sent *next;
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add_line (&a, 0, "f1 1 udp 200 203.0.113.5 4000 typ host");
  agent_add_line (&a, 0, "f2 1 udp 100 203.0.113.6 4000 typ host");
  check = agent_take (&a);
  ice_session_send_failed (a.session, check->token, ENETUNREACH, a.now);
  agent_drain (&a);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  next = agent_take (&a);
  fail_unless (next->at - check->at <= ICE_PACER_GAP);
  fail_unless (net_addr_equal (next->to, second_addr ()));
  REPLY_WELL (&a, next);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  ice_session_send_failed (a.session, 4711, ENETUNREACH, a.now);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* -- role conflicts ------------------------------------------------------------ */

/* [ICE-7.2.5.1-1]: who was refused for what. */
GST_START_TEST (a_role_conflict_switches_the_role_once)
{
  const Sent *checks[2];
  uint64_t tie_breaker;
  Agent a;

  for (unsigned role = 0; role < 2; role++) {
    open_two (&a, (IceRole) role, checks);
    REPLY (&a, checks[0], .code = 487);
    fail_unless_equals_int (ice_session_role (a.session), !role);
    tie_breaker = a.session->tie_breaker;
    REPLY (&a, checks[1], .code = 487);
    fail_unless_equals_int (ice_session_role (a.session), !role);
    fail_unless_equals_uint64 (a.session->tie_breaker, tie_breaker);
    fail_unless_equals_int (agent_count (&a, ICE_OUT_ROLE), 1);
    agent_clear (&a);
  }
}
GST_END_TEST;

/* [ICE-7.2.5.1-2] */
GST_START_TEST (a_refused_check_comes_again_with_another_tie_breaker)
{
  const Sent *check;
  const Sent *again;
  uint64_t before;
  uint64_t after;
  Agent a;

  check = open_one (&a);
  fail_unless (stun_msg_get_u64 (&check->msg, STUN_ATTR_ICE_CONTROLLING,
      &before));
  REPLY (&a, check, .code = 487);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_WAITING);
  again = agent_take (&a);
  fail_unless (again->at - check->at <= NET_MSEC (50));
  fail_unless (net_addr_equal (again->to, check->to));
  fail_unless (stun_msg_get_u64 (&again->msg, STUN_ATTR_ICE_CONTROLLED,
      &after));
  fail_if (before == after);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.1-3]: G and D change places, and who nominates. */
GST_START_TEST (a_switch_reorders_the_pairs)
{
  const Sent *checks[2];
  uint64_t before;
  Agent a;

  open_two (&a, ICE_CONTROLLED, checks);
  before = agent_pair (&a, 0).priority;
  REPLY_WELL (&a, checks[1]);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  REPLY (&a, checks[0], .code = 487);
  fail_unless_equals_uint64 (agent_pair (&a, 0).priority, before + 1);
  for (unsigned i = 0; i < 2; i++)
    fail_unless_equals_uint64 (agent_pair (&a, i).priority,
        ice_pair_priority (ICE_CONTROLLING, agent_pair (&a, i).local.priority,
            agent_pair (&a, i).remote.priority));
  agent_wait (&a, NET_SEC (1));
  fail_unless (sent_nominates (g_ptr_array_index (a.requests,
      a.requests->len - 1)));
  agent_clear (&a);
}
GST_END_TEST;

/* [CF-4-1]: in a consent request the role may turn out wrong, too. */
GST_START_TEST (a_role_conflict_over_consent_leaves_the_path_alone)
{
  const Sent *consent;
  Agent a;

  agent_init (&a);
  agent_be_chosen (&a);
  agent_skip (&a);
  agent_wait (&a, NET_SEC (6));
  consent = agent_take (&a);
  REPLY (&a, consent, .code = 487);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLING);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* -- success ------------------------------------------------------------------- */

/* [ICE-7.2.5.3.1-1] [ICE-7.2.5.3.1-2] */
GST_START_TEST (an_unknown_mapped_address_is_a_new_candidate_of_ours)
{
  NetAddr mapped = at ("198.51.100.77", 6000);
  const Sent *check;
  const IceLocal *local;
  uint32_t announced;
  Agent a;

  check = open_one (&a);
  agent_add (&a, second_addr ());
  REPLY (&a, check, .mapped = mapped);
  local = ice_local_find (ice_stream_get (a.session, 0), 1, mapped);
  fail_unless (local != NULL);
  fail_unless (stun_msg_get_u32 (&check->msg, STUN_ATTR_PRIORITY, &announced));
  fail_unless_equals_int (local->cand.type, ICE_CAND_PRFLX);
  fail_unless_equals_int (local->cand.priority, announced);
  fail_unless (net_addr_equal (local->base, check->from));
  fail_unless (net_addr_equal (local->cand.related, check->from));
  /* Neither told to the peer nor paired. */
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CANDIDATE), 2);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 2);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.3.1-2]: the same address of another component is another one. */
GST_START_TEST (a_mapped_address_is_looked_up_in_its_component)
{
  NetAddr mapped = at ("198.51.100.77", 6000);
  const Sent *sent;
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 2);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_meet (&a);
  agent_add_line (&a, 0, "f 1 udp 200 203.0.113.5 4000 typ host");
  agent_add_line (&a, 0, "f 2 udp 199 203.0.113.5 4001 typ host");
  while (ice_stream_get (a.session, 0)->locals->len < 4) {
    sent = agent_take (&a);
    REPLY (&a, sent, .mapped = mapped);
  }
  for (unsigned id = 1; id <= 2; id++)
    fail_unless_equals_int (ice_local_find (ice_stream_get (a.session, 0), id,
                                mapped)
                                ->cand.component,
        id);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (a_mapped_address_may_be_forbidden)
{
  Agent a;

  agent_init (&a);
  a.config.allow = ICE_ALLOW_ALL & ~ICE_ALLOW_PRFLX;
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  REPLY (&a, agent_take (&a), .mapped = at ("198.51.100.77", 6000));
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-6.2.1-2]: Karn. */
GST_START_TEST (a_round_trip_is_measured_on_one_send_only)
{
  const Sent *check;
  Agent a;

  check = open_one (&a);
  agent_wait (&a, NET_MSEC (80));
  REPLY_WELL (&a, check);
  fail_unless_equals_uint64 (agent_pair (&a, 0).rtt, NET_MSEC (80));
  agent_clear (&a);
  check = open_one (&a);
  agent_wait (&a, NET_MSEC (580));
  REPLY_WELL (&a, check);
  fail_unless_equals_uint64 (agent_pair (&a, 0).rtt, 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.4-3]: cancelled checks are listened for, but not without bound. */
GST_START_TEST (cancelled_checks_are_bounded)
{
  Agent a;

  agent_init (&a);
  a.config.role = ICE_CONTROLLED;
  agent_open (&a, HOME);
  agent_meet (&a);
  for (unsigned i = 0; i < 50; i++) {
    ASK (&a, .controlling = true);
    agent_wait (&a, NET_MSEC (50));
  }
  fail_unless (a.requests->len > 40);
  fail_unless (a.session->checks->len <= 6, "%u", a.session->checks->len);
  agent_clear (&a);
}
GST_END_TEST;

static void
add_failures (TCase *tc)
{
  tcase_add_test (tc, an_answer_to_nothing_is_dropped);
  tcase_add_test (tc, a_forged_answer_is_passed_over);
  tcase_add_test (tc, a_peer_that_keeps_refusing_is_believed);
  tcase_add_test (tc, an_answer_from_elsewhere_fails_the_pair);
  tcase_add_test (tc, a_check_is_repeated_seven_times_and_then_fails);
  tcase_add_test (tc, a_signed_error_fails_the_pair_at_once);
  tcase_add_test (tc, an_error_that_cannot_be_read_is_a_failure);
  tcase_add_test (tc, a_success_that_cannot_be_used_is_a_failure);
  tcase_add_test (tc, an_icmp_error_fails_only_what_is_on_its_way_there);
  tcase_add_test (tc, a_send_that_fails_costs_its_pair_and_no_time);
}

static Suite *
check_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/check");
  TCase *failures = tcase_create ("failures");
  TCase *tc = tcase_create ("answers");

  add_failures (failures);
  tcase_add_test (tc, a_role_conflict_switches_the_role_once);
  tcase_add_test (tc, a_refused_check_comes_again_with_another_tie_breaker);
  tcase_add_test (tc, a_switch_reorders_the_pairs);
  tcase_add_test (tc, a_role_conflict_over_consent_leaves_the_path_alone);
  tcase_add_test (tc, an_unknown_mapped_address_is_a_new_candidate_of_ours);
  tcase_add_test (tc, a_mapped_address_is_looked_up_in_its_component);
  tcase_add_test (tc, a_mapped_address_may_be_forbidden);
  tcase_add_test (tc, a_round_trip_is_measured_on_one_send_only);
  tcase_add_test (tc, cancelled_checks_are_bounded);
  suite_add_tcase (suite, failures);
  suite_add_tcase (suite, tc);
  return suite;
}

GST_CHECK_MAIN (check)
