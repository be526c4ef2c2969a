/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Two elements that talk to each other in one process: an End is one element
 * with a bus and a pad of the test's own at its other side. All waiting is for an
 * event, with a deadline. */

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/ice/ice.h>

/* Generous: nothing waits this long unless it is broken. */
#define DEADLINE (20 * G_TIME_SPAN_SECOND)

typedef struct
{
  GstElement *element;
  GstBus *bus;
  GstPad *pad; /* the test's: receives from icesrc, feeds icesink */

  GMutex lock; /* guards all below */
  GCond cond;
  GPtrArray *buffers;
  guint lists;
  gboolean eos;
  gboolean has_segment;
  GstSegment segment;
  GstCaps *caps;
  guint buffers_before_caps;
  guint key_units;    /* upstream GstForceKeyUnit events */
  guint changes;      /* notifications of any property */
  gboolean gate_shut; /* downstream blocks */
} End;

static inline void
end_wake (End *end)
{
  g_mutex_lock (&end->lock);
  end->changes++;
  g_cond_broadcast (&end->cond);
  g_mutex_unlock (&end->lock);
}

static inline GstFlowReturn
end_chain_list (GstPad *pad, G_GNUC_UNUSED GstObject *parent,
    GstBufferList *list)
{
  End *end = gst_pad_get_element_private (pad);

  g_mutex_lock (&end->lock);
  for (guint i = 0; i < gst_buffer_list_length (list); i++)
    g_ptr_array_add (end->buffers,
        gst_buffer_ref (gst_buffer_list_get (list, i)));
  if (!end->caps)
    end->buffers_before_caps += gst_buffer_list_length (list);
  end->lists++;
  end->changes++;
  g_cond_broadcast (&end->cond);
  while (end->gate_shut)
    g_cond_wait (&end->cond, &end->lock);
  g_mutex_unlock (&end->lock);
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static inline GstFlowReturn
end_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstBufferList *list = gst_buffer_list_new ();
  End *end = gst_pad_get_element_private (pad);

  gst_buffer_list_add (list, buffer);
  g_mutex_lock (&end->lock);
  end->lists--;
  g_mutex_unlock (&end->lock);
  return end_chain_list (pad, parent, list);
}

static inline gboolean
end_event (GstPad *pad, G_GNUC_UNUSED GstObject *parent, GstEvent *event)
{
  End *end = gst_pad_get_element_private (pad);
  GstCaps *caps;

  g_mutex_lock (&end->lock);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_EOS:
      end->eos = TRUE;
      break;
    case GST_EVENT_SEGMENT:
      end->has_segment = TRUE;
      gst_event_copy_segment (event, &end->segment);
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      gst_caps_replace (&end->caps, caps);
      break;
    case GST_EVENT_CUSTOM_UPSTREAM:
      if (gst_event_has_name (event, "GstForceKeyUnit"))
        end->key_units++;
      break;
    default:
      break;
  }
  end->changes++;
  g_cond_broadcast (&end->cond);
  g_mutex_unlock (&end->lock);
  gst_event_unref (event);
  return TRUE;
}

static GstStaticPadTemplate end_sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate end_src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static inline void
end_make_pad (End *end)
{
  GstPad *theirs = gst_element_get_static_pad (end->element, "src");
  gboolean receives = theirs != NULL;

  if (!receives)
    theirs = gst_element_get_static_pad (end->element, "sink");
  end->pad = gst_pad_new_from_static_template (receives ? &end_sink_template
                                                        : &end_src_template,
      "test");
  gst_pad_set_element_private (end->pad, end);
  gst_pad_set_event_function (end->pad, end_event);
  if (receives) {
    gst_pad_set_chain_function (end->pad, end_chain);
    gst_pad_set_chain_list_function (end->pad, end_chain_list);
    fail_unless_equals_int (gst_pad_link (theirs, end->pad), GST_PAD_LINK_OK);
  } else {
    fail_unless_equals_int (gst_pad_link (end->pad, theirs), GST_PAD_LINK_OK);
  }
  gst_pad_set_active (end->pad, TRUE);
  gst_object_unref (theirs);
}

/* `settings`: "name=value name=value", as in a launch line. Loopback and IPv4
 * keep a test the same on every machine. */
static inline End *
end_new (const gchar *factory, const gchar *settings)
{
  End *end = g_new0 (End, 1);
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);
  GstClock *clock = gst_system_clock_obtain ();

  end->element = gst_element_factory_make (factory, NULL);
  fail_unless (end->element != NULL);
  gst_object_ref_sink (end->element);
  g_mutex_init (&end->lock);
  g_cond_init (&end->cond);
  end->buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  end->bus = gst_bus_new ();
  gst_element_set_bus (end->element, end->bus);
  gst_element_set_clock (end->element, clock);
  gst_object_unref (clock);
  gst_util_set_object_arg (G_OBJECT (end->element), "interfaces", "lo");
  gst_util_set_object_arg (G_OBJECT (end->element), "ip-family", "ipv4");
  for (guint i = 0; pairs[i]; i++) {
    g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

    if (pair[0] && pair[1])
      gst_util_set_object_arg (G_OBJECT (end->element), pair[0], pair[1]);
  }
  end_make_pad (end);
  g_signal_connect_swapped (end->element, "notify", G_CALLBACK (end_wake), end);
  return end;
}

static inline void
end_forget_element (gpointer data, G_GNUC_UNUSED GObject *element)
{
  End *end = data;

  g_mutex_lock (&end->lock);
  end->element = NULL;
  g_cond_broadcast (&end->cond);
  g_mutex_unlock (&end->lock);
}

/* Waits until the element is finalized, so that whatever it had called
 * asynchronously is over; a leak is a failure. */
static inline void
end_destroy_element (End *end)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  gst_element_set_state (end->element, GST_STATE_NULL);
  gst_pad_set_active (end->pad, FALSE);
  g_signal_handlers_disconnect_by_data (end->element, end);
  gst_element_set_bus (end->element, NULL);
  gst_bus_set_flushing (end->bus, TRUE);
  g_object_weak_ref (G_OBJECT (end->element), end_forget_element, end);
  gst_object_unref (end->element);
  g_mutex_lock (&end->lock);
  while (end->element)
    fail_unless (g_cond_wait_until (&end->cond, &end->lock, deadline));
  g_mutex_unlock (&end->lock);
}

static inline void
end_free (End *end)
{
  if (end->element)
    end_destroy_element (end);
  gst_object_unref (end->bus);
  gst_object_unref (end->pad);
  g_ptr_array_unref (end->buffers);
  gst_caps_replace (&end->caps, NULL);
  g_cond_clear (&end->cond);
  g_mutex_clear (&end->lock);
  g_free (end);
}

typedef gboolean (*EndCondition) (End *end, guint n);

/* FALSE when the deadline passed first. The condition is asked with no lock of
 * the element held, after each event. */
static inline gboolean
end_wait_for (End *end, EndCondition condition, guint n, gint64 timeout)
{
  gint64 deadline = g_get_monotonic_time () + timeout;
  gboolean in_time = TRUE, met;
  guint seen;

  for (;;) {
    g_mutex_lock (&end->lock);
    seen = end->changes;
    g_mutex_unlock (&end->lock);
    met = condition (end, n);
    if (met || !in_time)
      return met;
    g_mutex_lock (&end->lock);
    /* A notification between the two locks must not be slept over. */
    if (seen == end->changes)
      in_time = g_cond_wait_until (&end->cond, &end->lock, deadline);
    g_mutex_unlock (&end->lock);
  }
}

static inline gboolean
end_has_buffers (End *end, guint n)
{
  gboolean has;

  g_mutex_lock (&end->lock);
  has = end->buffers->len >= n;
  g_mutex_unlock (&end->lock);
  return has;
}

static inline gboolean
end_has_eos (End *end, G_GNUC_UNUSED guint n)
{
  gboolean eos;

  g_mutex_lock (&end->lock);
  eos = end->eos;
  g_mutex_unlock (&end->lock);
  return eos;
}

static inline gboolean
end_has_key_units (End *end, guint n)
{
  gboolean has;

  g_mutex_lock (&end->lock);
  has = end->key_units >= n;
  g_mutex_unlock (&end->lock);
  return has;
}

static inline GstIceConnectionState
end_state (End *end)
{
  GstIceConnectionState state;

  g_object_get (end->element, "ice-connection-state", &state, NULL);
  return state;
}

static inline gboolean
end_is_in_state (End *end, guint state)
{
  return (guint) end_state (end) == state;
}

static inline void
end_play (End *end)
{
  GstStateChangeReturn ret =
      gst_element_set_state (end->element, GST_STATE_PLAYING);

  fail_unless (ret != GST_STATE_CHANGE_FAILURE);
}

/* Elements that share an agent: all of them before one starts it. */
static inline void
end_get_ready (End *end)
{
  fail_unless_equals_int (gst_element_set_state (end->element, GST_STATE_READY),
      GST_STATE_CHANGE_SUCCESS);
}

static inline void
end_expect_connected (End *end)
{
  fail_unless (end_wait_for (end, end_is_in_state,
                   GST_ICE_CONNECTION_STATE_COMPLETED, DEADLINE),
      "%s is in state %d", GST_OBJECT_NAME (end->element), end_state (end));
}

/* Stream-start, segment: what comes before the first buffer. */
static inline void
end_begin_stream (End *end)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_pad_push_event (end->pad,
      gst_event_new_stream_start ("a-test")));
  fail_unless (gst_pad_push_event (end->pad, gst_event_new_segment (&segment)));
}

/* A payload that says which one it is. */
static inline GstBuffer *
numbered_buffer (guint32 number, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  guint32 wire = g_htonl (number);

  gst_buffer_memset (buffer, 0, 0x80, size);
  gst_buffer_fill (buffer, 4, &wire, sizeof (wire));
  return buffer;
}

static inline guint32
number_of (GstBuffer *buffer)
{
  guint32 wire = 0;

  gst_buffer_extract (buffer, 4, &wire, sizeof (wire));
  return g_ntohl (wire);
}

static inline void
end_send (End *end, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    fail_unless_equals_int (gst_pad_push (end->pad, numbered_buffer (i, 200)),
        GST_FLOW_OK);
}

static inline void
end_expect_buffers (End *end, guint n)
{
  fail_unless (end_wait_for (end, end_has_buffers, n, DEADLINE),
      "%u of %u buffers", end->buffers->len, n);
}

/* Lets a downstream that `gate_shut` blocks go on. */
static inline void
end_open_gate (End *end)
{
  g_mutex_lock (&end->lock);
  end->gate_shut = FALSE;
  g_cond_broadcast (&end->cond);
  g_mutex_unlock (&end->lock);
}

/* ---- two of them ---- */

typedef struct
{
  gchar *folder;
  gchar *signalling;
  End *src;
  End *sink;
} Ends;

static inline void
ends_make_carrier (Ends *ends)
{
  ends->folder = g_dir_make_tmp ("gst-ice-XXXXXX", NULL);
  fail_unless (ends->folder != NULL);
  ends->signalling = g_strdup_printf ("unix://%s/carrier", ends->folder);
}

static inline void
ends_init (Ends *ends, const gchar *src_settings, const gchar *sink_settings)
{
  *ends = (Ends){ .folder = NULL };
  ends_make_carrier (ends);
  ends->src = end_new ("icesrc", src_settings);
  ends->sink = end_new ("icesink", sink_settings);
  g_object_set (ends->src->element, "signalling", ends->signalling, NULL);
  g_object_set (ends->sink->element, "signalling", ends->signalling, NULL);
}

static inline void
ends_connect (Ends *ends)
{
  end_play (ends->src);
  end_play (ends->sink);
  end_begin_stream (ends->sink);
  end_expect_connected (ends->src);
  end_expect_connected (ends->sink);
}

static inline void
ends_clear (Ends *ends)
{
  g_autofree gchar *path = g_build_filename (ends->folder, "carrier", NULL);

  g_clear_pointer (&ends->sink, end_free);
  g_clear_pointer (&ends->src, end_free);
  g_remove (path);
  fail_unless_equals_int (g_rmdir (ends->folder), 0);
  g_free (ends->folder);
  g_free (ends->signalling);
}
