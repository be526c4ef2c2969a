/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One pair: its priority on both sides of the wire, its states, and the valid
 * pair inside it. */

#include "agent.h"

#define LOCAL_MAX 0x7fffffffu

/* [ICE-6.1.2.3-1] */
GST_START_TEST (a_priority_is_the_formula_in_full_width)
{
  fail_unless_equals_uint64 (ice_pair_priority (ICE_CONTROLLING, 2, 1),
      (1ull << 32) + 2 * 2 + 1);
  fail_unless_equals_uint64 (ice_pair_priority (ICE_CONTROLLING, 1, 2),
      (1ull << 32) + 2 * 2);
  fail_unless_equals_uint64 (ice_pair_priority (ICE_CONTROLLING, 7, 7),
      (7ull << 32) + 2 * 7);
  /* The largest legal value, and a peer that goes beyond it. */
  fail_unless_equals_uint64 (ice_pair_priority (ICE_CONTROLLING, LOCAL_MAX,
                                 LOCAL_MAX),
      (1ull << 63) - 2);
  fail_unless_equals_uint64 (ice_pair_priority (ICE_CONTROLLED, LOCAL_MAX,
                                 UINT32_MAX),
      ((uint64_t) LOCAL_MAX << 32) + 2ull * UINT32_MAX + 1);
  fail_unless (ice_pair_priority (ICE_CONTROLLED, LOCAL_MAX, UINT32_MAX) >
      ice_pair_priority (ICE_CONTROLLED, LOCAL_MAX, LOCAL_MAX));
}
GST_END_TEST;

/* [ICE-6.1.2.3-1]: G and D are roles, so both sides get one number. */
GST_START_TEST (both_sides_compute_the_same_priority)
{
  static const uint32_t values[] = { 0, 1, 100, 1694498815, 2130706431,
    LOCAL_MAX };

  for (unsigned i = 0; i < G_N_ELEMENTS (values); i++) {
    for (unsigned j = 0; j < G_N_ELEMENTS (values); j++)
      fail_unless_equals_uint64 (ice_pair_priority (ICE_CONTROLLING, values[i],
                                     values[j]),
          ice_pair_priority (ICE_CONTROLLED, values[j], values[i]));
  }
}
GST_END_TEST;

static IcePair *
new_pair (Agent *agent, const IceCand *remote_cand)
{
  IceStream *stream = ice_stream_get (agent->session, 0);
  IceRemoteCand remote = { .cand = *remote_cand };

  return ice_pair_new (stream, g_ptr_array_index (stream->locals, 0), &remote);
}

/* [ICE-6.1.2.6-1] */
GST_START_TEST (a_pair_is_born_frozen)
{
  IceCand cand = { .component = 1, .priority = 5, .addr = peer_addr () };
  IcePair *pair;
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  agent_meet (&a);
  pair = new_pair (&a, &cand);
  fail_unless_equals_int (pair->state, ICE_PAIR_FROZEN);
  fail_if (pair->valid || pair->nominated);
  fail_unless_equals_int (ice_stream_get (a.session, 0)->checklist.state,
      ICE_CHECKLIST_RUNNING);
  ice_pair_free (pair);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (pairs_of_one_priority_still_have_one_order)
{
  IceCand cand = { .component = 1, .priority = 5, .addr = peer_addr () };
  IceCand better = { .component = 1, .priority = 6, .addr = peer_addr () };
  IcePair *pairs[3];
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  agent_meet (&a);
  pairs[0] = new_pair (&a, &better);
  pairs[1] = new_pair (&a, &cand);
  pairs[2] = new_pair (&a, &cand);
  for (unsigned i = 0; i < 3; i++) {
    for (unsigned j = 0; j < 3; j++)
      fail_unless (ice_pair_is_better (pairs[i], pairs[j]) == (i < j));
  }
  for (unsigned i = 0; i < 3; i++)
    ice_pair_free (pairs[i]);
  agent_clear (&a);
}
GST_END_TEST;

/* Candidate text has no zone: the interface is the one that we send from. */
GST_START_TEST (a_link_local_peer_is_on_our_own_link)
{
  IceCand cand = { .component = 1, .addr = at ("fe80::9", 9) };
  IcePair *pair;
  Agent a;

  agent_init (&a);
  agent_open (&a, "fe80::1");
  agent_meet (&a);
  pair = new_pair (&a, &cand);
  fail_unless_equals_int (pair->remote.addr.scope, 1);
  ice_pair_free (pair);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.3.3-1]: one object stands for the checked and the valid pair. */
GST_START_TEST (a_check_leads_through_the_states)
{
  const Sent *check;
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  check = agent_take (&a);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_IN_PROGRESS);
  fail_if (agent_pair (&a, 0).valid);
  REPLY_WELL (&a, check);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_SUCCEEDED);
  fail_unless (agent_pair (&a, 0).valid);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.5.2-1] */
GST_START_TEST (a_failed_pair_leaves_its_foundation_alone)
{
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  agent_add_line (&a, 0, "h 1 udp 100 203.0.113.5 4001 typ host");
  REPLY (&a, agent_take (&a), .code = 500);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  fail_unless_equals_int (agent_pair (&a, 1).state, ICE_PAIR_FROZEN);
  /* Its turn comes all the same. */
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_pair (&a, 1).state, ICE_PAIR_SUCCEEDED);
  agent_clear (&a);
}
GST_END_TEST;

typedef struct
{
  const char *mapped; /* NULL: the base itself */
  IceCandType type;
} Seen;

static void
expect_valid_local (const Seen *seen)
{
  const Sent *check;
  NetAddr mapped;
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME " 192.0.2.7");
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  check = agent_take (&a);
  mapped = seen->mapped != NULL ? at (seen->mapped, 5001) : check->from;
  REPLY (&a, check, .mapped = mapped);
  agent_wait (&a, NET_MSEC (500)); /* a better pair could have answered */
  for (const Sent *sent; (sent = agent_peek (&a)) != NULL; a.taken++) {
    if (sent_nominates (sent))
      REPLY (&a, sent, .mapped = mapped);
  }
  fail_unless (agent_selected (&a).nominated && agent_selected (&a).valid);
  fail_unless_equals_int (agent_selected (&a).local.type, seen->type);
  fail_unless (net_addr_equal (agent_selected (&a).local.addr, mapped));
  fail_unless (net_addr_equal (agent_route (&a, 1).local, check->from));
  agent_clear (&a);
}

/* [ICE-7.2.5.3.2-1] [ICE-7.2.5.3.4-1]: what the peer saw may be the base, another
 * candidate of ours, or news; the nomination goes with it in each case. */
GST_START_TEST (the_valid_pair_starts_where_the_peer_saw_us)
{
  static const Seen cases[] = {
    { NULL, ICE_CAND_HOST },
    { "192.0.2.7", ICE_CAND_HOST }, /* the second socket's address and port */
    { "198.51.100.77", ICE_CAND_PRFLX },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    expect_valid_local (&cases[i]);
}
GST_END_TEST;

static Suite *
pair_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/pair");
  TCase *tc = tcase_create ("pair");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, a_priority_is_the_formula_in_full_width);
  tcase_add_test (tc, both_sides_compute_the_same_priority);
  tcase_add_test (tc, a_pair_is_born_frozen);
  tcase_add_test (tc, pairs_of_one_priority_still_have_one_order);
  tcase_add_test (tc, a_link_local_peer_is_on_our_own_link);
  tcase_add_test (tc, a_check_leads_through_the_states);
  tcase_add_test (tc, a_failed_pair_leaves_its_foundation_alone);
  tcase_add_test (tc, the_valid_pair_starts_where_the_peer_saw_us);
  return suite;
}

GST_CHECK_MAIN (pair)
