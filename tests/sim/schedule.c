/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When what is sent: pace, turns, limits, trickling, patience (RFC 8445 §6, §14,
 * RFC 8838, RFC 8863). */

#include <gst/check/gstcheck.h>

#include <errno.h>

#include "meeting.h"
#include "scene.h"

/* -- pace --------------------------------------------------------------------- */

/* Gap between the first transmissions of two checks, the smallest. */
static NetTime
least_gap (unsigned ours, unsigned theirs)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  IceRemote remote = { .ufrag = meeting->peer->ufrag,
    .pwd = meeting->peer->pwd,
    .ice2 = true,
    .trickle = true,
    .pacing = theirs };
  NetTime gap;

  meeting->peer->silent = true;
  meeting->host->config.ta = ours;
  sim_host_start (meeting->host);
  ice_session_set_remote (meeting->host->session, 0, &remote,
      meeting->world->now);
  sim_peer_meet (meeting->peer, meeting->host, 10);
  sim_meeting_run (meeting, NET_SEC (3));
  gap = meeting->host->check.least_gap;
  fail_unless_equals_uint64 (meeting->host->check.transactions, 10);
  fail_unless (sim_meeting_end (meeting, "Ta"));
  return gap;
}

/* RFC 8445 §14.2 [ICE-14.2-1]: 50 ms unless both say otherwise; the larger. */
GST_START_TEST (the_larger_ta_counts_and_silence_means_fifty)
{
  fail_unless_equals_uint64 (least_gap (50, 0), NET_MSEC (50));
  fail_unless_equals_uint64 (least_gap (20, 0), NET_MSEC (50));
  fail_unless_equals_uint64 (least_gap (20, 10), NET_MSEC (20));
  fail_unless_equals_uint64 (least_gap (5, 30), NET_MSEC (30));
  fail_unless_equals_uint64 (least_gap (50, 100), NET_MSEC (100));
}
GST_END_TEST;

#define AGENTS 50

/* RFC 8445 §14.2 [ICE-14.2-2]: fifty agents of one process against fifty of
 * another: never two starts within 5 ms (check.c counts), and everybody comes
 * through. */
GST_START_TEST (fifty_agents_share_one_pace)
{
  SimWorld *world = sim_world_new (14);
  SimRealm *net = sim_realm_new (world, "net");
  SimProcess left = { 0 };
  SimProcess right = { 0 };
  SimHost *hosts[2 * AGENTS];
  NetTime slowest = 0;

  world->telling = false;
  for (unsigned i = 0; i < 2 * AGENTS; i++) {
    g_autofree char *ip =
        g_strdup_printf ("203.0.%u.%u", 113 + i % 2, 1 + i / 2);

    hosts[i] = sim_host_new (world, i % 2 ? "right" : "left");
    hosts[i]->config.role = i % 2 ? ICE_CONTROLLED : ICE_CONTROLLING;
    sim_host_add_nic (hosts[i], net, ip);
    sim_host_share_process (hosts[i], i % 2 ? &right : &left);
  }
  for (unsigned i = 0; i < 2 * AGENTS; i += 2) {
    sim_pipe_new (hosts[i], hosts[i + 1],
        &(SimPipeConfig){ .delay = NET_MSEC (10) });
    sim_host_start (hosts[i]);
    sim_host_start (hosts[i + 1]);
  }
  sim_world_run (world, world->now + NET_SEC (5));
  for (unsigned i = 0; i < 2 * AGENTS; i++) {
    fail_unless_equals_int (hosts[i]->state, ICE_STATE_COMPLETED);
    slowest = MAX (slowest, hosts[i]->times.completed);
    sim_host_close (hosts[i]);
  }
  for (guint i = 0; i < world->faults->len; i++)
    fail ("%s", (char *) g_ptr_array_index (world->faults, i));
  /* Fifty checks and nominations in turn are half a second. */
  fail_unless (slowest < NET_SEC (2));
  sim_world_free (world);
}
GST_END_TEST;

/* -- turns -------------------------------------------------------------------- */

typedef struct
{
  unsigned ports[32];
  unsigned n;
} Sends;

static bool
note_send (SimHost *host, NetAddr from, NetAddr to, NetBytes data)
{
  Sends *sends = host->user;

  (void) from;
  if (data.len >= 20 && data.data[0] == 0 && data.data[1] == 1 &&
      to.port >= 5000 && sends->n < G_N_ELEMENTS (sends->ports))
    sends->ports[sends->n++] = to.port;
  return true;
}

static void
add_stream_candidate (SimMeeting *meeting, unsigned stream, uint16_t port)
{
  g_autofree char *line =
      g_strdup_printf ("candidate:%u 1 udp 2130706431 203.0.113.99 %u typ host",
          port, port);

  sim_host_add_candidate (meeting->host, stream, line);
}

/* RFC 8445 §6.1.4.2 [ICE-6.1.4.2-1]: three streams with two pairs each, all of
 * them of different foundations: the streams take turns. */
GST_START_TEST (streams_take_turns)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  Sends sends = { 0 };

  meeting->peer->silent = true;
  meeting->host->n_streams = 3;
  meeting->host->user = &sends;
  meeting->host->tap_out = note_send;
  sim_host_start (meeting->host);
  for (unsigned stream = 0; stream < 3; stream++) {
    for (uint16_t i = 0; i < 2; i++)
      add_stream_candidate (meeting, stream,
          (uint16_t) (5000 + 100 * stream + i));
  }
  sim_host_set_remote (meeting->host, ICE_ALL_STREAMS, meeting->peer->ufrag,
      meeting->peer->pwd);
  sim_meeting_run (meeting, NET_MSEC (290));
  fail_unless_equals_int (sends.n, 6);
  for (unsigned i = 0; i + 3 < 6; i++) {
    fail_unless_equals_int (sends.ports[i] / 100 % 10,
        sends.ports[i + 3] / 100 % 10);
    fail_if (sends.ports[i] / 100 == sends.ports[i + 1] / 100);
  }
  fail_unless (sim_meeting_end (meeting, "turns"));
}
GST_END_TEST;

static bool
deaf_below_5100 (SimPeer *peer, const StunMsg *msg, const SimHeard *heard)
{
  (void) peer;
  (void) msg;
  return heard->to.port < 5100;
}

/* RFC 8445 §6.1.4.2 [ICE-6.1.4.2-3]: the foundation that both streams share dies
 * in the first; the second gets its try all the same. */
GST_START_TEST (a_foundation_that_dies_in_one_stream_is_tried_in_the_other)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);

  meeting->peer->handler = deaf_below_5100;
  meeting->host->n_streams = 2;
  sim_host_start (meeting->host);
  for (unsigned stream = 0; stream < 2; stream++) {
    g_autofree char *line = g_strdup_printf ("candidate:1 1 udp 2130706431 "
                                             "203.0.113.99 %u typ host",
        5000 + 100 * stream);

    sim_host_add_candidate (meeting->host, stream, line);
  }
  sim_host_set_remote (meeting->host, ICE_ALL_STREAMS, meeting->peer->ufrag,
      meeting->peer->pwd);
  sim_meeting_run (meeting, NET_SEC (60));
  fail_unless_equals_int (meeting->host->components[1][0].selections, 1);
  fail_unless_equals_int (meeting->host->components[0][0].selections, 0);
  fail_unless (sim_meeting_end (meeting, "dead foundation"));
}
GST_END_TEST;

/* -- limits ------------------------------------------------------------------- */

/* RFC 8445 §19.5.1 [ICE-19.5.1-1], §6.1.2.5 [ICE-6.1.2.5-1]: a thousand candidates
 * that lead nowhere cost a hundred pairs and no more than one start per Ta; the
 * good one is found by its own check. */
GST_START_TEST (a_thousand_remote_candidates_are_bounded)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
  SimPeerRequest how = { .use_candidate = true };
  IceSessionInfo info;

  sim_meeting_start (meeting, 0);
  for (unsigned i = 0; i < 1000; i++) {
    g_autofree char *line = g_strdup_printf ("candidate:%u 1 udp 2130706431 "
                                             "198.51.%u.%u 9 typ host",
        i, 100 + i / 250, 1 + i % 250);

    sim_host_add_candidate (meeting->host, 0, line);
  }
  fail_unless (ice_session_n_pairs (meeting->host->session) <= 100);
  fail_unless (meeting->host->add_results[ICE_ADD_FULL] > 0);
  sim_meeting_run (meeting, NET_SEC (5));
  fail_unless (meeting->host->check.transactions <= 101);
  sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  ice_session_info (meeting->host->session, &info);
  fail_unless (info.remote_refused > 0 && info.pairs <= 100);
  fail_unless (sim_meeting_end (meeting, "a thousand candidates"));
}
GST_END_TEST;

/* -- trickling ------------------------------------------------------------------ */

/* RFC 8838 §11 [TRK-11-1]: the check overtakes the signalling; when the candidate
 * comes, it is the same pair, only better known. */
GST_START_TEST (a_candidate_that_its_check_overtook_is_no_second_one)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
  SimPeerRequest how = { .use_candidate = true };
  g_autofree char *line =
      g_strdup ("candidate:77 1 udp 2130706431 203.0.113.99 5000 typ host");
  IcePairInfo before;
  IcePairInfo after;

  sim_meeting_start (meeting, 0);
  sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
  sim_meeting_run (meeting, NET_MSEC (300));
  fail_unless (sim_meeting_pair (meeting, 5000, &before));
  fail_unless (before.selected);
  fail_unless_equals_int (before.remote.type, ICE_CAND_PRFLX);
  sim_host_add_candidate (meeting->host, 0, line);
  sim_meeting_run (meeting, NET_MSEC (300));
  fail_unless_equals_int (ice_session_n_pairs (meeting->host->session), 1);
  fail_unless (sim_meeting_pair (meeting, 5000, &after));
  fail_unless_equals_int (after.id, before.id);
  fail_unless (after.selected && after.nominated && after.valid);
  fail_unless_equals_int (after.remote.type, ICE_CAND_HOST);
  fail_unless_equals_string (after.remote.foundation, "77");
  fail_unless_equals_int (sim_peer_count (meeting->peer, STUN_REQUEST), 1);
  fail_unless (sim_meeting_end (meeting, "overtaken"));
}
GST_END_TEST;

/* RFC 8838 §4.1 [TRK-4-1], §8.1 [TRK-8-1], §16 [TRK-16-1], §3 [TRK-3-1]: nothing
 * in the first description, everything in it, or one of each. */
GST_START_TEST (any_share_of_candidates_may_come_first)
{
  for (unsigned i = 0; i < 4; i++) {
    SimNatConfig nat = { .filtering = SIM_NAT_APDF };
    g_autoptr (SimScene) scene =
        sim_scene_pair (6, &nat, &nat, NET_MSEC (50), 0);
    SimPipeConfig pipe = { .delay = NET_MSEC (20),
      .candidate_delay = NET_MSEC (700) };

    scene->a->trickle = i & 1;
    scene->b->trickle = i & 2;
    scene->pipe = sim_pipe_new (scene->a, scene->b, &pipe);
    scene->b->start_on_offer = true;
    sim_host_start (scene->a);
    sim_scene_run (scene, NET_SEC (5));
    sim_scene_expect_connected (scene);
    fail_unless_equals_int (scene->a->ends, 1);
    fail_unless (sim_scene_end (scene, "shares"));
  }
}
GST_END_TEST;

/* RFC 8838 §14 [TRK-14-1]: behind the end nothing comes. */
GST_START_TEST (a_candidate_behind_the_end_is_late)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);

  meeting->peer->silent = true;
  sim_meeting_start (meeting, 1);
  sim_host_end_of_candidates (meeting->host, 0);
  fail_unless_equals_int (sim_host_add_candidate (meeting->host, 0,
                              "candidate:5 1 udp 2130706431 203.0.113.99 5005 "
                              "typ host"),
      ICE_ADD_LATE);
  fail_unless_equals_int (ice_session_n_pairs (meeting->host->session), 1);
  fail_unless (sim_meeting_end (meeting, "late"));
}
GST_END_TEST;

/* -- patience ------------------------------------------------------------------- */

/* RFC 8863 §4 [PAC-4-1] [PAC-4-3], §5 [PAC-5-1]: every pair has failed at once and
 * both sides are done with candidates; the peer's check at 20 s connects. */
GST_START_TEST (a_check_after_twenty_hopeless_seconds_connects)
{
  for (unsigned with_pair = 0; with_pair < 2; with_pair++) {
    g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
    SimPeerRequest how = { .use_candidate = true };
    NetAddr other = net_addr_with_port (meeting->peer->addr, 7000);
    uint32_t flow = 0;
    NetAddr local;

    how.source = &other;
    sim_meeting_start (meeting, with_pair);
    if (with_pair) {
      sim_host_socket (meeting->host, 0, &flow, &local);
      ice_session_path_failed (meeting->host->session, flow,
          meeting->peer->addr, ECONNREFUSED, meeting->world->now);
    }
    sim_host_end_of_candidates (meeting->host, 0);
    sim_meeting_run (meeting, NET_SEC (20));
    fail_unless (meeting->host->state != ICE_STATE_FAILED);
    sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
    sim_meeting_run (meeting, NET_SEC (1));
    fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
    fail_unless (sim_meeting_end (meeting, "patience"));
  }
}
GST_END_TEST;

/* RFC 8863 §4 [PAC-4-2] [PAC-4-4], §5 [PAC-5-1], RFC 8838 §8.2 [TRK-8-2]: without
 * the user's own limit failure comes when the timer ends and not before; where the
 * peer has not said that it has no more candidates, the timer says so. */
GST_START_TEST (failure_comes_when_patience_ends)
{
  for (unsigned end = 0; end < 2; end++) {
    g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
    uint32_t flow = 0;
    NetAddr local;
    NetTime begun;

    meeting->host->config.connect_timeout = NET_SEC (1000);
    sim_meeting_start (meeting, 1);
    begun = meeting->world->now;
    sim_host_socket (meeting->host, 0, &flow, &local);
    ice_session_path_failed (meeting->host->session, flow, meeting->peer->addr,
        ECONNREFUSED, meeting->world->now);
    if (end)
      sim_host_end_of_candidates (meeting->host, 0);
    sim_meeting_run (meeting, NET_MSEC (39400));
    fail_unless (meeting->host->state != ICE_STATE_FAILED);
    sim_meeting_run (meeting, NET_SEC (100));
    fail_unless_equals_int (meeting->host->state, ICE_STATE_FAILED);
    fail_unless (meeting->host->times.failed - begun >= NET_MSEC (39500));
    fail_unless (meeting->host->times.failed - begun < NET_MSEC (39600));
    fail_unless (sim_meeting_end (meeting, "patience ends"));
  }
}
GST_END_TEST;

static Suite *
schedule_suite (void)
{
  Suite *suite = suite_create ("sim/schedule");
  TCase *tcase = tcase_create ("schedule");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, the_larger_ta_counts_and_silence_means_fifty);
  tcase_add_test (tcase, fifty_agents_share_one_pace);
  tcase_add_test (tcase, streams_take_turns);
  tcase_add_test (tcase,
      a_foundation_that_dies_in_one_stream_is_tried_in_the_other);
  tcase_add_test (tcase, a_thousand_remote_candidates_are_bounded);
  tcase_add_test (tcase, a_candidate_that_its_check_overtook_is_no_second_one);
  tcase_add_test (tcase, any_share_of_candidates_may_come_first);
  tcase_add_test (tcase, a_candidate_behind_the_end_is_late);
  tcase_add_test (tcase, a_check_after_twenty_hopeless_seconds_connects);
  tcase_add_test (tcase, failure_comes_when_patience_ends);
  return suite;
}

GST_CHECK_MAIN (schedule);
