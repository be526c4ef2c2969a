/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The published STUN messages of RFC 5769 and RFC 8489 appendix B.1, both ways:
 * decoded and verified, and written again byte for byte. Then everything near
 * them that is not them, which must not pass. */

#include <gst/check/gstcheck.h>

#include "stun/auth.h"

#define SHORT_TERM_PASSWORD "VOkJxbRl1RmTxUk/WvJxBt"
#define MATRIX \
  "\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xb9"

/* "TheMatrIX" as RFC 5769 §2.4 writes it: soft hyphen, ordinal a, numeral 9. */
#define RAW_PASSWORD "The\xc2\xadM\xc2\xaatr\xe2\x85\xa8"

typedef struct
{
  uint8_t bytes[512];
  size_t len;
} Vector;

static void
append_hex (Vector *vector, const char *line)
{
  for (; *line != '\0' && *line != '#'; line++) {
    if (!g_ascii_isxdigit (*line))
      continue;
    fail_unless (vector->len < sizeof vector->bytes);
    vector->bytes[vector->len++] =
        (uint8_t) (g_ascii_xdigit_value (line[0]) << 4 |
            g_ascii_xdigit_value (line[1]));
    line++;
  }
}

/* The hexadecimal lines behind "hex =" of the named section. */
static Vector
load (const char *section)
{
  const char *root = g_getenv ("SOURCE_ROOT");
  g_autofree char *path = NULL, *text = NULL;
  g_autofree char *head = g_strdup_printf ("[%s]", section);
  g_auto (GStrv) lines = NULL;
  bool is_here = false, is_hex = false;
  Vector vector = { .len = 0 };

  fail_unless (root != NULL, "SOURCE_ROOT is not set");
  path = g_build_filename (root, "tests/data/rfc5769-vectors.txt", NULL);
  fail_unless (g_file_get_contents (path, &text, NULL, NULL), "no %s", path);
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    if (**line == '[')
      is_here = g_str_has_prefix (*line, head);
    if (!g_ascii_isspace (**line))
      is_hex = g_str_has_prefix (*line, "hex =");
    else if (is_here && is_hex)
      append_hex (&vector, *line);
  }
  fail_unless (vector.len > 0, "no %s", section);
  return vector;
}

static NetBytes
bytes_of (const Vector *vector)
{
  return NET_BYTES (vector->bytes, vector->len);
}

static StunMsg
decode (const Vector *vector)
{
  StunMsg msg;

  fail_unless_equals_int (stun_msg_decode (bytes_of (vector), &msg), STUN_OK);
  return msg;
}

static void
expect_text (const StunMsg *msg, uint16_t type, const char *text)
{
  NetBytes value;

  fail_unless (stun_msg_find (msg, type, &value));
  fail_unless (net_bytes_equal (value, net_bytes_from_text (text)));
}

static StunKey
short_term_key (void)
{
  StunKey key;

  fail_unless (stun_key_short_term (SHORT_TERM_PASSWORD, &key));
  return key;
}

static StunKey
long_term_key (StunAlgorithm algorithm)
{
  g_autofree char *password = stun_auth_prepare (RAW_PASSWORD);
  StunKey key;

  fail_unless_equals_string (password, "TheMatrIX");
  stun_key_long_term (algorithm, MATRIX, "example.org", password, &key);
  return key;
}

typedef struct
{
  uint8_t bytes[512];
  StunWriter writer;
} Copy;

static void
begin_copy (Copy *copy, const StunMsg *msg, uint8_t pad)
{
  stun_writer_begin (&copy->writer, copy->bytes, sizeof copy->bytes, msg->cls,
      msg->method, msg->id);
  copy->writer.pad = pad;
}

static void
expect_copy (Copy *copy, const Vector *vector)
{
  size_t len;

  fail_unless (stun_writer_finish (&copy->writer, &len));
  fail_unless (net_bytes_equal (NET_BYTES (copy->bytes, len),
      bytes_of (vector)));
}

static void
write_2_1 (Copy *copy, const StunMsg *msg, uint8_t pad)
{
  StunKey key = short_term_key ();

  begin_copy (copy, msg, pad);
  stun_writer_text (&copy->writer, STUN_ATTR_SOFTWARE, "STUN test client");
  stun_writer_u32 (&copy->writer, STUN_ATTR_PRIORITY, 0x6e0001ff);
  stun_writer_u64 (&copy->writer, STUN_ATTR_ICE_CONTROLLED,
      G_GUINT64_CONSTANT (0x932ff9b151263b36));
  stun_writer_text (&copy->writer, STUN_ATTR_USERNAME, "evtj:h6vY");
  stun_writer_integrity (&copy->writer, stun_key_bytes (&key));
  stun_writer_fingerprint (&copy->writer);
}

/* RFC 5769 §2.1 [VEC-2-1] [VEC-2-2] [STUN-7-1] */
GST_START_TEST (the_sample_request_is_read_and_written)
{
  Vector vector = load ("2.1");
  StunKey key = short_term_key ();
  StunMsg msg = decode (&vector);
  uint32_t priority;
  uint64_t tie_breaker;
  Copy copy;

  fail_unless (msg.cls == STUN_REQUEST && msg.method == STUN_BINDING);
  fail_unless_equals_uint64 (msg.raw.len, 108);
  fail_unless_equals_uint64 (msg.fingerprint_at, 100);
  expect_text (&msg, STUN_ATTR_SOFTWARE, "STUN test client");
  expect_text (&msg, STUN_ATTR_USERNAME, "evtj:h6vY");
  fail_unless (stun_msg_get_u32 (&msg, STUN_ATTR_PRIORITY, &priority));
  fail_unless_equals_int_hex (priority, 0x6e0001ff);
  fail_unless (stun_msg_get_u64 (&msg, STUN_ATTR_ICE_CONTROLLED, &tie_breaker));
  fail_unless (tie_breaker == G_GUINT64_CONSTANT (0x932ff9b151263b36));
  fail_unless_equals_int (stun_auth_verify (&msg, stun_key_bytes (&key)),
      STUN_AUTH_GOOD);
  write_2_1 (&copy, &msg, 0x20);
  expect_copy (&copy, &vector);
}
GST_END_TEST;

/* [VEC-2-3]: zeros in place of the blanks are another message, with another
 * HMAC, and both are good. */
GST_START_TEST (padding_is_hashed_as_received)
{
  Vector vector = load ("2.1"), zeroed = { .len = 108 };
  StunKey key = short_term_key ();
  StunMsg msg = decode (&vector);
  Copy copy;
  size_t len;

  write_2_1 (&copy, &msg, 0);
  fail_unless (stun_writer_finish (&copy.writer, &len) && len == zeroed.len);
  memcpy (zeroed.bytes, copy.bytes, len);
  fail_unless (memcmp (zeroed.bytes, vector.bytes, 73) == 0);
  fail_if (memcmp (zeroed.bytes + 80, vector.bytes + 80, 20) == 0);
  msg = decode (&zeroed);
  fail_unless_equals_int (stun_auth_verify (&msg, stun_key_bytes (&key)),
      STUN_AUTH_GOOD);

  /* The vector's own HMAC over zeroed padding, without its FINGERPRINT. */
  memset (vector.bytes + 73, 0, 3);
  vector.len = 100;
  vector.bytes[3] = 80;
  msg = decode (&vector);
  fail_unless_equals_int (stun_auth_verify (&msg, stun_key_bytes (&key)),
      STUN_AUTH_WRONG);
}
GST_END_TEST;

static void
check_response (const char *section, const char *ip)
{
  Vector vector = load (section);
  StunKey key = short_term_key ();
  StunMsg msg = decode (&vector);
  NetAddr mapped, expected;
  Copy copy;

  fail_unless (net_addr_parse (ip, &expected));
  expected.port = 32853;
  fail_unless (msg.cls == STUN_SUCCESS && msg.method == STUN_BINDING);
  expect_text (&msg, STUN_ATTR_SOFTWARE, "test vector");
  fail_unless (stun_msg_get_mapped (&msg, &mapped));
  fail_unless (net_addr_equal (mapped, expected));
  fail_unless_equals_int (stun_auth_verify (&msg, stun_key_bytes (&key)),
      STUN_AUTH_GOOD);

  begin_copy (&copy, &msg, 0x20);
  stun_writer_text (&copy.writer, STUN_ATTR_SOFTWARE, "test vector");
  stun_writer_xor_addr (&copy.writer, STUN_ATTR_XOR_MAPPED_ADDRESS, expected);
  stun_writer_integrity (&copy.writer, stun_key_bytes (&key));
  stun_writer_fingerprint (&copy.writer);
  expect_copy (&copy, &vector);
}

/* RFC 5769 §2.2, §2.3 [VEC-2-1] [VEC-2-2] */
GST_START_TEST (the_sample_responses_are_read_and_written)
{
  check_response ("2.2", "192.0.2.1");
  check_response ("2.3", "2001:db8:1234:5678:11:2233:4455:6677");
}
GST_END_TEST;

/* RFC 5769 §2.4 [VEC-2-1] [VEC-2-2] [STUN-9.2.2-1] */
GST_START_TEST (the_long_term_request_is_read_and_written)
{
  Vector vector = load ("2.4");
  StunKey key = long_term_key (STUN_ALGORITHM_MD5);
  StunMsg msg = decode (&vector);
  Copy copy;

  expect_text (&msg, STUN_ATTR_USERNAME, MATRIX);
  expect_text (&msg, STUN_ATTR_NONCE, "f//499k954d6OL34oL9FSTvy64sA");
  expect_text (&msg, STUN_ATTR_REALM, "example.org");
  fail_unless_equals_uint64 (msg.fingerprint_at, 0);
  fail_unless_equals_int (stun_auth_verify (&msg, stun_key_bytes (&key)),
      STUN_AUTH_GOOD);

  begin_copy (&copy, &msg, 0);
  stun_writer_text (&copy.writer, STUN_ATTR_USERNAME, MATRIX);
  stun_writer_text (&copy.writer, STUN_ATTR_NONCE,
      "f//499k954d6OL34oL9FSTvy64sA");
  stun_writer_text (&copy.writer, STUN_ATTR_REALM, "example.org");
  stun_writer_integrity (&copy.writer, stun_key_bytes (&key));
  expect_copy (&copy, &vector);
}
GST_END_TEST;

/* [VEC-2.4-1] */
GST_START_TEST (an_unprepared_password_does_not_verify)
{
  Vector vector = load ("2.4");
  StunMsg msg = decode (&vector);
  StunKey key;

  stun_key_long_term (STUN_ALGORITHM_MD5, MATRIX, "example.org", RAW_PASSWORD,
      &key);
  fail_unless_equals_int (stun_auth_verify (&msg, stun_key_bytes (&key)),
      STUN_AUTH_WRONG);
}
GST_END_TEST;

/* RFC 8489 appendix B.1, corrected [VEC-B.1-1] [STUN-9.2.2-1] */
GST_START_TEST (the_sha256_request_is_read_and_written)
{
  static const char nonce[] = "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA";
  Vector vector = load ("8489-B.1");
  StunKey key = long_term_key (STUN_ALGORITHM_SHA256);
  StunKey md5 = long_term_key (STUN_ALGORITHM_MD5);
  StunMsg msg = decode (&vector);
  uint8_t userhash[32];
  NetBytes value;
  Copy copy;

  stun_userhash (MATRIX, "example.org", userhash);
  fail_unless (stun_msg_find (&msg, STUN_ATTR_USERHASH, &value));
  fail_unless (net_bytes_equal (value, NET_BYTES (userhash, 32)));
  expect_text (&msg, STUN_ATTR_NONCE, nonce);
  fail_unless_equals_int (stun_auth_verify256 (&msg, stun_key_bytes (&key)),
      STUN_AUTH_GOOD);
  fail_unless_equals_int (stun_auth_verify256 (&msg, stun_key_bytes (&md5)),
      STUN_AUTH_WRONG);
  fail_unless_equals_int (stun_auth_verify (&msg, stun_key_bytes (&key)),
      STUN_AUTH_ABSENT);

  begin_copy (&copy, &msg, 0);
  stun_writer_bytes (&copy.writer, STUN_ATTR_USERHASH,
      NET_BYTES (userhash, 32));
  stun_writer_text (&copy.writer, STUN_ATTR_NONCE, nonce);
  stun_writer_text (&copy.writer, STUN_ATTR_REALM, "example.org");
  stun_writer_u32 (&copy.writer, STUN_ATTR_PASSWORD_ALGORITHM,
      STUN_ALGORITHM_SHA256 << 16);
  stun_writer_integrity256 (&copy.writer, stun_key_bytes (&key), 32);
  expect_copy (&copy, &vector);
}
GST_END_TEST;

/* [VEC-B.1-1]: the header of the printed form promises 20 bytes too many. */
GST_START_TEST (the_printed_sha256_request_is_refused)
{
  Vector vector = load ("8489-B.1-printed");
  StunMsg msg;

  fail_unless_equals_int (stun_msg_decode (bytes_of (&vector), &msg),
      STUN_TRUNCATED);
}
GST_END_TEST;

static const char *const good_sections[] = { "2.1", "2.2", "2.3", "2.4",
  "8489-B.1" };

/* All that a receiver of this message would ask for. */
static bool
is_accepted (const char *section, NetBytes bytes)
{
  StunKey key;
  StunMsg msg;

  if (stun_msg_decode (bytes, &msg) != STUN_OK)
    return false;
  if (g_str_equal (section, "8489-B.1")) {
    key = long_term_key (STUN_ALGORITHM_SHA256);
    return stun_auth_verify256 (&msg, stun_key_bytes (&key)) == STUN_AUTH_GOOD;
  }
  if (g_str_equal (section, "2.4")) {
    key = long_term_key (STUN_ALGORITHM_MD5);
    return stun_auth_verify (&msg, stun_key_bytes (&key)) == STUN_AUTH_GOOD;
  }
  key = short_term_key ();
  return msg.fingerprint_at != 0 &&
      stun_auth_verify (&msg, stun_key_bytes (&key)) == STUN_AUTH_GOOD;
}

GST_START_TEST (no_flipped_bit_goes_unnoticed)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_sections); i++) {
    Vector vector = load (good_sections[i]);

    fail_unless (is_accepted (good_sections[i], bytes_of (&vector)));
    for (size_t bit = 0; bit < 8 * vector.len; bit++) {
      vector.bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
      fail_if (is_accepted (good_sections[i], bytes_of (&vector)),
          "bit %zu of %s", bit, good_sections[i]);
      vector.bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
    }
  }
}
GST_END_TEST;

/* [STUN-5-1]: in memory of exactly that size, for the address sanitizer. */
GST_START_TEST (no_truncation_goes_unnoticed)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_sections); i++) {
    Vector vector = load (good_sections[i]);

    for (size_t len = 0; len < vector.len; len++) {
      g_autofree uint8_t *memory = g_memdup2 (vector.bytes, len);
      StunMsg msg;
      fail_if (stun_msg_decode (NET_BYTES (memory, len), &msg) == STUN_OK,
          "%zu bytes of %s", len, good_sections[i]);
    }
  }
}
GST_END_TEST;

GST_START_TEST (the_wrong_password_does_not_verify)
{
  Vector vector = load ("2.1");
  StunMsg msg = decode (&vector);

  fail_unless_equals_int (stun_auth_verify (&msg,
                              net_bytes_from_text ("VOkJxbRl1RmTxUk/WvJxBu")),
      STUN_AUTH_WRONG);
}
GST_END_TEST;

static Suite *
stun_vectors_suite (void)
{
  Suite *suite = suite_create ("stun-vectors");
  TCase *tcase = tcase_create ("vectors");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, the_sample_request_is_read_and_written);
  tcase_add_test (tcase, padding_is_hashed_as_received);
  tcase_add_test (tcase, the_sample_responses_are_read_and_written);
  tcase_add_test (tcase, the_long_term_request_is_read_and_written);
  tcase_add_test (tcase, an_unprepared_password_does_not_verify);
  tcase_add_test (tcase, the_sha256_request_is_read_and_written);
  tcase_add_test (tcase, the_printed_sha256_request_is_refused);
  tcase_add_test (tcase, no_flipped_bit_goes_unnoticed);
  tcase_add_test (tcase, no_truncation_goes_unnoticed);
  tcase_add_test (tcase, the_wrong_password_does_not_verify);
  return suite;
}

GST_CHECK_MAIN (stun_vectors)
