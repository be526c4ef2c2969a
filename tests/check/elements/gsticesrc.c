/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* icesrc as a pipeline sees it: life, clocks, events, buffers and what ends
 * them. The other side is an icesink of the same process, over loopback. */

#include <gio/gio.h>
#include <gst/net/net.h>

#include "ends.h"

GST_START_TEST (it_is_live_and_has_no_preroll)
{
  End *end = end_new ("icesrc", "");
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live;

  fail_unless_equals_int (gst_element_set_state (end->element, GST_STATE_READY),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (gst_element_set_state (end->element,
                              GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  fail_unless_equals_int (gst_element_set_state (end->element,
                              GST_STATE_PLAYING),
      GST_STATE_CHANGE_SUCCESS);

  fail_unless (gst_pad_peer_query (end->pad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless (live);
  fail_unless_equals_uint64 (min, 0);
  fail_unless_equals_uint64 (max, 0);
  gst_query_unref (query);

  fail_unless_equals_int (gst_element_set_state (end->element,
                              GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  fail_unless_equals_int (gst_element_set_state (end->element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  end_free (end);
}
GST_END_TEST;

static void
flush (End *end)
{
  fail_unless (gst_element_send_event (end->element,
      gst_event_new_flush_start ()));
  fail_unless (gst_element_send_event (end->element,
      gst_event_new_flush_stop (TRUE)));
}

/* The streaming thread waits for packets when it is called home. */
GST_START_TEST (a_flush_takes_ten_milliseconds_at_most)
{
  End *end = end_new ("icesrc", "");
  gint64 best = G_MAXINT64;

  end_play (end);
  for (guint i = 0; i < 5; i++) {
    gint64 begin = g_get_monotonic_time ();

    flush (end);
    best = MIN (best, g_get_monotonic_time () - begin);
  }
  fail_unless (best <= 10 * G_TIME_SPAN_MILLISECOND, "%d us", (gint) best);
  end_free (end);
}
GST_END_TEST;

GST_START_TEST (data_flows_again_after_a_flush)
{
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);

  flush (ends.src);
  end_send (ends.sink, 1, 1);
  end_expect_buffers (ends.src, 2);
  fail_unless_equals_int (number_of (g_ptr_array_index (ends.src->buffers, 1)),
      1);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (caps_and_a_time_segment_come_before_data)
{
  GstCaps *caps = gst_caps_from_string ("application/x-rtp,media=video");
  Ends ends;

  ends_init (&ends, "caps=application/x-rtp,media=video", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  fail_unless_equals_int (ends.src->buffers_before_caps, 0);
  fail_unless (gst_caps_is_equal (ends.src->caps, caps));
  fail_unless (ends.src->has_segment);
  fail_unless_equals_int (ends.src->segment.format, GST_FORMAT_TIME);
  gst_caps_unref (caps);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (caps_can_change_while_it_plays)
{
  GstCaps *caps = gst_caps_from_string ("application/x-second");
  Ends ends;

  ends_init (&ends, "caps=application/x-first", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  g_object_set (ends.src->element, "caps", caps, NULL);
  /* The wait that is under way ends with a buffer; the next one is renegotiated
   * before it. */
  end_send (ends.sink, 1, 1);
  end_expect_buffers (ends.src, 2);
  end_send (ends.sink, 2, 1);
  end_expect_buffers (ends.src, 3);
  fail_unless (gst_caps_is_equal (ends.src->caps, caps));
  gst_caps_unref (caps);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (without_caps_anything_goes)
{
  GstCaps *caps;
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  caps = gst_pad_peer_query_caps (ends.src->pad, NULL);
  fail_unless (gst_caps_is_any (caps));
  gst_caps_unref (caps);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  fail_unless (ends.src->caps == NULL);
  ends_clear (&ends);
}
GST_END_TEST;

/* Whatever is there at a wake-up leaves as one list, in order and whole. */
GST_START_TEST (what_arrives_together_leaves_as_a_list)
{
  const guint n = 32;
  GstBufferList *list = gst_buffer_list_new ();
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  for (guint i = 0; i < n; i++)
    gst_buffer_list_add (list, numbered_buffer (i, 100 + i));

  /* The first packet holds the streaming thread downstream, so that the list
   * has arrived when it comes back. */
  ends.src->gate_shut = TRUE;
  end_send (ends.sink, 1000, 1);
  end_expect_buffers (ends.src, 1);
  fail_unless_equals_int (gst_pad_push_list (ends.sink->pad, list),
      GST_FLOW_OK);
  end_open_gate (ends.src);

  end_expect_buffers (ends.src, n + 1);
  fail_unless (ends.src->lists < n, "%u lists", ends.src->lists);
  for (guint i = 0; i < n; i++) {
    GstBuffer *buffer = g_ptr_array_index (ends.src->buffers, i + 1);

    fail_unless_equals_int (number_of (buffer), i);
    fail_unless_equals_int (gst_buffer_get_size (buffer), 100 + i);
  }
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (buffers_carry_their_arrival_in_running_time)
{
  GstClockTime before, after, base;
  GstBuffer *buffer;
  GstClock *clock;
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  clock = gst_element_get_clock (ends.src->element);
  base = gst_element_get_base_time (ends.src->element);
  before = gst_clock_get_time (clock) - base;
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  after = gst_clock_get_time (clock) - base;
  buffer = g_ptr_array_index (ends.src->buffers, 0);
  fail_unless (GST_BUFFER_PTS (buffer) >= before);
  fail_unless (GST_BUFFER_PTS (buffer) <= after);
  fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer), GST_BUFFER_PTS (buffer));
  gst_object_unref (clock);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (buffers_carry_no_time_without_do_timestamp)
{
  GstBuffer *buffer;
  Ends ends;

  ends_init (&ends, "do-timestamp=false", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  end_send (ends.sink, 1, 1);
  end_expect_buffers (ends.src, 2);
  buffer = g_ptr_array_index (ends.src->buffers, 1);
  fail_if (GST_BUFFER_PTS_IS_VALID (buffer));
  ends_clear (&ends);
}
GST_END_TEST;

static GInetSocketAddress *
sender_of (GstBuffer *buffer)
{
  GstNetAddressMeta *meta = gst_buffer_get_net_address_meta (buffer);

  return meta ? G_INET_SOCKET_ADDRESS (meta->addr) : NULL;
}

GST_START_TEST (buffers_carry_the_senders_address)
{
  g_autoptr (GstStructure) pair = NULL;
  g_autofree gchar *address = NULL;
  GInetSocketAddress *sender;
  guint port;
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  g_object_get (ends.src->element, "selected-pair", &pair, NULL);
  fail_unless (gst_structure_get_uint (pair, "remote-port", &port));
  sender = sender_of (g_ptr_array_index (ends.src->buffers, 0));
  fail_unless (sender != NULL);
  address =
      g_inet_address_to_string (g_inet_socket_address_get_address (sender));
  fail_unless_equals_string (address,
      gst_structure_get_string (pair, "remote-address"));
  fail_unless_equals_int (g_inet_socket_address_get_port (sender), port);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (the_senders_address_can_be_left_out)
{
  Ends ends;

  ends_init (&ends, "retrieve-sender-address=false", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  fail_unless (sender_of (g_ptr_array_index (ends.src->buffers, 0)) == NULL);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (the_kernels_receive_time_comes_as_a_meta)
{
  GstReferenceTimestampMeta *meta;
  gint64 now;
  Ends ends;

  ends_init (&ends, "socket-timestamp=realtime", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  meta =
      gst_buffer_get_reference_timestamp_meta (g_ptr_array_index (ends.src
                                                                      ->buffers,
                                                   0),
          NULL);
  fail_unless (meta != NULL);
  now = g_get_real_time () * GST_USECOND;
  fail_unless (ABS ((gint64) meta->timestamp - now) < 10 * (gint64) GST_SECOND);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (no_receive_time_unless_asked_for)
{
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  fail_unless (gst_buffer_get_reference_timestamp_meta (
                   g_ptr_array_index (ends.src->buffers, 0), NULL) == NULL);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (a_datagram_longer_than_the_mtu_is_not_delivered)
{
  Ends ends;

  ends_init (&ends, "mtu=1000", "");
  ends_connect (&ends);
  fail_unless_equals_int (gst_pad_push (ends.sink->pad,
                              numbered_buffer (0, 1001)),
      GST_FLOW_OK);
  fail_unless_equals_int (gst_pad_push (ends.sink->pad,
                              numbered_buffer (1, 1000)),
      GST_FLOW_OK);
  end_expect_buffers (ends.src, 1);
  fail_unless_equals_int (number_of (g_ptr_array_index (ends.src->buffers, 0)),
      1);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (silence_is_told_after_the_timeout)
{
  End *end = end_new ("icesrc", "timeout=20000000");
  gint64 begin = g_get_monotonic_time ();
  const GstStructure *structure;
  GstMessage *message;
  guint64 timeout;

  end_play (end);
  /* And again while it lasts. */
  for (guint i = 1; i <= 2; i++) {
    do {
      message = gst_bus_timed_pop_filtered (end->bus, 20 * GST_SECOND,
          GST_MESSAGE_ELEMENT);
      fail_unless (message != NULL);
      structure = gst_message_get_structure (message);
      if (gst_structure_has_name (structure, "GstIceSrcTimeout"))
        break;
      gst_message_unref (message);
    } while (TRUE);
    fail_unless (g_get_monotonic_time () - begin >= i * 20000);
    fail_unless (gst_structure_get_uint64 (structure, "timeout", &timeout));
    fail_unless_equals_uint64 (timeout, 20 * GST_MSECOND);
    gst_message_unref (message);
  }
  end_free (end);
}
GST_END_TEST;

GST_START_TEST (the_senders_end_of_stream_is_the_receivers)
{
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 50);
  fail_unless (gst_pad_push_event (ends.sink->pad, gst_event_new_eos ()));
  fail_unless (end_wait_for (ends.src, end_has_eos, 0, DEADLINE));
  /* Nothing was cut off by the goodbye. */
  fail_unless_equals_int (ends.src->buffers->len, 50);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (failure_is_an_end_of_stream_when_so_wanted)
{
  End *end = end_new ("icesrc", "on-failure=eos connect-timeout=100");

  end_play (end);
  g_signal_emit_by_name (end->element, "set-remote-credentials", "abcd",
      "abcdefghijklmnopqrstuv");
  g_signal_emit_by_name (end->element, "add-ice-candidate", 0,
      "candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host");
  g_signal_emit_by_name (end->element, "add-ice-candidate", 0, "");
  fail_unless (end_wait_for (end, end_has_eos, 0, DEADLINE));
  end_free (end);
}
GST_END_TEST;

GST_START_TEST (it_connects_in_paused)
{
  Ends ends;

  ends_init (&ends, "", "");
  fail_unless_equals_int (gst_element_set_state (ends.src->element,
                              GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  end_play (ends.sink);
  end_expect_connected (ends.src);
  end_expect_connected (ends.sink);
  ends_clear (&ends);
}
GST_END_TEST;

/* The streaming thread sits downstream for the whole of it. */
GST_START_TEST (a_blocked_downstream_does_not_keep_checks_from_being_answered)
{
  Ends ends;

  ends_init (&ends, "on-failure=wait", "");
  ends_connect (&ends);
  ends.src->gate_shut = TRUE;
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);

  gst_element_set_state (ends.sink->element, GST_STATE_NULL);
  gst_pad_set_active (ends.sink->pad, FALSE);
  gst_pad_set_active (ends.sink->pad, TRUE);
  end_play (ends.sink);
  end_begin_stream (ends.sink);
  end_expect_connected (ends.sink);
  end_send (ends.sink, 1, 1);
  fail_unless_equals_int (ends.src->buffers->len, 1);
  end_open_gate (ends.src);
  end_expect_buffers (ends.src, 2);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (pausing_keeps_the_path)
{
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  gst_element_set_state (ends.src->element, GST_STATE_PAUSED);
  fail_unless_equals_int (end_state (ends.src),
      GST_ICE_CONNECTION_STATE_COMPLETED);
  gst_element_set_state (ends.src->element, GST_STATE_PLAYING);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  ends_clear (&ends);
}
GST_END_TEST;

static gint64
time_to_null (End *end)
{
  gint64 begin = g_get_monotonic_time ();

  fail_unless_equals_int (gst_element_set_state (end->element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  return g_get_monotonic_time () - begin;
}

GST_START_TEST (closing_takes_half_a_second_at_most)
{
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  fail_unless (time_to_null (ends.src) <= 500 * G_TIME_SPAN_MILLISECOND);
  fail_unless (time_to_null (ends.sink) <= 500 * G_TIME_SPAN_MILLISECOND);
  ends_clear (&ends);
}
GST_END_TEST;

static void
forget (gpointer flag, G_GNUC_UNUSED GObject *object)
{
  g_atomic_int_set ((gint *) flag, 1);
}

GST_START_TEST (the_agent_dies_with_its_element)
{
  gint gone = 0;
  GstIceAgent *agent;
  Ends ends;

  ends_init (&ends, "", "");
  g_object_get (ends.src->element, "agent", &agent, NULL);
  g_object_weak_ref (G_OBJECT (agent), forget, &gone);
  g_object_unref (agent);
  ends_connect (&ends);
  fail_unless_equals_int (g_atomic_int_get (&gone), 0);
  gst_element_set_state (ends.src->element, GST_STATE_NULL);
  ends_clear (&ends);
  fail_unless_equals_int (g_atomic_int_get (&gone), 1);
}
GST_END_TEST;

static guint
count_open_files (void)
{
  GDir *folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder))
    n++;
  g_dir_close (folder);
  return n;
}

GST_START_TEST (nothing_is_left_open)
{
  guint before = 0;

  /* The first round opens what the framework keeps. */
  for (guint i = 0; i < 3; i++) {
    Ends ends;

    ends_init (&ends, "", "");
    ends_connect (&ends);
    end_send (ends.sink, 0, 1);
    end_expect_buffers (ends.src, 1);
    ends_clear (&ends);
    if (i == 0)
      before = count_open_files ();
  }
  fail_unless_equals_int (count_open_files (), before);
}
GST_END_TEST;

GST_START_TEST (it_can_be_started_again)
{
  Ends ends;

  ends_init (&ends, "", "");
  for (guint i = 0; i < 3; i++) {
    ends_connect (&ends);
    end_send (ends.sink, i, 1);
    end_expect_buffers (ends.src, i + 1);
    gst_element_set_state (ends.sink->element, GST_STATE_NULL);
    gst_element_set_state (ends.src->element, GST_STATE_NULL);
    gst_pad_set_active (ends.sink->pad, FALSE);
    gst_pad_set_active (ends.sink->pad, TRUE);
    gst_pad_set_active (ends.src->pad, FALSE);
    gst_pad_set_active (ends.src->pad, TRUE);
  }
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (its_properties_are_what_was_set)
{
  GstElement *src = gst_element_factory_make ("icesrc", NULL);
  GstCaps *caps = gst_caps_from_string ("application/x-rtp"), *got;
  gboolean sender, stamp;
  guint mtu, size;
  guint64 timeout;
  gint mode;

  g_object_get (src, "mtu", &mtu, "buffer-size", &size, "timeout", &timeout,
      "retrieve-sender-address", &sender, "socket-timestamp", &mode,
      "do-timestamp", &stamp, "caps", &got, NULL);
  fail_unless_equals_int (mtu, 1500);
  fail_unless_equals_int (size, 0);
  fail_unless_equals_uint64 (timeout, 0);
  fail_unless (sender);
  fail_unless_equals_int (mode, 0);
  fail_unless (stamp);
  fail_unless (got == NULL);

  g_object_set (src, "mtu", 9000, "buffer-size", 65536, "timeout", (guint64) 5,
      "retrieve-sender-address", FALSE, "socket-timestamp", 1, "do-timestamp",
      FALSE, "caps", caps, NULL);
  g_object_get (src, "mtu", &mtu, "buffer-size", &size, "timeout", &timeout,
      "retrieve-sender-address", &sender, "socket-timestamp", &mode,
      "do-timestamp", &stamp, "caps", &got, NULL);
  fail_unless_equals_int (mtu, 9000);
  fail_unless_equals_int (size, 65536);
  fail_unless_equals_uint64 (timeout, 5);
  fail_if (sender);
  fail_unless_equals_int (mode, 1);
  fail_if (stamp);
  fail_unless (gst_caps_is_equal (got, caps));
  gst_caps_unref (got);
  gst_caps_unref (caps);
  gst_object_unref (src);
}
GST_END_TEST;

static Suite *
gsticesrc_suite (void)
{
  Suite *suite = suite_create ("gsticesrc");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, its_properties_are_what_was_set);
  tcase_add_test (tcase, it_is_live_and_has_no_preroll);
  tcase_add_test (tcase, a_flush_takes_ten_milliseconds_at_most);
  tcase_add_test (tcase, data_flows_again_after_a_flush);
  tcase_add_test (tcase, caps_and_a_time_segment_come_before_data);
  tcase_add_test (tcase, caps_can_change_while_it_plays);
  tcase_add_test (tcase, without_caps_anything_goes);
  tcase_add_test (tcase, what_arrives_together_leaves_as_a_list);
  tcase_add_test (tcase, buffers_carry_their_arrival_in_running_time);
  tcase_add_test (tcase, buffers_carry_no_time_without_do_timestamp);
  tcase_add_test (tcase, buffers_carry_the_senders_address);
  tcase_add_test (tcase, the_senders_address_can_be_left_out);
  tcase_add_test (tcase, the_kernels_receive_time_comes_as_a_meta);
  tcase_add_test (tcase, no_receive_time_unless_asked_for);
  tcase_add_test (tcase, a_datagram_longer_than_the_mtu_is_not_delivered);
  tcase_add_test (tcase, silence_is_told_after_the_timeout);
  tcase_add_test (tcase, the_senders_end_of_stream_is_the_receivers);
  tcase_add_test (tcase, failure_is_an_end_of_stream_when_so_wanted);
  tcase_add_test (tcase, it_connects_in_paused);
  tcase_add_test (tcase,
      a_blocked_downstream_does_not_keep_checks_from_being_answered);
  tcase_add_test (tcase, pausing_keeps_the_path);
  tcase_add_test (tcase, closing_takes_half_a_second_at_most);
  tcase_add_test (tcase, the_agent_dies_with_its_element);
  tcase_add_test (tcase, nothing_is_left_open);
  tcase_add_test (tcase, it_can_be_started_again);
  return suite;
}

GST_CHECK_MAIN (gsticesrc)
