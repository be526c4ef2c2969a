/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words that people see: verdicts, quotes, server errors. */

#include <gst/check/gstcheck.h>

#include "../../../gst/ice/gsticequote.h"
#include "../../../gst/ice/gsticereport.h"

static GstElement *
new_poster (GstBus **out_bus)
{
  GstElement *poster = gst_bin_new ("poster");

  *out_bus = gst_bus_new ();
  gst_element_set_bus (poster, *out_bus);
  return poster;
}

static void
free_poster (GstElement *poster, GstBus *bus)
{
  gst_bus_set_flushing (bus, TRUE);
  gst_element_set_bus (poster, NULL);
  gst_object_unref (bus);
  gst_object_unref (poster);
}

static const gchar *
cause_name (guint index)
{
  switch (index) {
    case 0:
      return GST_ICE_CAUSE_SIGNALLING;
    case 1:
      return GST_ICE_CAUSE_PEER_CLOSED;
    default:
      return ice_cause_name (index - 1);
  }
}

#define N_CAUSES (ICE_CAUSE_CONSENT_EXPIRED + 2)

GST_START_TEST (every_cause_has_a_verdict)
{
  GstBus *bus;
  GstElement *poster = new_poster (&bus);
  GstIceVerdict verdict = { .cause = cause_name (__i__), .table = "a table" };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  const GstStructure *details;
  GstMessage *message;

  gst_ice_report_verdict (poster, &verdict, TRUE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (error->domain == GST_RESOURCE_ERROR);
  fail_unless_equals_int (error->code,
      g_str_equal (verdict.cause, "bad-credentials")
          ? GST_RESOURCE_ERROR_NOT_AUTHORIZED
          : GST_RESOURCE_ERROR_OPEN_READ_WRITE);
  fail_unless (strlen (error->message) > 20);
  fail_unless (g_str_has_prefix (debug, "a table\nadvice: "));
  gst_message_parse_error_details (message, &details);
  fail_unless_equals_string (gst_structure_get_string (details, "cause"),
      verdict.cause);
  gst_message_unref (message);
  free_poster (poster, bus);
}
GST_END_TEST;

GST_START_TEST (a_verdict_that_is_not_fatal_is_a_warning)
{
  GstBus *bus;
  GstElement *poster = new_poster (&bus);
  GstIceVerdict verdict = { .cause = "checks-timeout" };
  const GstStructure *details;
  GstMessage *message;

  gst_ice_report_verdict (poster, &verdict, FALSE);
  message = gst_bus_pop (bus);
  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING);
  gst_message_parse_warning_details (message, &details);
  fail_unless_equals_string (gst_structure_get_string (details, "cause"),
      "checks-timeout");
  gst_message_unref (message);
  fail_unless (gst_bus_pop (bus) == NULL);
  free_poster (poster, bus);
}
GST_END_TEST;

GST_START_TEST (without_a_poster_nothing_is_posted_or_leaked)
{
  GstIceVerdict verdict = { .cause = "checks-timeout" };
  IceOutServer server = { .code = 401, .text = "Unauthorized" };

  gst_ice_report_verdict (NULL, &verdict, TRUE);
  gst_ice_report_progress (NULL, GST_PROGRESS_TYPE_START, "ice-check", "x");
  gst_ice_report_refused (NULL, "what", "input");
  gst_ice_report_server (NULL, "stun:a", &server);
  gst_ice_report_element (NULL, gst_structure_new_empty ("ice-state"));
}
GST_END_TEST;

GST_START_TEST (a_quote_is_short_and_harmless)
{
  g_autofree gchar *plain = gst_ice_quote ("candidate:1 1 UDP");
  g_autofree gchar *escape = gst_ice_quote ("\033[31mred\n\xff\xc3\xbc");
  g_autofree gchar *huge_input = g_strnfill (100000, 'x');
  g_autofree gchar *huge = gst_ice_quote (huge_input);
  g_autofree gchar *none = gst_ice_quote (NULL);

  fail_unless_equals_string (plain, "candidate:1 1 UDP");
  fail_unless_equals_string (escape, "\\x1b[31mred\\x0a\\xffü");
  fail_unless (strlen (huge) < 220 && g_str_has_suffix (huge, "…"));
  fail_unless_equals_string (none, "");
}
GST_END_TEST;

GST_START_TEST (a_quote_hides_passwords)
{
  g_autofree gchar *sdp = gst_ice_quote ("a=ice-ufrag:abcd\r\na=ice-pwd:"
                                         "secretsecretsecretsecret\r\nm=audio");
  g_autofree gchar *json =
      gst_ice_quote ("{\"sdpfrag\":\"a=ice-pwd: secretsecret\\r\\nm=\"}");
  g_autofree gchar *last = gst_ice_hide_passwords ("a=ice-pwd:secret");

  fail_unless (strstr (sdp, "secret") == NULL, "%s", sdp);
  fail_unless (strstr (sdp, "abcd") != NULL && strstr (sdp, "m=audio") != NULL);
  fail_unless_equals_string (json, "{\"sdpfrag\":\"a=ice-pwd:***\\r\\nm=\"}");
  fail_unless_equals_string (last, "a=ice-pwd:***");
}
GST_END_TEST;

GST_START_TEST (a_server_error_says_why)
{
  IceOutServer code = { .code = 401, .text = "Unauthorized" };
  IceOutServer name = { .code = 0 };
  IceOutServer silent = { .code = 0 };
  g_autofree gchar *one = gst_ice_report_server_reason (&code);
  g_autofree gchar *two = gst_ice_report_server_reason (&name);
  g_autofree gchar *three = NULL;

  net_addr_parse ("192.0.2.1", &silent.addr);
  three = gst_ice_report_server_reason (&silent);
  fail_unless_equals_string (one, "401 Unauthorized");
  fail_unless_equals_string (two, "its name did not resolve");
  fail_unless_equals_string (three, "no answer");
}
GST_END_TEST;

GST_START_TEST (success_is_one_line)
{
  GstBus *bus;
  GstElement *poster = new_poster (&bus);
  IceOutSelected selected = { .local.type = ICE_CAND_SRFLX,
    .remote.type = ICE_CAND_HOST,
    .rtt = NET_MSEC (23) };
  g_autoptr (GError) error = NULL;
  GstMessage *message;

  gst_ice_report_connected (poster, NET_MSEC (184), FALSE, &selected);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_INFO);
  gst_message_parse_info (message, &error, NULL);
  fail_unless_equals_string (error->message,
      "connected in 184 ms, srflx to host, RTT 23 ms, direct");
  gst_message_unref (message);
  free_poster (poster, bus);
}
GST_END_TEST;

static Suite *
gsticereport_suite (void)
{
  Suite *suite = suite_create ("gsticereport");
  TCase *tcase = tcase_create ("words");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, every_cause_has_a_verdict, 0, N_CAUSES);
  tcase_add_test (tcase, a_verdict_that_is_not_fatal_is_a_warning);
  tcase_add_test (tcase, without_a_poster_nothing_is_posted_or_leaked);
  tcase_add_test (tcase, a_quote_is_short_and_harmless);
  tcase_add_test (tcase, a_quote_hides_passwords);
  tcase_add_test (tcase, a_server_error_says_why);
  tcase_add_test (tcase, success_is_one_line);
  return suite;
}

GST_CHECK_MAIN (gsticereport);
