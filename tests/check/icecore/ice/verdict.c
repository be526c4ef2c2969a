/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Why it did not work: one cause for each kind of trouble, and the table. */

#include "agent.h"

static void
create (Agent *agent)
{
  agent_init (agent);
  agent->config.connect_timeout = NET_SEC (8);
  agent->config.auto_restart = false;
  agent_create (agent);
  agent_component (agent, 0, 1);
}

static void
open_met (Agent *agent)
{
  create (agent);
  agent_net (agent, HOME);
  agent_gather (agent);
  agent_meet (agent);
}

static IceCause
cause_after_all (Agent *agent)
{
  IceCause cause;

  agent_wait (agent, NET_SEC (9));
  fail_unless_equals_int (agent_state (agent), ICE_STATE_FAILED);
  cause = agent_last (agent, ICE_OUT_FAILED)->cause;
  agent_clear (agent);
  return cause;
}

GST_START_TEST (nothing_here)
{
  Agent a;

  create (&a);
  agent_net (&a, "");
  agent_gather (&a);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_NO_LOCAL_CANDIDATES);
}
GST_END_TEST;

GST_START_TEST (nothing_there)
{
  Agent a;

  open_met (&a);
  agent_end (&a);
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_NO_REMOTE_CANDIDATES);
}
GST_END_TEST;

GST_START_TEST (two_families)
{
  Agent a;

  open_met (&a);
  agent_add (&a, at ("2001:db8:5::5", 4000));
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_FAMILY_MISMATCH);
}
GST_END_TEST;

GST_START_TEST (silence)
{
  Agent a;

  open_met (&a);
  agent_add (&a, peer_addr ());
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_CHECKS_TIMEOUT);
}
GST_END_TEST;

GST_START_TEST (a_server_that_did_not_help)
{
  Agent a;

  create (&a);
  ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_STUN_UNREACHABLE);
}
GST_END_TEST;

/* The peer refuses us, or we refuse the peer. [STUN-9.1.4-1]: answers that were
 * all forged are told apart from none. */
GST_START_TEST (a_password_that_is_not_the_peers)
{
  Agent a;

  open_met (&a);
  agent_add (&a, peer_addr ());
  REPLY (&a, agent_take (&a), .not_signed = true, .code = 401);
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_BAD_CREDENTIALS);
  open_met (&a);
  agent_add (&a, peer_addr ());
  REPLY (&a, agent_take (&a), .pwd = "another password than the peers");
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_BAD_CREDENTIALS);
  open_met (&a);
  agent_add (&a, peer_addr ());
  ASK (&a, .pwd = "another password than ours");
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_BAD_CREDENTIALS);
}
GST_END_TEST;

/* Two private networks of one plan: the peer's address is our own socket's. It is
 * not checked, or its refusal would look like the peer's. */
GST_START_TEST (an_address_of_our_own_is_no_password_trouble)
{
  Agent a;

  open_met (&a);
  agent_add (&a, a.flows[0].addr);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_add (&a, at (HOME, 1));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_CHECKS_TIMEOUT);
}
GST_END_TEST;

GST_START_TEST (a_path_that_was_there)
{
  Agent a;

  agent_init (&a);
  a.config.auto_restart = false;
  agent_connect (&a);
  agent_wait (&a, NET_SEC (30));
  fail_unless_equals_int (cause_after_all (&a), ICE_CAUSE_CONSENT_EXPIRED);
}
GST_END_TEST;

GST_START_TEST (each_cause_has_a_name_of_its_own)
{
  for (unsigned i = 0; i <= ICE_CAUSE_CONSENT_EXPIRED; i++) {
    for (unsigned j = 0; j < i; j++)
      fail_unless (strcmp (ice_cause_name ((IceCause) i),
                       ice_cause_name ((IceCause) j)) != 0);
  }
}
GST_END_TEST;

GST_START_TEST (the_table_says_what_was_tried)
{
  static const char *parts[] = { "198.51.100.1", "did not answer", "local ",
    "192.0.2.1:5000", "remote ", "203.0.113.5:4000", "not resolved", "pair ",
    "refused: wrong credentials", "1 answered", "dropped 1 fingerprint" };
  g_autofree char *text = NULL;
  Agent a;

  create (&a);
  ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_take (&a);
  agent_meet (&a);
  agent_add_line (&a, 0, "a 1 udp 900 203.0.113.5 4000 typ host");
  REPLY (&a, agent_take (&a), .not_signed = true, .code = 401);
  agent_add_line (&a, 0, "b 1 udp 800 203.0.113.5 4001 typ host");
  agent_add_line (&a, 0, "c 1 udp 800 peer.example.org 4001 typ host");
  for (const Sent *sent; (sent = agent_take (&a))->to.port != 4001;)
    ;
  REPLY_WELL (&a, g_ptr_array_index (a.requests, a.requests->len - 1));
  ASK (&a, .no_fingerprint = true);
  text = ice_session_explain (a.session);
  for (unsigned i = 0; i < G_N_ELEMENTS (parts); i++)
    fail_unless (strstr (text, parts[i]) != NULL, "%s in %s", parts[i], text);
  fail_unless (strstr (text, PEER_PWD) == NULL);
  fail_unless (strstr (text, ice_session_local_pwd (a.session)) == NULL);
  agent_clear (&a);
}
GST_END_TEST;

static Suite *
verdict_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/verdict");
  TCase *tc = tcase_create ("verdict");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, nothing_here);
  tcase_add_test (tc, nothing_there);
  tcase_add_test (tc, two_families);
  tcase_add_test (tc, silence);
  tcase_add_test (tc, a_server_that_did_not_help);
  tcase_add_test (tc, a_password_that_is_not_the_peers);
  tcase_add_test (tc, an_address_of_our_own_is_no_password_trouble);
  tcase_add_test (tc, a_path_that_was_there);
  tcase_add_test (tc, each_cause_has_a_name_of_its_own);
  tcase_add_test (tc, the_table_says_what_was_tried);
  return suite;
}

GST_CHECK_MAIN (verdict)
