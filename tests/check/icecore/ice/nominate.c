/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which valid pair becomes the selected one, on either side. */

#include "agent.h"

static NetAddr
better_addr (void)
{
  return at ("203.0.113.5", 4001);
}

static NetAddr
worse_addr (void)
{
  return at ("203.0.113.5", 4002);
}

static void
add_both (Agent *agent)
{
  agent_add_line (agent, 0, "f1 1 udp 900 203.0.113.5 4001 typ host");
  agent_add_line (agent, 0, "f2 1 udp 100 203.0.113.5 4002 typ host");
}

static void
open_with (Agent *agent, IceRole role, bool renomination)
{
  IceRemote remote = peer_remote ();

  agent->config.role = role;
  agent_open (agent, HOME);
  remote.renomination = renomination;
  agent_meet_with (agent, remote);
}

static void
open_met (Agent *agent, IceRole role, bool renomination)
{
  agent_init (agent);
  open_with (agent, role, renomination);
}

/* How many requests with USE-CANDIDATE went out so far, copies included. */
static unsigned
nominations (const Agent *agent)
{
  unsigned n = 0;

  for (guint i = 0; i < agent->requests->len; i++)
    n += sent_nominates (g_ptr_array_index (agent->requests, i));
  return n;
}

static bool
is_selected (const Agent *agent, NetAddr remote)
{
  IceRoute route = agent_route (agent, 1);

  return route.selected && net_addr_equal (route.remote, remote);
}

/* -- controlling --------------------------------------------------------------- */

/* [ICE-8.1.1-1] [ICE-7.2.5.3.4-1] [ICE-8.1.2-2] */
GST_START_TEST (a_valid_pair_is_nominated_by_repeating_its_check)
{
  const Sent *check;
  const Sent *nomination;
  Agent a;

  open_met (&a, ICE_CONTROLLING, false);
  agent_add (&a, peer_addr ());
  check = agent_take (&a);
  fail_if (sent_nominates (check));
  REPLY_WELL (&a, check);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CONNECTED);
  fail_if (agent_pair (&a, 0).nominated);
  nomination = agent_take (&a);
  fail_unless (sent_nominates (nomination));
  fail_unless_equals_int (nomination->flow, check->flow);
  fail_unless (net_addr_equal (nomination->to, check->to));
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  REPLY_WELL (&a, nomination);
  fail_unless (agent_pair (&a, 0).nominated);
  fail_unless (is_selected (&a, peer_addr ()));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  fail_unless_equals_int (ice_stream_get (a.session, 0)->checklist.state,
      ICE_CHECKLIST_COMPLETED);
  agent_wait (&a, NET_SEC (3));
  fail_unless_equals_int (nominations (&a), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-8.1.1-1] [ICE-8.1.2-2] [ICE-6.1.3-1]: one for each component; the stream,
 * and the session, are complete with the last. */
GST_START_TEST (each_component_gets_its_own_nomination)
{
  unsigned seen[3] = { 0 };
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 2);
  agent_component (&a, 1, 1);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_meet (&a);
  agent_add_line (&a, 0, "f 1 udp 900 203.0.113.5 4000 typ host");
  agent_add_line (&a, 0, "f 2 udp 899 203.0.113.5 4001 typ host");
  agent_add_line (&a, 1, "f 1 udp 900 203.0.113.5 4002 typ host");
  while (agent_state (&a) != ICE_STATE_COMPLETED) {
    const Sent *sent = agent_take (&a);
    seen[sent->to.port - 4000] += sent_nominates (sent);
    fail_unless (agent_count (&a, ICE_OUT_SELECTED) < 3);
    REPLY_WELL (&a, sent);
  }
  for (unsigned i = 0; i < 3; i++)
    fail_unless_equals_int (seen[i], 1);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 3);
  agent_clear (&a);
}
GST_END_TEST;

/* The worse pair comes first; its answer is there at 60 ms, when the better one
 * has been on its way for 10. */
static const Sent *
race (Agent *agent)
{
  const Sent *checks[2];

  open_met (agent, ICE_CONTROLLING, false);
  agent_add_line (agent, 0, "f2 1 udp 100 203.0.113.5 4002 typ host");
  checks[0] = agent_take (agent);
  agent_add_line (agent, 0, "f1 1 udp 900 203.0.113.5 4001 typ host");
  checks[1] = agent_take (agent);
  fail_unless_equals_uint64 (checks[1]->at - checks[0]->at, NET_MSEC (50));
  agent_wait (agent, NET_MSEC (10));
  REPLY_WELL (agent, checks[0]);
  fail_unless_equals_int (nominations (agent), 0);
  fail_unless (agent_route (agent, 1).usable); /* media waits for nothing */
  return checks[1];
}

/* [PAC-4-5]: the answer of a better pair may be on its way. */
GST_START_TEST (a_better_pair_gets_its_chance)
{
  const Sent *better;
  Agent a;

  better = race (&a);
  agent_wait (&a, NET_MSEC (50));
  REPLY_WELL (&a, better);
  fail_unless (net_addr_equal (agent_take (&a)->to, better_addr ()));
  fail_unless_equals_int (nominations (&a), 1);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (a_better_pair_is_not_waited_for_long)
{
  Agent a;

  race (&a);
  agent_wait (&a, NET_MSEC (59));
  fail_unless_equals_int (nominations (&a), 0);
  agent_wait (&a, NET_MSEC (2));
  fail_unless_equals_int (nominations (&a), 1);
  fail_unless (net_addr_equal (agent_take (&a)->to, worse_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-8.1.1-2]: what comes later comes too late. */
GST_START_TEST (a_second_pair_is_not_nominated)
{
  const Sent *checks[2];
  unsigned before;
  Agent a;

  open_met (&a, ICE_CONTROLLING, false);
  add_both (&a);
  checks[0] = agent_take (&a);
  checks[1] = agent_take (&a);
  REPLY_WELL (&a, checks[1]);
  agent_wait (&a, NET_MSEC (200));
  while (a.taken < a.requests->len) {
    const Sent *sent = agent_take (&a);
    if (sent_nominates (sent))
      REPLY_WELL (&a, sent);
  }
  fail_unless (is_selected (&a, worse_addr ()));
  before = nominations (&a);
  REPLY_WELL (&a, checks[0]);
  agent_wait (&a, NET_SEC (2));
  fail_unless_equals_int (nominations (&a), before);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-8.1.2-1] */
GST_START_TEST (the_other_pairs_are_dropped_or_only_listened_for)
{
  const Sent *checks[2];
  unsigned requests;
  Agent a;

  open_met (&a, ICE_CONTROLLED, false);
  add_both (&a);
  agent_add_line (&a, 0, "f1 1 udp 50 203.0.113.5 4003 typ host"); /* frozen */
  checks[0] = agent_take (&a);
  checks[1] = agent_take (&a);
  REPLY_WELL (&a, checks[0]);
  a.session->ta_next = a.now + NET_SEC (10); /* 4003 waits now */
  fail_unless_equals_int (ice_session_n_pairs (a.session), 3);
  ASK (&a, .from = better_addr (), .controlling = true, .use_candidate = true);
  fail_unless (is_selected (&a, better_addr ()));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 2);
  requests = a.requests->len;
  agent_wait (&a, NET_SEC (3));
  fail_unless_equals_int (a.requests->len, requests);
  REPLY_WELL (&a, checks[1]);
  fail_unless_equals_int (agent_pair (&a, 1).state, ICE_PAIR_SUCCEEDED);
  fail_unless (is_selected (&a, better_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-13-2] */
GST_START_TEST (a_candidate_after_the_nomination_is_not_paired)
{
  Agent a;

  agent_init (&a);
  agent_connect (&a);
  agent_add (&a, better_addr ());
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* Documented (ICE-7.2.5.3.4-2): a nomination that fails costs its pair; the next
 * valid one is nominated. */
GST_START_TEST (a_failed_nomination_passes_to_the_next_pair)
{
  const Sent *checks[2];
  const Sent *nomination;
  Agent a;

  open_met (&a, ICE_CONTROLLING, false);
  add_both (&a);
  checks[0] = agent_take (&a);
  checks[1] = agent_take (&a);
  REPLY_WELL (&a, checks[0]);
  REPLY_WELL (&a, checks[1]);
  nomination = agent_take (&a);
  fail_unless (net_addr_equal (nomination->to, better_addr ()));
  REPLY (&a, nomination, .code = 400);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  fail_if (agent_pair (&a, 0).valid);
  nomination = agent_take (&a);
  fail_unless (net_addr_equal (nomination->to, worse_addr ()));
  fail_unless (sent_nominates (nomination));
  REPLY_WELL (&a, nomination);
  fail_unless (is_selected (&a, worse_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* [RENOM-3-3]: and the repetitions may not forget each other. */
GST_START_TEST (a_nomination_is_repeated_until_it_is_answered)
{
  const Sent *nomination;
  Agent a;

  open_met (&a, ICE_CONTROLLING, false);
  agent_add (&a, peer_addr ());
  REPLY_WELL (&a, agent_take (&a));
  nomination = agent_take (&a);
  agent_wait (&a, NET_MSEC (300));
  fail_unless (nominations (&a) >= 3 && nominations (&a) <= 7, "%u",
      nominations (&a));
  REPLY_WELL (&a, nomination);
  fail_unless (is_selected (&a, peer_addr ()));
  agent_skip (&a);
  agent_wait (&a, NET_SEC (3));
  fail_unless (agent_peek (&a) == NULL);
  agent_clear (&a);
}
GST_END_TEST;

/* Of several that were sent, those that got lost are no failures when they run
 * out, long after another was answered. */
GST_START_TEST (a_lost_nomination_does_not_come_back_to_haunt_us)
{
  const Sent *sent;
  Agent a;

  open_met (&a, ICE_CONTROLLING, false);
  agent_add (&a, peer_addr ());
  REPLY_WELL (&a, agent_take (&a));
  fail_unless (sent_nominates (agent_take (&a))); /* lost */
  fail_unless (sent_nominates (sent = agent_take (&a)));
  REPLY_WELL (&a, sent);
  fail_unless (is_selected (&a, peer_addr ()));
  for (unsigned i = 0; i < 600; i++) {
    agent_wait (&a, NET_MSEC (100));
    for (; (sent = agent_peek (&a)) != NULL; a.taken++)
      REPLY_WELL (&a, sent);
    fail_unless (is_selected (&a, peer_addr ()));
  }
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.1-3]: what became of a nomination when it is no longer ours. */
GST_START_TEST (a_nomination_without_the_role_is_no_failure_either)
{
  const Sent *nomination;
  const Sent *sent;
  Agent a;

  open_met (&a, ICE_CONTROLLING, false);
  a.session->tie_breaker = 5;
  agent_add (&a, peer_addr ());
  REPLY_WELL (&a, agent_take (&a));
  nomination = agent_take (&a); /* lost */
  ASK (&a, .controlling = true, .tie_breaker = 6);
  for (unsigned i = 0; i < 450; i++) {
    agent_wait (&a, NET_MSEC (100));
    for (; (sent = agent_peek (&a)) != NULL; a.taken++) {
      if (!stun_txn_id_equal (sent->msg.id, nomination->msg.id))
        REPLY_WELL (&a, sent);
    }
    fail_unless (agent_pair (&a, 0).valid);
  }
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.1-3] */
GST_START_TEST (a_nomination_that_outlives_the_role_selects_nothing)
{
  const Sent *nomination;
  Agent a;

  open_met (&a, ICE_CONTROLLING, false);
  a.session->tie_breaker = 5;
  agent_add (&a, peer_addr ());
  REPLY_WELL (&a, agent_take (&a));
  nomination = agent_take (&a);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true, .tie_breaker = 6),
      0);
  REPLY_WELL (&a, nomination);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  fail_unless (agent_pair (&a, 0).valid);
  ASK (&a, .controlling = true, .tie_breaker = 6, .use_candidate = true);
  fail_unless (is_selected (&a, peer_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-8.2-1] [ICE-6.1.1-2]: whoever began, the full side controls. */
GST_START_TEST (a_lite_peer_is_nominated_for)
{
  IceRemote remote = peer_remote ();
  Agent a;

  agent_init (&a);
  a.config.role = ICE_CONTROLLED;
  agent_open (&a, HOME);
  remote.lite = true;
  agent_meet_with (&a, remote);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLING);
  agent_add (&a, peer_addr ());
  REPLY_WELL (&a, agent_take (&a));
  REPLY_WELL (&a, agent_take (&a));
  fail_unless (is_selected (&a, peer_addr ()));
  fail_unless_equals_int (nominations (&a), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* The user's choice for peers of RFC 5245; never towards a lite one. */
GST_START_TEST (an_aggressive_side_nominates_with_every_check)
{
  for (unsigned lite = 0; lite < 2; lite++) {
    IceRemote remote = peer_remote ();
    Agent a;
    agent_init (&a);
    a.config.nomination = ICE_NOMINATION_AGGRESSIVE;
    agent_open (&a, HOME);
    remote.lite = lite;
    agent_meet_with (&a, remote);
    add_both (&a);
    for (unsigned i = 0; i < 2; i++)
      fail_unless (sent_nominates (agent_take (&a)) == !lite);
    agent_clear (&a);
  }
}
GST_END_TEST;

/* -- controlled ---------------------------------------------------------------- */

/* [ICE-6.1.4.2-5] */
GST_START_TEST (the_controlled_side_waits_to_be_told)
{
  Agent a;

  open_met (&a, ICE_CONTROLLED, false);
  agent_add (&a, peer_addr ());
  REPLY_WELL (&a, agent_take (&a));
  agent_wait (&a, NET_SEC (3));
  fail_unless_equals_int (nominations (&a), 0);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CONNECTED);
  fail_if (agent_route (&a, 1).selected);
  agent_clear (&a);
}
GST_END_TEST;

static void
nominate (Agent *agent, NetAddr from, uint32_t value)
{
  ASK (agent, .from = from, .controlling = true, .use_candidate = true,
      .nomination = value);
}

static void
open_chosen (Agent *agent, bool renomination)
{
  open_met (agent, ICE_CONTROLLED, renomination);
  add_both (agent);
  REPLY_WELL (agent, agent_take (agent));
  REPLY_WELL (agent, agent_take (agent));
}

/* [ICE-8.1.1-3] [ICE-10-1]: a peer of RFC 5245 nominates all it checks; both sides
 * then use the best, in whatever order the nominations come. */
GST_START_TEST (of_many_nominations_the_best_pair_counts)
{
  Agent a;

  for (unsigned backwards = 0; backwards < 2; backwards++) {
    open_chosen (&a, false);
    nominate (&a, backwards ? better_addr () : worse_addr (), 0);
    nominate (&a, backwards ? worse_addr () : better_addr (), 0);
    fail_unless (is_selected (&a, better_addr ()));
    fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED),
        backwards ? 1 : 2);
    agent_clear (&a);
  }
}
GST_END_TEST;

/* -- renomination -------------------------------------------------------------- */

static bool
describes_renomination (IceNomination nomination)
{
  IceSdpFrag *frag;
  bool said;
  Agent a;

  agent_init (&a);
  a.config.nomination = nomination;
  agent_open (&a, HOME);
  frag = ice_session_describe (a.session);
  said = frag->renomination;
  ice_sdp_frag_free (frag);
  agent_clear (&a);
  return said;
}

static unsigned
late_nominations (IceNomination nomination, bool theirs)
{
  const Sent *checks[2];
  unsigned n;
  Agent a;

  agent_init (&a);
  a.config.nomination = nomination;
  open_with (&a, ICE_CONTROLLING, theirs);
  add_both (&a);
  checks[0] = agent_take (&a);
  checks[1] = agent_take (&a);
  REPLY_WELL (&a, checks[1]);
  agent_wait (&a, NET_MSEC (200));
  for (; a.taken < a.requests->len; a.taken++) {
    if (sent_nominates (agent_peek (&a)))
      REPLY_WELL (&a, agent_peek (&a));
  }
  fail_unless (is_selected (&a, worse_addr ()));
  n = nominations (&a);
  REPLY_WELL (&a, checks[0]);
  agent_wait (&a, NET_MSEC (20));
  n = nominations (&a) - n;
  agent_clear (&a);
  return n;
}

/* [RENOM-3-1] */
GST_START_TEST (renomination_takes_two)
{
  fail_unless (describes_renomination (ICE_NOMINATION_AUTO));
  fail_if (describes_renomination (ICE_NOMINATION_REGULAR));
  fail_if (describes_renomination (ICE_NOMINATION_AGGRESSIVE));
  fail_unless_equals_int (late_nominations (ICE_NOMINATION_AUTO, false), 0);
  fail_unless_equals_int (late_nominations (ICE_NOMINATION_REGULAR, true), 0);
  fail_unless (late_nominations (ICE_NOMINATION_AUTO, true) > 0);
}
GST_END_TEST;

/* [RENOM-3-2]: 1, 3 and then a late 2. */
GST_START_TEST (the_largest_nomination_counts)
{
  Agent a;

  open_chosen (&a, true);
  nominate (&a, better_addr (), 1);
  fail_unless (is_selected (&a, better_addr ()));
  nominate (&a, worse_addr (), 3);
  fail_unless (is_selected (&a, worse_addr ()));
  nominate (&a, better_addr (), 2);
  fail_unless (is_selected (&a, worse_addr ()));
  /* Nor does a late one take back what a pair had. */
  nominate (&a, worse_addr (), 5);
  nominate (&a, worse_addr (), 2);
  nominate (&a, better_addr (), 4);
  fail_unless (is_selected (&a, worse_addr ()));
  /* A value beats none, and none beats no value. */
  nominate (&a, better_addr (), 0);
  fail_unless (is_selected (&a, worse_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* [RENOM-3-2] */
GST_START_TEST (a_value_beats_none)
{
  Agent a;

  open_chosen (&a, true);
  nominate (&a, better_addr (), 0);
  fail_unless (is_selected (&a, better_addr ()));
  nominate (&a, worse_addr (), 1);
  fail_unless (is_selected (&a, worse_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* [RENOM-4-1]: nobody agreed to a meaning of the attribute. */
GST_START_TEST (a_value_without_agreement_means_nothing)
{
  Agent a;

  open_chosen (&a, false);
  nominate (&a, better_addr (), 1);
  nominate (&a, worse_addr (), 9);
  fail_unless (is_selected (&a, better_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* The first nomination may ride on the check that answers the peer's, where both
 * can change their minds; elsewhere only a valid pair is nominated [ICE-8.1.1-1]. */
GST_START_TEST (a_triggered_check_may_nominate_where_minds_may_change)
{
  for (unsigned renomination = 0; renomination < 2; renomination++) {
    Agent a;
    open_met (&a, ICE_CONTROLLING, renomination);
    ASK (&a, .from = peer_addr ());
    fail_unless (sent_nominates (agent_take (&a)) == renomination);
    agent_clear (&a);
  }
}
GST_END_TEST;

static void
add_controlling (TCase *tc)
{
  tcase_add_test (tc, a_valid_pair_is_nominated_by_repeating_its_check);
  tcase_add_test (tc, each_component_gets_its_own_nomination);
  tcase_add_test (tc, a_better_pair_gets_its_chance);
  tcase_add_test (tc, a_better_pair_is_not_waited_for_long);
  tcase_add_test (tc, a_second_pair_is_not_nominated);
  tcase_add_test (tc, the_other_pairs_are_dropped_or_only_listened_for);
  tcase_add_test (tc, a_candidate_after_the_nomination_is_not_paired);
  tcase_add_test (tc, a_failed_nomination_passes_to_the_next_pair);
  tcase_add_test (tc, a_nomination_is_repeated_until_it_is_answered);
  tcase_add_test (tc, a_lost_nomination_does_not_come_back_to_haunt_us);
  tcase_add_test (tc, a_nomination_without_the_role_is_no_failure_either);
  tcase_add_test (tc, a_nomination_that_outlives_the_role_selects_nothing);
  tcase_add_test (tc, a_lite_peer_is_nominated_for);
  tcase_add_test (tc, an_aggressive_side_nominates_with_every_check);
}

static Suite *
nominate_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/nominate");
  TCase *controlling = tcase_create ("controlling");
  TCase *controlled = tcase_create ("controlled");
  TCase *again = tcase_create ("renomination");

  add_controlling (controlling);
  tcase_add_test (controlled, the_controlled_side_waits_to_be_told);
  tcase_add_test (controlled, of_many_nominations_the_best_pair_counts);
  tcase_add_test (again, renomination_takes_two);
  tcase_add_test (again, the_largest_nomination_counts);
  tcase_add_test (again, a_value_beats_none);
  tcase_add_test (again, a_value_without_agreement_means_nothing);
  tcase_add_test (again, a_triggered_check_may_nominate_where_minds_may_change);
  suite_add_tcase (suite, controlling);
  suite_add_tcase (suite, controlled);
  suite_add_tcase (suite, again);
  return suite;
}

GST_CHECK_MAIN (nominate)
