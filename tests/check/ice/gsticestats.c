/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* application/x-ice-stats from a picture, and the ring of marks. */

#include <gst/check/gstcheck.h>

#include "picture.h"

static const GstStructure *
object_of (const GstStructure *stats, const gchar *id)
{
  const GValue *value = gst_structure_get_value (stats, id);

  fail_unless (value != NULL, "no object %s", id);
  return gst_value_get_structure (value);
}

static void
assert_string (const GstStructure *object, const gchar *field,
    const gchar *expected)
{
  fail_unless_equals_string (gst_structure_get_string (object, field),
      expected);
}

GST_START_TEST (pairs_point_to_their_candidates)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autoptr (GstStructure) stats = gst_ice_stats_to_structure (picture);
  const GstStructure *pair = object_of (stats, "candidate-pair-7");
  const GstStructure *remote;
  gdouble rtt;

  assert_string (pair, "type", "candidate-pair");
  assert_string (pair, "state", "succeeded");
  assert_string (pair, "transport-id", "transport-0-1");
  remote =
      object_of (stats, gst_structure_get_string (pair, "remote-candidate-id"));
  assert_string (remote, "type", "remote-candidate");
  assert_string (remote, "candidate-type", "prflx");
  assert_string (remote, "address", "198.51.100.9");
  object_of (stats, gst_structure_get_string (pair, "local-candidate-id"));
  fail_unless (gst_structure_get_double (pair, "current-round-trip-time",
      &rtt));
  fail_unless (rtt == 23.0);
  assert_string (object_of (stats, "candidate-pair-8"), "state", "failed");
}
GST_END_TEST;

GST_START_TEST (the_transport_names_the_selected_pair)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autoptr (GstStructure) stats = gst_ice_stats_to_structure (picture);
  const GstStructure *transport = object_of (stats, "transport-0-1");
  guint64 dropped;

  assert_string (transport, "selected-candidate-pair-id", "candidate-pair-7");
  assert_string (transport, "ice-state", "completed");
  assert_string (transport, "ice-role", "controlling");
  fail_unless (gst_structure_get_uint64 (transport, "dropped-no-route",
      &dropped));
  fail_unless_equals_uint64 (dropped, 5);
}
GST_END_TEST;

GST_START_TEST (every_drop_reason_has_a_counter)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autoptr (GstStructure) stats = gst_ice_stats_to_structure (picture);
  const GstStructure *drops = object_of (stats, "drops");
  gint i;

  for (i = 0; i < ICE_DROP_REASONS; i++) {
    guint64 n;

    fail_unless (gst_structure_get_uint64 (drops, ice_drop_name (i), &n));
    fail_unless_equals_uint64 (n, i == ICE_DROP_INTEGRITY ? 3 : 0);
  }
}
GST_END_TEST;

GST_START_TEST (servers_tell_their_results)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autoptr (GstStructure) stats = gst_ice_stats_to_structure (picture);
  const GstStructure *good = object_of (stats, "ice-server-0");
  const GstStructure *bad = object_of (stats, "ice-server-1");

  assert_string (good, "state", "succeeded");
  assert_string (good, "mapped-address", "198.51.100.7:4444");
  assert_string (bad, "state", "failed");
  assert_string (bad, "url", "stun:bad.example");
  fail_if (gst_structure_has_field (bad, "mapped-address"));
}
GST_END_TEST;

GST_START_TEST (the_timeline_has_milestones_only)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autoptr (GstStructure) stats = gst_ice_stats_to_structure (picture);
  const GValue *timeline = gst_structure_get_value (stats, "timeline");
  const GstStructure *last;
  gdouble time;

  fail_unless_equals_int (gst_value_array_get_size (timeline), 3);
  last = gst_value_get_structure (gst_value_array_get_value (timeline, 2));
  assert_string (last, "what", "state completed");
  fail_unless (gst_structure_get_double (last, "time", &time) && time == 26.0);
}
GST_END_TEST;

GST_START_TEST (stats_survive_their_own_text)
{
  g_autoptr (GstIcePicture) picture = picture_new ();
  g_autoptr (GstStructure) stats = gst_ice_stats_to_structure (picture);
  g_autofree gchar *text = gst_structure_to_string (stats);
  g_autoptr (GstStructure) again = gst_structure_from_string (text, NULL);

  fail_unless (again != NULL);
  fail_unless (gst_structure_is_equal (stats, again));
}
GST_END_TEST;

GST_START_TEST (the_ring_keeps_the_last_marks)
{
  GstIceTimeline timeline = { 0 };
  g_autoptr (GArray) marks = NULL;
  guint i;

  for (i = 0; i < GST_ICE_TIMELINE_MAX + 10; i++) {
    GstIceMark mark = { .time = i };

    gst_ice_timeline_add (&timeline, &mark);
  }
  marks = gst_ice_timeline_read (&timeline);
  fail_unless_equals_int (marks->len, GST_ICE_TIMELINE_MAX);
  for (i = 0; i < marks->len; i++)
    fail_unless_equals_uint64 (g_array_index (marks, GstIceMark, i).time,
        i + 10);
  gst_ice_timeline_clear (&timeline);
}
GST_END_TEST;

GST_START_TEST (class_bits_tell_datagrams_apart)
{
  static const struct
  {
    guint8 bytes[2];
    gboolean known;
    GstIceMarkKind sent;
    GstIceMarkKind received;
  } cases[] = {
    { { 0x00, 0x01 }, TRUE, GST_ICE_MARK_REQUEST_SENT,
        GST_ICE_MARK_REQUEST_RECEIVED },
    { { 0x01, 0x01 }, TRUE, GST_ICE_MARK_RESPONSE_SENT,
        GST_ICE_MARK_RESPONSE_RECEIVED },
    { { 0x01, 0x11 }, TRUE, GST_ICE_MARK_RESPONSE_SENT,
        GST_ICE_MARK_ERROR_RECEIVED },
    { { 0x00, 0x11 }, FALSE, 0, 0 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    NetBytes bytes = NET_BYTES (cases[i].bytes, 2);
    GstIceMarkKind kind;

    fail_unless_equals_int (gst_ice_timeline_kind_of (bytes, TRUE, &kind),
        cases[i].known);
    if (!cases[i].known)
      continue;
    fail_unless_equals_int (kind, cases[i].sent);
    gst_ice_timeline_kind_of (bytes, FALSE, &kind);
    fail_unless_equals_int (kind, cases[i].received);
  }
}
GST_END_TEST;

static Suite *
gsticestats_suite (void)
{
  Suite *suite = suite_create ("gsticestats");
  TCase *tcase = tcase_create ("stats");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, pairs_point_to_their_candidates);
  tcase_add_test (tcase, the_transport_names_the_selected_pair);
  tcase_add_test (tcase, every_drop_reason_has_a_counter);
  tcase_add_test (tcase, servers_tell_their_results);
  tcase_add_test (tcase, the_timeline_has_milestones_only);
  tcase_add_test (tcase, stats_survive_their_own_text);
  tcase_add_test (tcase, the_ring_keeps_the_last_marks);
  tcase_add_test (tcase, class_bits_tell_datagrams_apart);
  return suite;
}

GST_CHECK_MAIN (gsticestats);
