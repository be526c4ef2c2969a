/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three pictures of an agent: they must be good dot, SVG and JSON whatever a
 * server wrote into its error, and show what they are for. */

#include <gst/check/gstcheck.h>
#include <json-glib/json-glib.h>
#include <locale.h>

#include "../../../gst/ice/gsticegraph.h"
#include "picture.h"

GST_START_TEST (dot_draws_the_nominated_pair_bold)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autofree gchar *dot = gst_ice_graph_dot (picture);

  fail_unless (g_str_has_prefix (dot, "digraph ice {"));
  fail_unless (g_str_has_suffix (dot, "}\n"));
  fail_unless (strstr (dot,
                   "\"local-candidate-0-1-192.0.2.1-5000\" -> "
                   "\"remote-candidate-0-1-198.51.100.9-6000\" "
                   "[label=\"23 ms\", color=\"#1f8a4c\"") != NULL,
      "%s", dot);
  fail_unless (strstr (dot, "style=bold") != NULL);
  fail_unless (strstr (dot, "label=\"failed\", color=\"#c0392b\"") != NULL);
}
GST_END_TEST;

typedef struct
{
  guint circles;
  guint depth;
} Seen;

static void
on_start (GMarkupParseContext *context, const gchar *name,
    const gchar **attributes, const gchar **values, gpointer data,
    GError **error)
{
  Seen *seen = data;
  guint i;

  (void) context;
  (void) error;
  seen->depth++;
  seen->circles += g_str_equal (name, "circle");
  for (i = 0; attributes[i] != NULL; i++) {
    if (g_str_equal (attributes[i], "cx") || g_str_equal (attributes[i], "x"))
      fail_unless (strchr (values[i], ',') == NULL, "%s", values[i]);
  }
}

static void
on_end (GMarkupParseContext *context, const gchar *name, gpointer data,
    GError **error)
{
  (void) context;
  (void) name;
  (void) error;
  ((Seen *) data)->depth--;
}

static guint
count_circles (const gchar *svg)
{
  static const GMarkupParser parser = { .start_element = on_start,
    .end_element = on_end };
  Seen seen = { 0 };
  GMarkupParseContext *context =
      g_markup_parse_context_new (&parser, 0, &seen, NULL);
  g_autoptr (GError) error = NULL;

  fail_unless (g_markup_parse_context_parse (context, svg, -1, &error) &&
          g_markup_parse_context_end_parse (context, &error),
      "%s", error != NULL ? error->message : "");
  fail_unless_equals_int (seen.depth, 0);
  g_markup_parse_context_free (context);
  return seen.circles;
}

GST_START_TEST (svg_is_well_formed_and_has_every_mark)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autofree gchar *svg = gst_ice_graph_svg (picture);
  guint before = count_circles (svg);
  g_autofree gchar *more = NULL;

  fail_unless (strstr (svg, "192.0.2.1:5000 → 198.51.100.9:6000") != NULL);
  fail_unless (strstr (svg, "host–prflx, selected, 23 ms") != NULL);
  fail_unless (strstr (svg, "stun:bad.example") != NULL);
  fail_unless (strstr (svg, ">checking<") != NULL);
  picture_add_mark (picture, GST_ICE_MARK_REQUEST_SENT, 0, 9, "10.0.0.9");
  more = gst_ice_graph_svg (picture);
  fail_unless_equals_int (count_circles (more), before + 1);
}
GST_END_TEST;

GST_START_TEST (svg_has_numbers_with_a_point_in_any_locale)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autofree gchar *plain = gst_ice_graph_svg (picture);
  g_autofree gchar *german = NULL;
  gboolean set = setlocale (LC_NUMERIC, "de_DE.UTF-8") != NULL;

  german = gst_ice_graph_svg (picture);
  setlocale (LC_NUMERIC, "C");
  /* Without that locale on the machine it is the same text anyway. */
  fail_unless (set || g_str_equal (plain, german));
  count_circles (german);
}
GST_END_TEST;

GST_START_TEST (svg_says_how_many_rows_are_left_out)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autofree gchar *svg = NULL;
  guint i;

  for (i = 0; i < 70; i++)
    picture_add_pair (picture, 100 + i, ICE_PAIR_WAITING, "10.0.0.8");
  svg = gst_ice_graph_svg (picture);
  fail_unless (strstr (svg, "and 14 more pairs") != NULL);
  count_circles (svg);
}
GST_END_TEST;

GST_START_TEST (nothing_gives_pictures_too)
{
  g_autoptr (GstIcePicture) picture = gst_ice_picture_new ();
  g_autofree gchar *svg = gst_ice_graph_svg (picture);
  g_autofree gchar *dot = gst_ice_graph_dot (picture);
  g_autofree gchar *json = gst_ice_graph_json (picture);
  g_autoptr (JsonNode) node = json_from_string (json, NULL);

  count_circles (svg);
  fail_unless (g_str_has_suffix (dot, "}\n"));
  fail_unless (node != NULL);
}
GST_END_TEST;

GST_START_TEST (json_has_all_of_the_statistics)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autofree gchar *json = gst_ice_graph_json (picture);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (json, &error);
  JsonObject *root;
  JsonObject *pair;
  JsonObject *server;

  fail_unless (node != NULL, "%s", error != NULL ? error->message : "");
  root = json_node_get_object (node);
  pair = json_object_get_object_member (root, "candidate-pair-7");
  fail_unless_equals_string (json_object_get_string_member (pair, "state"),
      "succeeded");
  fail_unless (json_object_get_boolean_member (pair, "nominated"));
  fail_unless (json_object_get_double_member (pair,
                   "current-round-trip-time") == 23.0);
  /* More than a double holds. */
  fail_unless_equals_string (json_object_get_string_member (pair, "priority"),
      "9115005270282338815");
  server = json_object_get_object_member (root, "ice-server-1");
  fail_unless_equals_string (json_object_get_string_member (server, "text"),
      "Server <Error> & \"more\"");
  fail_unless_equals_int (
      json_array_get_length (json_object_get_array_member (root, "timeline")),
      3);
}
GST_END_TEST;

static Suite *
gsticegraph_suite (void)
{
  Suite *suite = suite_create ("gsticegraph");
  TCase *tcase = tcase_create ("pictures");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, dot_draws_the_nominated_pair_bold);
  tcase_add_test (tcase, svg_is_well_formed_and_has_every_mark);
  tcase_add_test (tcase, svg_has_numbers_with_a_point_in_any_locale);
  tcase_add_test (tcase, svg_says_how_many_rows_are_left_out);
  tcase_add_test (tcase, nothing_gives_pictures_too);
  tcase_add_test (tcase, json_has_all_of_the_statistics);
  return suite;
}

GST_CHECK_MAIN (gsticegraph);
