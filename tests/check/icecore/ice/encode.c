/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every kind of datagram that a session writes, attribute by attribute. */

#include "agent.h"

static bool
has (const Sent *sent, uint16_t type)
{
  return stun_msg_has (&sent->msg, type);
}

static bool
is_signed_with (const Sent *sent, const char *pwd)
{
  return stun_auth_verify (&sent->msg, net_bytes_from_text (pwd)) ==
      STUN_AUTH_GOOD;
}

/* FINGERPRINT is the last attribute: eight bytes from the end. */
static bool
ends_with_fingerprint (const Sent *sent)
{
  return sent->msg.fingerprint_at == sent->len - 8;
}

static void
expect_text (const Sent *sent, uint16_t type, const char *text)
{
  NetBytes value;

  fail_unless (stun_msg_find (&sent->msg, type, &value));
  fail_unless (net_bytes_equal (value, net_bytes_from_text (text)));
}

static const Sent *
first_check (Agent *agent)
{
  agent_open (agent, HOME);
  agent_meet (agent);
  agent_add (agent, peer_addr ());
  return agent_take (agent);
}

/* [ICE-6.1.4.2-4] [ICE-7.2.2-1] [ICE-7.2.4-1] [STUN-9.1.2-1] [STUN-6.1-1] */
GST_START_TEST (a_check_is_addressed_and_signed)
{
  g_autofree char *username = NULL;
  const Sent *check;
  Agent a;

  agent_init (&a);
  check = first_check (&a);
  username = g_strdup_printf ("%s:%s", PEER_UFRAG,
      ice_session_local_ufrag (a.session));
  fail_unless_equals_int (check->msg.cls, STUN_REQUEST);
  fail_unless_equals_int (check->msg.method, STUN_BINDING);
  fail_unless_equals_int (check->flow, agent_first_flow (&a));
  fail_unless (net_addr_equal (check->to, peer_addr ()));
  expect_text (check, STUN_ATTR_USERNAME, username);
  fail_unless (is_signed_with (check, PEER_PWD));
  fail_unless_equals_int (check->msg.integrity256_at, 0);
  fail_unless (ends_with_fingerprint (check));
  fail_if (has (check, STUN_ATTR_SOFTWARE));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.1.1-1]: the candidate's own priority with 110 in place of 126. */
GST_START_TEST (a_check_announces_a_prflx_priority)
{
  const Sent *check;
  uint32_t priority;
  Agent a;

  agent_init (&a);
  check = first_check (&a);
  fail_unless (stun_msg_get_u32 (&check->msg, STUN_ATTR_PRIORITY, &priority));
  fail_unless_equals_int (priority, (110u << 24) + (65535u << 8) + 255);
  agent_clear (&a);
}
GST_END_TEST;

static void
expect_role (IceRole role, uint16_t present, uint16_t absent)
{
  const Sent *check;
  uint64_t tie_breaker;
  Agent a;

  agent_init (&a);
  a.config.role = role;
  check = first_check (&a);
  fail_unless (stun_msg_get_u64 (&check->msg, present, &tie_breaker));
  fail_unless_equals_uint64 (tie_breaker, a.session->tie_breaker);
  fail_if (has (check, absent));
  fail_if (sent_nominates (check));
  agent_clear (&a);
}

/* [ICE-7.1.3-1] [ICE-7.1.2-1] */
GST_START_TEST (a_check_says_its_role)
{
  expect_role (ICE_CONTROLLING, STUN_ATTR_ICE_CONTROLLING,
      STUN_ATTR_ICE_CONTROLLED);
  expect_role (ICE_CONTROLLED, STUN_ATTR_ICE_CONTROLLED,
      STUN_ATTR_ICE_CONTROLLING);
}
GST_END_TEST;

/* [STUN-5-2]: a copy keeps its transaction and its bytes, a new check has a new
 * one. */
GST_START_TEST (a_retransmission_is_a_copy)
{
  const Sent *original;
  const Sent *copy;
  Agent a;

  agent_init (&a);
  original = first_check (&a);
  copy = agent_take (&a);
  fail_unless_equals_uint64 (copy->at - original->at, NET_MSEC (500));
  fail_unless_equals_int (copy->len, original->len);
  fail_unless (memcmp (copy->data, original->data, copy->len) == 0);
  REPLY_WELL (&a, copy);
  fail_if (stun_txn_id_equal (agent_take (&a)->msg.id, original->msg.id));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.1.2-1] */
GST_START_TEST (a_nomination_is_a_check_with_use_candidate)
{
  const Sent *nomination;
  Agent a;

  agent_init (&a);
  REPLY_WELL (&a, first_check (&a));
  nomination = agent_take (&a);
  fail_unless (sent_nominates (nomination));
  fail_unless (has (nomination, STUN_ATTR_ICE_CONTROLLING));
  fail_if (has (nomination, STUN_ATTR_NOMINATION));
  fail_unless (is_signed_with (nomination, PEER_PWD));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.1.2-1]: the pacer holds the nomination back until it is no longer ours
 * to make. */
GST_START_TEST (a_nomination_that_waits_is_dropped_with_the_role)
{
  const Sent *check;
  Agent a;

  agent_init (&a);
  check = first_check (&a);
  a.session->tie_breaker = 5;
  atomic_store (&a.pacer.next, a.now + NET_MSEC (40));
  REPLY_WELL (&a, check);
  fail_unless (agent_peek (&a) == NULL);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true, .tie_breaker = 6),
      0);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLED);
  agent_wait (&a, NET_SEC (20));
  for (const Sent *sent; (sent = agent_peek (&a)) != NULL; a.taken++)
    fail_if (sent_nominates (sent));
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-6.1-2] [STUN-14.3-1]: the longest names that both sides may have, and
 * everything else a check can carry. */
GST_START_TEST (the_longest_check_fits_everywhere)
{
  g_autofree char *theirs = g_strnfill (256, 'u');
  g_autofree char *pwd = g_strnfill (256, 'p');
  g_autofree char *ours = g_strnfill (32, 'o');
  const Sent *check;
  NetBytes username;
  Agent a;

  agent_init (&a);
  agent_create (&a);
  fail_unless (ice_session_set_local (a.session, ours, pwd));
  agent_component (&a, 0, 1);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_meet_with (&a,
      (IceRemote){ .ufrag = theirs, .pwd = pwd, .renomination = true });
  agent_add (&a, peer_addr ());
  REPLY (&a, agent_take (&a), .pwd = pwd);
  check = agent_take (&a);
  fail_unless (has (check, STUN_ATTR_NOMINATION));
  fail_unless (check->len < 548);
  fail_unless (stun_msg_find (&check->msg, STUN_ATTR_USERNAME, &username));
  fail_unless (username.len < 509);
  agent_clear (&a);
}
GST_END_TEST;

static void
expect_success (const char *ours, NetAddr from)
{
  const Sent *answer;
  NetAddr mapped;
  Agent a;

  agent_init (&a);
  agent_open (&a, ours);
  answer = ASK (&a, .from = from);
  fail_unless_equals_int (answer_code (answer), 0);
  fail_unless (net_addr_equal (answer->to, from));
  fail_unless_equals_int (answer->flow, agent_first_flow (&a));
  fail_unless (stun_msg_get_xor_addr (&answer->msg,
      STUN_ATTR_XOR_MAPPED_ADDRESS, &mapped));
  fail_unless (net_addr_equal (mapped, from));
  fail_unless (is_signed_with (answer, ice_session_local_pwd (a.session)));
  fail_unless_equals_int (answer->msg.integrity256_at, 0);
  fail_unless (ends_with_fingerprint (answer));
  fail_if (has (answer, STUN_ATTR_USERNAME));
  agent_clear (&a);
}

/* [ICE-7.2.2-2] [ICE-7.3-2] [STUN-9.1.3-3] */
GST_START_TEST (a_success_is_signed_and_names_the_source)
{
  expect_success (HOME, peer_addr ());
  expect_success ("2001:db8::1", at ("2001:db8:5::5", 4000));
}
GST_END_TEST;

/* [STUN-9.1.3-2] */
GST_START_TEST (a_refusal_for_want_of_credentials_is_bare)
{
  const Sent *answers[2];
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  answers[0] = ASK (&a, .no_integrity = true);
  answers[1] = ASK (&a, .pwd = "not the right one at all");
  for (unsigned i = 0; i < 2; i++) {
    fail_unless (answer_code (answers[i]) != 0);
    fail_unless_equals_int (answers[i]->msg.integrity_at, 0);
    fail_unless_equals_int (answers[i]->msg.integrity256_at, 0);
    fail_if (has (answers[i], STUN_ATTR_USERNAME));
    fail_unless (ends_with_fingerprint (answers[i]));
  }
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3-2] [STUN-9.1.3-3]: what follows authentication is signed, refusals
 * too; a 487 first of all, or nobody could believe it. */
GST_START_TEST (a_refusal_after_authentication_is_signed)
{
  const Sent *answers[3];
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  a.session->tie_breaker = 7;
  answers[0] = ASK (&a, .controlling = true);
  answers[1] = ASK (&a, .extra = { 0x7fff });
  answers[2] = ASK (&a, .no_priority = true);
  fail_unless_equals_int (answer_code (answers[0]), STUN_CODE_ROLE_CONFLICT);
  fail_unless_equals_int (answer_code (answers[1]),
      STUN_CODE_UNKNOWN_ATTRIBUTE);
  fail_unless_equals_int (answer_code (answers[2]), STUN_CODE_BAD_REQUEST);
  for (unsigned i = 0; i < 3; i++) {
    fail_unless (is_signed_with (answers[i],
        ice_session_local_pwd (a.session)));
    fail_unless (ends_with_fingerprint (answers[i]));
    fail_if (has (answers[i], STUN_ATTR_USERNAME));
  }
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-5.1.1.2-4] */
GST_START_TEST (a_server_is_asked_without_credentials)
{
  const Sent *request;
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 1);
  ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  request = agent_take (&a);
  fail_unless (net_addr_equal (request->to, at ("198.51.100.1", 3478)));
  fail_unless_equals_int (request->len, 28); /* header and FINGERPRINT */
  fail_unless (ends_with_fingerprint (request));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-11-2] */
GST_START_TEST (a_keepalive_is_28_bytes)
{
  const Sent *keepalive;
  Agent a;

  agent_init (&a);
  a.config.lite = true;
  a.config.role = ICE_CONTROLLED;
  agent_open (&a, HOME);
  agent_meet (&a);
  ASK (&a, .controlling = true, .use_candidate = true);
  g_ptr_array_set_size (a.answers, 0);
  agent_wait (&a, NET_SEC (16));
  fail_unless_equals_int (a.answers->len, 1);
  keepalive = g_ptr_array_index (a.answers, 0);
  fail_unless_equals_int (keepalive->msg.cls, STUN_INDICATION);
  fail_unless_equals_int (keepalive->msg.method, STUN_BINDING);
  fail_unless_equals_int (keepalive->len, 28);
  fail_unless (ends_with_fingerprint (keepalive));
  agent_clear (&a);
}
GST_END_TEST;

static Suite *
encode_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/encode");
  TCase *tc = tcase_create ("encode");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, a_check_is_addressed_and_signed);
  tcase_add_test (tc, a_check_announces_a_prflx_priority);
  tcase_add_test (tc, a_check_says_its_role);
  tcase_add_test (tc, a_retransmission_is_a_copy);
  tcase_add_test (tc, a_nomination_is_a_check_with_use_candidate);
  tcase_add_test (tc, a_nomination_that_waits_is_dropped_with_the_role);
  tcase_add_test (tc, the_longest_check_fits_everywhere);
  tcase_add_test (tc, a_success_is_signed_and_names_the_source);
  tcase_add_test (tc, a_refusal_for_want_of_credentials_is_bare);
  tcase_add_test (tc, a_refusal_after_authentication_is_signed);
  tcase_add_test (tc, a_server_is_asked_without_credentials);
  tcase_add_test (tc, a_keepalive_is_28_bytes);
  return suite;
}

GST_CHECK_MAIN (encode)
