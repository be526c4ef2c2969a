/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The carriers' JSON: what is written is what docs/signalling.md shows, what is
 * read is anything at all. */

#include <gst/check/gstcheck.h>

#include "signal-message.h"

static void
assert_refused (const gchar *line, gsize length, const gchar *why)
{
  g_auto (GstIceSignalMessage) message = { .type = GST_ICE_SIGNAL_BYE };
  g_autofree gchar *complaint = NULL;

  fail_if (gst_ice_signal_message_parse (line, length, &message, &complaint),
      "accepted: %s", line);
  fail_unless (strstr (complaint, why) != NULL, "“%s” instead of “%s”",
      complaint, why);
  fail_unless (g_utf8_validate (complaint, -1, NULL));
  fail_unless (strlen (complaint) < 200, "%s", complaint);
  /* Out parameters stay untouched on failure. */
  fail_unless_equals_int (message.type, GST_ICE_SIGNAL_BYE);
  fail_unless (message.text == NULL);
}

static GstIceSignalMessage
parse (const gchar *line)
{
  GstIceSignalMessage message;
  g_autofree gchar *complaint = NULL;

  fail_unless (gst_ice_signal_message_parse (line, strlen (line), &message,
                   &complaint),
      "%s", complaint);
  return message;
}

typedef struct
{
  GstIceSignalMessage message;
  const gchar *line;
} Example;

static const Example examples[] = {
  { { GST_ICE_SIGNAL_HELLO, (gchar *) "5f3a", NULL, 0 },
      "{\"type\":\"hello\",\"version\":1,\"session\":\"5f3a\"}\n" },
  { { GST_ICE_SIGNAL_HELLO, (gchar *) "5f3a", (gchar *) "77", 0 },
      "{\"type\":\"hello\",\"version\":1,\"session\":\"5f3a\",\"to\":\"77\"}"
      "\n" },
  { { GST_ICE_SIGNAL_DESCRIPTION, (gchar *) "a=ice-ufrag:x\r\n", NULL, 0 },
      "{\"type\":\"description\",\"sdpfrag\":\"a=ice-ufrag:x\\r\\n\"}\n" },
  { { GST_ICE_SIGNAL_CANDIDATE, (gchar *) "candidate:1 \"ä\\", NULL, 3 },
      "{\"type\":\"candidate\",\"stream\":3,\"candidate\":"
      "\"candidate:1 \\\"ä\\\\\"}\n" },
  { { GST_ICE_SIGNAL_CANDIDATE, (gchar *) "", NULL, 1 },
      "{\"type\":\"end-of-candidates\",\"stream\":1}\n" },
  { { GST_ICE_SIGNAL_RESTART, NULL, NULL, 0 }, "{\"type\":\"restart\"}\n" },
  { { GST_ICE_SIGNAL_BYE, (gchar *) "eos", NULL, 0 },
      "{\"type\":\"bye\",\"reason\":\"eos\"}\n" },
};

GST_START_TEST (what_is_written_is_read_again)
{
  const Example *example = &examples[__i__];
  g_autofree gchar *line = gst_ice_signal_message_to_line (&example->message);
  g_auto (GstIceSignalMessage) message = parse (line);

  fail_unless_equals_string (line, example->line);
  fail_unless_equals_int (message.type, example->message.type);
  fail_unless_equals_string (message.text, example->message.text);
  fail_unless_equals_string (message.to, example->message.to);
  fail_unless_equals_int (message.stream, example->message.stream);
}
GST_END_TEST

GST_START_TEST (a_stream_that_is_not_named_is_the_first)
{
  g_auto (GstIceSignalMessage) message =
      parse ("{\"type\":\"candidate\",\"candidate\":\"candidate:1\"}");

  fail_unless_equals_int (message.stream, 0);
}
GST_END_TEST

GST_START_TEST (a_bye_needs_no_reason)
{
  g_auto (GstIceSignalMessage) bare = parse ("{\"type\":\"bye\"}");
  g_auto (GstIceSignalMessage) odd =
      parse ("{\"type\":\"bye\",\"reason\":[1]}");

  fail_unless_equals_int (bare.type, GST_ICE_SIGNAL_BYE);
  fail_unless_equals_string (bare.text, "");
  fail_unless_equals_string (odd.text, "");
}
GST_END_TEST

GST_START_TEST (an_empty_candidate_ends_them)
{
  g_auto (GstIceSignalMessage) message =
      parse ("{\"type\":\"candidate\",\"stream\":2,\"candidate\":\"\"}");

  fail_unless_equals_int (message.type, GST_ICE_SIGNAL_CANDIDATE);
  fail_unless_equals_string (message.text, "");
  fail_unless_equals_int (message.stream, 2);
}
GST_END_TEST

GST_START_TEST (what_a_later_version_says_is_passed_over)
{
  g_auto (GstIceSignalMessage) type =
      parse ("{\"type\":\"chat\",\"text\":{\"a\":[1,2,{}]}}");
  g_auto (GstIceSignalMessage) member =
      parse (" {\"x\":null,\"type\":\"hello\",\"version\":9,\"session\":\"s\","
             "\"to\":5}");

  fail_unless_equals_int (type.type, GST_ICE_SIGNAL_UNKNOWN);
  fail_unless_equals_int (member.type, GST_ICE_SIGNAL_HELLO);
  fail_unless_equals_string (member.text, "s");
  fail_unless (member.to == NULL);
}
GST_END_TEST

typedef struct
{
  const gchar *line;
  const gchar *why;
} Refusal;

static const Refusal refusals[] = {
  { "", "is not a JSON object" },
  { "   ", "is not a JSON object" },
  { "hello", "is not a JSON object" },
  { "[]", "is not a JSON object" },
  { "\"hello\"", "is not a JSON object" },
  { "null", "is not a JSON object" },
  { "var x = {}", "is not a JSON object" },
  { "{", "is not JSON" },
  { "{\"type\":\"hello\"", "is not JSON" },
  { "{\"type\" \"hello\"}", "is not JSON" },
  { "{}", "has no type" },
  { "{\"type\":null}", "has no type" },
  { "{\"type\":7}", "has no type" },
  { "{\"type\":[\"hello\"]}", "has no type" },
  { "{\"type\":\"hello\"}", "hello has no session" },
  { "{\"type\":\"hello\",\"session\":\"\"}", "hello has no session" },
  { "{\"type\":\"hello\",\"session\":1}", "hello has no session" },
  { "{\"type\":\"description\"}", "description has no sdpfrag" },
  { "{\"type\":\"description\",\"sdpfrag\":\"\"}", "description has no" },
  { "{\"type\":\"description\",\"sdpfrag\":{}}", "description has no" },
  { "{\"type\":\"candidate\",\"stream\":0}", "candidate has no candidate" },
  { "{\"type\":\"candidate\",\"candidate\":true}", "has no candidate" },
  { "{\"type\":\"candidate\",\"stream\":-1,\"candidate\":\"c\"}", "stream" },
  { "{\"type\":\"candidate\",\"stream\":1.5,\"candidate\":\"c\"}", "stream" },
  { "{\"type\":\"candidate\",\"stream\":\"0\",\"candidate\":\"c\"}", "stream" },
  { "{\"type\":\"candidate\",\"stream\":65536,\"candidate\":\"c\"}", "stream" },
  { "{\"type\":\"candidate\",\"stream\":99999999999999999999,"
    "\"candidate\":\"c\"}",
      "stream" },
  { "{\"type\":\"end-of-candidates\",\"stream\":null}", "stream" },
  { "{\"type\":\"candidate\",\"candidate\":\"\\ud800\"}", "" },
  { "{\"type\":\"candidate\",\"candidate\":\"a\\u0000b\"}", "holds a NUL" },
  { "{\"type\":\"candidate\",\"candidate\":\"\xff\xfe\"}", "is not UTF-8" },
};

GST_START_TEST (what_is_wrong_is_refused_with_its_reason)
{
  const Refusal *refusal = &refusals[__i__];
  assert_refused (refusal->line, strlen (refusal->line), refusal->why);
}
GST_END_TEST

GST_START_TEST (a_line_with_a_nul_is_refused_whole)
{
  static const gchar line[] = "{\"type\":\"bye\"}\0{}";
  assert_refused (line, sizeof line - 1, "holds a NUL");
}
GST_END_TEST

GST_START_TEST (a_session_has_a_bounded_length)
{
  g_autofree gchar *session = g_strnfill (257, 's');
  g_autofree gchar *line =
      g_strdup_printf ("{\"type\":\"hello\",\"session\":\"%s\"}", session);

  assert_refused (line, strlen (line), "hello has no session");
}
GST_END_TEST

/* The parser recurses: so deep a line would end the process. */
GST_START_TEST (nesting_without_end_is_refused)
{
  g_autoptr (GString) line = g_string_new ("{\"x\":\"]]]]\",\"type\":");
  guint i;

  for (i = 0; i < 100000; i++)
    g_string_append (line, i % 2 ? "[" : "{\"]\":");
  assert_refused (line->str, line->len, "too many brackets");
}
GST_END_TEST

GST_START_TEST (a_quotation_is_short_and_printable)
{
  g_autofree gchar *odd =
      gst_ice_signal_message_quote ("a\n\x1b[0m\xff\0ü", 10);
  g_autofree gchar *filler = g_strnfill (5000, 'x');
  g_autofree gchar *cut = gst_ice_signal_message_quote (filler, 5000);

  fail_unless_equals_string (odd, "a\\x0a\\x1b[0m\\xff\\x00ü");
  fail_unless (strlen (cut) < 110);
  fail_unless (g_str_has_suffix (cut, "…"));
}
GST_END_TEST

GST_START_TEST (a_reason_cannot_drive_a_terminal)
{
  g_auto (GstIceSignalMessage) message =
      parse ("{\"type\":\"bye\",\"reason\":\"\\u001b[2J\"}");

  fail_unless_equals_string (message.text, "\\x1b[2J");
}
GST_END_TEST

static Suite *
signal_message_suite (void)
{
  Suite *suite = suite_create ("signal-message");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, what_is_written_is_read_again, 0,
      G_N_ELEMENTS (examples));
  tcase_add_test (tc, a_stream_that_is_not_named_is_the_first);
  tcase_add_test (tc, a_bye_needs_no_reason);
  tcase_add_test (tc, an_empty_candidate_ends_them);
  tcase_add_test (tc, what_a_later_version_says_is_passed_over);
  tcase_add_loop_test (tc, what_is_wrong_is_refused_with_its_reason, 0,
      G_N_ELEMENTS (refusals));
  tcase_add_test (tc, a_line_with_a_nul_is_refused_whole);
  tcase_add_test (tc, a_session_has_a_bounded_length);
  tcase_add_test (tc, nesting_without_end_is_refused);
  tcase_add_test (tc, a_quotation_is_short_and_printable);
  tcase_add_test (tc, a_reason_cannot_drive_a_terminal);
  return suite;
}

GST_CHECK_MAIN (signal_message)
