/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who controls, and how a conflict ends (RFC 8445 §6.1.1, §7.2.5.1, §7.3.1.1). */

#include <gst/check/gstcheck.h>

#include "meeting.h"
#include "scene.h"

static bool
refuse_role (SimPeer *peer, const StunMsg *msg, const SimHeard *heard)
{
  if (msg == NULL || heard->cls != STUN_REQUEST)
    return false;
  if ((peer->role == ICE_CONTROLLING) != heard->has_controlling)
    return false;
  sim_peer_refuse (peer, heard, STUN_CODE_ROLE_CONFLICT);
  return true;
}

/* RFC 8445 §7.2.5.1 [ICE-7.2.5.1-1] [ICE-7.2.5.1-2]: two checks in flight, both
 * refused: one switch, a new tie-breaker, and both are sent again. */
GST_START_TEST (two_refusals_in_flight_switch_the_role_once)
{
  for (IceRole role = ICE_CONTROLLING; role <= ICE_CONTROLLED; role++) {
    g_autoptr (SimMeeting) meeting = sim_meeting_new (role);
    const SimHeard *before;
    const SimHeard *after;

    meeting->peer->role = role;
    meeting->peer->handler = refuse_role;
    meeting->host->config.ta = 5;
    meeting->peer->plug->up.config.delay = NET_MSEC (60);
    sim_meeting_start (meeting, 2);
    sim_meeting_run (meeting, NET_SEC (2));
    fail_unless_equals_int (meeting->host->role_changes, 1);
    fail_unless_equals_int (ice_session_role (meeting->host->session), !role);
    before = sim_peer_nth (meeting->peer, STUN_REQUEST, 0);
    after = sim_peer_last (meeting->peer, STUN_REQUEST);
    fail_unless_equals_int (before->has_controlling, role == ICE_CONTROLLING);
    fail_unless_equals_int (after->has_controlling, role != ICE_CONTROLLING);
    fail_if (before->tie_breaker == after->tie_breaker);
    fail_unless (meeting->host->components[0][0].media_sent > 0);
    fail_unless (sim_meeting_end (meeting, "two refusals"));
  }
}
GST_END_TEST;

typedef enum
{
  LESS,
  EQUAL,
  GREATER,
} Compare;

/* The peer claims the host's own role, with a tie-breaker so compared to the
 * host's; returns what the host answered: 0 is success. */
static uint16_t
claim (IceRole role, Compare compare, bool *out_switched)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (role);
  SimPeerRequest how = { 0 };
  const SimHeard *answer;

  meeting->peer->silent = true;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_MSEC (100));
  meeting->peer->role = role;
  meeting->peer->tie_breaker = compare == LESS ? 0
      : compare == GREATER
      ? UINT64_MAX
      : sim_peer_nth (meeting->peer, STUN_REQUEST, 0)->tie_breaker;
  sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
  sim_meeting_run (meeting, NET_MSEC (100));
  *out_switched = meeting->host->role_changes == 1;
  answer = sim_peer_last (meeting->peer, STUN_SUCCESS);
  if (answer == NULL)
    answer = sim_peer_last (meeting->peer, STUN_ERROR);
  fail_unless (answer != NULL);
  /* Either answer is signed with our own password. */
  fail_unless (answer->authenticated && answer->fingerprint);
  fail_unless (sim_meeting_end (meeting, "claim"));
  return answer->code;
}

/* RFC 8445 §7.3.1.1 [ICE-7.3.1.1-1] [ICE-7.3.1.1-2] [ICE-7.3.1.1-3]: the six
 * cases; controlling keeps its role on >=, controlled changes on >=; zero and
 * 2^64-1 are values. */
GST_START_TEST (the_six_cases_of_a_conflict_end_by_the_table)
{
  static const struct
  {
    IceRole role;
    Compare theirs;
    uint16_t code;
    bool switched;
  } cases[] = {
    { ICE_CONTROLLING, LESS, STUN_CODE_ROLE_CONFLICT, false },
    { ICE_CONTROLLING, EQUAL, STUN_CODE_ROLE_CONFLICT, false },
    { ICE_CONTROLLING, GREATER, 0, true },
    { ICE_CONTROLLED, LESS, 0, true },
    { ICE_CONTROLLED, EQUAL, 0, true },
    { ICE_CONTROLLED, GREATER, STUN_CODE_ROLE_CONFLICT, false },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    bool switched;
    uint16_t code = claim (cases[i].role, cases[i].theirs, &switched);

    fail_unless (code == cases[i].code && switched == cases[i].switched,
        "case %u: code %u, switched %d", i, code, switched);
  }
}
GST_END_TEST;

/* RFC 8445 §7.3.1.1 [ICE-7.3.1.1-4]: the request that made us switch is then
 * worked on like any other: answered, and checked back. */
GST_START_TEST (a_request_that_switches_our_role_is_worked_on)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  SimPeerRequest how = { 0 };

  meeting->peer->role = ICE_CONTROLLING;
  meeting->peer->tie_breaker = UINT64_MAX;
  sim_host_start (meeting->host);
  sim_peer_meet (meeting->peer, meeting->host, 0);
  sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
  sim_meeting_run (meeting, NET_MSEC (200));
  fail_unless_equals_int (sim_peer_count (meeting->peer, STUN_SUCCESS), 1);
  fail_unless (sim_peer_count (meeting->peer, STUN_REQUEST) >= 1);
  fail_unless (sim_peer_nth (meeting->peer, STUN_REQUEST, 0)->has_controlled);
  fail_unless (sim_meeting_end (meeting, "switching request"));
}
GST_END_TEST;

static SimScene *
two_hosts (void)
{
  SimScene *scene = sim_scene_pair (2, NULL, NULL, NET_MSEC (50), 0);

  sim_scene_signal (scene, NET_MSEC (25));
  return scene;
}

/* RFC 8445 §6.1.1 [ICE-6.1.1-2]: the full agent controls, whoever began. */
GST_START_TEST (a_full_agent_controls_a_lite_one)
{
  g_autoptr (SimScene) scene = two_hosts ();

  scene->a->config.lite = true;
  scene->b->start_on_offer = true;
  sim_host_start (scene->a);
  sim_scene_run (scene, NET_SEC (2));
  fail_unless_equals_int (ice_session_role (scene->a->session), ICE_CONTROLLED);
  fail_unless_equals_int (ice_session_role (scene->b->session),
      ICE_CONTROLLING);
  sim_scene_expect_connected (scene);
  /* RFC 8445 §2.5: a lite agent sends no check. */
  fail_unless_equals_uint64 (scene->a->check.requests, 0);
  fail_unless (sim_scene_end (scene, "lite"));
}
GST_END_TEST;

/* RFC 8445 §6.1.1 [ICE-6.1.1-4]: a restart begun by the controlled side. */
GST_START_TEST (roles_last_over_a_restart)
{
  g_autoptr (SimScene) scene = two_hosts ();

  sim_host_start (scene->a);
  sim_host_start (scene->b);
  sim_scene_run (scene, NET_SEC (2));
  sim_host_restart (scene->b);
  sim_scene_run (scene, NET_SEC (2));
  fail_unless_equals_int (ice_session_role (scene->a->session),
      ICE_CONTROLLING);
  fail_unless_equals_int (ice_session_role (scene->b->session), ICE_CONTROLLED);
  fail_unless_equals_int (scene->a->role_changes + scene->b->role_changes, 0);
  sim_scene_expect_connected (scene);
  fail_unless (sim_scene_end (scene, "restart keeps roles"));
}
GST_END_TEST;

/* RFC 8445 §6.1.1 [ICE-6.1.1-5]: an RFC 5245 peer takes the other role at its
 * restart; the conflict is resolved as any. */
GST_START_TEST (a_peer_that_flips_its_role_at_a_restart_is_put_up_with)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  SimPeer *peer = meeting->peer;

  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (1));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  peer->role = ICE_CONTROLLING;
  peer->tie_breaker = UINT64_MAX;
  peer->handler = refuse_role;
  peer->checks = peer->nominates = true;
  g_strlcpy (peer->ufrag, "next", sizeof peer->ufrag);
  g_strlcpy (peer->pwd, "nextpasswordnextpassword", sizeof peer->pwd);
  sim_peer_meet (peer, meeting->host, 1);
  sim_meeting_run (meeting, NET_SEC (2));
  fail_unless_equals_int (ice_session_role (meeting->host->session),
      ICE_CONTROLLED);
  fail_unless_equals_int (meeting->host->state, ICE_STATE_COMPLETED);
  fail_unless (sim_meeting_end (meeting, "flipping peer"));
}
GST_END_TEST;

static bool
refuse_consent (SimPeer *peer, const StunMsg *msg, const SimHeard *heard)
{
  if (peer->world->now < NET_SEC (10) || msg == NULL ||
      heard->cls != STUN_REQUEST || !heard->has_controlling)
    return false;
  peer->role = ICE_CONTROLLING;
  sim_peer_refuse (peer, heard, STUN_CODE_ROLE_CONFLICT);
  return true;
}

/* RFC 7675 §4 [CF-4-1]: consent requests carry the role like any check, and a 487
 * to one of them switches it; the path stays. */
GST_START_TEST (a_conflict_found_by_a_consent_request_switches_the_role)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);

  meeting->peer->handler = refuse_consent;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (60));
  fail_unless_equals_int (meeting->host->role_changes, 1);
  fail_unless (sim_host_can_send (meeting->host, 0, 1));
  fail_unless_equals_int (meeting->host->failures, 0);
  fail_unless (sim_meeting_end (meeting, "487 to consent"));
}
GST_END_TEST;

/* RFC 8445 §7.1.2 [ICE-7.1.2-1]: who has become controlled with a nomination in
 * its queue does not send it. */
GST_START_TEST (a_controlled_agent_never_sends_use_candidate)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);

  meeting->peer->role = ICE_CONTROLLING;
  meeting->peer->handler = refuse_role;
  meeting->peer->checks = true;
  sim_meeting_start (meeting, 3);
  sim_meeting_run (meeting, NET_SEC (5));
  for (unsigned i = 0; i < sim_peer_count (meeting->peer, STUN_REQUEST); i++) {
    const SimHeard *heard = sim_peer_nth (meeting->peer, STUN_REQUEST, i);

    fail_if (heard->use_candidate && heard->has_controlled);
    fail_unless (heard->authenticated && heard->fingerprint);
    fail_unless (heard->has_priority);
    fail_unless (heard->has_controlled != heard->has_controlling);
  }
  fail_unless (sim_meeting_end (meeting, "no USE-CANDIDATE"));
}
GST_END_TEST;

static Suite *
roles_suite (void)
{
  Suite *suite = suite_create ("sim/roles");
  TCase *tcase = tcase_create ("roles");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, two_refusals_in_flight_switch_the_role_once);
  tcase_add_test (tcase, the_six_cases_of_a_conflict_end_by_the_table);
  tcase_add_test (tcase, a_request_that_switches_our_role_is_worked_on);
  tcase_add_test (tcase, a_full_agent_controls_a_lite_one);
  tcase_add_test (tcase, roles_last_over_a_restart);
  tcase_add_test (tcase,
      a_peer_that_flips_its_role_at_a_restart_is_put_up_with);
  tcase_add_test (tcase,
      a_conflict_found_by_a_consent_request_switches_the_role);
  tcase_add_test (tcase, a_controlled_agent_never_sends_use_candidate);
  return suite;
}

GST_CHECK_MAIN (roles);
