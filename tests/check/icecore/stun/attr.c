/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Attribute values: what is read, and that a value one byte off is not. */

#include <gst/check/gstcheck.h>

#include "stun/attr.h"

static const uint8_t txn_id[12] = { 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6,
  0x86, 0xfa, 0x87, 0xdf, 0xae };

GST_START_TEST (addresses_of_both_families_are_read)
{
  static const uint8_t value[20] = { 0x55, 2, 0x1f, 0x90, 0x20, 0x01, 0x0d,
    0xb8, [19] = 1 };
  uint8_t ipv4[8] = { 0xaa, 1, 0x1f, 0x90, 192, 0, 2, 1 };
  char text[NET_ADDR_TEXT_MAX];
  NetAddr addr;

  fail_unless (stun_attr_get_addr (NET_BYTES (ipv4, 8), &addr));
  fail_unless_equals_string (net_addr_format (addr, text), "192.0.2.1:8080");
  fail_unless (stun_attr_get_addr (NET_BYTES (value, 20), &addr));
  fail_unless_equals_string (net_addr_format (addr, text),
      "[2001:db8::1]:8080");
}
GST_END_TEST;

/* [STUN-6.3.3-2]: another family is not guessed at. */
GST_START_TEST (addresses_of_a_wrong_length_or_family_are_not_read)
{
  uint8_t value[24] = { 0 };
  NetAddr addr = { .port = 7 };

  for (unsigned family = 0; family < 256; family++) {
    value[1] = (uint8_t) family;
    for (size_t len = 0; len <= sizeof value; len++) {
      bool good = (family == 1 && len == 8) || (family == 2 && len == 20);
      NetAddr out = addr;
      fail_unless (stun_attr_get_addr (NET_BYTES (value, len), &out) == good,
          "family %u, %zu bytes", family, len);
      fail_unless (good || out.port == 7);
      fail_unless (stun_attr_get_xor_addr (NET_BYTES (value, len), txn_id,
                       &out) == good);
    }
  }
}
GST_END_TEST;

GST_START_TEST (the_mask_is_its_own_inverse)
{
  static const uint8_t value[8] = { 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43 };
  NetAddr addr, ipv6;
  char text[NET_ADDR_TEXT_MAX];

  fail_unless (stun_attr_get_xor_addr (NET_BYTES (value, 8), txn_id, &addr));
  fail_unless_equals_string (net_addr_format (addr, text), "192.0.2.1:32853");
  fail_unless (net_addr_parse ("2001:db8::1", &ipv6));
  fail_if (net_addr_equal_ip (ipv6, stun_attr_xor_addr (ipv6, txn_id)));
  fail_unless (net_addr_equal (ipv6,
      stun_attr_xor_addr (stun_attr_xor_addr (ipv6, txn_id), txn_id)));
}
GST_END_TEST;

GST_START_TEST (numbers_want_their_exact_length)
{
  static const uint8_t value[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
  uint32_t u32 = 0;
  uint64_t u64 = 0;

  for (size_t len = 0; len <= sizeof value; len++) {
    fail_unless (stun_attr_get_u32 (NET_BYTES (value, len), &u32) ==
        (len == 4));
    fail_unless (stun_attr_get_u64 (NET_BYTES (value, len), &u64) ==
        (len == 8));
  }
  fail_unless_equals_int_hex (u32, 0x01020304);
  fail_unless (u64 == G_GUINT64_CONSTANT (0x0102030405060708));
}
GST_END_TEST;

/* RFC 8489 §14.8 [STUN-14.8-2] */
GST_START_TEST (error_codes_run_from_300_to_699)
{
  for (unsigned class_byte = 0; class_byte < 256; class_byte++) {
    for (unsigned number = 0; number < 256; number++) {
      const uint8_t value[4] = { 0xff, 0xff, (uint8_t) class_byte,
        (uint8_t) number };
      unsigned hundreds = class_byte & 7;
      bool good = hundreds >= 3 && hundreds <= 6 && number < 100;
      StunError error = { .code = 1 };

      fail_unless (stun_attr_get_error (NET_BYTES (value, 4), &error) == good);
      fail_unless_equals_int (error.code, good ? hundreds * 100 + number : 1);
    }
  }
}
GST_END_TEST;

GST_START_TEST (an_error_code_of_less_than_four_bytes_is_none)
{
  static const uint8_t value[4] = { 0, 0, 4, 1 };
  StunError error;

  for (size_t len = 0; len < 4; len++)
    fail_if (stun_attr_get_error (NET_BYTES (value, len), &error));
  fail_unless (stun_attr_get_error (NET_BYTES (value, 4), &error));
  fail_unless_equals_string (error.reason, "");
}
GST_END_TEST;

static void
expect_reason (const char *bytes, size_t len, const char *expected)
{
  uint8_t value[1024] = { 0, 0, 4, 0 };
  StunError error;

  memcpy (value + 4, bytes, len);
  fail_unless (stun_attr_get_error (NET_BYTES (value, 4 + len), &error));
  fail_unless_equals_string (error.reason, expected);
}

GST_START_TEST (a_reason_is_safe_to_print)
{
  expect_reason ("Stale Nonce", 11, "Stale Nonce");
  expect_reason ("gro\xc3\x9f \xe3\x83\x9e", 9, "gro\xc3\x9f \xe3\x83\x9e");
  expect_reason ("a\r\n\x1b[2J\x7f\0z", 10, "a???[2J??z");
  expect_reason ("\xc2\x85", 2, "?");
  expect_reason ("\xff\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80", 10, "??????????");
  expect_reason ("a\xe3\x83", 3, "a??");
}
GST_END_TEST;

GST_START_TEST (a_long_reason_is_cut_between_characters)
{
  char text[763], expected[STUN_REASON_MAX] = { 0 };

  memset (text, 'a', sizeof text);
  memset (expected, 'a', STUN_REASON_MAX - 1);
  expect_reason (text, sizeof text, expected);
  /* The 127th byte would be the first of three. */
  memcpy (text + STUN_REASON_MAX - 2, "\xe3\x83\x9e", 3);
  expected[STUN_REASON_MAX - 2] = '\0';
  expect_reason (text, sizeof text, expected);
}
GST_END_TEST;

/* RFC 8489 §14 */
GST_START_TEST (the_lower_half_of_the_types_is_required)
{
  fail_unless (stun_attr_is_required (0x0000));
  fail_unless (stun_attr_is_required (0x7fff));
  fail_if (stun_attr_is_required (0x8000));
  fail_if (stun_attr_is_required (0xffff));
}
GST_END_TEST;

static Suite *
attr_suite (void)
{
  Suite *suite = suite_create ("stun/attr");
  TCase *tcase = tcase_create ("attr");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, addresses_of_both_families_are_read);
  tcase_add_test (tcase, addresses_of_a_wrong_length_or_family_are_not_read);
  tcase_add_test (tcase, the_mask_is_its_own_inverse);
  tcase_add_test (tcase, numbers_want_their_exact_length);
  tcase_add_test (tcase, error_codes_run_from_300_to_699);
  tcase_add_test (tcase, an_error_code_of_less_than_four_bytes_is_none);
  tcase_add_test (tcase, a_reason_is_safe_to_print);
  tcase_add_test (tcase, a_long_reason_is_cut_between_characters);
  tcase_add_test (tcase, the_lower_half_of_the_types_is_required);
  return suite;
}

GST_CHECK_MAIN (attr)
