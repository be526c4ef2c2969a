/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connectivity checks from both ends, against a peer that speaks by hand
 * (RFC 8445 §7.2, §7.3). */

#include <gst/check/gstcheck.h>

#include <errno.h>

#include "meeting.h"

/* -- our checks ------------------------------------------------------------ */

static bool
answer_from_next_port (SimPeer *peer, const StunMsg *msg, const SimHeard *heard)
{
  NetAddr other = net_addr_with_port (heard->to, heard->to.port + 1);

  if (msg == NULL || heard->cls != STUN_REQUEST)
    return false;
  sim_peer_answer_as (peer, heard, other, heard->from, peer->pwd);
  return true;
}

/* RFC 8445 §7.2.5.2.1 [ICE-7.2.5.2.1-1]: an answer must come from where the
 * request went. */
GST_START_TEST (an_answer_from_another_port_fails_the_pair)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  IcePairInfo info;

  meeting->peer->handler = answer_from_next_port;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_MSEC (200));
  fail_unless (sim_meeting_pair (meeting, 5000, &info));
  fail_unless_equals_int (info.state, ICE_PAIR_FAILED);
  fail_if (meeting->host->components[0][0].route.usable);
  fail_unless (sim_meeting_end (meeting, "another port"));
}
GST_END_TEST;

/* RFC 8445 §7.2.5.2.3 [ICE-7.2.5.2.3-1], RFC 8489 §6.2.1 [STUN-6.2.1-1]: seven
 * sends, then silence for sixteen times the RTO. */
GST_START_TEST (an_unanswered_check_is_sent_seven_times_and_fails)
{
  static const unsigned offsets[] = { 0, 500, 1500, 3500, 7500, 15500, 31500 };
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  IcePairInfo info;
  NetTime begun;

  meeting->peer->silent = true;
  meeting->host->config.connect_timeout = NET_SEC (100);
  sim_meeting_start (meeting, 1);
  begun = meeting->world->now;
  sim_meeting_run (meeting, NET_MSEC (39490));
  fail_unless (sim_meeting_pair (meeting, 5000, &info));
  fail_unless_equals_int (info.state, ICE_PAIR_IN_PROGRESS);
  sim_meeting_run (meeting, NET_MSEC (20));
  fail_unless (sim_meeting_pair (meeting, 5000, &info));
  fail_unless_equals_int (info.state, ICE_PAIR_FAILED);
  fail_unless_equals_int (sim_peer_count (meeting->peer, STUN_REQUEST),
      G_N_ELEMENTS (offsets));
  for (unsigned i = 0; i < G_N_ELEMENTS (offsets); i++) {
    const SimHeard *heard = sim_peer_nth (meeting->peer, STUN_REQUEST, i);

    fail_unless_equals_uint64 (heard->at - begun,
        NET_MSEC (offsets[i]) + SIM_MEETING_RTT / 2);
    fail_unless (stun_txn_id_equal (heard->id,
        sim_peer_nth (meeting->peer, STUN_REQUEST, 0)->id));
  }
  fail_unless (sim_meeting_end (meeting, "unanswered"));
}
GST_END_TEST;

static bool
refuse_by_user (SimPeer *peer, const StunMsg *msg, const SimHeard *heard)
{
  if (msg == NULL || heard->cls != STUN_REQUEST || heard->to.port != 5000)
    return false;
  sim_peer_refuse (peer, heard, (uint16_t) GPOINTER_TO_UINT (peer->user));
  return true;
}

/* RFC 8445 §7.2.5.2.4 [ICE-7.2.5.2.4-1]: such an answer is final for the pair,
 * and for nothing else. */
GST_START_TEST (a_signed_error_fails_its_pair_and_no_other)
{
  static const uint16_t codes[] = { 400, 401, 403, 420, 500 };

  for (unsigned i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
    IcePairInfo info;

    meeting->peer->handler = refuse_by_user;
    meeting->peer->user = GUINT_TO_POINTER ((unsigned) codes[i]);
    sim_meeting_start (meeting, 2);
    sim_meeting_run (meeting, NET_MSEC (40));
    fail_unless (sim_meeting_pair (meeting, 5000, &info));
    fail_unless (info.state == ICE_PAIR_FAILED, "%u", codes[i]);
    sim_meeting_run (meeting, NET_SEC (1));
    fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
    fail_unless_equals_int (meeting->host->components[0][0]
                                .selected.remote.addr.port,
        5001);
    fail_unless (sim_meeting_end (meeting, "signed error"));
  }
}
GST_END_TEST;

static bool
forge_then_answer (SimPeer *peer, const StunMsg *msg, const SimHeard *heard)
{
  NetAddr nowhere = { .family = NET_FAMILY_IPV4,
    .port = 1,
    .ip = { 1, 2, 3, 4 } };

  if (msg == NULL || heard->cls != STUN_REQUEST)
    return false;
  for (unsigned i = 0; i < 3; i++)
    sim_peer_answer_as (peer, heard, heard->to, nowhere, "not the password");
  sim_peer_answer (peer, heard);
  return true;
}

/* RFC 8489 §9.1.4 [STUN-9.1.4-1]: a forged answer before the real one is as if it
 * had not come. */
GST_START_TEST (a_forged_answer_does_not_stand_in_for_the_real_one)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);

  meeting->peer->handler = forge_then_answer;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  fail_unless (sim_meeting_dropped (meeting, ICE_DROP_INTEGRITY) >= 3);
  fail_unless_equals_int (meeting->host->components[0][0].selected.local.type,
      ICE_CAND_HOST);
  fail_unless (sim_meeting_end (meeting, "forged"));
}
GST_END_TEST;

/* RFC 8445 §7.2.5 [ICE-7.2.5-1] */
GST_START_TEST (an_answer_that_nobody_waits_for_is_dropped)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  SimHeard invented = { .id = { { 9 } } };

  meeting->peer->silent = true;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_MSEC (100));
  invented.from = sim_meeting_addr (meeting);
  invented.to = meeting->peer->addr;
  sim_peer_answer (meeting->peer, &invented);
  sim_meeting_run (meeting, NET_MSEC (100));
  fail_unless_equals_int (sim_meeting_dropped (meeting, ICE_DROP_UNKNOWN_TXN),
      1);
  fail_unless_equals_int (sim_meeting_pairs (meeting, ICE_PAIR_IN_PROGRESS), 1);
  fail_unless (sim_meeting_end (meeting, "unknown answer"));
}
GST_END_TEST;

static int
forbid (SimHost *host, NetAddr from, NetAddr to)
{
  (void) host;
  (void) from;
  return to.port == 5000 || to.port == 5001 ? EPERM : 0;
}

/* A send error fails its pair at once, and the turn goes to the next: three pairs,
 * two of them forbidden, take no longer than one. */
GST_START_TEST (a_send_error_fails_its_pair_and_gives_the_turn_away)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  NetTime begun;

  meeting->host->send_error = forbid;
  sim_meeting_start (meeting, 3);
  begun = meeting->world->now;
  sim_meeting_run (meeting, NET_MSEC (5));
  fail_unless_equals_int (sim_meeting_pairs (meeting, ICE_PAIR_FAILED), 2);
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  fail_unless (meeting->host->times.connected <=
      begun + SIM_MEETING_RTT + 3 * ICE_PACER_GAP);
  fail_unless (sim_meeting_end (meeting, "send error"));
}
GST_END_TEST;

/* RFC 8445 §7.2.5.2.2 [ICE-7.2.5.2.2-1]: a hard ICMP error fails the pair that it
 * is about; one about an address we never wrote to, none. */
GST_START_TEST (an_icmp_error_fails_its_pair_only)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  uint32_t flow = 0;
  NetAddr local;
  NetAddr stranger = { .family = NET_FAMILY_IPV4,
    .port = 7,
    .ip = { 1, 2, 3, 4 } };

  meeting->peer->silent = true;
  sim_meeting_start (meeting, 2);
  sim_meeting_run (meeting, NET_MSEC (100));
  sim_host_socket (meeting->host, 0, &flow, &local);
  ice_session_path_failed (meeting->host->session, flow, stranger, ECONNREFUSED,
      meeting->world->now);
  sim_host_drain (meeting->host);
  fail_unless_equals_int (sim_meeting_pairs (meeting, ICE_PAIR_IN_PROGRESS), 2);
  ice_session_path_failed (meeting->host->session, flow, meeting->peer->addr,
      ECONNREFUSED, meeting->world->now);
  sim_host_drain (meeting->host);
  fail_unless_equals_int (sim_meeting_pairs (meeting, ICE_PAIR_IN_PROGRESS), 1);
  fail_unless_equals_int (sim_meeting_pairs (meeting, ICE_PAIR_FAILED), 1);
  fail_unless (sim_meeting_end (meeting, "ICMP"));
}
GST_END_TEST;

/* -- the peer's checks ------------------------------------------------------- */

/* Sends one request so made; what came back: 0 success, else the code, or
 * UINT16_MAX for no answer. */
static uint16_t
ask (SimMeeting *meeting, const SimPeerRequest *how)
{
  unsigned before = meeting->peer->heard->len;
  StunTxnId id =
      sim_peer_check (meeting->peer, sim_meeting_addr (meeting), how);

  sim_meeting_run (meeting, NET_MSEC (50));
  for (guint i = before; i < meeting->peer->heard->len; i++) {
    const SimHeard *heard = &g_array_index (meeting->peer->heard, SimHeard, i);

    if (heard->stun && stun_txn_id_equal (heard->id, id))
      return heard->code;
  }
  return UINT16_MAX;
}

/* A host that knows the peer's credentials and no candidate. */
static SimMeeting *
listening (void)
{
  SimMeeting *meeting = sim_meeting_new (ICE_CONTROLLING);

  sim_host_start (meeting->host);
  sim_peer_meet (meeting->peer, meeting->host, 0);
  return meeting;
}

/* RFC 8445 §7.3 [ICE-7.3-2] [ICE-7.3-3] [ICE-7.3-5], RFC 8489 §9.1.3
 * [STUN-9.1.3-1]: what is not proven makes no pair; 420 only after the proof. */
GST_START_TEST (a_request_is_proven_before_anything_else)
{
  const struct
  {
    const char *name;
    SimPeerRequest how;
    uint16_t code;
  } cases[] = {
    { "no integrity", { .no_integrity = true }, 400 },
    { "wrong password", { .password = "wrong" }, 401 },
    { "wrong name", { .username = "nobody:peer" }, 401 },
    { "no colon", { .username = "nobody" }, 401 },
    { "no fingerprint", { .no_fingerprint = true }, UINT16_MAX },
    { "unknown attribute", { .unknown = 0x7ffe }, 420 },
    { "unknown and unproven", { .unknown = 0x7ffe, .password = "wrong" }, 401 },
    { "no priority", { .no_priority = true }, 400 },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SimMeeting) meeting = listening ();
    uint16_t code = ask (meeting, &cases[i].how);

    fail_unless (code == cases[i].code, "%s: %u", cases[i].name, code);
    fail_unless (ice_session_n_pairs (meeting->host->session) == 0, "%s",
        cases[i].name);
    fail_unless (sim_meeting_end (meeting, cases[i].name));
  }
}
GST_END_TEST;

/* RFC 8445 §7.3.1.3 [ICE-7.3.1.3-1] [ICE-7.3.1.4-4], §7.3 [ICE-7.3-1]: an unknown
 * source becomes a candidate with the request's priority, and is checked. */
GST_START_TEST (a_request_from_an_unknown_address_makes_a_pair)
{
  g_autoptr (SimMeeting) meeting = listening ();
  NetAddr other = net_addr_with_port (meeting->peer->addr, 6000);
  SimPeerRequest how = { 0 };
  IcePairInfo info;

  meeting->peer->priority = 123456789;
  fail_unless_equals_int (ask (meeting, &how), 0);
  fail_unless (sim_meeting_pair (meeting, 5000, &info));
  fail_unless_equals_int (info.remote.type, ICE_CAND_PRFLX);
  fail_unless_equals_int (info.remote.priority, 123456789);
  fail_unless (info.valid);
  fail_unless (net_addr_equal (sim_peer_last (meeting->peer, STUN_SUCCESS)
                                   ->mapped,
      meeting->peer->addr));
  /* RFC 8445 §7.3.1.3: the same IP with another port is another candidate. */
  how.source = &other;
  fail_unless_equals_int (ask (meeting, &how), 0);
  fail_unless (sim_meeting_pair (meeting, 6000, &info));
  fail_unless (sim_meeting_end (meeting, "unknown address"));
}
GST_END_TEST;

/* RFC 8489 §9 [STUN-9-1]: what stands behind the integrity is not there. */
GST_START_TEST (a_nomination_behind_the_integrity_is_none)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
  SimPeerRequest how = { .behind_integrity = true };

  sim_meeting_start (meeting, 1);
  ask (meeting, &how);
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (meeting->host->components[0][0].selections, 0);
  fail_unless (meeting->host->components[0][0].route.usable);
  fail_unless (sim_meeting_end (meeting, "behind integrity"));
}
GST_END_TEST;

/* RFC 8445 §7.3.1.5 [ICE-7.3.1.5-2] [ICE-7.2.5.3.4-3]: nominated by the very first
 * check, the pair is selected when our own check has succeeded, and not before. */
GST_START_TEST (a_nomination_in_the_first_check_waits_for_our_own)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
  SimPeerRequest how = { .use_candidate = true };

  meeting->peer->silent = true;
  sim_host_start (meeting->host);
  sim_peer_meet (meeting->peer, meeting->host, 0);
  fail_unless_equals_int (ask (meeting, &how), 0);
  sim_meeting_run (meeting, NET_MSEC (100));
  fail_unless_equals_int (meeting->host->components[0][0].selections, 0);
  meeting->peer->silent = false;
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (meeting->host->components[0][0].selections, 1);
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  fail_unless (sim_meeting_end (meeting, "first check nominates"));
}
GST_END_TEST;

/* RFC 8445 §7.3.1.4 [ICE-7.3.1.4-3]: the check in progress is sent no more, a new
 * one goes out; the answer to the old one still counts. */
GST_START_TEST (a_check_in_progress_is_repeated_when_the_peer_is_heard)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
  SimPeerRequest how = { 0 };
  IcePairInfo info;
  SimHeard old;

  meeting->peer->silent = true;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_MSEC (100));
  fail_unless_equals_int (sim_peer_count (meeting->peer, STUN_REQUEST), 1);
  old = *sim_peer_nth (meeting->peer, STUN_REQUEST, 0);
  sim_peer_check (meeting->peer, old.from, &how);
  sim_meeting_run (meeting, NET_SEC (3));
  for (unsigned i = 1; i < sim_peer_count (meeting->peer, STUN_REQUEST); i++)
    fail_if (stun_txn_id_equal (old.id,
        sim_peer_nth (meeting->peer, STUN_REQUEST, i)->id));
  fail_unless (sim_peer_count (meeting->peer, STUN_REQUEST) >= 3);
  sim_peer_answer (meeting->peer, &old);
  sim_meeting_run (meeting, NET_MSEC (50));
  fail_unless (sim_meeting_pair (meeting, 5000, &info));
  fail_unless_equals_int (info.state, ICE_PAIR_SUCCEEDED);
  fail_unless (sim_meeting_end (meeting, "repeated"));
}
GST_END_TEST;

/* RFC 8445 §11 [ICE-11-3]: an indication changes nothing and is not answered. */
GST_START_TEST (an_indication_is_neither_answered_nor_believed)
{
  g_autoptr (SimMeeting) meeting = listening ();
  unsigned before = meeting->peer->heard->len;

  sim_peer_indicate (meeting->peer, sim_meeting_addr (meeting));
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (meeting->peer->heard->len, before);
  fail_unless_equals_int (ice_session_n_pairs (meeting->host->session), 0);
  fail_unless (sim_meeting_end (meeting, "indication"));
}
GST_END_TEST;

/* RFC 8445 §7.3 [ICE-7.3-4], §5.3 [ICE-5.3-2]: before the peer's description its
 * checks are answered at once, and taken up when it has come. */
GST_START_TEST (an_early_check_is_answered_at_once_and_taken_up_later)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
  SimPeerRequest how = { .use_candidate = true };

  sim_host_start (meeting->host);
  meeting->peer->host = meeting->host;
  fail_unless_equals_int (ask (meeting, &how), 0);
  sim_meeting_run (meeting, NET_SEC (2));
  fail_unless_equals_int (sim_peer_count (meeting->peer, STUN_REQUEST), 0);
  sim_peer_meet (meeting->peer, meeting->host, 0);
  sim_meeting_run (meeting, NET_MSEC (100));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  fail_unless (sim_meeting_end (meeting, "early"));
}
GST_END_TEST;

/* A thousand early checks from a thousand ports: all answered, some kept, the
 * rest counted; the honest one is found all the same. */
GST_START_TEST (a_flood_of_early_checks_is_bounded)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
  SimPeerRequest honest = { .use_candidate = true };

  sim_host_start (meeting->host);
  meeting->peer->host = meeting->host;
  for (uint16_t i = 0; i < 1000; i++) {
    NetAddr source = net_addr_with_port (meeting->peer->addr, 10000 + i);
    SimPeerRequest how = { .source = &source };

    sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
    sim_meeting_run (meeting, NET_MSEC (1));
  }
  sim_meeting_run (meeting, NET_MSEC (100));
  fail_unless_equals_int (sim_peer_count (meeting->peer, STUN_SUCCESS), 1000);
  fail_unless (sim_meeting_dropped (meeting, ICE_DROP_EARLY_OVERFLOW) > 800);
  sim_peer_meet (meeting->peer, meeting->host, 1);
  sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &honest);
  sim_meeting_run (meeting, NET_SEC (5));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  fail_unless (ice_session_n_pairs (meeting->host->session) <= 100);
  fail_unless (sim_meeting_end (meeting, "flood"));
}
GST_END_TEST;

static Suite *
checks_suite (void)
{
  Suite *suite = suite_create ("sim/checks");
  TCase *tcase = tcase_create ("checks");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, an_answer_from_another_port_fails_the_pair);
  tcase_add_test (tcase, an_unanswered_check_is_sent_seven_times_and_fails);
  tcase_add_test (tcase, a_signed_error_fails_its_pair_and_no_other);
  tcase_add_test (tcase, a_forged_answer_does_not_stand_in_for_the_real_one);
  tcase_add_test (tcase, an_answer_that_nobody_waits_for_is_dropped);
  tcase_add_test (tcase, a_send_error_fails_its_pair_and_gives_the_turn_away);
  tcase_add_test (tcase, an_icmp_error_fails_its_pair_only);
  tcase_add_test (tcase, a_request_is_proven_before_anything_else);
  tcase_add_test (tcase, a_request_from_an_unknown_address_makes_a_pair);
  tcase_add_test (tcase, a_nomination_behind_the_integrity_is_none);
  tcase_add_test (tcase, a_nomination_in_the_first_check_waits_for_our_own);
  tcase_add_test (tcase,
      a_check_in_progress_is_repeated_when_the_peer_is_heard);
  tcase_add_test (tcase, an_indication_is_neither_answered_nor_believed);
  tcase_add_test (tcase, an_early_check_is_answered_at_once_and_taken_up_later);
  tcase_add_test (tcase, a_flood_of_early_checks_is_bounded);
  return suite;
}

GST_CHECK_MAIN (checks);
