/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* STUN URIs (RFC 7064), one by one and in lists. [URI-7064-1] */

#include <gst/check/gstcheck.h>
#include <glib/gstdio.h>

#include "../../../gst/ice/gsticeserver.h"

typedef struct
{
  const gchar *uri;
  const gchar *host;
  guint port;
} Good;

static const Good good[] = {
  { "stun:192.0.2.1", "192.0.2.1", 3478 },
  { "stun:stun.example.org", "stun.example.org", 3478 },
  { "stun:stun.example.org:19302", "stun.example.org", 19302 },
  { "stun://stun.example.org:3478", "stun.example.org", 3478 },
  { "stun://stun.example.org/", "stun.example.org", 3478 },
  { "STUN:Stun.Example.Org", "stun.example.org", 3478 },
  { "stun:[2001:db8::1]", "2001:db8::1", 3478 },
  { "stun:[2001:db8::1]:5000", "2001:db8::1", 5000 },
  { "stun:st%75n.example.org", "stun.example.org", 3478 },
  { "stun:b%C3%BCcher.example", "xn--bcher-kva.example", 3478 },
  { "stun:localhost:1", "localhost", 1 },
  { "stun:a_b.example:65535", "a_b.example", 65535 },
};

static const gchar *bad[] = { "", "stun", "stun:", "stun://", "http://host",
  "stun.example.org:3478", "stun:host:", "stun:host:0", "stun:host:65536",
  "stun:host:-1", "stun:host:+5", "stun:host: 5", "stun:host:12x",
  "stun:user@host", "stun:host?transport=udp", "stun:host/path", "stun:ho st",
  "stun:[::1", "stun:::1", "stun:[192.0.2.1]", "stun:[::1]x", "stun:%",
  "stun:%zz", "stun:%00", "stun:a..b", "stun:.a", "stun:-a", "stun:\xff",
  "stun:host#frag" };

static void
assert_says (GError *error, const gchar *what)
{
  fail_unless (error != NULL);
  fail_unless (strstr (error->message, what) != NULL, "\"%s\" lacks \"%s\"",
      error->message, what);
}

GST_START_TEST (good_uris_are_taken)
{
  g_autoptr (GError) error = NULL;
  GstIceServer *server = gst_ice_server_parse (good[__i__].uri, &error);

  fail_unless (server != NULL, "%s", error != NULL ? error->message : "");
  fail_unless_equals_string (server->uri, good[__i__].uri);
  fail_unless (g_ascii_strcasecmp (server->host, good[__i__].host) == 0, "%s",
      server->host);
  fail_unless_equals_int (server->port, good[__i__].port);
  gst_ice_server_free (server);
}
GST_END_TEST;

GST_START_TEST (bad_uris_are_refused_in_words)
{
  g_autoptr (GError) error = NULL;

  fail_unless (gst_ice_server_parse (bad[__i__], &error) == NULL, "%s",
      bad[__i__]);
  assert_says (error, "accepted: stun:host");
  fail_unless (g_utf8_validate (error->message, -1, NULL));
}
GST_END_TEST;

GST_START_TEST (what_is_not_supported_yet_is_named)
{
  static const gchar *uris[] = { "turn:host", "turns:host?transport=tcp",
    "stuns:host", "TURN://u:p@host" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (uris); i++) {
    g_autoptr (GError) error = NULL;

    fail_unless (gst_ice_server_parse (uris[i], &error) == NULL);
    assert_says (error, "not supported yet");
  }
}
GST_END_TEST;

GST_START_TEST (a_list_is_taken_whole_or_not_at_all)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) servers =
      gst_ice_server_parse_list (" stun:a ,,stun:b:5,", &error);

  fail_unless (servers != NULL);
  fail_unless_equals_int (servers->len, 2);
  fail_unless_equals_string (((GstIceServer *) g_ptr_array_index (servers, 1))
                                 ->host,
      "b");
  fail_unless (gst_ice_server_parse_list ("stun:a,nonsense", &error) == NULL);
  assert_says (error, "nonsense");
}
GST_END_TEST;

GST_START_TEST (a_file_lists_servers)
{
  g_autofree gchar *path = NULL;
  g_autofree gchar *list = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) servers = NULL;
  const gchar *text = "# ours\r\nstun:a # first\n\nstun:b,stun:c\n";
  gint fd = g_file_open_tmp ("gstice-XXXXXX", &path, NULL);

  fail_unless (fd >= 0);
  g_close (fd, NULL);
  fail_unless (g_file_set_contents (path, text, -1, NULL));
  list = g_strdup_printf ("stun:z,@%s", path);
  servers = gst_ice_server_parse_list (list, &error);
  g_unlink (path);
  fail_unless (servers != NULL, "%s", error != NULL ? error->message : "");
  fail_unless_equals_int (servers->len, 4);
  fail_unless_equals_string (((GstIceServer *) g_ptr_array_index (servers, 3))
                                 ->host,
      "c");
  /* It is gone now. */
  fail_unless (gst_ice_server_parse_list (list, &error) == NULL);
  assert_says (error, path);
}
GST_END_TEST;

GST_START_TEST (a_list_has_an_end)
{
  GString *list = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < 65; i++)
    g_string_append (list, "stun:a,");
  fail_unless (gst_ice_server_parse_list (list->str, &error) == NULL);
  assert_says (error, "more than 64");
  g_string_free (list, TRUE);
}
GST_END_TEST;

static Suite *
gsticeserver_suite (void)
{
  Suite *suite = suite_create ("gsticeserver");
  TCase *tcase = tcase_create ("uris");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, good_uris_are_taken, 0, G_N_ELEMENTS (good));
  tcase_add_loop_test (tcase, bad_uris_are_refused_in_words, 0,
      G_N_ELEMENTS (bad));
  tcase_add_test (tcase, what_is_not_supported_yet_is_named);
  tcase_add_test (tcase, a_list_is_taken_whole_or_not_at_all);
  tcase_add_test (tcase, a_file_lists_servers);
  tcase_add_test (tcase, a_list_has_an_end);
  return suite;
}

GST_CHECK_MAIN (gsticeserver);
