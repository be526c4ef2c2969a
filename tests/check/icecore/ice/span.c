/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The knife of the text parsers: what each cut takes and what it leaves. */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "ice/span.h"

static void
expect (IceSpan span, const char *text)
{
  fail_unless (span.len == strlen (text) &&
          memcmp (span.text, text, span.len) == 0,
      "\"%.*s\" is not \"%s\"", (int) span.len, span.text, text);
}

GST_START_TEST (words_are_cut_at_blanks_and_tabs)
{
  IceSpan rest = ice_span_new (" \tone two\t three");

  expect (ice_span_next_word (&rest), "one");
  expect (ice_span_next_word (&rest), "two");
  expect (ice_span_next_word (&rest), "three");
  expect (ice_span_next_word (&rest), "");
  expect (ice_span_next_word (&rest), "");
}
GST_END_TEST;

GST_START_TEST (taking_a_word_stops_at_a_blank_right_here)
{
  IceSpan rest = ice_span_new (" one");

  expect (ice_span_take_word (&rest), "");
  expect (rest, " one");
}
GST_END_TEST;

GST_START_TEST (parts_are_cut_at_the_separator)
{
  IceSpan rest = ice_span_new ("a,,b,");
  IceSpan part;

  fail_unless (ice_span_next_part (&rest, ',', &part));
  expect (part, "a");
  fail_unless (ice_span_next_part (&rest, ',', &part));
  expect (part, "");
  fail_unless (ice_span_next_part (&rest, ',', &part));
  expect (part, "b");
  fail_if (ice_span_next_part (&rest, ',', &part));
}
GST_END_TEST;

GST_START_TEST (white_space_is_stripped_at_both_ends)
{
  expect (ice_span_strip (ice_span_new (" \t a b \r\n")), "a b");
  expect (ice_span_strip (ice_span_new (" \r\n")), "");
  expect (ice_span_strip (ice_span_new ("")), "");
}
GST_END_TEST;

GST_START_TEST (prefixes_and_words_match_in_any_case)
{
  IceSpan rest = ice_span_new ("A=Candidate:x");

  fail_unless (ice_span_skip_prefix (&rest, "a="));
  fail_unless (ice_span_skip_prefix (&rest, "candidate:"));
  fail_if (ice_span_skip_prefix (&rest, "xy"));
  fail_unless (ice_span_is (rest, "X"));
  fail_if (ice_span_is (rest, "xy"));
  fail_if (ice_span_is (rest, ""));
  fail_unless (ice_span_has (rest, 'x'));
  fail_if (ice_span_has (rest, '\0'));
}
GST_END_TEST;

GST_START_TEST (numbers_never_wrap)
{
  static const struct
  {
    const char *text;
    size_t max_digits;
    uint32_t max;
    gboolean good;
    uint32_t value;
  } rows[] = {
    { "0", 10, UINT32_MAX, TRUE, 0 },
    { "007", 10, UINT32_MAX, TRUE, 7 },
    { "4294967295", 10, UINT32_MAX, TRUE, UINT32_MAX },
    { "4294967296", 10, UINT32_MAX, FALSE, 0 },
    { "9999999999", 10, UINT32_MAX, FALSE, 0 },
    { "18446744073709551617", 18, UINT32_MAX, FALSE, 0 },
    { "65536", 5, 65535, FALSE, 0 },
    { "0001", 3, 256, FALSE, 0 },
    { "", 3, 256, FALSE, 0 },
    { "-1", 3, 256, FALSE, 0 },
    { "+1", 3, 256, FALSE, 0 },
    { " 1", 3, 256, FALSE, 0 },
    { "1a", 3, 256, FALSE, 0 },
    { "0x1", 3, 256, FALSE, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    uint32_t value = 4711;
    bool good = ice_span_number (ice_span_new (rows[i].text),
        rows[i].max_digits, rows[i].max, &value);

    fail_unless (good == rows[i].good, "\"%s\"", rows[i].text);
    fail_unless_equals_uint64 (value, good ? rows[i].value : 4711);
  }
}
GST_END_TEST;

GST_START_TEST (a_copy_needs_room_for_its_nul)
{
  char text[4] = "xyz";

  fail_if (ice_span_copy (ice_span_new ("abcd"), sizeof text, text));
  fail_unless_equals_string (text, "xyz");
  fail_unless (ice_span_copy (ice_span_new ("abc"), sizeof text, text));
  fail_unless_equals_string (text, "abc");
  fail_unless (ice_span_copy (ice_span_new (""), sizeof text, text));
  fail_unless_equals_string (text, "");
}
GST_END_TEST;

GST_START_TEST (ice_chars_are_told_from_others)
{
  for (int c = 1; c < 256; c++) {
    char text[2] = { (char) c, '\0' };
    bool strict = g_ascii_isalnum ((char) c) || c == '+' || c == '/';
    bool lenient = strict || c == '-' || c == '_' || c == '=';

    fail_unless (ice_span_is_ice_chars (ice_span_new (text), 1, 1, false) ==
        strict);
    fail_unless (ice_span_is_ice_chars (ice_span_new (text), 1, 1, true) ==
        lenient);
  }
}
GST_END_TEST;

static Suite *
span_suite (void)
{
  Suite *suite = suite_create ("ice/span");
  TCase *tcase = tcase_create ("span");

  tcase_add_test (tcase, words_are_cut_at_blanks_and_tabs);
  tcase_add_test (tcase, taking_a_word_stops_at_a_blank_right_here);
  tcase_add_test (tcase, parts_are_cut_at_the_separator);
  tcase_add_test (tcase, white_space_is_stripped_at_both_ends);
  tcase_add_test (tcase, prefixes_and_words_match_in_any_case);
  tcase_add_test (tcase, numbers_never_wrap);
  tcase_add_test (tcase, a_copy_needs_room_for_its_nul);
  tcase_add_test (tcase, ice_chars_are_told_from_others);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (span);
