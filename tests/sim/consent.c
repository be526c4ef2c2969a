/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Consent to send (RFC 7675), with a peer that gives it or not. That no media
 * leaves without it is watched by check.c in every run of every suite. */

#include <gst/check/gstcheck.h>

#include <errno.h>

#include "meeting.h"
#include "scene.h"

static bool
mute_after_ten_seconds (SimPeer *peer, const StunMsg *msg,
    const SimHeard *heard)
{
  return peer->world->now > NET_SEC (10) && msg != NULL &&
      heard->cls == STUN_REQUEST;
}

static NetTime
last_media (const SimPeer *peer)
{
  NetTime at = 0;

  for (guint i = 0; i < peer->heard->len; i++) {
    const SimHeard *heard = &g_array_index (peer->heard, SimHeard, i);

    if (!heard->stun)
      at = heard->at;
  }
  return at;
}

static NetTime
last_answered (const SimPeer *peer)
{
  NetTime at = 0;

  for (unsigned i = 0; i < sim_peer_count (peer, STUN_REQUEST); i++) {
    const SimHeard *heard = sim_peer_nth (peer, STUN_REQUEST, i);

    if (heard->at <= NET_SEC (10))
      at = heard->at;
  }
  return at;
}

static void
peer_media (SimMeeting *meeting)
{
  uint8_t packet[40] = { 0x80, 96, 0, 1 };

  sim_peer_send (meeting->peer, meeting->peer->addr, sim_meeting_addr (meeting),
      NET_BYTES (packet, sizeof packet));
}

/* RFC 7675 §5.1 [CF-5.1-2]: neither media nor requests of the peer keep consent;
 * thirty seconds behind the last answer nothing leaves any more. */
GST_START_TEST (only_answers_renew_consent)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  SimPeerRequest how = { 0 };
  NetTime stopped;
  NetTime answered;

  meeting->peer->handler = mute_after_ten_seconds;
  meeting->host->config.auto_restart = false;
  sim_meeting_start (meeting, 1);
  for (unsigned i = 0; i < 60; i++) {
    sim_meeting_run (meeting, NET_SEC (1));
    peer_media (meeting);
    sim_peer_check (meeting->peer, sim_meeting_addr (meeting), &how);
  }
  stopped = last_media (meeting->peer);
  answered = last_answered (meeting->peer) + SIM_MEETING_RTT / 2;
  fail_unless (stopped <= answered + NET_SEC (30) + SIM_MEETING_RTT / 2);
  fail_unless (stopped > answered + NET_SEC (29));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_FAILED);
  fail_unless_equals_int (meeting->host->cause, ICE_CAUSE_CONSENT_EXPIRED);
  fail_unless (sim_meeting_end (meeting, "no answers"));
}
GST_END_TEST;

typedef struct
{
  GArray *late;
} Late;

static bool
keep_for_later (SimPeer *peer, const StunMsg *msg, const SimHeard *heard)
{
  Late *late = peer->user;

  if (!mute_after_ten_seconds (peer, msg, heard))
    return false;
  g_array_append_val (late->late, *heard);
  return true;
}

/* RFC 7675 §5.1 [CF-5.1-6]: what comes after the end restores nothing. */
GST_START_TEST (a_late_answer_does_not_restore_consent)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  Late late = { g_array_new (FALSE, FALSE, sizeof (SimHeard)) };

  meeting->peer->handler = keep_for_later;
  meeting->peer->user = &late;
  meeting->host->config.auto_restart = false;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (45));
  fail_if (sim_host_can_send (meeting->host, 0, 1));
  meeting->peer->handler = NULL;
  for (guint i = 0; i < late.late->len; i++)
    sim_peer_answer (meeting->peer, &g_array_index (late.late, SimHeard, i));
  sim_meeting_run (meeting, NET_SEC (30));
  fail_unless (late.late->len >= 5);
  fail_if (sim_host_can_send (meeting->host, 0, 1));
  fail_unless_equals_int (meeting->host->state, ICE_STATE_FAILED);
  g_array_unref (late.late);
  fail_unless (sim_meeting_end (meeting, "late answers"));
}
GST_END_TEST;

static bool
forbid (SimPeer *peer, const StunMsg *msg, const SimHeard *heard)
{
  if (!mute_after_ten_seconds (peer, msg, heard))
    return false;
  sim_peer_refuse (peer, heard, STUN_CODE_FORBIDDEN);
  return true;
}

/* RFC 7675 §5.2 [CF-5.2-1]: a signed 403 ends it at once. */
GST_START_TEST (a_signed_403_revokes_consent_at_once)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  const SimHeard *refused;

  meeting->peer->handler = forbid;
  meeting->host->config.auto_restart = false;
  meeting->host->media_every = NET_MSEC (10);
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (20));
  refused = sim_peer_last (meeting->peer, STUN_REQUEST);
  fail_unless (last_media (meeting->peer) <= refused->at + SIM_MEETING_RTT);
  fail_if (sim_host_can_send (meeting->host, 0, 1));
  fail_unless (sim_meeting_end (meeting, "403"));
}
GST_END_TEST;

static bool
refuse_unsigned (SimPeer *peer, const StunMsg *msg, const SimHeard *heard)
{
  char pwd[sizeof peer->pwd];

  if (!mute_after_ten_seconds (peer, msg, heard) ||
      peer->world->now > NET_SEC (20))
    return false;
  memcpy (pwd, peer->pwd, sizeof pwd);
  g_strlcpy (peer->pwd, "forger", sizeof peer->pwd);
  sim_peer_refuse (peer, heard, STUN_CODE_FORBIDDEN);
  memcpy (peer->pwd, pwd, sizeof pwd);
  return true;
}

GST_START_TEST (a_forged_403_revokes_nothing)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);

  meeting->peer->handler = refuse_unsigned;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (60));
  fail_unless (sim_host_can_send (meeting->host, 0, 1));
  fail_unless_equals_int (meeting->host->failures, 0);
  fail_unless (sim_meeting_end (meeting, "forged 403"));
}
GST_END_TEST;

/* RFC 7675 §5.1 [CF-5.1-10]: a pause costs nothing: consent is there when media
 * wants to leave again. */
GST_START_TEST (media_may_pause_for_a_minute)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);

  meeting->host->media_every = NET_SEC (60);
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (305));
  fail_unless_equals_uint64 (meeting->host->components[0][0].media_held, 0);
  fail_unless_equals_uint64 (meeting->host->components[0][0].media_sent, 6);
  fail_unless (sim_meeting_end (meeting, "pause"));
}
GST_END_TEST;

static bool
deaf_to_old_credentials (SimPeer *peer, const StunMsg *msg,
    const SimHeard *heard)
{
  (void) peer;
  return msg != NULL && heard->cls == STUN_REQUEST;
}

/* RFC 7675 §5.1 [CF-5.1-7]: over a restart the old pair keeps its own consent,
 * with its own credentials, and loses it by its own clock while the new checks
 * are still going on. */
GST_START_TEST (the_old_pair_of_a_restart_has_its_own_consent)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);
  NetTime answered;
  unsigned signed_by_old = 0;

  meeting->host->config.connect_timeout = NET_SEC (100);
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (9));
  sim_host_restart (meeting->host);
  sim_meeting_run (meeting, NET_SEC (20));
  /* The peer has not heard of it and answers as before. */
  for (unsigned i = 0; i < sim_peer_count (meeting->peer, STUN_REQUEST); i++)
    signed_by_old +=
        sim_peer_nth (meeting->peer, STUN_REQUEST, i)->authenticated &&
        sim_peer_nth (meeting->peer, STUN_REQUEST, i)->at > NET_SEC (10);
  fail_unless (signed_by_old >= 3);
  fail_unless (sim_host_can_send (meeting->host, 0, 1));
  answered = sim_peer_last (meeting->peer, STUN_REQUEST)->at;
  meeting->peer->handler = deaf_to_old_credentials;
  g_strlcpy (meeting->peer->ufrag, "next", sizeof meeting->peer->ufrag);
  g_strlcpy (meeting->peer->pwd, "nextpasswordnextpassword",
      sizeof meeting->peer->pwd);
  sim_peer_meet (meeting->peer, meeting->host, 1);
  sim_meeting_run (meeting, NET_SEC (33));
  fail_if (sim_host_can_send (meeting->host, 0, 1));
  fail_unless (last_media (meeting->peer) <=
      answered + SIM_MEETING_RTT + NET_SEC (30));
  fail_unless (last_media (meeting->peer) > answered + NET_SEC (29));
  fail_unless (sim_meeting_end (meeting, "old pair"));
}
GST_END_TEST;

static int
unreachable_for_a_while (SimHost *host, NetAddr from, NetAddr to)
{
  (void) from;
  (void) to;
  return host->world->now > NET_SEC (10) && host->world->now < NET_SEC (20)
      ? ENETUNREACH
      : 0;
}

/* A consent request that could not leave is only a lost one: the path's own clock
 * decides, and a short outage of the interface ends nothing. */
GST_START_TEST (send_errors_do_not_end_a_path_that_works)
{
  g_autoptr (SimMeeting) meeting = sim_meeting_new (ICE_CONTROLLING);

  meeting->host->send_error = unreachable_for_a_while;
  sim_meeting_start (meeting, 1);
  sim_meeting_run (meeting, NET_SEC (60));
  fail_unless (sim_host_can_send (meeting->host, 0, 1));
  fail_unless_equals_int (meeting->host->failures, 0);
  fail_unless (sim_meeting_end (meeting, "send errors"));
}
GST_END_TEST;

/* A path that dies without a word is replaced when there is another one, without
 * the application (promise 3). */
GST_START_TEST (a_path_that_dies_is_replaced_by_another)
{
  g_autoptr (SimScene) scene = sim_scene_pair (5, NULL, NULL, NET_MSEC (50), 0);
  SimPlug *first_nic = g_array_index (scene->a->nics, SimNic, 0).plug;
  NetTime died;

  scene->a->media_every = scene->b->media_every = NET_MSEC (100);
  sim_site_add_nic (scene, &scene->sites[0], scene->a, NET_FAMILY_IPV4);
  sim_scene_signal (scene, NET_MSEC (50));
  sim_host_start (scene->a);
  sim_host_start (scene->b);
  sim_scene_run (scene, NET_SEC (10));
  sim_scene_expect_connected (scene);
  if (!net_addr_equal_ip (scene->a->components[0][0].route.local,
          g_array_index (scene->a->nics, SimNic, 0).iface.addr))
    first_nic = g_array_index (scene->a->nics, SimNic, 1).plug;
  died = scene->world->now;
  sim_link_black (&first_nic->up, died, NET_NEVER);
  sim_link_black (&first_nic->down, died, NET_NEVER);
  sim_scene_run (scene, NET_SEC (30));
  sim_scene_expect_connected (scene);
  fail_unless (scene->a->times.last_in > scene->world->now - NET_SEC (1));
  fail_unless (scene->a->times.longest_gap < NET_SEC (20));
  fail_unless (sim_scene_end (scene, "replaced"));
}
GST_END_TEST;

static Suite *
consent_suite (void)
{
  Suite *suite = suite_create ("sim/consent");
  TCase *tcase = tcase_create ("consent");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, only_answers_renew_consent);
  tcase_add_test (tcase, a_late_answer_does_not_restore_consent);
  tcase_add_test (tcase, a_signed_403_revokes_consent_at_once);
  tcase_add_test (tcase, a_forged_403_revokes_nothing);
  tcase_add_test (tcase, media_may_pause_for_a_minute);
  tcase_add_test (tcase, the_old_pair_of_a_restart_has_its_own_consent);
  tcase_add_test (tcase, send_errors_do_not_end_a_path_that_works);
  tcase_add_test (tcase, a_path_that_dies_is_replaced_by_another);
  return suite;
}

GST_CHECK_MAIN (consent);
