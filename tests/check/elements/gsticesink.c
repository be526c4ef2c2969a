/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* icesink as a pipeline sees it: what becomes of early data, what it counts, and
 * that it never waits for the network where it must not. */

#include <netinet/in.h>
#include <sys/socket.h>

#include "ends.h"

static guint64
counter (End *end, const gchar *name)
{
  guint64 value;

  g_object_get (end->element, name, &value, NULL);
  return value;
}

GST_START_TEST (its_properties_are_what_was_set)
{
  GstElement *sink = gst_element_factory_make ("icesink", NULL);
  gboolean sync, async, last, force;
  guint size, max_time;
  gint dscp, mode;

  g_object_get (sink, "sync", &sync, "async", &async, "enable-last-sample",
      &last, "force-keyframe", &force, "buffer-size", &size,
      "early-data-max-time", &max_time, "qos-dscp", &dscp, "early-data-mode",
      &mode, NULL);
  fail_unless (sync);
  fail_if (async);
  fail_if (last);
  fail_unless (force);
  fail_unless_equals_int (size, 0);
  fail_unless_equals_int (max_time, 2000);
  fail_unless_equals_int (dscp, -1);
  fail_unless_equals_int (mode, 0);

  g_object_set (sink, "force-keyframe", FALSE, "buffer-size", 65536,
      "early-data-max-time", 7, "qos-dscp", 46, NULL);
  gst_util_set_object_arg (G_OBJECT (sink), "early-data-mode", "queue");
  g_object_get (sink, "force-keyframe", &force, "buffer-size", &size,
      "early-data-max-time", &max_time, "qos-dscp", &dscp, "early-data-mode",
      &mode, NULL);
  fail_if (force);
  fail_unless_equals_int (size, 65536);
  fail_unless_equals_int (max_time, 7);
  fail_unless_equals_int (dscp, 46);
  fail_unless_equals_int (mode, 3);
  gst_object_unref (sink);
}
GST_END_TEST;

GST_START_TEST (a_state_change_does_not_wait_for_the_network)
{
  End *end = end_new ("icesink", "");
  gint64 begin = g_get_monotonic_time ();

  fail_unless_equals_int (gst_element_set_state (end->element,
                              GST_STATE_PLAYING),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (gst_element_set_state (end->element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless (g_get_monotonic_time () - begin <=
      500 * G_TIME_SPAN_MILLISECOND);
  end_free (end);
}
GST_END_TEST;

/* No icesrc on its agent, no data, no application: checks are answered all the
 * same. */
GST_START_TEST (alone_and_paused_it_connects)
{
  Ends ends;

  ends_init (&ends, "", "");
  fail_unless_equals_int (gst_element_set_state (ends.sink->element,
                              GST_STATE_PAUSED),
      GST_STATE_CHANGE_SUCCESS);
  end_play (ends.src);
  end_expect_connected (ends.sink);
  end_expect_connected (ends.src);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (bytes_and_packets_are_counted)
{
  Ends ends;

  ends_init (&ends, "", "early-data-mode=drop");
  end_play (ends.sink);
  end_begin_stream (ends.sink);
  end_send (ends.sink, 0, 3);
  fail_unless_equals_uint64 (counter (ends.sink, "packets-dropped"), 3);
  fail_unless_equals_uint64 (counter (ends.sink, "bytes-sent"), 0);

  end_play (ends.src);
  end_expect_connected (ends.sink);
  end_send (ends.sink, 3, 5);
  end_expect_buffers (ends.src, 5);
  fail_unless_equals_uint64 (counter (ends.sink, "packets-dropped"), 3);
  fail_unless_equals_uint64 (counter (ends.sink, "bytes-sent"), 5 * 200);
  /* And stay readable. */
  gst_element_set_state (ends.sink->element, GST_STATE_NULL);
  fail_unless_equals_uint64 (counter (ends.sink, "packets-dropped"), 3);
  fail_unless_equals_uint64 (counter (ends.sink, "bytes-sent"), 5 * 200);
  ends_clear (&ends);
}
GST_END_TEST;

static gpointer
send_ten (gpointer data)
{
  Ends *ends = data;

  end_begin_stream (ends->sink);
  end_send (ends->sink, 0, 10);
  return NULL;
}

static void
expect_numbers (End *src, guint from, guint n)
{
  end_expect_buffers (src, n);
  for (guint i = 0; i < n; i++)
    fail_unless_equals_int (number_of (g_ptr_array_index (src->buffers, i)),
        from + i);
}

static void
nothing_is_lost_with (const gchar *settings)
{
  GThread *thread;
  Ends ends;

  ends_init (&ends, "", settings);
  end_play (ends.sink);
  thread = g_thread_new ("sender", send_ten, &ends);
  end_play (ends.src);
  expect_numbers (ends.src, 0, 10);
  g_thread_join (thread);
  fail_unless_equals_uint64 (counter (ends.sink, "packets-dropped"), 0);
  ends_clear (&ends);
}

GST_START_TEST (block_waits_for_the_path)
{
  nothing_is_lost_with ("early-data-mode=block");
}
GST_END_TEST;

/* The test's own pad answers no latency query: not live. */
GST_START_TEST (auto_blocks_an_upstream_that_is_not_live)
{
  nothing_is_lost_with ("early-data-mode=auto");
}
GST_END_TEST;

static gboolean
answer_live (G_GNUC_UNUSED GstPad *pad, G_GNUC_UNUSED GstObject *parent,
    GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return FALSE;
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

GST_START_TEST (auto_drops_from_a_live_upstream)
{
  Ends ends;

  ends_init (&ends, "", "");
  gst_pad_set_query_function (ends.sink->pad, answer_live);
  end_play (ends.sink);
  end_begin_stream (ends.sink);
  end_send (ends.sink, 0, 4);
  fail_unless_equals_uint64 (counter (ends.sink, "packets-dropped"), 4);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (queue_sends_later_what_came_early)
{
  Ends ends;

  ends_init (&ends, "", "early-data-mode=queue");
  end_play (ends.sink);
  end_begin_stream (ends.sink);
  end_send (ends.sink, 0, 10);
  end_play (ends.src);
  /* Without another packet to push them. */
  expect_numbers (ends.src, 0, 10);
  end_send (ends.sink, 10, 2);
  expect_numbers (ends.src, 0, 12);
  fail_unless_equals_uint64 (counter (ends.sink, "packets-dropped"), 0);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (queue_drops_the_oldest_and_counts)
{
  Ends ends;

  ends_init (&ends, "", "early-data-mode=queue early-data-max-time=0");
  end_play (ends.sink);
  end_begin_stream (ends.sink);
  /* Each is older than the next by a clock's tick at least. */
  for (guint i = 0; i < 5; i++) {
    gint64 now = g_get_monotonic_time ();

    end_send (ends.sink, i, 1);
    while (g_get_monotonic_time () == now)
      ;
  }
  fail_unless_equals_uint64 (counter (ends.sink, "packets-dropped"), 4);
  end_play (ends.src);
  expect_numbers (ends.src, 4, 1);
  /* The next run counts from nothing. */
  gst_element_set_state (ends.sink->element, GST_STATE_NULL);
  end_get_ready (ends.sink);
  fail_unless_equals_uint64 (counter (ends.sink, "packets-dropped"), 0);
  ends_clear (&ends);
}
GST_END_TEST;

/* Two seconds of a source that does not wait for the clock can be any amount. */
GST_START_TEST (queue_is_bounded_in_bytes)
{
  const guint n = 3 * 1024;
  const gsize size = 8 * 1024;
  End *end =
      end_new ("icesink", "early-data-mode=queue early-data-max-time=1000000");

  end_play (end);
  end_begin_stream (end);
  for (guint i = 0; i < n; i++)
    fail_unless_equals_int (gst_pad_push (end->pad, numbered_buffer (i, size)),
        GST_FLOW_OK);
  fail_unless_equals_uint64 (counter (end, "packets-dropped"),
      n - 16 * 1024 * 1024 / size);
  end_free (end);
}
GST_END_TEST;

static gpointer
push_one (gpointer data)
{
  End *end = data;

  return GINT_TO_POINTER (gst_pad_push (end->pad, numbered_buffer (0, 200)));
}

GST_START_TEST (a_blocked_sink_comes_home_within_ten_milliseconds)
{
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < 5; i++) {
    End *end = end_new ("icesink", "early-data-mode=block");
    GThread *thread;
    gint64 begin;

    end_play (end);
    end_begin_stream (end);
    thread = g_thread_new ("sender", push_one, end);
    g_thread_yield ();
    begin = g_get_monotonic_time ();
    fail_unless (gst_pad_push_event (end->pad, gst_event_new_flush_start ()));
    fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
        GST_FLOW_FLUSHING);
    best = MIN (best, g_get_monotonic_time () - begin);
    end_free (end);
  }
  fail_unless (best <= 10 * G_TIME_SPAN_MILLISECOND, "%d us", (gint) best);
}
GST_END_TEST;

/* PAUSED takes the thread out of its wait, PLAYING puts it back. */
GST_START_TEST (a_blocked_sink_can_be_paused_and_played)
{
  GThread *thread;
  Ends ends;

  ends_init (&ends, "", "early-data-mode=block");
  end_play (ends.sink);
  thread = g_thread_new ("sender", send_ten, &ends);
  fail_unless_equals_int (gst_element_set_state (ends.sink->element,
                              GST_STATE_PAUSED),
      GST_STATE_CHANGE_SUCCESS);
  end_play (ends.sink);
  end_play (ends.src);
  expect_numbers (ends.src, 0, 10);
  g_thread_join (thread);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (failure_ends_a_blocked_sink_when_so_wanted)
{
  End *end = end_new ("icesink",
      "early-data-mode=block on-failure=eos connect-timeout=100");
  GThread *thread;

  end_play (end);
  end_begin_stream (end);
  thread = g_thread_new ("sender", push_one, end);
  g_signal_emit_by_name (end->element, "set-remote-credentials", "abcd",
      "abcdefghijklmnopqrstuv");
  g_signal_emit_by_name (end->element, "add-ice-candidate", 0,
      "candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host");
  g_signal_emit_by_name (end->element, "add-ice-candidate", 0, "");
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
      GST_FLOW_EOS);
  end_free (end);
}
GST_END_TEST;

GST_START_TEST (a_new_path_asks_for_a_keyframe)
{
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  fail_unless (end_wait_for (ends.sink, end_has_key_units, 1, DEADLINE));
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (a_path_that_is_back_asks_for_a_keyframe_again)
{
  Ends ends;

  ends_init (&ends, "", "on-failure=wait");
  ends_connect (&ends);
  fail_unless (end_wait_for (ends.sink, end_has_key_units, 1, DEADLINE));
  /* The peer leaves and comes back as another run of itself. */
  gst_element_set_state (ends.src->element, GST_STATE_NULL);
  gst_element_set_state (ends.src->element, GST_STATE_PLAYING);
  end_expect_connected (ends.src);
  fail_unless (end_wait_for (ends.sink, end_has_key_units, 2, DEADLINE));
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (no_keyframe_is_asked_for_when_not_wanted)
{
  Ends ends;

  ends_init (&ends, "", "force-keyframe=false");
  ends_connect (&ends);
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);
  end_destroy_element (ends.sink);
  fail_unless_equals_int (ends.sink->key_units, 0);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (the_end_of_stream_is_posted_when_all_is_sent)
{
  GstMessage *message;
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  end_send (ends.sink, 0, 3);
  fail_unless (gst_pad_push_event (ends.sink->pad, gst_event_new_eos ()));
  message = gst_bus_timed_pop_filtered (ends.sink->bus, 20 * GST_SECOND,
      GST_MESSAGE_EOS);
  fail_unless (message != NULL);
  gst_message_unref (message);
  expect_numbers (ends.src, 0, 3);
  ends_clear (&ends);
}
GST_END_TEST;

/* A file shorter than the time to connect is sent whole. */
GST_START_TEST (the_end_of_stream_waits_for_what_is_queued)
{
  GstMessage *message;
  Ends ends;

  ends_init (&ends, "", "early-data-mode=queue early-data-max-time=20000");
  end_play (ends.src);
  end_play (ends.sink);
  end_begin_stream (ends.sink);
  end_send (ends.sink, 0, 10);
  fail_unless (gst_pad_push_event (ends.sink->pad, gst_event_new_eos ()));
  message = gst_bus_timed_pop_filtered (ends.sink->bus, 20 * GST_SECOND,
      GST_MESSAGE_EOS);
  fail_unless (message != NULL);
  gst_message_unref (message);
  expect_numbers (ends.src, 0, 10);
  fail_unless (end_wait_for (ends.src, end_has_eos, 0, DEADLINE));
  ends_clear (&ends);
}
GST_END_TEST;

/* How many of this process's UDP sockets have this option at this value. */
static guint
count_sockets (int level, int option, int wanted)
{
  guint n = 0;

  for (int fd = 0; fd < 1024; fd++) {
    int type, value;
    socklen_t len = sizeof (type);

    if (getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
        type != SOCK_DGRAM)
      continue;
    len = sizeof (value);
    if (getsockopt (fd, level, option, &value, &len) == 0 && value == wanted)
      n++;
  }
  return n;
}

GST_START_TEST (the_dscp_is_on_the_socket)
{
  Ends ends;

  ends_init (&ends, "", "qos-dscp=46");
  ends_connect (&ends);
  fail_unless (count_sockets (IPPROTO_IP, IP_TOS, 46 << 2) > 0);
  g_object_set (ends.sink->element, "qos-dscp", 34, NULL);
  fail_unless (count_sockets (IPPROTO_IP, IP_TOS, 34 << 2) > 0);
  fail_unless_equals_int (count_sockets (IPPROTO_IP, IP_TOS, 46 << 2), 0);
  ends_clear (&ends);
}
GST_END_TEST;

/* The kernel doubles what it is told. */
GST_START_TEST (the_buffer_size_is_on_the_socket)
{
  Ends ends;

  ends_init (&ends, "buffer-size=50000", "buffer-size=60000");
  ends_connect (&ends);
  fail_unless (count_sockets (SOL_SOCKET, SO_RCVBUF, 2 * 50000) > 0);
  fail_unless (count_sockets (SOL_SOCKET, SO_SNDBUF, 2 * 60000) > 0);
  ends_clear (&ends);
}
GST_END_TEST;

static Suite *
gsticesink_suite (void)
{
  Suite *suite = suite_create ("gsticesink");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, its_properties_are_what_was_set);
  tcase_add_test (tcase, a_state_change_does_not_wait_for_the_network);
  tcase_add_test (tcase, alone_and_paused_it_connects);
  tcase_add_test (tcase, bytes_and_packets_are_counted);
  tcase_add_test (tcase, block_waits_for_the_path);
  tcase_add_test (tcase, auto_blocks_an_upstream_that_is_not_live);
  tcase_add_test (tcase, auto_drops_from_a_live_upstream);
  tcase_add_test (tcase, queue_sends_later_what_came_early);
  tcase_add_test (tcase, queue_drops_the_oldest_and_counts);
  tcase_add_test (tcase, queue_is_bounded_in_bytes);
  tcase_add_test (tcase, a_blocked_sink_comes_home_within_ten_milliseconds);
  tcase_add_test (tcase, a_blocked_sink_can_be_paused_and_played);
  tcase_add_test (tcase, failure_ends_a_blocked_sink_when_so_wanted);
  tcase_add_test (tcase, a_new_path_asks_for_a_keyframe);
  tcase_add_test (tcase, a_path_that_is_back_asks_for_a_keyframe_again);
  tcase_add_test (tcase, no_keyframe_is_asked_for_when_not_wanted);
  tcase_add_test (tcase, the_end_of_stream_is_posted_when_all_is_sent);
  tcase_add_test (tcase, the_end_of_stream_waits_for_what_is_queued);
  tcase_add_test (tcase, the_dscp_is_on_the_socket);
  tcase_add_test (tcase, the_buffer_size_is_on_the_socket);
  return suite;
}

GST_CHECK_MAIN (gsticesink)
