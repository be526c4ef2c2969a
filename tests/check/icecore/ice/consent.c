/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Consent to send: how often it is asked for, what renews it, what ends it, and
 * the keepalives of those who do not ask. */

#include "agent.h"

/* No restart by itself: the tests look at what is left without one. */
static void
connect_alone (Agent *agent)
{
  agent_init (agent);
  agent->config.auto_restart = false;
  agent_connect (agent);
  agent_skip (agent);
}

static void
forget_sent (Agent *agent)
{
  g_ptr_array_set_size (agent->requests, 0);
  g_ptr_array_set_size (agent->answers, 0);
  g_array_set_size (agent->told, 0);
  agent->taken = 0;
}

static const Sent *
wait_for_consent (Agent *agent)
{
  for (unsigned i = 0; i < 70 && agent_peek (agent) == NULL; i++)
    agent_wait (agent, NET_MSEC (100));
  fail_unless (agent_peek (agent) != NULL, "nothing was asked");
  return agent_take (agent);
}

static void
answer_for (Agent *agent, NetTime span)
{
  for (NetTime end = agent->now + span; agent->now < end;) {
    agent_wait (agent, NET_MSEC (100));
    while (agent_peek (agent) != NULL)
      REPLY_WELL (agent, agent_take (agent));
  }
}

static bool
may_send (const Agent *agent)
{
  IceRoute route = agent_route (agent, 1);

  return route.usable && agent->now < route.consent_until;
}

/* -- asking -------------------------------------------------------------------- */

/* [CF-5.1-3]: drawn anew each time, never under four seconds. */
GST_START_TEST (consent_is_asked_for_every_four_to_six_seconds)
{
  NetTime last;
  NetTime sum = 0;
  unsigned fifths[5] = { 0 };
  Agent a;

  connect_alone (&a);
  REPLY_WELL (&a, wait_for_consent (&a));
  last = a.now;
  for (unsigned i = 0; i < 10000; i++) {
    NetTime deadline;
    forget_sent (&a);
    while (agent_peek (&a) == NULL) {
      deadline = ice_session_deadline (a.session);
      agent_wait (&a, deadline - a.now);
    }
    deadline = agent_peek (&a)->at;
    REPLY_WELL (&a, agent_take (&a));
    if (i > 0) {
      NetTime gap = deadline - last;
      fail_unless (gap >= NET_SEC (4) && gap <= NET_SEC (6));
      fifths[MIN ((gap - NET_SEC (4)) / NET_MSEC (400), 4)]++;
      sum += gap;
    }
    last = deadline;
  }
  fail_unless (sum / 9999 > NET_MSEC (4950) && sum / 9999 < NET_MSEC (5050));
  for (unsigned i = 0; i < 5; i++)
    fail_unless (fifths[i] > 1800 && fifths[i] < 2200, "%u: %u", i, fifths[i]);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* [CF-4-1]: a check like any other, but for the flag; no indication beside it. */
GST_START_TEST (a_consent_request_is_a_plain_check)
{
  const Sent *consent;
  uint64_t tie_breaker;
  uint32_t priority;
  Agent a;

  connect_alone (&a);
  consent = wait_for_consent (&a);
  fail_if (sent_nominates (consent));
  fail_unless (stun_msg_get_u32 (&consent->msg, STUN_ATTR_PRIORITY, &priority));
  fail_unless (stun_msg_get_u64 (&consent->msg, STUN_ATTR_ICE_CONTROLLING,
      &tie_breaker));
  fail_unless (net_addr_equal (consent->to, peer_addr ()));
  REPLY_WELL (&a, consent);
  answer_for (&a, NET_SEC (60));
  fail_unless_equals_int (a.answers->len, 0);
  agent_clear (&a);
}
GST_END_TEST;

static unsigned
count_sends (const Agent *agent, StunTxnId id)
{
  unsigned n = 0;

  for (guint i = 0; i < agent->requests->len; i++) {
    const Sent *sent = g_ptr_array_index (agent->requests, i);
    n += stun_txn_id_equal (sent->msg.id, id);
  }
  return n;
}

/* [CF-5.1-4] [CF-5.1-9]: once each, under ids that nobody outside chooses, and
 * each is listened for. What insists between them is a connectivity check. */
GST_START_TEST (each_request_is_sent_once_under_its_own_id)
{
  unsigned outstanding = 0;
  NetTime last = 0;
  Agent a;

  connect_alone (&a);
  forget_sent (&a);
  agent_wait (&a, NET_SEC (29));
  for (guint i = 0; i < a.session->checks->len; i++) {
    const IceCheck *check = g_ptr_array_index (a.session->checks, i);
    if (check->kind != ICE_CHECK_CONSENT)
      continue;
    fail_unless_equals_int (count_sends (&a, check->txn.id), 1);
    fail_unless (check->txn.started - last >= NET_SEC (4));
    last = check->txn.started;
    outstanding++;
  }
  fail_unless (outstanding >= 4 && outstanding <= 7);
  fail_unless_equals_int (agent_pair (&a, 0).consent_sent, outstanding);
  agent_clear (&a);
}
GST_END_TEST;

/* [CF-5.1-4]: an answer that took eight seconds is an answer. */
GST_START_TEST (an_answer_to_any_outstanding_request_counts)
{
  const Sent *older;
  const Sent *newer;
  NetTime until;
  Agent a;

  connect_alone (&a);
  older = wait_for_consent (&a);
  newer = wait_for_consent (&a);
  agent_wait (&a, NET_SEC (2));
  REPLY_WELL (&a, newer);
  agent_wait (&a, NET_MSEC (100));
  REPLY_WELL (&a, older);
  until = agent_route (&a, 1).consent_until;
  fail_unless_equals_uint64 (until, a.now + NET_SEC (30));
  agent_clear (&a);
}
GST_END_TEST;

/* [SDP-6-1] [ICE-11-1]: whether anybody sends anything is not the question. */
GST_START_TEST (an_idle_session_keeps_its_path)
{
  Agent a;

  connect_alone (&a);
  answer_for (&a, NET_SEC (600));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  fail_unless (may_send (&a));
  agent_clear (&a);
}
GST_END_TEST;

/* -- losing -------------------------------------------------------------------- */

/* [CF-5.1-1] */
GST_START_TEST (nothing_may_be_sent_before_a_check_has_succeeded)
{
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  agent_take (&a);
  ASK (&a, .from = peer_addr ());
  fail_if (agent_route (&a, 1).usable);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless (may_send (&a));
  fail_unless_equals_uint64 (agent_route (&a, 1).consent_until,
      a.now + NET_SEC (30));
  agent_clear (&a);
}
GST_END_TEST;

/* [CF-5.1-2] [CF-5.1-5]: media still comes, the peer's own checks too, and yet. */
GST_START_TEST (only_answers_renew_consent)
{
  NetTime start;
  Agent a;

  connect_alone (&a);
  start = a.now;
  while (a.now + NET_MSEC (500) < start + NET_SEC (30)) {
    agent_wait (&a, NET_MSEC (500));
    fail_unless_equals_int (ice_session_recv (a.session, a.flows[0].flow,
                                peer_addr (), NET_BYTES ("media", 5), a.now),
        ICE_RECV_PAYLOAD);
    ASK (&a, .from = peer_addr ());
    fail_unless (may_send (&a));
  }
  agent_wait (&a, start + NET_SEC (30) - a.now);
  fail_if (may_send (&a));
  fail_if (agent_route (&a, 1).usable);
  fail_unless_equals_int (a.session->checks->len, 0);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_FAILED);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_FAILED)->cause,
      ICE_CAUSE_CONSENT_EXPIRED);
  agent_clear (&a);
}
GST_END_TEST;

/* [CF-5.1-6]: neither a late answer nor a check of the peer's brings it back. */
GST_START_TEST (what_has_expired_stays_expired)
{
  const Sent *consent;
  Agent a;

  connect_alone (&a);
  do
    consent = wait_for_consent (&a);
  while (consent->at + NET_SEC (7) < agent_route (&a, 1).consent_until);
  agent_wait (&a, NET_SEC (10));
  fail_if (agent_route (&a, 1).usable);
  agent_skip (&a);
  fail_unless_equals_int (REPLY_WELL (&a, consent), ICE_RECV_DROPPED);
  fail_if (agent_route (&a, 1).usable);
  fail_unless_equals_int (ASK_CODE (&a, .use_candidate = true), 0);
  agent_wait (&a, NET_SEC (10));
  fail_unless (agent_peek (&a) == NULL);
  fail_if (agent_route (&a, 1).usable);
  agent_clear (&a);
}
GST_END_TEST;

/* [CF-5.1-10]: who is not asked cannot refuse. A valid pair that media does not
 * use lapses, and may be checked again. */
GST_START_TEST (a_pair_that_is_not_used_may_be_won_back)
{
  const Sent *checks[2];
  Agent a;

  agent_init (&a);
  a.config.auto_restart = false;
  a.config.role = ICE_CONTROLLED;
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add_line (&a, 0, "f1 1 udp 900 203.0.113.5 4000 typ host");
  agent_add_line (&a, 0, "f2 1 udp 100 203.0.113.5 4001 typ host");
  checks[0] = agent_take (&a);
  checks[1] = agent_take (&a);
  REPLY_WELL (&a, checks[0]);
  REPLY_WELL (&a, checks[1]);
  ASK (&a, .controlling = true, .use_candidate = true);
  answer_for (&a, NET_SEC (60));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  fail_unless_equals_int (agent_pair (&a, 1).consent_sent, 0);
  fail_if (agent_pair (&a, 1).valid);
  ASK (&a, .controlling = true, .use_candidate = true,
      .from = at ("203.0.113.5", 4001));
  REPLY_WELL (&a, agent_take (&a));
  fail_unless (agent_pair (&a, 1).valid);
  agent_clear (&a);
}
GST_END_TEST;

/* [CF-5.2-1] */
GST_START_TEST (a_signed_403_ends_it_at_once)
{
  const Sent *consent;
  Agent a;

  connect_alone (&a);
  consent = wait_for_consent (&a);
  REPLY (&a, consent, .code = 403, .not_signed = true);
  fail_unless (may_send (&a));
  REPLY (&a, consent, .code = 403);
  fail_if (agent_route (&a, 1).usable);
  agent_skip (&a);
  ASK (&a, .from = peer_addr ());
  agent_wait (&a, NET_SEC (10));
  fail_unless (agent_peek (&a) == NULL);
  agent_clear (&a);
}
GST_END_TEST;

/* Two round trips without an answer, and five seconds: the path may be dead. It
 * is still used, and one answer is enough. */
GST_START_TEST (silence_disconnects_and_an_answer_reconnects)
{
  const Sent *consents[2];
  Agent a;

  connect_alone (&a);
  consents[0] = wait_for_consent (&a);
  agent_wait (&a, NET_MSEC (3999)); /* one lost request is no news */
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  consents[1] = wait_for_consent (&a);
  agent_wait (&a, consents[0]->at + NET_SEC (6) - a.now);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_DISCONNECTED);
  fail_unless (may_send (&a));
  REPLY_WELL (&a, consents[1]);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* -- a lite side --------------------------------------------------------------- */

static void
open_lite (Agent *agent)
{
  agent_init (agent);
  agent->config.lite = true;
  agent->config.role = ICE_CONTROLLED;
  agent_open (agent, HOME);
  agent_meet (agent);
  ASK (agent, .controlling = true, .use_candidate = true);
  fail_unless_equals_int (agent_state (agent), ICE_STATE_COMPLETED);
  forget_sent (agent);
}

/* [ICE-11-1] [ICE-11-2] [ICE-11-4] */
GST_START_TEST (who_does_not_ask_sends_keepalives)
{
  NetTime start;
  unsigned keepalives = 0;
  Agent a;

  open_lite (&a);
  start = a.now;
  for (unsigned i = 0; i < 30; i++) {
    agent_wait (&a, NET_SEC (2));
    ASK (&a, .controlling = true);
  }
  for (guint i = 0; i < a.answers->len; i++) {
    const Sent *sent = g_ptr_array_index (a.answers, i);
    if (sent->msg.cls != STUN_INDICATION)
      continue;
    keepalives++;
    fail_unless_equals_uint64 (sent->at, start + NET_SEC (15) * keepalives);
    fail_unless (net_addr_equal (sent->to, peer_addr ()));
  }
  fail_unless_equals_int (keepalives, 4);
  fail_unless_equals_int (a.requests->len, 0);
  ice_session_close (a.session, a.now);
  agent_drain (&a);
  forget_sent (&a);
  agent_wait (&a, NET_SEC (60));
  fail_unless_equals_int (a.answers->len, 0);
  agent_clear (&a);
}
GST_END_TEST;

/* Its peer's checks are all the agreement that it gets. */
GST_START_TEST (a_lite_side_may_send_while_it_is_asked)
{
  Agent a;

  open_lite (&a);
  for (unsigned i = 0; i < 20; i++) {
    agent_wait (&a, NET_SEC (5));
    ASK (&a, .controlling = true);
    fail_unless (may_send (&a));
  }
  agent_wait (&a, NET_SEC (30));
  fail_if (agent_route (&a, 1).usable);
  agent_clear (&a);
}
GST_END_TEST;

static Suite *
consent_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/consent");
  TCase *asking = tcase_create ("asking");
  TCase *losing = tcase_create ("losing");

  tcase_add_test (asking, consent_is_asked_for_every_four_to_six_seconds);
  tcase_add_test (asking, a_consent_request_is_a_plain_check);
  tcase_add_test (asking, each_request_is_sent_once_under_its_own_id);
  tcase_add_test (asking, an_answer_to_any_outstanding_request_counts);
  tcase_add_test (asking, an_idle_session_keeps_its_path);
  tcase_add_test (losing, nothing_may_be_sent_before_a_check_has_succeeded);
  tcase_add_test (losing, only_answers_renew_consent);
  tcase_add_test (losing, what_has_expired_stays_expired);
  tcase_add_test (losing, a_pair_that_is_not_used_may_be_won_back);
  tcase_add_test (losing, a_signed_403_ends_it_at_once);
  tcase_add_test (losing, silence_disconnects_and_an_answer_reconnects);
  tcase_add_test (losing, who_does_not_ask_sends_keepalives);
  tcase_add_test (losing, a_lite_side_may_send_while_it_is_asked);
  suite_add_tcase (suite, asking);
  suite_add_tcase (suite, losing);
  return suite;
}

GST_CHECK_MAIN (consent)
