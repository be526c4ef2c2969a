/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How it ends: nomination, data, keepalives, restart (RFC 8445 §8 to §12). */

#include <gst/check/gstcheck.h>

#include "meeting.h"
#include "scene.h"

/* RFC 8445 §8.1.1 [ICE-8.1.1-1]: one valid pair is nominated, by repeating its
 * check with USE-CANDIDATE as a new transaction, once. */
GST_START_TEST (one_pair_is_nominated_once_by_repeating_its_check)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  const SimHeard *check;
  const SimHeard *nomination;

  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (4));
  fail_unless_equals_int (sim_peer_count (meeting->peer, STUN_REQUEST), 2);
  check = sim_peer_nth (meeting->peer, STUN_REQUEST, 0);
  nomination = sim_peer_nth (meeting->peer, STUN_REQUEST, 1);
  fail_if (check->use_candidate);
  fail_unless (nomination->use_candidate && nomination->authenticated);
  fail_if (stun_txn_id_equal (check->id, nomination->id));
  fail_unless (net_addr_equal (check->from, nomination->from));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  sim_meeting_run (meeting, NET_SEC (60));
  fail_unless_equals_int (sim_peer_nominations (meeting->peer), 1);
  fail_unless (sim_meeting_end (meeting, "one nomination"));
}
GST_END_TEST;

static bool
answer_only_5001_at_first (SimPeer *peer, const StunMsg *msg,
    const SimHeard *heard)
{
  (void) msg;
  return heard->to.port == 5000 && peer->world->now < NET_SEC (5);
}

/* RFC 8445 §8.1.1 [ICE-8.1.1-2]: without renomination the first choice stands,
 * also when a better pair becomes valid later. */
GST_START_TEST (a_better_pair_that_comes_later_is_not_nominated)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  SimPeerRequest how = { 0 };

  meeting->peer->handler = answer_only_5001_at_first;
  sim_meeting_start (meeting, 2);
  sim_meeting_run (meeting, NET_SEC (3));
  fail_unless_equals_int (meeting->host->components[0][0]
                              .selected.remote.addr.port,
      5001);
  sim_meeting_run (meeting, NET_SEC (3));
  sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
  sim_meeting_run (meeting, NET_SEC (30));
  fail_unless_equals_int (meeting->host->components[0][0].selections, 1);
  for (unsigned i = 0; i < sim_peer_count (meeting->peer, STUN_REQUEST); i++) {
    const SimHeard *heard = sim_peer_nth (meeting->peer, STUN_REQUEST, i);

    fail_if (heard->use_candidate && heard->to.port == 5000);
  }
  fail_unless (sim_meeting_end (meeting, "better later"));
}
GST_END_TEST;

/* RFC 8445 §8.1.1 [ICE-8.1.1-3], §10 [ICE-10-1]: an RFC 5245 peer nominates with
 * every check; of what it has nominated the best is used. */
GST_START_TEST (of_an_aggressive_peers_nominations_the_best_is_used)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
  SimPeerRequest how = { .use_candidate = true };

  sim_meeting_start (meeting, 3);
  for (uint16_t port = 5002; port >= 5000; port--) {
    NetAddr source = net_addr_with_port (meeting->peer->addr, port);

    how.source = &source;
    sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
    sim_meeting_run (meeting, NET_MSEC (120));
  }
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (meeting->host->components[0][0]
                              .selected.remote.addr.port,
      5000);
  fail_unless_equals_int (meeting->host->components[0][0].route.remote.port,
      5000);
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  fail_unless (sim_meeting_end (meeting, "aggressive peer"));
}
GST_END_TEST;

static bool
lose_first_nominations (SimPeer *peer, const StunMsg *msg,
    const SimHeard *heard)
{
  (void) msg;
  return heard->use_candidate && sim_peer_nominations (peer) <= 3;
}

/* [RENOM-3-3]: a nomination is repeated until it is answered. */
GST_START_TEST (a_lost_nomination_is_repeated)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);

  meeting->peer->handler = lose_first_nominations;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (2));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  fail_unless (meeting->host->times.selected - meeting->host->times.started <
      NET_SEC (1));
  fail_unless (sim_meeting_end (meeting, "lost nominations"));
}
GST_END_TEST;

static bool
never_nominated_on_5000 (SimPeer *peer, const StunMsg *msg,
    const SimHeard *heard)
{
  if (msg == NULL || !heard->use_candidate || heard->to.port != 5000)
    return false;
  sim_peer_refuse (peer, heard, STUN_CODE_BAD_REQUEST);
  return true;
}

/* RFC 8445 §7.2.5.3.4 [ICE-7.2.5.3.4-2]: the pair whose nomination is refused has
 * failed; we go on with the next valid one instead of giving up. */
GST_START_TEST (a_refused_nomination_moves_on_to_the_next_pair)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  IcePairInfo info;

  meeting->peer->handler = never_nominated_on_5000;
  sim_meeting_start (meeting, 2);
  sim_meeting_run (meeting, NET_SEC (3));
  fail_if (sim_meeting_pair (meeting, 5000, &info) && info.valid);
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  fail_unless_equals_int (meeting->host->components[0][0]
                              .selected.remote.addr.port,
      5001);
  fail_unless (sim_meeting_end (meeting, "refused nomination"));
}
GST_END_TEST;

/* RFC 8445 §8.1.2 [ICE-8.1.2-3]: a slow peer may still be checking. */
GST_START_TEST (checks_are_answered_after_completion)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  NetAddr other = net_addr_with_port (meeting->peer->addr, 5001);
  SimPeerRequest selected = { 0 };
  SimPeerRequest remaining = { .source = &other };

  sim_meeting_start (meeting, 2);
  sim_meeting_run (meeting, NET_SEC (20));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &selected);
  sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &remaining);
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (sim_peer_count (meeting->peer, STUN_SUCCESS), 2);
  fail_unless_equals_int (meeting->host->components[0][0].selections, 1);
  fail_unless (sim_meeting_end (meeting, "late checks"));
}
GST_END_TEST;

/* RFC 8445 §12.1 [ICE-12.1-1]: data flows on a valid pair before there is a
 * selected one, and only on the selected one after. */
GST_START_TEST (data_flows_before_selection_and_then_only_on_the_selected_pair)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLED);
  NetAddr nominated = net_addr_with_port (meeting->peer->addr, 5001);
  SimPeerRequest how = { .use_candidate = true, .source = &nominated };
  unsigned elsewhere = 0;
  guint settled;

  meeting->host->media_every = NET_MSEC (20);
  sim_meeting_start (meeting, 2);
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (meeting->host->components[0][0].selections, 0);
  fail_unless (meeting->peer->media > 30);
  sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
  sim_meeting_run (meeting, NET_SEC (1));
  settled = meeting->peer->heard->len;
  sim_meeting_run (meeting, NET_SEC (1));
  for (guint i = settled; i < meeting->peer->heard->len; i++) {
    const SimHeard *heard = &g_array_index (meeting->peer->heard, SimHeard, i);

    elsewhere += !heard->stun && heard->to.port != 5001;
  }
  fail_unless (meeting->peer->heard->len - settled > 40);
  fail_unless_equals_int (elsewhere, 0);
  fail_unless (sim_meeting_end (meeting, "data"));
}
GST_END_TEST;

static void
two_components (SimScene *scene)
{
  scene->a->n_components = scene->b->n_components = 2;
  sim_scene_signal (scene, NET_MSEC (25));
}

static bool
eat_second_component (SimHost *host, NetAddr to, NetAddr from, NetBytes data)
{
  NetAddr local;
  uint32_t flow;

  (void) from;
  (void) data;
  return !sim_host_socket (host, 1, &flow, &local) ||
      !net_addr_equal (local, to);
}

/* RFC 8445 §12.1 [ICE-12.1-4]: no RTCP, no RTP: when a component cannot get a
 * pair, the stream's other one falls silent too. */
GST_START_TEST (a_component_without_a_path_silences_its_stream)
{
  g_autoptr (SimScene) scene = sim_scene_pair (3, NULL, NULL, NET_MSEC (50), 0);
  uint64_t sent;

  two_components (scene);
  scene->a->tap = scene->b->tap = eat_second_component;
  scene->a->config.connect_timeout = NET_SEC (100);
  scene->b->config.connect_timeout = NET_SEC (100);
  sim_host_start (scene->a);
  sim_host_start (scene->b);
  sim_scene_run (scene, NET_SEC (110));
  fail_unless_equals_int (scene->a->state, ICE_STATE_FAILED);
  sent = scene->a->components[0][0].media_sent;
  sim_scene_run (scene, NET_SEC (10));
  fail_unless_equals_uint64 (scene->a->components[0][0].media_sent, sent);
  fail_unless (sim_scene_end (scene, "RTCP fails"));
}
GST_END_TEST;

/* RFC 8445 §6.1.2.2 [ICE-6.1.2.2-3]: the number of components is the smaller of
 * both sides'. */
GST_START_TEST (two_components_against_one_complete)
{
  g_autoptr (SimScene) scene = sim_scene_pair (3, NULL, NULL, NET_MSEC (50), 0);

  two_components (scene);
  scene->b->n_components = 1;
  sim_host_start (scene->a);
  sim_host_start (scene->b);
  sim_scene_run (scene, NET_SEC (3));
  fail_unless_equals_int (scene->a->state, ICE_STATE_COMPLETED);
  fail_unless_equals_int (scene->b->state, ICE_STATE_COMPLETED);
  fail_unless (sim_oracle_agrees (scene->a, scene->b, 0, 1));
  fail_unless (sim_scene_end (scene, "2 against 1"));
}
GST_END_TEST;

static SimScene *
connected (void)
{
  static const SimNatConfig nat = { .filtering = SIM_NAT_APDF };
  SimScene *scene = sim_scene_pair (6, &nat, &nat, NET_MSEC (50), 0);

  scene->a->media_every = scene->b->media_every = NET_MSEC (20);
  sim_scene_signal (scene, NET_MSEC (100));
  sim_host_start (scene->a);
  sim_host_start (scene->b);
  sim_scene_run (scene, NET_SEC (3));
  sim_scene_expect_connected (scene);
  return scene;
}

/* RFC 8445 §9 [ICE-9-1], §12.1 [ICE-12.1-3]: new credentials, the same media. */
GST_START_TEST (media_does_not_notice_a_restart)
{
  for (unsigned by = 0; by < 3; by++) {
    g_autoptr (SimScene) scene = connected ();
    g_autofree char *ufrag =
        g_strdup (ice_session_local_ufrag (scene->a->session));
    g_autofree char *pwd = g_strdup (ice_session_local_pwd (scene->a->session));

    if (by != 1)
      sim_host_restart (scene->a);
    if (by != 0)
      sim_host_restart (scene->b);
    sim_scene_run (scene, NET_SEC (5));
    fail_if (g_str_equal (ufrag, ice_session_local_ufrag (scene->a->session)));
    fail_if (g_str_equal (pwd, ice_session_local_pwd (scene->a->session)));
    sim_scene_expect_connected (scene);
    fail_unless (scene->a->components[0][0].selections >= 2);
    fail_unless (scene->a->times.longest_gap <= NET_MSEC (40));
    fail_unless (scene->b->times.longest_gap <= NET_MSEC (40));
    fail_unless_equals_uint64 (scene->a->components[0][0].media_held, 0);
    fail_unless_equals_int (scene->a->descriptions, 2);
    fail_unless_equals_int (scene->b->descriptions, 2);
    fail_unless (sim_scene_end (scene, "restart"));
  }
}
GST_END_TEST;

/* A candidate of the generation before must not get into the new one (RFC 8838 §9
 * [TRK-9-2]). */
GST_START_TEST (an_old_candidate_does_not_enter_a_new_generation)
{
  g_autoptr (SimScene) scene = connected ();
  g_autofree char *old = g_strdup_printf ("candidate:9 1 udp 2130706431 "
                                          "192.0.2.7 9999 typ host ufrag %s",
      ice_session_local_ufrag (scene->b->session));

  sim_host_restart (scene->a);
  sim_scene_run (scene, NET_MSEC (120));
  sim_host_add_candidate (scene->a, 0, old);
  sim_scene_run (scene, NET_SEC (2));
  fail_unless (scene->a->add_results[ICE_ADD_STALE] >= 1);
  sim_scene_expect_connected (scene);
  fail_unless (sim_scene_end (scene, "old candidate"));
}
GST_END_TEST;

/* RFC 8445 §11 [ICE-11-1] [ICE-11-2] [ICE-11-4], RFC 7675 §4 [CF-4-1]: a full
 * agent's consent requests are its keepalives; a lite one sends indications of 28
 * bytes, never under 15 s apart; neither says a word after the end. */
GST_START_TEST (keepalives_are_consent_or_bare_indications)
{
  g_autoptr (SimMeeting) full = sim_meeting_new (ICE_CONTROLLING);
  g_autoptr (SimMeeting) lite = sim_meeting_new (ICE_CONTROLLED);
  SimPeerRequest how = { .use_candidate = true };
  unsigned n;
  guint heard;

  full->host->media_every = lite->host->media_every = 0;
  sim_meeting_start (full, 1);
  sim_meeting_run (full, NET_SEC (120));
  fail_unless_equals_int (sim_peer_count (full->peer, STUN_INDICATION), 0);
  fail_unless (sim_peer_count (full->peer, STUN_REQUEST) > 20);

  lite->host->config.lite = true;
  sim_meeting_start (lite, 1);
  for (unsigned i = 0; i < 24; i++) {
    sim_peer_check (lite->peer, sim_meeting_addr (lite), &how);
    sim_meeting_run (lite, NET_SEC (5));
  }
  n = sim_peer_count (lite->peer, STUN_INDICATION);
  fail_unless (n >= 6 && n <= 8, "%u indications in 120 s", n);
  for (unsigned i = 0; i < n; i++) {
    const SimHeard *one = sim_peer_nth (lite->peer, STUN_INDICATION, i);

    fail_unless_equals_int (one->len, 28);
    fail_unless (one->fingerprint);
    if (i > 0)
      fail_unless (one->at -
              sim_peer_nth (lite->peer, STUN_INDICATION, i - 1)->at >=
          NET_SEC (15));
  }
  fail_unless (sim_meeting_end (lite, "lite keepalives"));
  sim_meeting_run (lite, NET_SEC (1));
  heard = lite->peer->heard->len;
  sim_meeting_run (lite, NET_SEC (60));
  fail_unless_equals_int (lite->peer->heard->len, heard);
  fail_unless (sim_meeting_end (full, "full keepalives"));
}
GST_END_TEST;

static Suite *
conclude_suite (void)
{
  Suite *suite = suite_create ("sim/conclude");
  TCase *tcase = tcase_create ("conclude");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, one_pair_is_nominated_once_by_repeating_its_check);
  tcase_add_test (tcase, a_better_pair_that_comes_later_is_not_nominated);
  tcase_add_test (tcase, of_an_aggressive_peers_nominations_the_best_is_used);
  tcase_add_test (tcase, a_lost_nomination_is_repeated);
  tcase_add_test (tcase, a_refused_nomination_moves_on_to_the_next_pair);
  tcase_add_test (tcase, checks_are_answered_after_completion);
  tcase_add_test (tcase,
      data_flows_before_selection_and_then_only_on_the_selected_pair);
  tcase_add_test (tcase, a_component_without_a_path_silences_its_stream);
  tcase_add_test (tcase, two_components_against_one_complete);
  tcase_add_test (tcase, media_does_not_notice_a_restart);
  tcase_add_test (tcase, an_old_candidate_does_not_enter_a_new_generation);
  tcase_add_test (tcase, keepalives_are_consent_or_bare_indications);
  return suite;
}

GST_CHECK_MAIN (conclude);
