/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pace and turns: when new transactions start, and whose. */

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

static void
open_streams (Agent *agent, unsigned n)
{
  agent_init (agent);
  agent_create (agent);
  for (unsigned i = 0; i < n; i++)
    agent_component (agent, i, 1);
  agent_net (agent, HOME);
  agent_gather (agent);
  agent_meet (agent);
  hold_checks (agent);
}

static void
add (Agent *agent, unsigned stream, unsigned foundation, uint16_t port)
{
  g_autofree char *line =
      g_strdup_printf ("f%u 1 udp %u 203.0.113.5 %u typ host", foundation,
          10000u - port, port);

  fail_unless_equals_int (agent_add_line (agent, stream, line), ICE_ADD_OK);
}

static bool
is_copy (const Agent *agent, const Sent *sent)
{
  const Sent *other;

  for (guint i = 0; (other = g_ptr_array_index (agent->requests, i)) != sent;
       i++) {
    if (stun_txn_id_equal (other->msg.id, sent->msg.id))
      return true;
  }
  return false;
}

/* New checks, not retransmissions; their ports, and how far apart they start. */
static void
expect_starts (Agent *agent, const uint16_t *ports, unsigned n, NetTime gap)
{
  NetTime last = 0;

  for (unsigned i = 0; i < n; i++) {
    const Sent *sent = agent_take (agent);
    fail_unless_equals_int (sent->to.port, ports[i]);
    fail_unless (i == 0 || sent->at - last == gap, "check %u after %u us", i,
        (unsigned) ((sent->at - last) / NET_USEC (1)));
    last = sent->at;
  }
}

/* -- retransmission timers ----------------------------------------------------- */

/* [ICE-14.3-1] */
GST_START_TEST (the_rto_of_checks_grows_with_the_list)
{
  Agent a;

  open_streams (&a, 2);
  fail_unless_equals_uint64 (ice_schedule_check_rto (a.session),
      NET_MSEC (500));
  add (&a, 0, 1, 1001);
  fail_unless_equals_uint64 (ice_schedule_check_rto (a.session),
      NET_MSEC (500));
  for (unsigned i = 2; i <= 10; i++)
    add (&a, 0, i, (uint16_t) (1000 + i));
  fail_unless_equals_uint64 (ice_schedule_check_rto (a.session),
      NET_MSEC (500));
  for (unsigned i = 11; i <= 50; i++)
    add (&a, 0, i, (uint16_t) (1000 + i));
  fail_unless_equals_uint64 (ice_schedule_check_rto (a.session),
      NET_MSEC (50 * 50));
  for (unsigned i = 51; i <= 100; i++)
    add (&a, 1, i, (uint16_t) (1000 + i));
  fail_unless_equals_uint64 (ice_schedule_check_rto (a.session),
      NET_MSEC (50 * 2 * 100));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-14.3-1] [ICE-5.1.1.2-6] */
GST_START_TEST (servers_are_asked_one_every_ta)
{
  unsigned n = 0;
  NetTime last = 0;
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 1);
  for (unsigned i = 1; i <= 4; i++) {
    g_autofree char *ip = g_strdup_printf ("198.51.100.%u", i);
    ice_session_add_server (a.session, ip, 3478, a.now);
  }
  agent_net (&a, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4");
  agent_gather (&a);
  fail_unless_equals_uint64 (ice_schedule_gather_rto (a.session),
      NET_MSEC (16 * 50));
  agent_wait (&a, NET_SEC (2));
  for (const Sent *sent; (sent = agent_peek (&a)) != NULL; a.taken++) {
    if (is_copy (&a, sent))
      continue;
    fail_unless (n == 0 || sent->at - last >= NET_MSEC (50));
    last = sent->at;
    n++;
  }
  fail_unless_equals_int (n, 16);
  agent_clear (&a);
}
GST_END_TEST;

/* -- pace ---------------------------------------------------------------------- */

typedef struct
{
  unsigned ours;
  unsigned theirs; /* 0: not said */
  unsigned used;
} Pacing;

/* [ICE-14.2-1] [SDP-5.5-1]: the slower of the two, for both. */
GST_START_TEST (both_sides_use_the_larger_ta)
{
  static const Pacing table[] = { { 50, 0, 50 }, { 20, 0, 50 }, { 20, 20, 20 },
    { 100, 20, 100 }, { 20, 80, 80 }, { 50, 4294967295u, 10000 } };
  static const uint16_t ports[] = { 1001, 1002, 1003 };

  for (unsigned i = 0; i < G_N_ELEMENTS (table); i++) {
    IceRemote remote = peer_remote ();
    Agent a;
    agent_init (&a);
    a.config.ta = table[i].ours;
    agent_open (&a, HOME);
    remote.pacing = table[i].theirs;
    agent_meet_with (&a, remote);
    for (unsigned p = 0; p < 3; p++)
      add (&a, 0, p, ports[p]);
    fail_unless_equals_int (a.session->ta, table[i].used);
    if (table[i].used <= 100)
      expect_starts (&a, ports, 3, NET_MSEC (table[i].used));
    agent_clear (&a);
  }
}
GST_END_TEST;

/* [ICE-14.2-2]: many sessions, one process. */
GST_START_TEST (sessions_of_one_process_share_its_pace)
{
  NetTime starts[20];
  Agent agents[20];

  for (unsigned i = 0; i < 20; i++) {
    agent_init (&agents[i]);
    agents[i].random += i;
    agent_open (&agents[i], HOME);
    agents[i].session->config.pacer = &agents[0].pacer;
    agent_meet (&agents[i]);
    add (&agents[i], 0, 1, 1001);
  }
  for (unsigned i = 0; i < 20; i++)
    starts[i] = agent_take (&agents[i])->at;
  for (unsigned i = 1; i < 20; i++)
    fail_unless (starts[i] - starts[i - 1] == ICE_PACER_GAP);
  for (unsigned i = 0; i < 20; i++)
    agent_clear (&agents[i]);
}
GST_END_TEST;

/* Documented (ICE-14.2-1): a nomination repeats a check that was answered, and
 * waits for the process's pace only. */
GST_START_TEST (a_nomination_does_not_wait_for_ta)
{
  const Sent *check;
  const Sent *nomination;
  Agent a;

  open_streams (&a, 1);
  add (&a, 0, 1, 1001);
  release_checks (&a);
  check = agent_take (&a);
  agent_wait (&a, NET_MSEC (7));
  REPLY_WELL (&a, check);
  nomination = agent_take (&a);
  fail_unless (sent_nominates (nomination));
  fail_unless_equals_uint64 (nomination->at, check->at + NET_MSEC (7));
  agent_clear (&a);
}
GST_END_TEST;

/* -- turns --------------------------------------------------------------------- */

/* [ICE-6.1.4.2-1] [ICE-6.1.4.2-2] */
GST_START_TEST (streams_take_turns)
{
  static const uint16_t ports[] = { 1201, 1301, 1101, 1202, 1302, 1102 };
  Agent a;

  open_streams (&a, 3);
  for (unsigned stream = 0; stream < 3; stream++) {
    for (unsigned i = 1; i <= 2; i++)
      add (&a, stream, 10 * stream + i,
          (uint16_t) (1000 + 100 * (stream + 1) + i));
  }
  release_checks (&a);
  expect_starts (&a, ports, 6, NET_MSEC (50));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.4.2-2] [TRK-8-1]: a list with nothing to check, be it empty so far,
 * costs no time. */
GST_START_TEST (an_idle_stream_is_passed_over)
{
  static const uint16_t ports[] = { 1001, 1002, 1003 };
  Agent a;

  open_streams (&a, 4);
  for (unsigned i = 0; i < 3; i++)
    add (&a, 2, i, ports[i]);
  release_checks (&a);
  expect_starts (&a, ports, 3, NET_MSEC (50));
  for (unsigned i = 0; i < 4; i++)
    fail_unless_equals_int (ice_stream_get (a.session, i)->checklist.state,
        ICE_CHECKLIST_RUNNING);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.4.2-2]: the triggered queue, what waits by priority, what is thawed. */
GST_START_TEST (triggered_then_waiting_then_frozen)
{
  static const uint16_t ports[] = { 1003, 1001, 1002 };
  Agent a;

  open_streams (&a, 1);
  add (&a, 0, 1, 1001);
  add (&a, 0, 2, 1002);
  add (&a, 0, 1, 1003);
  add (&a, 0, 2, 1004);
  ASK (&a, .from = at ("203.0.113.5", 1003));
  release_checks (&a);
  expect_starts (&a, ports, 3, NET_MSEC (50));
  /* Both foundations are at work, so 1004 stays frozen until one has failed. */
  agent_wait (&a, NET_MSEC (100));
  fail_unless (agent_peek (&a) == NULL);
  REPLY (&a, g_ptr_array_index (a.requests, 2), .code = 500);
  fail_unless_equals_int (agent_take (&a)->to.port, 1004);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.4.2-3]: a foundation that died in one stream is tried in the next. */
GST_START_TEST (a_dead_foundation_does_not_stop_the_other_streams)
{
  Agent a;

  open_streams (&a, 2);
  add (&a, 0, 1, 1001);
  add (&a, 1, 1, 1002);
  release_checks (&a);
  REPLY (&a, agent_take (&a), .code = 500);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  fail_unless_equals_int (agent_pair (&a, 1).state, ICE_PAIR_SUCCEEDED);
  agent_clear (&a);
}
GST_END_TEST;

/* Documented (ICE-6.1.4.2-3): one that is merely silent holds back for an RTO. */
GST_START_TEST (a_silent_pair_holds_its_foundation_back_for_a_while)
{
  const Sent *silent;
  const Sent *next;
  Agent a;

  open_streams (&a, 2);
  add (&a, 0, 1, 1001);
  add (&a, 1, 1, 1002);
  release_checks (&a);
  silent = agent_take (&a);
  while ((next = agent_take (&a))->to.port == silent->to.port)
    ;
  fail_unless_equals_int (next->to.port, 1002);
  fail_unless (next->at - silent->at >= NET_MSEC (500));
  fail_unless (next->at - silent->at <= NET_MSEC (505));
  agent_clear (&a);
}
GST_END_TEST;

static Suite *
schedule_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/schedule");
  TCase *tc = tcase_create ("schedule");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, the_rto_of_checks_grows_with_the_list);
  tcase_add_test (tc, servers_are_asked_one_every_ta);
  tcase_add_test (tc, both_sides_use_the_larger_ta);
  tcase_add_test (tc, sessions_of_one_process_share_its_pace);
  tcase_add_test (tc, a_nomination_does_not_wait_for_ta);
  tcase_add_test (tc, streams_take_turns);
  tcase_add_test (tc, an_idle_stream_is_passed_over);
  tcase_add_test (tc, triggered_then_waiting_then_frozen);
  tcase_add_test (tc, a_dead_foundation_does_not_stop_the_other_streams);
  tcase_add_test (tc, a_silent_pair_holds_its_foundation_back_for_a_while);
  return suite;
}

GST_CHECK_MAIN (schedule)
