/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The long-term mechanism's client, played against answers that a server might
 * give, honest ones and others (RFC 8489 §9.2.5). */

#include <gst/check/gstcheck.h>

#include "stun/auth.h"

#define MD5 "\0\1\0\0"
#define SHA256 "\0\2\0\0"
#define OTHER "\0\3\0\2ab\0\0"
#define MD5_WITH_PARAMETERS "\0\1\0\4abcd"

static const StunTxnId id = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } };

/* The answer of a server; NULL and 0: without that attribute. */
typedef struct
{
  uint16_t code;
  const char *realm;
  const char *nonce;
  const char *algorithms;
  size_t algorithms_len;
} Answer;

typedef struct
{
  uint8_t bytes[STUN_MSG_MAX];
  StunWriter writer;
  StunMsg msg;
} Build;

static void
begin (Build *build, StunClass cls)
{
  stun_writer_begin (&build->writer, build->bytes, sizeof build->bytes, cls,
      STUN_ALLOCATE, id);
}

static const StunMsg *
finish (Build *build)
{
  size_t len;

  fail_unless (stun_writer_finish (&build->writer, &len));
  fail_unless_equals_int (stun_msg_decode (NET_BYTES (build->bytes, len),
                              &build->msg),
      STUN_OK);
  return &build->msg;
}

static const StunMsg *
build_answer (Build *build, const Answer *answer)
{
  begin (build, STUN_ERROR);
  if (answer->code != 0)
    stun_writer_error (&build->writer, answer->code, "No");
  if (answer->realm)
    stun_writer_text (&build->writer, STUN_ATTR_REALM, answer->realm);
  if (answer->nonce)
    stun_writer_text (&build->writer, STUN_ATTR_NONCE, answer->nonce);
  if (answer->algorithms)
    stun_writer_bytes (&build->writer, STUN_ATTR_PASSWORD_ALGORITHMS,
        NET_BYTES (answer->algorithms, answer->algorithms_len));
  return finish (build);
}

static void
expect_answer (StunLongTerm *auth, StunLongTermStep expected, Answer answer)
{
  unsigned generation = stun_long_term_generation (auth);
  Build build;

  fail_unless_equals_int (stun_long_term_challenge (auth,
                              build_answer (&build, &answer)),
      expected);
  fail_unless_equals_int (stun_long_term_generation (auth) - generation,
      expected == STUN_LONG_TERM_RETRY);
}

static void
expect (StunLongTerm *auth, StunLongTermStep expected, uint16_t code,
    const char *realm, const char *nonce)
{
  expect_answer (auth, expected, (Answer){ code, realm, nonce, NULL, 0 });
}

static const StunMsg *
write_request (const StunLongTerm *auth, Build *build)
{
  begin (build, STUN_REQUEST);
  stun_long_term_write (auth, &build->writer);
  return finish (build);
}

static void
expect_text (const StunMsg *msg, uint16_t type, const char *text)
{
  NetBytes value;

  fail_unless (stun_msg_find (msg, type, &value));
  fail_unless (net_bytes_equal (value, net_bytes_from_text (text)));
}

static StunKey
make_key (StunAlgorithm algorithm, const char *realm)
{
  StunKey key;

  stun_key_long_term (algorithm, "user", realm, "pass", &key);
  return key;
}

/* [STUN-9.2.3.1-1] */
GST_START_TEST (the_first_request_shows_no_credentials)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  Build build;

  fail_if (stun_long_term_is_challenged (auth));
  fail_unless_equals_uint64 (write_request (auth, &build)->raw.len, 20);
  /* Nor does the answer to it need any. */
  fail_unless_equals_int (stun_long_term_verify (auth, &build.msg),
      STUN_AUTH_GOOD);
  stun_long_term_free (auth);
  stun_long_term_free (NULL);
}
GST_END_TEST;

/* [STUN-9.2.3.2-1] [STUN-9.2.2-1] */
GST_START_TEST (later_requests_answer_the_challenge)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  StunKey key = make_key (STUN_ALGORITHM_MD5, "example.org");
  Build build;
  const StunMsg *msg;

  expect (auth, STUN_LONG_TERM_RETRY, 401, "example.org", "nonce1");
  fail_unless (stun_long_term_is_challenged (auth));
  for (unsigned i = 0; i < 2; i++) {
    msg = write_request (auth, &build);
    expect_text (msg, STUN_ATTR_USERNAME, "user");
    expect_text (msg, STUN_ATTR_REALM, "example.org");
    expect_text (msg, STUN_ATTR_NONCE, "nonce1");
    fail_if (stun_msg_has (msg, STUN_ATTR_USERHASH));
    fail_if (stun_msg_has (msg, STUN_ATTR_PASSWORD_ALGORITHM));
    fail_if (stun_msg_has (msg, STUN_ATTR_PASSWORD_ALGORITHMS));
    fail_if (stun_msg_has (msg, STUN_ATTR_MESSAGE_INTEGRITY_SHA256));
    fail_unless_equals_int (stun_auth_verify (msg, stun_key_bytes (&key)),
        STUN_AUTH_GOOD);
  }
  stun_long_term_free (auth);
}
GST_END_TEST;

/* [STUN-9.2.2-1]: each part is prepared before it is hashed. */
GST_START_TEST (all_three_parts_are_prepared)
{
  StunLongTerm *auth = stun_long_term_new ("us\xc2\xad"
                                           "er",
      "pa\xef\xbd\x93s");
  StunKey key = make_key (STUN_ALGORITHM_MD5, "example.org");
  Build build;
  const StunMsg *msg;

  expect (auth, STUN_LONG_TERM_RETRY, 401,
      "ex\xc2\xad"
      "ample.org",
      "n");
  msg = write_request (auth, &build);
  expect_text (msg, STUN_ATTR_USERNAME, "user");
  expect_text (msg, STUN_ATTR_REALM,
      "ex\xc2\xad"
      "ample.org");
  fail_unless_equals_int (stun_auth_verify (msg, stun_key_bytes (&key)),
      STUN_AUTH_GOOD);
  stun_long_term_free (auth);
}
GST_END_TEST;

GST_START_TEST (credentials_that_cannot_be_prepared_make_no_client)
{
  char name[STUN_USERNAME_SEND_MAX + 2] = { 0 };
  StunLongTerm *auth;

  fail_unless (stun_long_term_new ("", "pass") == NULL);
  fail_unless (stun_long_term_new ("user", "") == NULL);
  fail_unless (stun_long_term_new ("us\ner", "pass") == NULL);
  fail_unless (stun_long_term_new ("user", "pass\xff") == NULL);
  memset (name, 'u', STUN_USERNAME_SEND_MAX + 1);
  fail_unless (stun_long_term_new (name, "pass") == NULL);
  name[STUN_USERNAME_SEND_MAX] = '\0';
  auth = stun_long_term_new (name, "pass");
  fail_unless (auth != NULL);
  stun_long_term_free (auth);
}
GST_END_TEST;

static void
expect_algorithm (const char *list, size_t len, StunAlgorithm algorithm)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  StunKey key = make_key (algorithm, "realm");
  Build build;
  const StunMsg *msg;
  uint32_t chosen;
  NetBytes echo;

  expect_answer (auth, STUN_LONG_TERM_RETRY,
      (Answer){ 401, "realm", "n", list, len });
  msg = write_request (auth, &build);
  fail_unless (stun_msg_find (msg, STUN_ATTR_PASSWORD_ALGORITHMS, &echo));
  fail_unless (net_bytes_equal (echo, NET_BYTES (list, len)));
  fail_unless (stun_msg_get_u32 (msg, STUN_ATTR_PASSWORD_ALGORITHM, &chosen));
  fail_unless_equals_int_hex (chosen, (unsigned) algorithm << 16);
  fail_if (stun_msg_has (msg, STUN_ATTR_MESSAGE_INTEGRITY));
  fail_unless_equals_int (stun_auth_verify256 (msg, stun_key_bytes (&key)),
      STUN_AUTH_GOOD);
  fail_unless_equals_int (stun_long_term_verify (auth, msg), STUN_AUTH_GOOD);
  stun_long_term_free (auth);
}

/* [STUN-9.2.5-2]: with the feature bit or without, the list decides. */
GST_START_TEST (the_first_algorithm_that_we_have_is_taken)
{
  expect_algorithm (SHA256, 4, STUN_ALGORITHM_SHA256);
  expect_algorithm (MD5, 4, STUN_ALGORITHM_MD5);
  expect_algorithm (SHA256 MD5, 8, STUN_ALGORITHM_SHA256);
  expect_algorithm (MD5 SHA256, 8, STUN_ALGORITHM_MD5);
  expect_algorithm (OTHER SHA256, 12, STUN_ALGORITHM_SHA256);
  expect_algorithm (MD5_WITH_PARAMETERS SHA256, 12, STUN_ALGORITHM_SHA256);
}
GST_END_TEST;

/* [STUN-9.2.5-2] */
GST_START_TEST (no_algorithm_that_we_have_is_the_end)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");

  expect_answer (auth, STUN_LONG_TERM_NO_ALGORITHM,
      (Answer){ 401, "r", "n", OTHER, 8 });
  expect_answer (auth, STUN_LONG_TERM_NO_ALGORITHM,
      (Answer){ 401, "r", "n", "", 0 });
  expect_answer (auth, STUN_LONG_TERM_NO_ALGORITHM,
      (Answer){ 401, "r", "n", "\0\2\0", 3 });
  expect_answer (auth, STUN_LONG_TERM_NO_ALGORITHM,
      (Answer){ 401, "r", "n", "\0\3\0\x8", 4 });
  expect_answer (auth, STUN_LONG_TERM_NO_ALGORITHM,
      (Answer){ 401, "r", "n", MD5_WITH_PARAMETERS, 8 });
  fail_if (stun_long_term_is_challenged (auth));
  stun_long_term_free (auth);
}
GST_END_TEST;

/* [STUN-9.2.5-1] */
GST_START_TEST (a_promise_of_algorithms_without_them_is_bidding_down)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");

  expect (auth, STUN_LONG_TERM_BID_DOWN, 401, "r", "obMatJos2gAAAn");
  expect (auth, STUN_LONG_TERM_BID_DOWN, 401, "r", "obMatJos2wAAAn");
  expect (auth, STUN_LONG_TERM_BID_DOWN, 438, "r", "obMatJos2gAAAn");
  fail_if (stun_long_term_is_challenged (auth));
  /* The order of appendix B.1's example promises nothing. */
  expect (auth, STUN_LONG_TERM_RETRY, 401, "r", "obMatJos2AAACn");
  expect (auth, STUN_LONG_TERM_BID_DOWN, 438, "r", "obMatJos2gAAAm");
  stun_long_term_free (auth);
}
GST_END_TEST;

/* [STUN-9.2.5-3] */
GST_START_TEST (the_name_is_hashed_when_the_nonce_says_so)
{
  static const struct
  {
    const char *nonce;
    bool algorithms, anonymous;
  } rows[] = {
    { "obMatJos2gAAAn", true, false },
    { "obMatJos2QAAAn", false, true },
    { "obMatJos2wAAAn", true, true },
    { "obMatJos2AAAAn", false, false },
  };
  uint8_t userhash[32];

  stun_userhash ("user", "realm", userhash);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    StunLongTerm *auth = stun_long_term_new ("user", "pass");
    Build build;
    const StunMsg *msg;
    NetBytes value;

    expect_answer (auth, STUN_LONG_TERM_RETRY,
        (Answer){ 401, "realm", rows[i].nonce,
            rows[i].algorithms ? SHA256 : NULL, 4 });
    msg = write_request (auth, &build);
    fail_unless (stun_msg_has (msg, STUN_ATTR_USERNAME) == !rows[i].anonymous);
    fail_unless (stun_msg_find (msg, STUN_ATTR_USERHASH, &value) ==
        rows[i].anonymous);
    if (rows[i].anonymous)
      fail_unless (net_bytes_equal (value, NET_BYTES (userhash, 32)));
    stun_long_term_free (auth);
  }
}
GST_END_TEST;

/* [STUN-9.2.5-4]: the nonce alone is nothing new. */
GST_START_TEST (the_same_challenge_again_is_a_refusal)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");

  expect (auth, STUN_LONG_TERM_RETRY, 401, "realm", "nonce1");
  expect (auth, STUN_LONG_TERM_REFUSED, 401, "realm", "nonce1");
  expect (auth, STUN_LONG_TERM_REFUSED, 401, "realm", "nonce2");
  stun_long_term_free (auth);
}
GST_END_TEST;

GST_START_TEST (other_credentials_are_worth_another_try)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");

  expect (auth, STUN_LONG_TERM_RETRY, 401, "realm", "n");
  expect (auth, STUN_LONG_TERM_RETRY, 401, "other", "n");
  expect (auth, STUN_LONG_TERM_RETRY, 401, "other", "obMatJos2QAAA");
  expect_answer (auth, STUN_LONG_TERM_RETRY,
      (Answer){ 401, "other", "obMatJos2wAAA", SHA256, 4 });
  expect_answer (auth, STUN_LONG_TERM_REFUSED,
      (Answer){ 401, "other", "obMatJos2wAAA", SHA256, 4 });
  stun_long_term_free (auth);
}
GST_END_TEST;

/* [STUN-9.2.5-4] */
GST_START_TEST (a_server_that_renames_its_realm_for_ever_is_left)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  StunLongTermStep step = STUN_LONG_TERM_RETRY;
  unsigned tries = 0;

  for (; step == STUN_LONG_TERM_RETRY && tries < 100; tries++) {
    const Answer answer = { 401, tries % 2 ? "a" : "b", "n", NULL, 0 };
    Build build;
    step = stun_long_term_challenge (auth, build_answer (&build, &answer));
  }
  fail_unless_equals_int (step, STUN_LONG_TERM_REFUSED);
  fail_unless (tries < 20);
  stun_long_term_free (auth);
}
GST_END_TEST;

/* [STUN-9.2.5-5]: one hour of nonces that live a second. */
GST_START_TEST (stale_nonces_are_replaced_without_end)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  Build build;

  expect (auth, STUN_LONG_TERM_RETRY, 401, "realm", "nonce");
  for (unsigned i = 0; i < 3600; i++) {
    char nonce[16];
    g_snprintf (nonce, sizeof nonce, "%u", i);
    expect (auth, STUN_LONG_TERM_RETRY, 438, "realm", nonce);
    expect_text (write_request (auth, &build), STUN_ATTR_NONCE, nonce);
  }
  stun_long_term_free (auth);
}
GST_END_TEST;

/* [STUN-9.2.5-5] */
GST_START_TEST (a_stale_nonce_without_a_new_one_is_a_refusal)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");

  expect (auth, STUN_LONG_TERM_RETRY, 401, "realm", "nonce1");
  expect (auth, STUN_LONG_TERM_RETRY, 438, "realm", "nonce2");
  expect (auth, STUN_LONG_TERM_REFUSED, 438, "realm", "nonce2");
  expect (auth, STUN_LONG_TERM_RETRY, 438, "realm", "nonce3");
  stun_long_term_free (auth);
}
GST_END_TEST;

GST_START_TEST (a_stale_nonce_keeps_what_it_does_not_name)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  StunKey key = make_key (STUN_ALGORITHM_SHA256, "realm");
  Build build;
  const StunMsg *msg;
  NetBytes echo;

  expect_answer (auth, STUN_LONG_TERM_RETRY,
      (Answer){ 401, "realm", "1", SHA256 MD5, 8 });
  expect (auth, STUN_LONG_TERM_RETRY, 438, NULL, "2");
  msg = write_request (auth, &build);
  expect_text (msg, STUN_ATTR_REALM, "realm");
  expect_text (msg, STUN_ATTR_NONCE, "2");
  fail_unless (stun_msg_find (msg, STUN_ATTR_PASSWORD_ALGORITHMS, &echo));
  fail_unless (net_bytes_equal (echo, NET_BYTES (SHA256 MD5, 8)));
  fail_unless_equals_int (stun_auth_verify256 (msg, stun_key_bytes (&key)),
      STUN_AUTH_GOOD);
  stun_long_term_free (auth);
}
GST_END_TEST;

GST_START_TEST (a_new_realm_without_algorithms_forgets_them)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  StunKey key = make_key (STUN_ALGORITHM_MD5, "other");
  Build build;

  expect_answer (auth, STUN_LONG_TERM_RETRY,
      (Answer){ 401, "realm", "1", SHA256, 4 });
  expect (auth, STUN_LONG_TERM_RETRY, 401, "other", "2");
  fail_unless_equals_int (stun_auth_verify (write_request (auth, &build),
                              stun_key_bytes (&key)),
      STUN_AUTH_GOOD);
  stun_long_term_free (auth);
}
GST_END_TEST;

GST_START_TEST (what_is_no_challenge_changes_nothing)
{
  g_autofree char *text = g_strnfill (STUN_TEXT_PARSE_MAX + 1, 'x');
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  Build build;

  expect (auth, STUN_LONG_TERM_IGNORE, 0, "realm", "nonce");
  expect (auth, STUN_LONG_TERM_IGNORE, 400, "realm", "nonce");
  expect (auth, STUN_LONG_TERM_IGNORE, 401, "realm", NULL);
  expect (auth, STUN_LONG_TERM_IGNORE, 401, NULL, "nonce");
  expect (auth, STUN_LONG_TERM_IGNORE, 438, NULL, "nonce");
  expect (auth, STUN_LONG_TERM_IGNORE, 401, "re\nalm", "nonce");
  expect (auth, STUN_LONG_TERM_IGNORE, 401,
      "re\xff"
      "alm",
      "nonce");

  begin (&build, STUN_ERROR);
  stun_writer_error (&build.writer, 401, "No");
  stun_writer_bytes (&build.writer, STUN_ATTR_REALM, NET_BYTES ("a\0b", 3));
  stun_writer_text (&build.writer, STUN_ATTR_NONCE, "n");
  fail_unless_equals_int (stun_long_term_challenge (auth, finish (&build)),
      STUN_LONG_TERM_IGNORE);

  begin (&build, STUN_ERROR);
  stun_writer_error (&build.writer, 401, "No");
  stun_writer_text (&build.writer, STUN_ATTR_REALM, "realm");
  stun_writer_bytes (&build.writer, STUN_ATTR_NONCE,
      net_bytes_from_text (text));
  fail_unless_equals_int (stun_long_term_challenge (auth, finish (&build)),
      STUN_LONG_TERM_IGNORE);

  begin (&build, STUN_SUCCESS);
  stun_writer_error (&build.writer, 401, "No");
  stun_writer_text (&build.writer, STUN_ATTR_REALM, "realm");
  stun_writer_text (&build.writer, STUN_ATTR_NONCE, "nonce");
  fail_unless_equals_int (stun_long_term_challenge (auth, finish (&build)),
      STUN_LONG_TERM_IGNORE);
  fail_if (stun_long_term_is_challenged (auth));
  stun_long_term_free (auth);
}
GST_END_TEST;

GST_START_TEST (a_server_may_have_no_realm)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  StunKey key = make_key (STUN_ALGORITHM_MD5, "");
  Build build;

  expect (auth, STUN_LONG_TERM_RETRY, 401, "", "nonce");
  fail_unless_equals_int (stun_auth_verify (write_request (auth, &build),
                              stun_key_bytes (&key)),
      STUN_AUTH_GOOD);
  stun_long_term_free (auth);
}
GST_END_TEST;

/* [STUN-9.2.5-6]: an injected 400 has no integrity. */
GST_START_TEST (an_answer_needs_the_integrity_that_the_request_had)
{
  StunLongTerm *sha1 = stun_long_term_new ("user", "pass");
  StunLongTerm *sha256 = stun_long_term_new ("user", "pass");
  StunKey key = make_key (STUN_ALGORITHM_MD5, "realm");
  Build build;
  const StunMsg *msg;

  expect (sha1, STUN_LONG_TERM_RETRY, 401, "realm", "n");
  expect_answer (sha256, STUN_LONG_TERM_RETRY,
      (Answer){ 401, "realm", "n", MD5, 4 });
  begin (&build, STUN_ERROR);
  stun_writer_error (&build.writer, STUN_CODE_BAD_REQUEST, "Bad Request");
  msg = finish (&build);
  fail_unless_equals_int (stun_long_term_verify (sha1, msg), STUN_AUTH_ABSENT);
  fail_unless_equals_int (stun_long_term_verify (sha256, msg),
      STUN_AUTH_ABSENT);
  stun_writer_integrity (&build.writer, stun_key_bytes (&key));
  msg = finish (&build);
  fail_unless_equals_int (stun_long_term_verify (sha1, msg), STUN_AUTH_GOOD);
  fail_unless_equals_int (stun_long_term_verify (sha256, msg),
      STUN_AUTH_ABSENT);
  stun_writer_integrity256 (&build.writer, stun_key_bytes (&key), 32);
  msg = finish (&build);
  fail_unless_equals_int (stun_long_term_verify (sha256, msg), STUN_AUTH_GOOD);
  build.bytes[msg->raw.len - 1] ^= 1;
  fail_unless_equals_int (stun_long_term_verify (sha256, msg), STUN_AUTH_WRONG);
  stun_long_term_free (sha1);
  stun_long_term_free (sha256);
}
GST_END_TEST;

/* [STUN-9.2.5-1] */
GST_START_TEST (no_answer_at_all_may_bid_down)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  Build build;

  begin (&build, STUN_SUCCESS);
  stun_writer_text (&build.writer, STUN_ATTR_NONCE, "obMatJos2gAAA");
  fail_unless_equals_int (stun_long_term_verify (auth, finish (&build)),
      STUN_AUTH_WRONG);
  stun_writer_bytes (&build.writer, STUN_ATTR_PASSWORD_ALGORITHMS,
      NET_BYTES (MD5, 4));
  fail_unless_equals_int (stun_long_term_verify (auth, finish (&build)),
      STUN_AUTH_GOOD);
  stun_long_term_free (auth);
}
GST_END_TEST;

/* RFC 8489 §6.1 [STUN-6.1-2]: 127 characters each, as RFC 8489 allows. */
GST_START_TEST (the_longest_legal_request_stays_below_548_bytes)
{
  g_autofree char *text = g_strnfill (127, 'x');
  StunLongTerm *auth = stun_long_term_new (text, "pass");
  Build build;

  expect_answer (auth, STUN_LONG_TERM_RETRY,
      (Answer){ 401, text, text, SHA256 MD5, 8 });
  fail_unless (write_request (auth, &build)->raw.len < 548);
  stun_long_term_free (auth);
}
GST_END_TEST;

static Suite *
long_term_suite (void)
{
  Suite *suite = suite_create ("stun/long_term");
  TCase *tcase = tcase_create ("long_term");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, the_first_request_shows_no_credentials);
  tcase_add_test (tcase, later_requests_answer_the_challenge);
  tcase_add_test (tcase, all_three_parts_are_prepared);
  tcase_add_test (tcase, credentials_that_cannot_be_prepared_make_no_client);
  tcase_add_test (tcase, the_first_algorithm_that_we_have_is_taken);
  tcase_add_test (tcase, no_algorithm_that_we_have_is_the_end);
  tcase_add_test (tcase, a_promise_of_algorithms_without_them_is_bidding_down);
  tcase_add_test (tcase, the_name_is_hashed_when_the_nonce_says_so);
  tcase_add_test (tcase, the_same_challenge_again_is_a_refusal);
  tcase_add_test (tcase, other_credentials_are_worth_another_try);
  tcase_add_test (tcase, a_server_that_renames_its_realm_for_ever_is_left);
  tcase_add_test (tcase, stale_nonces_are_replaced_without_end);
  tcase_add_test (tcase, a_stale_nonce_without_a_new_one_is_a_refusal);
  tcase_add_test (tcase, a_stale_nonce_keeps_what_it_does_not_name);
  tcase_add_test (tcase, a_new_realm_without_algorithms_forgets_them);
  tcase_add_test (tcase, what_is_no_challenge_changes_nothing);
  tcase_add_test (tcase, a_server_may_have_no_realm);
  tcase_add_test (tcase, an_answer_needs_the_integrity_that_the_request_had);
  tcase_add_test (tcase, no_answer_at_all_may_bid_down);
  tcase_add_test (tcase, the_longest_legal_request_stays_below_548_bytes);
  return suite;
}

GST_CHECK_MAIN (long_term)
