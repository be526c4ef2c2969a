/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ICE restart: everything anew but for the sockets, the roles and the path that
 * media is on. */

#include "agent.h"

#define NEW_UFRAG "nEWw"
#define NEW_PWD "theNextPasswordOfThePeer"

static IceRemote
new_remote (void)
{
  IceRemote remote = peer_remote ();

  remote.ufrag = NEW_UFRAG;
  remote.pwd = NEW_PWD;
  return remote;
}

static void
restart (Agent *agent)
{
  ice_session_restart (agent->session, agent->now);
  agent_drain (agent);
}

static void
connect_quietly (Agent *agent)
{
  agent_init (agent);
  agent->config.auto_restart = false;
  agent_connect (agent);
  agent_skip (agent);
}

/* A check of the new generation's, answered as such. */
static void
answer_anew (Agent *agent, const Sent *sent)
{
  REPLY (agent, sent, .pwd = NEW_PWD);
}

static bool
is_usable (const Agent *agent)
{
  return agent_route (agent, 1).usable;
}

/* [ICE-9-1] [SDP-4.4-1] [ICE-5.3-1]: both are new, the rest is gathered again from
 * the sockets there are. */
GST_START_TEST (a_restart_begins_a_new_generation)
{
  g_autofree char *ufrag = NULL;
  g_autofree char *pwd = NULL;
  unsigned opened;
  Agent a;

  connect_quietly (&a);
  ufrag = g_strdup (ice_session_local_ufrag (a.session));
  pwd = g_strdup (ice_session_local_pwd (a.session));
  opened = agent_count (&a, ICE_OUT_OPEN);
  g_array_set_size (a.told, 0);
  restart (&a);
  fail_if (strcmp (ufrag, ice_session_local_ufrag (a.session)) == 0);
  fail_if (strcmp (pwd, ice_session_local_pwd (a.session)) == 0);
  fail_unless (ice_session_remote_ufrag (a.session, 0) == NULL);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_DESCRIPTION), 1);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CANDIDATE), 2);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_OPEN), 0);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CLOSE), 0);
  fail_unless_equals_int (opened, 1);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-9-1] [ICE-12.1-3]: there is a path at every moment. */
GST_START_TEST (media_stays_on_the_old_path_until_there_is_a_new_one)
{
  const Sent *check;
  Agent a;

  connect_quietly (&a);
  restart (&a);
  fail_unless (is_usable (&a));
  fail_unless (net_addr_equal (agent_route (&a, 1).remote, peer_addr ()));
  agent_meet_with (&a, new_remote ());
  agent_add (&a, at ("203.0.113.6", 4000));
  check = agent_take (&a);
  fail_unless (net_addr_equal (check->to, at ("203.0.113.6", 4000)));
  fail_unless (net_addr_equal (agent_route (&a, 1).remote, peer_addr ()));
  answer_anew (&a, check);
  fail_unless (net_addr_equal (agent_route (&a, 1).remote, peer_addr ()));
  answer_anew (&a, agent_take (&a));
  fail_unless (net_addr_equal (agent_route (&a, 1).remote, check->to));
  fail_unless (agent_route (&a, 1).selected);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  fail_unless (ice_stream_component (ice_stream_get (a.session, 0), 1)
                   ->previous == NULL);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-9-1]: what was still asked for in the old one is of no interest. */
GST_START_TEST (an_old_nomination_is_not_taken_up)
{
  const Sent *nomination;
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  REPLY_WELL (&a, agent_take (&a));
  nomination = agent_take (&a);
  fail_unless (sent_nominates (nomination));
  ice_restart_begin (a.session, "test");
  agent_drain (&a);
  fail_unless_equals_int (REPLY_WELL (&a, nomination), ICE_RECV_DROPPED);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  fail_unless (is_usable (&a));
  agent_clear (&a);
}
GST_END_TEST;

/* [CF-5.1-7]: asked for under the old names, and with their password. */
GST_START_TEST (the_old_path_keeps_its_own_consent)
{
  g_autofree char *username = NULL;
  const Sent *consent;
  NetBytes value;
  NetTime start;
  Agent a;

  connect_quietly (&a);
  username = g_strdup_printf ("%s:%s", PEER_UFRAG,
      ice_session_local_ufrag (a.session));
  restart (&a);
  agent_meet_with (&a, new_remote ());
  for (start = a.now; agent_peek (&a) == NULL;)
    agent_wait (&a, NET_MSEC (100));
  fail_unless (a.now - start <= NET_SEC (6));
  consent = agent_take (&a);
  fail_unless (stun_msg_find (&consent->msg, STUN_ATTR_USERNAME, &value));
  fail_unless (net_bytes_equal (value, net_bytes_from_text (username)));
  fail_unless_equals_int (stun_auth_verify (&consent->msg,
                              net_bytes_from_text (PEER_PWD)),
      STUN_AUTH_GOOD);
  REPLY_WELL (&a, consent);
  fail_unless_equals_uint64 (agent_route (&a, 1).consent_until,
      a.now + NET_SEC (30));
  agent_clear (&a);
}
GST_END_TEST;

/* [CF-5.1-7]: it expires on its own, while the new generation is still at work. */
GST_START_TEST (the_old_path_expires_without_answers)
{
  const Sent *check;
  NetTime start;
  Agent a;

  connect_quietly (&a);
  start = a.now;
  agent_wait (&a, NET_SEC (3));
  restart (&a);
  agent_meet_with (&a, new_remote ());
  agent_add (&a, at ("203.0.113.6", 4000));
  check = agent_take (&a);
  agent_wait (&a, start + NET_MSEC (29999) - a.now);
  fail_unless (is_usable (&a));
  agent_wait (&a, NET_MSEC (1));
  fail_if (is_usable (&a));
  fail_unless (agent_state (&a) != ICE_STATE_FAILED);
  answer_anew (&a, check);
  fail_unless (is_usable (&a));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-6.1.1-4] */
GST_START_TEST (roles_stay)
{
  for (unsigned role = 0; role < 2; role++) {
    uint16_t attr = role == ICE_CONTROLLING ? STUN_ATTR_ICE_CONTROLLING
                                            : STUN_ATTR_ICE_CONTROLLED;
    Agent a;
    agent_init (&a);
    if (role == ICE_CONTROLLING)
      agent_connect (&a);
    else
      agent_be_chosen (&a);
    restart (&a);
    fail_unless_equals_int (ice_session_role (a.session), role);
    agent_meet_with (&a, new_remote ());
    agent_add (&a, peer_addr ());
    agent_skip (&a);
    fail_unless (stun_msg_has (&((Sent *) g_ptr_array_index (a.requests,
                                     a.requests->len - 1))
                                    ->msg,
        attr));
    agent_clear (&a);
  }
}
GST_END_TEST;

/* [ICE-6.1.1-5]: a peer of RFC 5245 begins again with the roles, too. */
GST_START_TEST (a_peer_that_changed_its_mind_about_roles_is_met)
{
  Agent a;

  agent_init (&a);
  agent_connect (&a);
  restart (&a);
  agent_meet_with (&a, new_remote ());
  agent_add (&a, peer_addr ());
  REPLY (&a, agent_take (&a), .code = 487, .pwd = NEW_PWD);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLED);
  answer_anew (&a, agent_take (&a));
  fail_unless (is_usable (&a));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3-3]: two generations share the sockets; the name before the colon tells
 * them apart, and each is answered with its own password. */
GST_START_TEST (both_generations_are_answered)
{
  g_autofree char *old = NULL;
  g_autofree char *pwd = NULL;
  const Sent *answer;
  Agent a;

  connect_quietly (&a);
  old = g_strdup_printf ("%s:%s", ice_session_local_ufrag (a.session),
      PEER_UFRAG);
  pwd = g_strdup (ice_session_local_pwd (a.session));
  restart (&a);
  answer = ASK (&a, .username = old, .pwd = pwd);
  fail_unless_equals_int (answer_code (answer), 0);
  fail_unless_equals_int (stun_auth_verify (&answer->msg,
                              net_bytes_from_text (pwd)),
      STUN_AUTH_GOOD);
  fail_unless_equals_int (ASK_CODE (&a, .username = old), 401);
  /* It keeps a path alive, it makes none. */
  fail_unless_equals_int (ASK_CODE (&a, .username = old, .pwd = pwd,
                              .use_candidate = true,
                              .from = at ("203.0.113.9", 9)),
      0);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_meet_with (&a, new_remote ());
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (two_generations_ago_is_too_long)
{
  g_autofree char *old = NULL;
  g_autofree char *pwd = NULL;
  Agent a;

  connect_quietly (&a);
  a.config.connect_timeout = 0;
  old = g_strdup_printf ("%s:%s", ice_session_local_ufrag (a.session),
      PEER_UFRAG);
  pwd = g_strdup (ice_session_local_pwd (a.session));
  restart (&a);
  fail_unless_equals_int (agent_meet_with (&a, new_remote ()), ICE_SET_OK);
  fail_unless_equals_int (agent_meet_with (&a, peer_remote ()),
      ICE_SET_RESTARTED);
  fail_unless_equals_int (ASK_CODE (&a, .username = old, .pwd = pwd), 401);
  /* The path that was kept the first time is kept again. */
  fail_unless (is_usable (&a));
  agent_clear (&a);
}
GST_END_TEST;

/* [SDP-4.4-1]: one of the two is enough of a change. */
GST_START_TEST (new_credentials_of_the_peer_are_its_restart)
{
  static const struct
  {
    const char *ufrag;
    const char *pwd;
    IceSetResult result;
  } table[] = {
    { PEER_UFRAG, PEER_PWD, ICE_SET_OK },
    { NEW_UFRAG, NEW_PWD, ICE_SET_RESTARTED },
    { NEW_UFRAG, PEER_PWD, ICE_SET_RESTARTED },
    { PEER_UFRAG, NEW_PWD, ICE_SET_RESTARTED },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (table); i++) {
    IceRemote remote = peer_remote ();
    g_autofree char *ufrag = NULL;
    unsigned told;
    Agent a;
    connect_quietly (&a);
    ufrag = g_strdup (ice_session_local_ufrag (a.session));
    told = agent_count (&a, ICE_OUT_DESCRIPTION);
    remote.ufrag = table[i].ufrag;
    remote.pwd = table[i].pwd;
    fail_unless_equals_int (agent_meet_with (&a, remote), table[i].result);
    fail_unless ((strcmp (ufrag, ice_session_local_ufrag (a.session)) == 0) ==
        (table[i].result == ICE_SET_OK));
    fail_unless_equals_int (agent_count (&a, ICE_OUT_DESCRIPTION),
        told + (table[i].result == ICE_SET_RESTARTED));
    fail_unless (is_usable (&a));
    agent_clear (&a);
  }
}
GST_END_TEST;

/* [ICE-9-2] [SDP-4.4-2]: the same credentials again bring no other options. */
GST_START_TEST (options_change_with_a_restart_only)
{
  IceRemote remote = peer_remote ();
  Agent a;

  agent_init (&a);
  a.config.auto_restart = false;
  agent_be_chosen (&a);
  remote.lite = true;
  remote.renomination = true;
  remote.pacing = 500;
  fail_unless_equals_int (agent_meet_with (&a, remote), ICE_SET_OK);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLED);
  fail_if (a.session->remote_lite || a.session->remote_renomination);
  fail_unless_equals_int (a.session->ta, 50);
  remote.ufrag = NEW_UFRAG;
  fail_unless_equals_int (agent_meet_with (&a, remote), ICE_SET_RESTARTED);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLING);
  fail_unless (a.session->remote_lite && a.session->remote_renomination);
  fail_unless_equals_int (a.session->ta, 500);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-9-2]: what was on its way when the generation changed. */
GST_START_TEST (candidates_of_the_old_generation_are_stale)
{
  Agent a;

  connect_quietly (&a);
  restart (&a);
  fail_unless_equals_int (agent_add_line (&a, 0,
                              "h 1 udp 9 203.0.113.7 40 typ host "
                              "ufrag " PEER_UFRAG),
      ICE_ADD_STALE);
  fail_unless_equals_int (agent_add_line (&a, 0,
                              "h 1 udp 9 203.0.113.7 41 typ host "
                              "ufrag " NEW_UFRAG),
      ICE_ADD_OK);
  agent_meet_with (&a, new_remote ());
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  fail_unless_equals_int (agent_pair (&a, 0).remote.addr.port, 41);
  agent_clear (&a);
}
GST_END_TEST;

/* Checks kept for a peer that was to come belong to the names they spoke of. */
GST_START_TEST (early_checks_do_not_survive_a_restart)
{
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  ASK (&a, .from = peer_addr (), .use_candidate = true);
  ice_restart_begin (a.session, "test");
  agent_drain (&a);
  agent_meet (&a);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [PAC-5-1]: patience begins anew. */
GST_START_TEST (a_restart_restarts_the_patience)
{
  Agent a;

  agent_init (&a);
  a.config.auto_restart = false;
  a.config.connect_timeout = 0;
  agent_connect (&a);
  agent_wait (&a, NET_SEC (29));
  restart (&a);
  agent_meet_with (&a, new_remote ());
  agent_end (&a);
  fail_unless_equals_uint64 (a.session->pac_until, a.now + NET_MSEC (39500));
  agent_wait (&a, NET_MSEC (39499));
  fail_unless_equals_int (ice_stream_get (a.session, 0)->checklist.state,
      ICE_CHECKLIST_RUNNING);
  agent_wait (&a, NET_MSEC (1));
  fail_unless_equals_int (ice_stream_get (a.session, 0)->checklist.state,
      ICE_CHECKLIST_FAILED);
  agent_clear (&a);
}
GST_END_TEST;

/* A path that is lost is replaced without anybody asking, once. */
GST_START_TEST (a_lost_path_restarts_by_itself)
{
  IceSessionInfo info;
  Agent a;

  agent_init (&a);
  agent_connect (&a);
  agent_wait (&a, NET_SEC (14));
  fail_unless_equals_int (agent_count (&a, ICE_OUT_DESCRIPTION), 2);
  fail_unless (is_usable (&a));
  agent_wait (&a, NET_SEC (120));
  ice_session_info (a.session, &info);
  fail_unless_equals_int (info.restarts, 1);
  agent_clear (&a);
}
GST_END_TEST;

static Suite *
restart_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/restart");
  TCase *tc = tcase_create ("restart");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, a_restart_begins_a_new_generation);
  tcase_add_test (tc, media_stays_on_the_old_path_until_there_is_a_new_one);
  tcase_add_test (tc, an_old_nomination_is_not_taken_up);
  tcase_add_test (tc, the_old_path_keeps_its_own_consent);
  tcase_add_test (tc, the_old_path_expires_without_answers);
  tcase_add_test (tc, roles_stay);
  tcase_add_test (tc, a_peer_that_changed_its_mind_about_roles_is_met);
  tcase_add_test (tc, both_generations_are_answered);
  tcase_add_test (tc, two_generations_ago_is_too_long);
  tcase_add_test (tc, new_credentials_of_the_peer_are_its_restart);
  tcase_add_test (tc, options_change_with_a_restart_only);
  tcase_add_test (tc, candidates_of_the_old_generation_are_stale);
  tcase_add_test (tc, early_checks_do_not_survive_a_restart);
  tcase_add_test (tc, a_restart_restarts_the_patience);
  tcase_add_test (tc, a_lost_path_restarts_by_itself);
  return suite;
}

GST_CHECK_MAIN (restart)
