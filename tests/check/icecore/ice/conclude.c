/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* States and endings: when a list, and the whole session, has succeeded, has
 * failed, or must still be waited for. */

#include "agent.h"

#define PAC NET_MSEC (39500)

/* The user's own patience is out of the way. */
static void
init (Agent *agent)
{
  agent_init (agent);
  agent->config.connect_timeout = 0;
  agent->config.auto_restart = false;
}

static void
open_met (Agent *agent, IceRole role)
{
  init (agent);
  agent->config.role = role;
  agent_open (agent, HOME);
  agent_meet (agent);
}

static IceChecklistState
list_state (const Agent *agent, unsigned stream)
{
  return ice_stream_get (agent->session, stream)->checklist.state;
}

static void
expect_told_states (const Agent *agent, const IceState *states, unsigned n)
{
  unsigned seen = 0;

  for (guint i = 0; i < agent->told->len; i++) {
    const IceOut *out = &g_array_index (agent->told, IceOut, i);
    if (out->kind != ICE_OUT_STATE)
      continue;
    fail_unless (seen < n);
    fail_unless_equals_int (out->state, states[seen++]);
  }
  fail_unless_equals_int (seen, n);
}

/* -- states -------------------------------------------------------------------- */

/* [ICE-6.1.3-1] [ICE-8.1.2-2] */
GST_START_TEST (a_session_passes_through_its_states)
{
  static const IceState states[] = { ICE_STATE_CHECKING, ICE_STATE_CONNECTED,
    ICE_STATE_COMPLETED, ICE_STATE_CLOSED };
  Agent a;

  agent_init (&a);
  agent_connect (&a);
  ice_session_close (a.session, a.now);
  agent_drain (&a);
  expect_told_states (&a, states, G_N_ELEMENTS (states));
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-4-1] [TRK-8-1]: an empty description, and everything by and by. */
GST_START_TEST (a_peer_without_candidates_is_waited_for)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_NEW);
  agent_wait (&a, NET_SEC (30));
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_RUNNING);
  agent_add (&a, peer_addr ());
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CHECKING);
  REPLY_WELL (&a, agent_take (&a));
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.2.2-3]: the peer uses one component only, and says so by its end. */
GST_START_TEST (the_smaller_number_of_components_counts)
{
  Agent a;

  init (&a);
  agent_create (&a);
  agent_component (&a, 0, 2);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  REPLY_WELL (&a, agent_take (&a));
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CHECKING);
  agent_end (&a);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* -- patience ------------------------------------------------------------------ */

/* [PAC-4-1] [PAC-4-2] [PAC-4-3] [PAC-4-4]: not even an empty list fails before,
 * and it fails right then. */
GST_START_TEST (nothing_fails_before_patience_is_over)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  agent_end (&a);
  agent_wait (&a, PAC - 1);
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_RUNNING);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_FAILED), 0);
  agent_wait (&a, 1);
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_FAILED);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_FAILED);
  agent_clear (&a);
}
GST_END_TEST;

/* [PAC-4-3]: all pairs have failed at once, and the peer's check comes at 20 s. */
GST_START_TEST (a_late_check_of_the_peers_still_connects)
{
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  agent_add (&a, peer_addr ());
  REPLY (&a, agent_take (&a), .code = 500);
  agent_end (&a);
  agent_wait (&a, NET_SEC (20));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CHECKING);
  ASK (&a, .controlling = true, .use_candidate = true,
      .from = at ("203.0.113.77", 7));
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_wait (&a, NET_SEC (5));
  fail_unless_equals_int (agent_count (&a, ICE_OUT_FAILED), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [PAC-4-1]: it runs from the moment that both sides can have each other's
 * credentials, and ours are out when gathering begins. */
GST_START_TEST (patience_starts_when_both_can_begin)
{
  Agent a;

  init (&a);
  agent_create (&a);
  agent_component (&a, 0, 1);
  agent_net (&a, HOME);
  agent_meet (&a);
  agent_end (&a);
  agent_wait (&a, NET_SEC (60));
  agent_gather (&a);
  agent_wait (&a, PAC - 1);
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_RUNNING);
  agent_wait (&a, 1);
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_FAILED);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-8-2] [ICE-7.2.5.4-1] [PAC-5-1]: after it, what keeps a list from failing is
 * our own gathering and pairs that are still at work; a missing end of the peer's
 * does not. */
GST_START_TEST (a_list_fails_when_nothing_more_can_come)
{
  for (unsigned i = 0; i < 8; i++) {
    bool gathering = i & 1;
    bool unfinished = i & 2;
    bool ended = i & 4;
    Agent a;
    init (&a);
    a.mute_opens = gathering;
    agent_open (&a, HOME);
    agent_meet (&a);
    agent_wait (&a, PAC - NET_SEC (1));
    agent_add (&a, peer_addr ());
    if (!gathering && !unfinished)
      REPLY (&a, agent_take (&a), .code = 500);
    if (ended)
      agent_end (&a);
    agent_wait (&a, NET_SEC (1));
    fail_unless_equals_int (list_state (&a, 0),
        gathering || unfinished ? ICE_CHECKLIST_RUNNING : ICE_CHECKLIST_FAILED);
    if (!gathering) {
      agent_wait (&a, PAC);
      fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_FAILED);
    }
    agent_clear (&a);
  }
}
GST_END_TEST;

/* A name that is still looked up may be the one. */
GST_START_TEST (a_name_keeps_a_list_alive)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  agent_add_line (&a, 0, "h 1 udp 9 slow.example.org 4000 typ host");
  agent_wait (&a, PAC + NET_SEC (1));
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_RUNNING);
  ice_session_resolved (a.session, agent_last (&a, ICE_OUT_RESOLVE)->resolve.op,
      NULL, 0, a.now);
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_FAILED);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-8-2]: without an end there may be more, and then the list lives again. */
GST_START_TEST (a_late_candidate_reopens_a_failed_list)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  agent_wait (&a, PAC);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_FAILED);
  fail_unless_equals_int (agent_add (&a, peer_addr ()), ICE_ADD_OK);
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_RUNNING);
  REPLY_WELL (&a, agent_take (&a));
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* -- failing ------------------------------------------------------------------- */

static void
open_two_streams (Agent *agent)
{
  init (agent);
  agent_create (agent);
  agent_component (agent, 0, 1);
  agent_component (agent, 1, 1);
  agent_net (agent, HOME);
  agent_gather (agent);
  agent_meet (agent);
}

/* [ICE-6.1.3-1]: some have failed, some have not: the session runs. */
GST_START_TEST (a_session_fails_with_its_last_list)
{
  const Sent *consent;
  Agent a;

  open_two_streams (&a);
  agent_add (&a, peer_addr ());
  REPLY_WELL (&a, agent_take (&a));
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_COMPLETED);
  for (unsigned i = 0; i < 400; i++) {
    agent_wait (&a, NET_MSEC (100));
    while ((consent = agent_peek (&a)) != NULL) {
      a.taken++;
      REPLY_WELL (&a, consent);
    }
  }
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_COMPLETED);
  fail_unless_equals_int (list_state (&a, 1), ICE_CHECKLIST_FAILED);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CHECKING);
  agent_clear (&a);

  open_two_streams (&a);
  agent_wait (&a, PAC);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_FAILED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-12.1-4]: RTP without RTCP is no stream. */
GST_START_TEST (a_component_without_a_path_silences_its_stream)
{
  const Sent *consent;
  Agent a;

  init (&a);
  agent_create (&a);
  agent_component (&a, 0, 2);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_meet (&a);
  agent_add_line (&a, 0, "f1 1 udp 900 203.0.113.5 4000 typ host");
  agent_add_line (&a, 0, "f2 2 udp 899 203.0.113.5 4001 typ host");
  agent_end (&a);
  for (unsigned i = 0; i < 390; i++) {
    agent_wait (&a, NET_MSEC (100));
    while ((consent = agent_peek (&a)) != NULL) {
      a.taken++;
      if (consent->to.port == 4000)
        REPLY_WELL (&a, consent);
    }
    fail_unless (agent_route (&a, 1).usable);
  }
  agent_wait (&a, NET_SEC (2));
  fail_unless_equals_int (list_state (&a, 0), ICE_CHECKLIST_FAILED);
  fail_if (agent_route (&a, 1).usable);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-8.1.1-4]: with the cause, for whoever must tell the peer. */
GST_START_TEST (a_failure_is_told_with_its_cause)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  agent_add (&a, peer_addr ());
  agent_wait (&a, PAC + NET_SEC (1));
  fail_unless_equals_int (agent_count (&a, ICE_OUT_FAILED), 1);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_FAILED)->cause,
      ICE_CAUSE_CHECKS_TIMEOUT);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_STATE)->state,
      ICE_STATE_FAILED);
  agent_clear (&a);
}
GST_END_TEST;

/* The user's patience is shorter than the protocol's; what comes after it is
 * taken all the same. */
GST_START_TEST (the_connect_timeout_is_a_verdict_not_an_end)
{
  const Sent *check;
  Agent a;

  agent_init (&a);
  a.config.connect_timeout = NET_SEC (10);
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  check = agent_take (&a);
  agent_wait (&a, NET_SEC (9));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CHECKING);
  agent_wait (&a, NET_SEC (1));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_FAILED);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_FAILED)->cause,
      ICE_CAUSE_CHECKS_TIMEOUT);
  REPLY_WELL (&a, check);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CONNECTED);
  agent_clear (&a);
}
GST_END_TEST;

static Suite *
conclude_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/conclude");
  TCase *tc = tcase_create ("conclude");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, a_session_passes_through_its_states);
  tcase_add_test (tc, a_peer_without_candidates_is_waited_for);
  tcase_add_test (tc, the_smaller_number_of_components_counts);
  tcase_add_test (tc, nothing_fails_before_patience_is_over);
  tcase_add_test (tc, a_late_check_of_the_peers_still_connects);
  tcase_add_test (tc, patience_starts_when_both_can_begin);
  tcase_add_test (tc, a_list_fails_when_nothing_more_can_come);
  tcase_add_test (tc, a_name_keeps_a_list_alive);
  tcase_add_test (tc, a_late_candidate_reopens_a_failed_list);
  tcase_add_test (tc, a_session_fails_with_its_last_list);
  tcase_add_test (tc, a_component_without_a_path_silences_its_stream);
  tcase_add_test (tc, a_failure_is_told_with_its_cause);
  tcase_add_test (tc, the_connect_timeout_is_a_verdict_not_an_end);
  return suite;
}

GST_CHECK_MAIN (conclude)
