/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Credentials: preparation, keys, verification and the nonce cookie. The
 * long-term client has a test of its own beside this one. */

#include <gst/check/gstcheck.h>

#include "stun/auth.h"

static const StunTxnId id = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } };
static const NetBytes key = { (const uint8_t *) "password", 8 };

/* RFC 8489 §9.2.2 [STUN-9.2.2-1] [VEC-2.4-1] */
GST_START_TEST (texts_are_prepared)
{
  static const struct
  {
    const char *in;
    const char *out;
  } rows[] = {
    { "The\xc2\xadM\xc2\xaatr\xe2\x85\xa8", "TheMatrIX" },
    { "VOkJxbRl1RmTxUk/WvJxBt", "VOkJxbRl1RmTxUk/WvJxBt" },
    { "1735689600:user", "1735689600:user" },
    { " Two  Words ", " Two  Words " },
    { "a\xc2\xa0"
      "b\xe3\x80\x80"
      "c\xe1\x9a\x80"
      "d",
        "a b c d" },
    { "\xe2\x80\x8b\xef\xbb\xbfx\xe2\x81\xa0\xef\xb8\x8f", "x" },
    { "u\xcc\x88", "\xc3\xbc" },
    { "\xef\xbc\xa1", "A" },
    { "\xe3\x83\x9e\xe3\x83\x88", "\xe3\x83\x9e\xe3\x83\x88" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *out = stun_auth_prepare (rows[i].in);
    fail_unless_equals_string (out, rows[i].out);
  }
}
GST_END_TEST;

GST_START_TEST (plain_ascii_passes_unchanged)
{
  char text[] = { ' ', '\0' };

  for (; text[0] < 0x7f; text[0]++) {
    g_autofree char *out = stun_auth_prepare (text);
    fail_unless_equals_string (out, text);
  }
}
GST_END_TEST;

GST_START_TEST (what_cannot_be_prepared_is_refused)
{
  static const char *const rows[] = { "", "\xc2\xad", "\xff", "a\xc0\xaf", "\n",
    "a\x7f", "a\xc2\x85", "\x1b[", "\xee\x80\x80", "\xef\xbf\xbf",
    "\xed\xa0\x80" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless (stun_auth_prepare (rows[i]) == NULL, "row %zu", i);
}
GST_END_TEST;

/* RFC 8489 §9.2.2 */
GST_START_TEST (long_term_keys_are_the_rfcs)
{
  static const uint8_t md5[16] = { 0x84, 0x93, 0xfb, 0xc5, 0x3b, 0xa5, 0x82,
    0xfb, 0x4c, 0x04, 0x4c, 0x45, 0x6b, 0xdc, 0x40, 0xeb };
  g_autofree char *sha256 =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, "user:realm:pass", -1);
  g_autofree char *userhash =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, "user:realm", -1);
  uint8_t hash[32];
  StunKey out;

  stun_key_long_term (STUN_ALGORITHM_MD5, "user", "realm", "pass", &out);
  fail_unless (net_bytes_equal (stun_key_bytes (&out), NET_BYTES (md5, 16)));
  stun_key_long_term (STUN_ALGORITHM_NONE, "user", "realm", "pass", &out);
  fail_unless (net_bytes_equal (stun_key_bytes (&out), NET_BYTES (md5, 16)));
  stun_key_long_term (STUN_ALGORITHM_SHA256, "user", "realm", "pass", &out);
  stun_userhash ("user", "realm", hash);
  fail_unless_equals_uint64 (out.len, 32);
  for (gsize i = 0; i < 32; i++) {
    char text[3];
    g_snprintf (text, sizeof text, "%02x", out.bytes[i]);
    fail_unless (memcmp (text, sha256 + 2 * i, 2) == 0);
    g_snprintf (text, sizeof text, "%02x", hash[i]);
    fail_unless (memcmp (text, userhash + 2 * i, 2) == 0);
  }
}
GST_END_TEST;

GST_START_TEST (a_short_term_key_is_the_password_of_up_to_256_bytes)
{
  char password[STUN_KEY_MAX + 2] = { 0 };
  StunKey out = { .len = 99 };

  memset (password, 'p', STUN_KEY_MAX + 1);
  fail_if (stun_key_short_term (password, &out));
  fail_unless_equals_uint64 (out.len, 99);
  password[STUN_KEY_MAX] = '\0';
  fail_unless (stun_key_short_term (password, &out));
  fail_unless (net_bytes_equal (stun_key_bytes (&out),
      net_bytes_from_text (password)));
}
GST_END_TEST;

typedef struct
{
  uint8_t bytes[512];
  StunWriter writer;
  StunMsg msg;
} Build;

static void
begin (Build *build)
{
  stun_writer_begin (&build->writer, build->bytes, sizeof build->bytes,
      STUN_REQUEST, STUN_BINDING, id);
  stun_writer_text (&build->writer, STUN_ATTR_USERNAME, "user");
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

GST_START_TEST (each_integrity_is_verified_by_itself)
{
  Build build;
  const StunMsg *msg;

  begin (&build);
  msg = finish (&build);
  fail_unless_equals_int (stun_auth_verify (msg, key), STUN_AUTH_ABSENT);
  fail_unless_equals_int (stun_auth_verify256 (msg, key), STUN_AUTH_ABSENT);
  stun_writer_integrity (&build.writer, key);
  msg = finish (&build);
  fail_unless_equals_int (stun_auth_verify (msg, key), STUN_AUTH_GOOD);
  fail_unless_equals_int (stun_auth_verify256 (msg, key), STUN_AUTH_ABSENT);
  stun_writer_integrity256 (&build.writer, key, 32);
  stun_writer_fingerprint (&build.writer);
  msg = finish (&build);
  fail_unless_equals_int (stun_auth_verify (msg, key), STUN_AUTH_GOOD);
  fail_unless_equals_int (stun_auth_verify256 (msg, key), STUN_AUTH_GOOD);
}
GST_END_TEST;

GST_START_TEST (another_key_is_wrong)
{
  static const char *const others[] = { "", "passwore", "passwor", "password ",
    "Password" };
  Build build;
  const StunMsg *msg;

  begin (&build);
  stun_writer_integrity (&build.writer, key);
  stun_writer_integrity256 (&build.writer, key, 32);
  msg = finish (&build);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    NetBytes other = net_bytes_from_text (others[i]);
    fail_unless_equals_int (stun_auth_verify (msg, other), STUN_AUTH_WRONG);
    fail_unless_equals_int (stun_auth_verify256 (msg, other), STUN_AUTH_WRONG);
  }
}
GST_END_TEST;

/* The attribute as our writer makes it, then cut or filled up to `len`: a value
 * that starts right must not count for it. */
static StunAuthResult
verify_at_length (uint16_t type, size_t len)
{
  uint8_t mac[40] = { 0 };
  Build build;
  StunWriter before;
  NetBytes covered;

  begin (&build);
  before = build.writer;
  stun_writer_bytes (&build.writer, type, NET_BYTES (mac, len));
  finish (&build);
  covered = NET_BYTES (build.bytes, before.out.len);
  /* The length field counts the value without its padding. */
  net_writer_patch_u16 (&build.writer.out, 2,
      (uint16_t) (before.out.len + 4 + len - 20));
  crypto_hmac (type == STUN_ATTR_MESSAGE_INTEGRITY ? CRYPTO_SHA1
                                                   : CRYPTO_SHA256,
      key, &covered, 1, mac);
  build.writer = before;
  stun_writer_bytes (&build.writer, type, NET_BYTES (mac, len));
  finish (&build);
  return type == STUN_ATTR_MESSAGE_INTEGRITY
      ? stun_auth_verify (&build.msg, key)
      : stun_auth_verify256 (&build.msg, key);
}

/* RFC 8489 §14.6 [STUN-14.6-1] */
GST_START_TEST (integrity_has_its_length)
{
  for (size_t len = 0; len <= 40; len++) {
    bool sha1 = len == 20;
    bool sha256 = len >= 16 && len <= 32 && len % 4 == 0;
    fail_unless_equals_int (verify_at_length (STUN_ATTR_MESSAGE_INTEGRITY, len),
        sha1 ? STUN_AUTH_GOOD : STUN_AUTH_WRONG);
    fail_unless_equals_int (
        verify_at_length (STUN_ATTR_MESSAGE_INTEGRITY_SHA256, len),
        sha256 ? STUN_AUTH_GOOD : STUN_AUTH_WRONG);
  }
}
GST_END_TEST;

GST_START_TEST (a_shortened_sha256_is_written_and_verified)
{
  for (size_t len = 16; len <= 32; len += 4) {
    Build build;
    NetBytes mac;

    begin (&build);
    stun_writer_integrity256 (&build.writer, key, len);
    stun_writer_fingerprint (&build.writer);
    finish (&build);
    fail_unless (stun_msg_find (&build.msg, STUN_ATTR_MESSAGE_INTEGRITY_SHA256,
        &mac));
    fail_unless_equals_uint64 (mac.len, len);
    fail_unless_equals_int (stun_auth_verify256 (&build.msg, key),
        STUN_AUTH_GOOD);
  }
}
GST_END_TEST;

/* RFC 8489 §9 [STUN-9-1]: what was put behind it leaves the message good, and
 * is not seen. */
GST_START_TEST (an_appended_attribute_neither_breaks_nor_counts)
{
  Build build;
  const StunMsg *msg;

  begin (&build);
  stun_writer_integrity (&build.writer, key);
  stun_writer_flag (&build.writer, STUN_ATTR_USE_CANDIDATE);
  stun_writer_fingerprint (&build.writer);
  msg = finish (&build);
  fail_unless_equals_int (stun_auth_verify (msg, key), STUN_AUTH_GOOD);
  fail_if (stun_msg_has (msg, STUN_ATTR_USE_CANDIDATE));
}
GST_END_TEST;

/* RFC 8489 §18.1 [STUN-9.2.5-3] [VEC-B.1-1] */
GST_START_TEST (nonce_features_are_counted_from_the_left)
{
  static const struct
  {
    const char *nonce;
    bool present, algorithms, anonymity;
  } rows[] = {
    { "obMatJos2gAAAxyz", true, true, false },
    { "obMatJos2QAAA", true, false, true },
    { "obMatJos2wAAAxyz", true, true, true },
    { "obMatJos2AAAAxyz", true, false, false },
    { "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA", true, false, false },
    { "obMatJos2////", true, true, true },
    { "obMatJos2gAA", false, false, false },
    { "obMatJos2g-AA", false, false, false },
    { "obMatJos2gAA=", false, false, false },
    { "obMatJos3gAAA", false, false, false },
    { "f//499k954d6OL34oL9FSTvy64sA", false, false, false },
    { "", false, false, false },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    StunNonceFeatures features =
        stun_nonce_features (net_bytes_from_text (rows[i].nonce));
    fail_unless (features.present == rows[i].present &&
            features.password_algorithms == rows[i].algorithms &&
            features.username_anonymity == rows[i].anonymity,
        "%s", rows[i].nonce);
  }
}
GST_END_TEST;

static Suite *
auth_suite (void)
{
  Suite *suite = suite_create ("stun/auth");
  TCase *tcase = tcase_create ("auth");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, texts_are_prepared);
  tcase_add_test (tcase, plain_ascii_passes_unchanged);
  tcase_add_test (tcase, what_cannot_be_prepared_is_refused);
  tcase_add_test (tcase, long_term_keys_are_the_rfcs);
  tcase_add_test (tcase, a_short_term_key_is_the_password_of_up_to_256_bytes);
  tcase_add_test (tcase, each_integrity_is_verified_by_itself);
  tcase_add_test (tcase, another_key_is_wrong);
  tcase_add_test (tcase, integrity_has_its_length);
  tcase_add_test (tcase, a_shortened_sha256_is_written_and_verified);
  tcase_add_test (tcase, an_appended_attribute_neither_breaks_nor_counts);
  tcase_add_test (tcase, nonce_features_are_counted_from_the_left);
  return suite;
}

GST_CHECK_MAIN (auth)
