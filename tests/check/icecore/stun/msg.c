/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The message format: what is refused, what is seen, what is written. Messages
 * that our own writer would never write are put together byte by byte. */

#include <gst/check/gstcheck.h>

#include "stun/crc32.h"
#include "stun/msg.h"

static const StunTxnId id = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } };
static const NetBytes key = { (const uint8_t *) "password", 8 };

typedef struct
{
  uint8_t bytes[2048];
  StunWriter writer;
} Build;

static void
begin (Build *build, StunClass cls)
{
  stun_writer_begin (&build->writer, build->bytes, sizeof build->bytes, cls,
      STUN_BINDING, id);
}

static NetBytes
finish (Build *build)
{
  size_t len = 0;

  fail_unless (stun_writer_finish (&build->writer, &len));
  return NET_BYTES (build->bytes, len);
}

static StunMsg
decode (NetBytes bytes)
{
  StunMsg msg;

  fail_unless_equals_int (stun_msg_decode (bytes, &msg), STUN_OK);
  return msg;
}

static void
expect_result (Build *build, size_t at, uint8_t value, StunResult expected)
{
  NetBytes bytes = finish (build);
  uint8_t before = build->bytes[at];
  StunMsg msg = { .method = 99 };

  build->bytes[at] = value;
  fail_unless_equals_int (stun_msg_decode (bytes, &msg), expected);
  fail_unless_equals_int (msg.method, 99);
  build->bytes[at] = before;
}

/* RFC 8489 §5 [STUN-5-1] */
GST_START_TEST (each_broken_part_of_the_header_is_refused)
{
  Build build;

  begin (&build, STUN_REQUEST);
  stun_writer_u32 (&build.writer, STUN_ATTR_PRIORITY, 1);
  expect_result (&build, 0, 0x40, STUN_NOT_STUN);
  expect_result (&build, 0, 0x80, STUN_NOT_STUN);
  expect_result (&build, 0, 0xc0, STUN_NOT_STUN);
  expect_result (&build, 4, 0x20, STUN_NOT_STUN);
  expect_result (&build, 5, 0x13, STUN_NOT_STUN);
  expect_result (&build, 6, 0xa5, STUN_NOT_STUN);
  expect_result (&build, 7, 0x43, STUN_NOT_STUN);
  expect_result (&build, 3, 7, STUN_BAD_LENGTH);
  expect_result (&build, 3, 9, STUN_BAD_LENGTH);
  expect_result (&build, 3, 10, STUN_BAD_LENGTH);
  expect_result (&build, 3, 4, STUN_BAD_LENGTH);
  expect_result (&build, 3, 0, STUN_BAD_LENGTH);
  expect_result (&build, 3, 12, STUN_TRUNCATED);
  expect_result (&build, 2, 1, STUN_TRUNCATED);
}
GST_END_TEST;

/* [STUN-5-1] [SEC-8445-4]: in memory of exactly that size. */
GST_START_TEST (every_truncation_is_refused)
{
  Build build;
  NetBytes whole;

  begin (&build, STUN_REQUEST);
  stun_writer_text (&build.writer, STUN_ATTR_USERNAME, "user");
  stun_writer_u64 (&build.writer, STUN_ATTR_ICE_CONTROLLED, 1);
  whole = finish (&build);
  for (size_t len = 0; len < whole.len; len++) {
    g_autofree uint8_t *memory = g_memdup2 (whole.data, len);
    StunMsg msg;
    fail_if (stun_msg_decode (NET_BYTES (memory, len), &msg) == STUN_OK);
  }
}
GST_END_TEST;

GST_START_TEST (an_attribute_beyond_the_end_is_refused)
{
  Build build;

  begin (&build, STUN_REQUEST);
  stun_writer_u32 (&build.writer, STUN_ATTR_PRIORITY, 1);
  expect_result (&build, 23, 5, STUN_TRUNCATED);
  expect_result (&build, 23, 8, STUN_TRUNCATED);
  expect_result (&build, 22, 0xff, STUN_TRUNCATED);
  /* The value shrinks to nothing, and its bytes become a new attribute. */
  build.bytes[27] = 4;
  expect_result (&build, 23, 0, STUN_TRUNCATED);
}
GST_END_TEST;

/* RFC 8489 §5 and the registries */
GST_START_TEST (types_are_those_of_the_registry)
{
  static const struct
  {
    uint16_t method;
    uint16_t types[4];
  } rows[] = {
    { STUN_BINDING, { 0x0001, 0x0011, 0x0101, 0x0111 } },
    { STUN_ALLOCATE, { 0x0003, 0x0013, 0x0103, 0x0113 } },
    { STUN_REFRESH, { 0x0004, 0x0014, 0x0104, 0x0114 } },
    { STUN_SEND, { 0x0006, 0x0016, 0x0106, 0x0116 } },
    { STUN_DATA, { 0x0007, 0x0017, 0x0107, 0x0117 } },
    { STUN_CREATE_PERMISSION, { 0x0008, 0x0018, 0x0108, 0x0118 } },
    { STUN_CHANNEL_BIND, { 0x0009, 0x0019, 0x0109, 0x0119 } },
    { STUN_CONNECT, { 0x000a, 0x001a, 0x010a, 0x011a } },
    { STUN_CONNECTION_BIND, { 0x000b, 0x001b, 0x010b, 0x011b } },
    { STUN_CONNECTION_ATTEMPT, { 0x000c, 0x001c, 0x010c, 0x011c } },
    { 0x080, { 0x0200, 0x0210, 0x0300, 0x0310 } },
    { 0xfff, { 0x3eef, 0x3eff, 0x3fef, 0x3fff } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    for (unsigned cls = 0; cls < 4; cls++) {
      uint8_t bytes[20];
      StunWriter writer;
      StunMsg msg;
      size_t len;

      stun_writer_begin (&writer, bytes, sizeof bytes, (StunClass) cls,
          rows[i].method, id);
      fail_unless (stun_writer_finish (&writer, &len) && len == 20);
      fail_unless_equals_int_hex (bytes[0] << 8 | bytes[1], rows[i].types[cls]);
      msg = decode (NET_BYTES (bytes, len));
      fail_unless_equals_int (msg.cls, cls);
      fail_unless_equals_int_hex (msg.method, rows[i].method);
      fail_unless (stun_txn_id_equal (msg.id, id));
    }
  }
}
GST_END_TEST;

GST_START_TEST (ids_are_equal_by_all_their_bytes)
{
  for (unsigned i = 0; i < sizeof id.bytes; i++) {
    StunTxnId other = id;
    other.bytes[i] ^= 1;
    fail_if (stun_txn_id_equal (id, other));
  }
}
GST_END_TEST;

/* RFC 8489 §7 [STUN-7-1] [STUN-6.3-2] */
GST_START_TEST (a_wrong_fingerprint_is_refused)
{
  Build build;
  StunMsg msg;

  begin (&build, STUN_REQUEST);
  stun_writer_u32 (&build.writer, STUN_ATTR_PRIORITY, 1);
  stun_writer_fingerprint (&build.writer);
  msg = decode (finish (&build));
  fail_unless_equals_uint64 (msg.fingerprint_at, 28);
  for (unsigned at = 8; at < 20; at++)
    expect_result (&build, at, build.bytes[at] ^ 0x10, STUN_BAD_FINGERPRINT);
  for (unsigned at = 24; at < 28; at++)
    expect_result (&build, at, build.bytes[at] ^ 0x10, STUN_BAD_FINGERPRINT);
  for (unsigned at = 32; at < 36; at++)
    expect_result (&build, at, build.bytes[at] ^ 0x10, STUN_BAD_FINGERPRINT);
}
GST_END_TEST;

/* [STUN-7-1]: not even when it is right for all that stands before it and
 * for the length of the whole. */
GST_START_TEST (nothing_may_follow_the_fingerprint)
{
  static const uint16_t tails[] = { STUN_ATTR_SOFTWARE, STUN_ATTR_FINGERPRINT };

  for (gsize i = 0; i < G_N_ELEMENTS (tails); i++) {
    Build build;
    NetWriter value;
    NetBytes bytes;
    StunMsg msg;

    begin (&build, STUN_REQUEST);
    stun_writer_fingerprint (&build.writer);
    stun_writer_u32 (&build.writer, tails[i], 0);
    bytes = finish (&build);
    net_writer_init (&value, build.bytes + 24, 4);
    net_writer_u32 (&value,
        stun_crc32 (NET_BYTES (build.bytes, 20)) ^ STUN_FINGERPRINT_XOR);
    fail_unless_equals_int (stun_msg_decode (bytes, &msg),
        STUN_BAD_FINGERPRINT);
  }
}
GST_END_TEST;

GST_START_TEST (a_fingerprint_of_another_length_is_refused)
{
  for (size_t len = 0; len <= 8; len++) {
    Build build;
    uint8_t value[8] = { 0 };
    StunMsg msg;

    begin (&build, STUN_REQUEST);
    stun_writer_bytes (&build.writer, STUN_ATTR_FINGERPRINT,
        NET_BYTES (value, len));
    fail_unless_equals_int (stun_msg_decode (finish (&build), &msg),
        STUN_BAD_FINGERPRINT);
  }
}
GST_END_TEST;

/* RFC 8489 §9 [STUN-9-1] */
GST_START_TEST (what_follows_integrity_has_no_effect)
{
  Build build;
  uint16_t types[STUN_UNKNOWN_MAX];
  uint32_t priority;
  StunMsg msg;

  begin (&build, STUN_REQUEST);
  stun_writer_integrity (&build.writer, key);
  stun_writer_flag (&build.writer, STUN_ATTR_USE_CANDIDATE);
  stun_writer_u32 (&build.writer, STUN_ATTR_PRIORITY, 1);
  stun_writer_flag (&build.writer, 0x7ffe);
  stun_writer_fingerprint (&build.writer);
  msg = decode (finish (&build));
  fail_unless_equals_uint64 (msg.integrity_at, 20);
  fail_if (stun_msg_has (&msg, STUN_ATTR_USE_CANDIDATE));
  fail_if (stun_msg_get_u32 (&msg, STUN_ATTR_PRIORITY, &priority));
  fail_unless_equals_int (stun_msg_unknown (&msg, NULL, 0, types), 0);
  fail_unless (stun_msg_has (&msg, STUN_ATTR_FINGERPRINT));
}
GST_END_TEST;

/* [STUN-9-1]: of the two, SHA-256 may follow SHA-1 and not the other way. */
GST_START_TEST (after_sha256_only_the_fingerprint_counts)
{
  Build build;
  StunMsg msg;

  begin (&build, STUN_REQUEST);
  stun_writer_integrity (&build.writer, key);
  stun_writer_flag (&build.writer, STUN_ATTR_USE_CANDIDATE);
  stun_writer_integrity256 (&build.writer, key, 32);
  stun_writer_fingerprint (&build.writer);
  msg = decode (finish (&build));
  fail_unless (msg.integrity_at > 0 && msg.integrity256_at > 0);
  fail_if (stun_msg_has (&msg, STUN_ATTR_USE_CANDIDATE));

  begin (&build, STUN_REQUEST);
  stun_writer_integrity256 (&build.writer, key, 32);
  stun_writer_integrity (&build.writer, key);
  stun_writer_flag (&build.writer, STUN_ATTR_USE_CANDIDATE);
  stun_writer_fingerprint (&build.writer);
  msg = decode (finish (&build));
  fail_unless_equals_uint64 (msg.integrity_at, 0);
  fail_unless (msg.integrity256_at > 0 && msg.fingerprint_at > 0);
  fail_if (stun_msg_has (&msg, STUN_ATTR_MESSAGE_INTEGRITY));
  fail_if (stun_msg_has (&msg, STUN_ATTR_USE_CANDIDATE));
}
GST_END_TEST;

GST_START_TEST (a_second_integrity_is_not_looked_at)
{
  Build build;
  StunMsg msg;

  begin (&build, STUN_REQUEST);
  stun_writer_integrity (&build.writer, key);
  stun_writer_integrity (&build.writer, key);
  stun_writer_integrity256 (&build.writer, key, 32);
  stun_writer_integrity256 (&build.writer, key, 32);
  msg = decode (finish (&build));
  fail_unless_equals_uint64 (msg.integrity_at, 20);
  fail_unless_equals_uint64 (msg.integrity256_at, 20 + 24 + 24);
}
GST_END_TEST;

/* RFC 8489 §14 [STUN-14-1] */
GST_START_TEST (the_first_of_two_wins)
{
  Build build;
  uint32_t priority;
  StunMsg msg;

  begin (&build, STUN_REQUEST);
  stun_writer_u32 (&build.writer, STUN_ATTR_PRIORITY, 1);
  stun_writer_u32 (&build.writer, STUN_ATTR_PRIORITY, 2);
  msg = decode (finish (&build));
  fail_unless (stun_msg_get_u32 (&msg, STUN_ATTR_PRIORITY, &priority));
  fail_unless_equals_int (priority, 1);
}
GST_END_TEST;

/* RFC 8489 §6.3.1 [STUN-6.3.1-1]: those of RFC 3489 are no longer known. */
GST_START_TEST (unknown_required_attributes_are_listed_once)
{
  Build build;
  uint16_t types[STUN_UNKNOWN_MAX];
  StunMsg msg;

  begin (&build, STUN_REQUEST);
  stun_writer_flag (&build.writer, 0x7ffe);
  stun_writer_u32 (&build.writer, STUN_ATTR_PRIORITY, 1);
  stun_writer_u32 (&build.writer, 0x0002, 1);
  stun_writer_flag (&build.writer, 0x7ffe);
  msg = decode (finish (&build));
  fail_unless_equals_int (stun_msg_unknown (&msg, NULL, 0, types), 2);
  fail_unless_equals_int_hex (types[0], 0x7ffe);
  fail_unless_equals_int_hex (types[1], 0x0002);
}
GST_END_TEST;

/* [STUN-6.3-3] */
GST_START_TEST (unknown_optional_and_misplaced_attributes_are_ignored)
{
  static const uint16_t here[] = { STUN_ATTR_CHANNEL_NUMBER, 0x8000, 0x8fff,
    0xffff, STUN_ATTR_NOMINATION, STUN_ATTR_CONNECTION_ID };
  Build build;
  uint16_t types[STUN_UNKNOWN_MAX];
  StunMsg msg;

  begin (&build, STUN_REQUEST);
  for (gsize i = 0; i < G_N_ELEMENTS (here); i++)
    stun_writer_u32 (&build.writer, here[i], 0x40000000);
  msg = decode (finish (&build));
  fail_unless_equals_int (stun_msg_unknown (&msg, NULL, 0, types), 0);
}
GST_END_TEST;

GST_START_TEST (the_caller_may_know_less)
{
  static const uint16_t known[] = { STUN_ATTR_USERNAME };
  Build build;
  uint16_t types[STUN_UNKNOWN_MAX];
  StunMsg msg;

  begin (&build, STUN_REQUEST);
  stun_writer_text (&build.writer, STUN_ATTR_USERNAME, "user");
  stun_writer_u32 (&build.writer, STUN_ATTR_CHANGE_REQUEST, 4);
  msg = decode (finish (&build));
  fail_unless_equals_int (stun_msg_unknown (&msg, NULL, 0, types), 0);
  fail_unless_equals_int (stun_msg_unknown (&msg, known, 1, types), 1);
  fail_unless_equals_int_hex (types[0], STUN_ATTR_CHANGE_REQUEST);
}
GST_END_TEST;

GST_START_TEST (no_more_unknown_attributes_than_there_is_room_for)
{
  Build build;
  uint16_t types[STUN_UNKNOWN_MAX + 1];
  StunMsg msg;

  types[STUN_UNKNOWN_MAX] = 0xabcd;
  begin (&build, STUN_REQUEST);
  for (uint16_t i = 0; i < 100; i++)
    stun_writer_flag (&build.writer, 0x7000 + i);
  msg = decode (finish (&build));
  fail_unless_equals_int (stun_msg_unknown (&msg, NULL, 0, types),
      STUN_UNKNOWN_MAX);
  fail_unless_equals_int_hex (types[STUN_UNKNOWN_MAX - 1], 0x700f);
  fail_unless_equals_int_hex (types[STUN_UNKNOWN_MAX], 0xabcd);
}
GST_END_TEST;

/* RFC 8489 §14.9 [STUN-6.3.1-1] */
GST_START_TEST (a_420_lists_an_odd_number_with_padding)
{
  static const uint16_t types[] = { 0x7ffe, 0x0002, 0x1234 };
  static const uint8_t expected[] = { 0x00, 0x0a, 0x00, 0x06, 0x7f, 0xfe, 0x00,
    0x02, 0x12, 0x34, 0x00, 0x00 };
  Build build;
  NetBytes bytes;

  begin (&build, STUN_ERROR);
  stun_writer_unknown (&build.writer, types, 3);
  bytes = finish (&build);
  fail_unless_equals_uint64 (bytes.len, 32);
  fail_unless (memcmp (bytes.data + 20, expected, sizeof expected) == 0);
  decode (bytes);
}
GST_END_TEST;

/* RFC 8489 §6.3.3 [STUN-6.3.3-2] */
GST_START_TEST (the_mapped_address_is_the_xored_one_or_rfc_3489s)
{
  Build build;
  NetAddr ipv4, ipv6, out;
  StunMsg msg;

  fail_unless (net_addr_parse ("192.0.2.1", &ipv4));
  fail_unless (net_addr_parse ("2001:db8::1", &ipv6));
  ipv4.port = 1000;
  ipv6.port = 2000;

  begin (&build, STUN_SUCCESS);
  stun_writer_addr (&build.writer, STUN_ATTR_MAPPED_ADDRESS, ipv4);
  msg = decode (finish (&build));
  fail_unless (stun_msg_get_mapped (&msg, &out));
  fail_unless (net_addr_equal (out, ipv4));
  fail_unless (stun_msg_get_addr (&msg, STUN_ATTR_MAPPED_ADDRESS, &out) &&
      !stun_msg_get_xor_addr (&msg, STUN_ATTR_XOR_MAPPED_ADDRESS, &out));

  stun_writer_xor_addr (&build.writer, STUN_ATTR_XOR_MAPPED_ADDRESS, ipv6);
  msg = decode (finish (&build));
  fail_unless (stun_msg_get_mapped (&msg, &out));
  fail_unless (net_addr_equal (out, ipv6));
}
GST_END_TEST;

/* [STUN-6.3.3-2] */
GST_START_TEST (no_mapped_address_or_one_of_a_strange_family_is_none)
{
  static const uint8_t strange[8] = { 0, 3, 0, 80, 1, 2, 3, 4 };
  Build build;
  NetAddr out;
  StunMsg msg;

  begin (&build, STUN_SUCCESS);
  msg = decode (finish (&build));
  fail_if (stun_msg_get_mapped (&msg, &out));
  stun_writer_bytes (&build.writer, STUN_ATTR_XOR_MAPPED_ADDRESS,
      NET_BYTES (strange, 8));
  msg = decode (finish (&build));
  fail_if (stun_msg_get_mapped (&msg, &out));
}
GST_END_TEST;

GST_START_TEST (an_error_response_may_lack_its_code)
{
  Build build;
  StunError error = { .code = 7 };
  StunMsg msg;

  begin (&build, STUN_ERROR);
  msg = decode (finish (&build));
  fail_if (stun_msg_get_error (&msg, &error));
  fail_unless_equals_int (error.code, 7);
  stun_writer_error (&build.writer, STUN_CODE_ROLE_CONFLICT, "Role Conflict");
  msg = decode (finish (&build));
  fail_unless (stun_msg_get_error (&msg, &error));
  fail_unless_equals_int (error.code, 487);
  fail_unless_equals_string (error.reason, "Role Conflict");
}
GST_END_TEST;

/* RFC 8489 §14.3 [STUN-14.3-1] */
GST_START_TEST (names_are_sent_below_509_bytes_and_read_up_to_763)
{
  char text[764];
  Build build;
  NetBytes value;
  StunMsg msg;
  size_t len;

  memset (text, 'a', sizeof text);
  text[763] = '\0';
  begin (&build, STUN_REQUEST);
  stun_writer_bytes (&build.writer, STUN_ATTR_USERNAME,
      net_bytes_from_text (text));
  msg = decode (finish (&build));
  fail_unless (stun_msg_find (&msg, STUN_ATTR_USERNAME, &value));
  fail_unless_equals_uint64 (value.len, 763);

  text[509] = '\0';
  begin (&build, STUN_REQUEST);
  stun_writer_text (&build.writer, STUN_ATTR_USERNAME, text);
  fail_if (stun_writer_finish (&build.writer, &len));
  text[508] = '\0';
  begin (&build, STUN_REQUEST);
  stun_writer_text (&build.writer, STUN_ATTR_USERNAME, text);
  fail_unless (stun_writer_finish (&build.writer, &len));
}
GST_END_TEST;

static bool
write_check (StunWriter *writer, uint8_t *buf, size_t cap, size_t *out_len)
{
  char username[4 * 73 + 1];

  /* RFC 8839 §5.4: fragments of 256 characters from the peer, 32 of ours. */
  memset (username, 'u', 256 + 1 + 32);
  username[256 + 1 + 32] = '\0';
  stun_writer_begin (writer, buf, cap, STUN_REQUEST, STUN_BINDING, id);
  stun_writer_text (writer, STUN_ATTR_USERNAME, username);
  stun_writer_u32 (writer, STUN_ATTR_PRIORITY, 1);
  stun_writer_u64 (writer, STUN_ATTR_ICE_CONTROLLING, 1);
  stun_writer_flag (writer, STUN_ATTR_USE_CANDIDATE);
  stun_writer_u32 (writer, STUN_ATTR_NOMINATION, 1);
  stun_writer_integrity (writer, key);
  stun_writer_fingerprint (writer);
  return stun_writer_finish (writer, out_len);
}

/* RFC 8489 §6.1 [STUN-6.1-2] */
GST_START_TEST (the_longest_check_stays_below_548_bytes)
{
  uint8_t bytes[STUN_MSG_MAX];
  StunWriter writer;
  size_t len = 0;

  fail_unless (write_check (&writer, bytes, sizeof bytes, &len));
  fail_unless (len < 548);
}
GST_END_TEST;

GST_START_TEST (a_message_fits_exactly_or_not_at_all)
{
  uint8_t bytes[STUN_MSG_MAX];
  StunWriter writer;
  size_t whole = 0;

  fail_unless (write_check (&writer, bytes, sizeof bytes, &whole));
  for (size_t cap = 0; cap <= whole; cap++) {
    g_autofree uint8_t *memory = g_malloc (cap);
    size_t len = 0;
    fail_unless (write_check (&writer, memory, cap, &len) == (cap == whole));
    fail_unless (len == (cap == whole ? whole : 0));
  }
}
GST_END_TEST;

GST_START_TEST (a_value_longer_than_the_length_field_does_not_fit)
{
  g_autofree uint8_t *value = g_malloc0 (65536);
  g_autofree uint8_t *memory = g_malloc (200000);
  StunWriter writer;
  size_t len;

  stun_writer_begin (&writer, memory, 200000, STUN_REQUEST, STUN_BINDING, id);
  stun_writer_bytes (&writer, STUN_ATTR_DATA, NET_BYTES (value, 65536));
  fail_if (stun_writer_finish (&writer, &len));
  stun_writer_begin (&writer, memory, 200000, STUN_REQUEST, STUN_BINDING, id);
  stun_writer_bytes (&writer, STUN_ATTR_DATA, NET_BYTES (value, 65528));
  fail_unless (stun_writer_finish (&writer, &len) && len == 20 + 4 + 65528);
  stun_writer_flag (&writer, STUN_ATTR_DONT_FRAGMENT);
  fail_if (stun_writer_finish (&writer, &len));
}
GST_END_TEST;

GST_START_TEST (values_of_every_length_come_back_without_their_padding)
{
  static const uint8_t data[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

  for (size_t len = 0; len <= sizeof data; len++) {
    Build build;
    NetBytes value;
    StunMsg msg;

    begin (&build, STUN_INDICATION);
    build.writer.pad = 0xee;
    stun_writer_bytes (&build.writer, STUN_ATTR_DATA, NET_BYTES (data, len));
    stun_writer_u32 (&build.writer, STUN_ATTR_LIFETIME, 600);
    msg = decode (finish (&build));
    fail_unless (stun_msg_find (&msg, STUN_ATTR_DATA, &value));
    fail_unless (net_bytes_equal (value, NET_BYTES (data, len)));
    fail_unless (stun_msg_has (&msg, STUN_ATTR_LIFETIME));
  }
}
GST_END_TEST;

static Suite *
msg_suite (void)
{
  Suite *suite = suite_create ("stun/msg");
  TCase *tcase = tcase_create ("msg");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, each_broken_part_of_the_header_is_refused);
  tcase_add_test (tcase, every_truncation_is_refused);
  tcase_add_test (tcase, an_attribute_beyond_the_end_is_refused);
  tcase_add_test (tcase, types_are_those_of_the_registry);
  tcase_add_test (tcase, ids_are_equal_by_all_their_bytes);
  tcase_add_test (tcase, a_wrong_fingerprint_is_refused);
  tcase_add_test (tcase, nothing_may_follow_the_fingerprint);
  tcase_add_test (tcase, a_fingerprint_of_another_length_is_refused);
  tcase_add_test (tcase, what_follows_integrity_has_no_effect);
  tcase_add_test (tcase, after_sha256_only_the_fingerprint_counts);
  tcase_add_test (tcase, a_second_integrity_is_not_looked_at);
  tcase_add_test (tcase, the_first_of_two_wins);
  tcase_add_test (tcase, unknown_required_attributes_are_listed_once);
  tcase_add_test (tcase, unknown_optional_and_misplaced_attributes_are_ignored);
  tcase_add_test (tcase, the_caller_may_know_less);
  tcase_add_test (tcase, no_more_unknown_attributes_than_there_is_room_for);
  tcase_add_test (tcase, a_420_lists_an_odd_number_with_padding);
  tcase_add_test (tcase, the_mapped_address_is_the_xored_one_or_rfc_3489s);
  tcase_add_test (tcase, no_mapped_address_or_one_of_a_strange_family_is_none);
  tcase_add_test (tcase, an_error_response_may_lack_its_code);
  tcase_add_test (tcase, names_are_sent_below_509_bytes_and_read_up_to_763);
  tcase_add_test (tcase, the_longest_check_stays_below_548_bytes);
  tcase_add_test (tcase, a_message_fits_exactly_or_not_at_all);
  tcase_add_test (tcase, a_value_longer_than_the_length_field_does_not_fit);
  tcase_add_test (tcase,
      values_of_every_length_come_back_without_their_padding);
  return suite;
}

GST_CHECK_MAIN (msg)
