/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-icesink
 * @title: icesink
 * @see_also: icesrc
 *
 * Sends each buffer as one datagram over a path that Interactive Connectivity
 * Establishment (RFC 8445) found. It needs no icesrc beside it: the agent
 * answers checks and keeps consent on a loop of its own. A state change never
 * waits for the network.
 *
 * ## Send H.264 to an icesrc on the same machine
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! videoconvert ! x264enc tune=zerolatency key-int-max=60 ! rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=1200 ! icesink signalling=unix:///tmp/demo
 * ]|
 *
 * Until there is a path, `early-data-mode` decides about the data. When there is
 * one, at first and after each loss of it, a GstForceKeyUnit event goes upstream
 * (`force-keyframe`), so that the peer can begin to decode.
 *
 * End of stream is told to the peer through the carrier; its icesrc then ends
 * too. Where several icesinks share an agent, the last one tells.
 *
 * Without `signalling` the application carries credentials and candidates:
 * read `local-ufrag` and `local-pwd`, connect to `on-ice-candidate`, and feed
 * `set-remote-credentials` and `add-ice-candidate`. Connect to
 * `filter-candidate` and `on-local-description` before the element goes to
 * PAUSED.
 *
 * Since: 0.1
 */

/* Sends from the streaming thread over the component's published route. Only
 * what waits for a path (early-data-mode) and what follows from its coming
 * (keyframe, draining) is decided here; see gsticeelement.c for the rest. */

#include "gsticesink.h"

#include <gst/video/video.h>

#include "gsticeearly.h"
#include "gsticeelement.h"
#include "gsticegate.h"

GST_DEBUG_CATEGORY_STATIC (ice_sink_debug);
#define GST_CAT_DEFAULT ice_sink_debug

#define DEFAULT_EARLY_DATA_MAX_TIME 2000

typedef enum
{
  GST_ICE_EARLY_DATA_AUTO,
  GST_ICE_EARLY_DATA_DROP,
  GST_ICE_EARLY_DATA_BLOCK,
  GST_ICE_EARLY_DATA_QUEUE,
} GstIceEarlyDataMode;

#define GST_TYPE_ICE_EARLY_DATA_MODE (gst_ice_early_data_mode_get_type ())
static GType
gst_ice_early_data_mode_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_ICE_EARLY_DATA_AUTO, "Drop when upstream is live, else block",
        "auto" },
    { GST_ICE_EARLY_DATA_DROP, "Drop and count", "drop" },
    { GST_ICE_EARLY_DATA_BLOCK, "Wait for the path, however long it takes",
        "block" },
    { GST_ICE_EARLY_DATA_QUEUE,
        "Keep the last early-data-max-time and send it when there is a path",
        "queue" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstIceEarlyDataMode", values));
  return type;
}

enum
{
  PROP_0,
  PROP_QOS_DSCP,
  PROP_BUFFER_SIZE,
  PROP_EARLY_DATA_MODE,
  PROP_EARLY_DATA_MAX_TIME,
  PROP_FORCE_KEYFRAME,
  PROP_BYTES_SENT,
  PROP_PACKETS_DROPPED,
};

struct _GstIceSink
{
  GstBaseSink parent;
  GstIceElement *ice;
  /* READY and above. Set and cleared under the object lock; the streaming
   * thread, which lives between the two, reads it without. */
  GstIceComponent *component;

  /* Properties; under the object lock. */
  gint dscp;
  guint buffer_size;
  GstIceEarlyDataMode mode;
  guint max_time;
  gboolean force_keyframe;

  /* Under the object lock too. */
  gboolean connected;
  guint key_units;
  guint64 bytes_before; /* of components let go */
  guint64 dropped_before;

  GstIceEarly *early;
  GstIceGate gate; /* ends when it failed for good, with on-failure=eos */

  /* Streaming thread only: is upstream live, asked once per stream. */
  gboolean live_known;
  gboolean live;
};

static void gst_ice_sink_uri_handler_init (gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE (GstIceSink, gst_ice_sink, GST_TYPE_BASE_SINK,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_ice_sink_uri_handler_init))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* ---- sending ---- */

/* Streaming thread: woken without a path. OK: try again. */
static GstFlowReturn
rest (GstIceSink *self)
{
  /* PAUSED waits for PLAYING in there; a flush comes out at once. */
  return gst_ice_gate_is_unlocked (&self->gate)
      ? gst_base_sink_wait_preroll (GST_BASE_SINK (self))
      : GST_FLOW_OK;
}

static GstFlowReturn
send_or_wait (GstIceSink *self, GstMiniObject *data)
{
  GstFlowReturn ret;

  while (!gst_ice_component_wait_writable (self->component, -1)) {
    if (gst_ice_gate_has_ended (&self->gate))
      return GST_FLOW_EOS;
    ret = rest (self);
    if (ret != GST_FLOW_OK)
      return ret;
  }
  gst_ice_early_send (self->component, data);
  return GST_FLOW_OK;
}

static gint64
get_max_age (GstIceSink *self)
{
  gint64 max_age;

  GST_OBJECT_LOCK (self);
  max_age = self->max_time * G_TIME_SPAN_MILLISECOND;
  GST_OBJECT_UNLOCK (self);
  return max_age;
}

static gboolean
is_upstream_live (GstIceSink *self)
{
  GstQuery *query;

  if (self->live_known)
    return self->live;
  query = gst_query_new_latency ();
  if (gst_pad_peer_query (GST_BASE_SINK_PAD (self), query)) {
    gst_query_parse_latency (query, &self->live, NULL, NULL);
    self->live_known = TRUE;
  }
  gst_query_unref (query);
  return self->live;
}

/* The mode, with auto decided: where there is a path nothing is early. */
static GstIceEarlyDataMode
choose_mode (GstIceSink *self)
{
  GstIceEarlyDataMode mode;

  GST_OBJECT_LOCK (self);
  mode = self->mode;
  GST_OBJECT_UNLOCK (self);
  if (mode != GST_ICE_EARLY_DATA_AUTO)
    return mode;
  if (gst_ice_component_is_writable (self->component) ||
      is_upstream_live (self))
    return GST_ICE_EARLY_DATA_DROP;
  return GST_ICE_EARLY_DATA_BLOCK;
}

static GstFlowReturn
render (GstIceSink *self, GstMiniObject *data)
{
  switch (choose_mode (self)) {
    case GST_ICE_EARLY_DATA_QUEUE:
      gst_ice_early_send_or_keep (self->early, self->component, data,
          get_max_age (self));
      break;
    case GST_ICE_EARLY_DATA_BLOCK:
      return send_or_wait (self, data);
    case GST_ICE_EARLY_DATA_AUTO:
    case GST_ICE_EARLY_DATA_DROP:
      gst_ice_early_send (self->component, data);
      break;
  }
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_ice_sink_render (GstBaseSink *base, GstBuffer *buffer)
{
  return render (GST_ICE_SINK (base), GST_MINI_OBJECT_CAST (buffer));
}

static GstFlowReturn
gst_ice_sink_render_list (GstBaseSink *base, GstBufferList *list)
{
  return render (GST_ICE_SINK (base), GST_MINI_OBJECT_CAST (list));
}

static gboolean
gst_ice_sink_unlock (GstBaseSink *base)
{
  gst_ice_gate_set_unlocked (&GST_ICE_SINK (base)->gate, TRUE);
  return TRUE;
}

static gboolean
gst_ice_sink_unlock_stop (GstBaseSink *base)
{
  gst_ice_gate_set_unlocked (&GST_ICE_SINK (base)->gate, FALSE);
  return TRUE;
}

/* ---- the path comes and goes ---- */

static void
request_key_unit (GstElement *element, G_GNUC_UNUSED gpointer data)
{
  GstIceSink *self = GST_ICE_SINK (element);
  guint count;

  GST_OBJECT_LOCK (self);
  count = self->key_units++;
  GST_OBJECT_UNLOCK (self);
  GST_DEBUG_OBJECT (self, "asking for a keyframe");
  gst_pad_push_event (GST_BASE_SINK_PAD (self),
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE,
          count));
}

/* Not from the agent's thread, which serves every agent: upstream may take its
 * time with an event. */
static void
want_key_unit (GstIceSink *self)
{
  gboolean wanted;

  GST_OBJECT_LOCK (self);
  wanted = self->force_keyframe;
  GST_OBJECT_UNLOCK (self);
  if (wanted)
    gst_element_call_async (GST_ELEMENT (self), request_key_unit, NULL, NULL);
}

/* TRUE when a path came that was not there before. */
static gboolean
note_path (GstIceSink *self, GstIceConnectionState state, gboolean writable)
{
  gboolean connected = writable &&
      (state == GST_ICE_CONNECTION_STATE_CONNECTED ||
          state == GST_ICE_CONNECTION_STATE_COMPLETED);
  gboolean came;

  GST_OBJECT_LOCK (self);
  came = connected && !self->connected;
  self->connected = connected;
  GST_OBJECT_UNLOCK (self);
  return came;
}

/* For threads that may be there before and after READY; NULL then. */
static GstIceComponent *
ref_component (GstIceSink *self)
{
  GstIceComponent *component;

  GST_OBJECT_LOCK (self);
  component = self->component ? g_object_ref (self->component) : NULL;
  GST_OBJECT_UNLOCK (self);
  return component;
}

static void
on_changed (GstElement *element)
{
  GstIceSink *self = GST_ICE_SINK (element);
  GstIceConnectionState state = gst_ice_element_get_state (self->ice);
  g_autoptr (GstIceComponent) component = ref_component (self);
  gboolean writable;

  if (!component)
    return;
  writable = gst_ice_component_is_writable (component);
  if (writable)
    gst_ice_early_send_kept (self->early, component);
  if (note_path (self, state, writable))
    want_key_unit (self);
}

/* Only a sink that waits in vain has to give up. */
static void
on_ended (GstElement *element)
{
  GstIceSink *self = GST_ICE_SINK (element);
  g_autoptr (GstIceComponent) component = ref_component (self);

  if (component && !gst_ice_component_is_writable (component))
    gst_ice_gate_end (&self->gate);
}

/* A peer that came back as another run of itself never left the connected state,
 * but has to begin decoding. */
static void
on_moved (GstElement *element)
{
  want_key_unit (GST_ICE_SINK (element));
}

static const GstIceElementFuncs element_funcs = {
  .changed = on_changed,
  .moved = on_moved,
  .ended = on_ended,
};

/* ---- end of stream ---- */

/* What is queued gets early-data-max-time to find its path. */
static GstFlowReturn
send_last (GstIceSink *self)
{
  gint64 deadline = g_get_monotonic_time () + get_max_age (self), left;
  GstFlowReturn ret;

  if (gst_ice_early_is_empty (self->early))
    return GST_FLOW_OK;
  while ((left = deadline - g_get_monotonic_time ()) > 0 &&
      !gst_ice_component_wait_writable (self->component, left) &&
      !gst_ice_gate_has_ended (&self->gate)) {
    ret = rest (self);
    if (ret != GST_FLOW_OK)
      return ret;
  }
  gst_ice_early_send_kept (self->early, self->component);
  return GST_FLOW_OK;
}

/* Between the last buffer's time and the EOS message, after which an
 * application may shut all down at once. */
static GstFlowReturn
gst_ice_sink_wait_event (GstBaseSink *base, GstEvent *event)
{
  GstIceSink *self = GST_ICE_SINK (base);
  GstFlowReturn ret =
      GST_BASE_SINK_CLASS (gst_ice_sink_parent_class)->wait_event (base, event);

  if (ret != GST_FLOW_OK || GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return ret;
  ret = send_last (self);
  if (ret == GST_FLOW_OK)
    gst_ice_element_send_bye (self->ice);
  return ret;
}

static gboolean
gst_ice_sink_event (GstBaseSink *base, GstEvent *event)
{
  /* Another stream may come from another kind of source. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    GST_ICE_SINK (base)->live_known = FALSE;
  return GST_BASE_SINK_CLASS (gst_ice_sink_parent_class)->event (base, event);
}

/* ---- life ---- */

static gboolean
open (GstIceSink *self)
{
  GstIceComponent *component;

  if (!gst_ice_element_open (self->ice, &component))
    return FALSE;
  gst_ice_component_set_dscp (component, self->dscp);
  gst_ice_component_set_buffer_size (component, (gint) self->buffer_size);
  GST_OBJECT_LOCK (self);
  self->component = component;
  self->connected = FALSE;
  self->bytes_before = 0;
  self->dropped_before = 0;
  GST_OBJECT_UNLOCK (self);
  gst_ice_early_reset_dropped (self->early);
  gst_ice_gate_watch (&self->gate, component);
  gst_ice_gate_begin (&self->gate);
  return TRUE;
}

static void
read_counters (GstIceComponent *component, guint64 *out_bytes,
    guint64 *out_dropped)
{
  guint64 ignored;

  gst_ice_component_get_counters (component, &ignored, out_bytes, out_dropped,
      &ignored, &ignored);
}

/* The numbers stay readable after the component is gone. */
static void
close (GstIceSink *self)
{
  GstIceComponent *component;

  gst_ice_element_close (self->ice);
  gst_ice_gate_watch (&self->gate, NULL);
  GST_OBJECT_LOCK (self);
  component = g_steal_pointer (&self->component);
  read_counters (component, &self->bytes_before, &self->dropped_before);
  GST_OBJECT_UNLOCK (self);
  gst_object_unref (component);
}

static GstStateChangeReturn
gst_ice_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstIceSink *self = GST_ICE_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !open (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    self->live_known = FALSE;
    if (!gst_ice_element_start (self->ice))
      return GST_STATE_CHANGE_FAILURE;
  }
  ret = GST_ELEMENT_CLASS (gst_ice_sink_parent_class)
            ->change_state (element, transition);

  /* The next stream is another one. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_ice_early_drop_kept (self->early);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    close (self);
  return ret;
}

static void
set_dscp (GstIceSink *self, gint dscp)
{
  g_autoptr (GstIceComponent) component = ref_component (self);

  GST_OBJECT_LOCK (self);
  self->dscp = dscp;
  GST_OBJECT_UNLOCK (self);
  if (component)
    gst_ice_component_set_dscp (component, dscp);
}

static void
gst_ice_sink_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstIceSink *self = GST_ICE_SINK (object);

  if (id >= GST_ICE_ELEMENT_FIRST_PROPERTY) {
    gst_ice_element_set_property (self->ice, value, pspec);
    return;
  }
  if (id == PROP_QOS_DSCP) {
    set_dscp (self, g_value_get_int (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_BUFFER_SIZE:
      self->buffer_size = g_value_get_uint (value);
      break;
    case PROP_EARLY_DATA_MODE:
      self->mode = g_value_get_enum (value);
      break;
    case PROP_EARLY_DATA_MAX_TIME:
      self->max_time = g_value_get_uint (value);
      break;
    case PROP_FORCE_KEYFRAME:
      self->force_keyframe = g_value_get_boolean (value);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
get_counter (GstIceSink *self, guint id, GValue *value)
{
  guint64 bytes, dropped, early = gst_ice_early_get_dropped (self->early);

  GST_OBJECT_LOCK (self);
  bytes = self->bytes_before;
  dropped = self->dropped_before;
  if (self->component)
    read_counters (self->component, &bytes, &dropped);
  GST_OBJECT_UNLOCK (self);
  g_value_set_uint64 (value, id == PROP_BYTES_SENT ? bytes : dropped + early);
}

static void
gst_ice_sink_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstIceSink *self = GST_ICE_SINK (object);

  if (id >= GST_ICE_ELEMENT_FIRST_PROPERTY) {
    gst_ice_element_get_property (self->ice, value, pspec);
    return;
  }
  if (id == PROP_BYTES_SENT || id == PROP_PACKETS_DROPPED) {
    get_counter (self, id, value);
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_QOS_DSCP:
      g_value_set_int (value, self->dscp);
      break;
    case PROP_BUFFER_SIZE:
      g_value_set_uint (value, self->buffer_size);
      break;
    case PROP_EARLY_DATA_MODE:
      g_value_set_enum (value, self->mode);
      break;
    case PROP_EARLY_DATA_MAX_TIME:
      g_value_set_uint (value, self->max_time);
      break;
    case PROP_FORCE_KEYFRAME:
      g_value_set_boolean (value, self->force_keyframe);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ice_sink_finalize (GObject *object)
{
  GstIceSink *self = GST_ICE_SINK (object);

  gst_ice_element_free (self->ice);
  gst_ice_early_free (self->early);
  gst_ice_gate_clear (&self->gate);
  G_OBJECT_CLASS (gst_ice_sink_parent_class)->finalize (object);
}

static GstURIType
get_uri_type (G_GNUC_UNUSED GType type)
{
  return GST_URI_SINK;
}

static void
gst_ice_sink_uri_handler_init (gpointer iface, G_GNUC_UNUSED gpointer data)
{
  gst_ice_element_uri_handler_init (iface, get_uri_type);
}

static void
install_properties (GObjectClass *klass)
{
  GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GParamFlags any_time = rw | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (klass, PROP_QOS_DSCP,
      g_param_spec_int ("qos-dscp", "DSCP",
          "Differentiated services code point of what is sent, 0 to 63 "
          "(-1 = the system's default)",
          -1, 63, -1, any_time));
  g_object_class_install_property (klass, PROP_BUFFER_SIZE,
      g_param_spec_uint ("buffer-size", "Buffer size",
          "The kernel's send buffer in bytes (0 = as large as the system "
          "allows, up to 4 MiB)",
          0, G_MAXINT, 0, rw | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (klass, PROP_EARLY_DATA_MODE,
      g_param_spec_enum ("early-data-mode", "Early data mode",
          "What becomes of data while there is no path to the peer",
          GST_TYPE_ICE_EARLY_DATA_MODE, GST_ICE_EARLY_DATA_AUTO, any_time));
  g_object_class_install_property (klass, PROP_EARLY_DATA_MAX_TIME,
      g_param_spec_uint ("early-data-max-time", "Early data max time",
          "With early-data-mode=queue: milliseconds of data that are kept, by "
          "time of arrival and up to 16 MiB, the oldest dropped and counted; "
          "also how long the end of stream waits for a path",
          0, G_MAXINT, DEFAULT_EARLY_DATA_MAX_TIME, any_time));
  g_object_class_install_property (klass, PROP_FORCE_KEYFRAME,
      g_param_spec_boolean ("force-keyframe", "Force keyframe",
          "Send GstForceKeyUnit upstream when a path is found and when a lost "
          "one is back",
          TRUE, any_time));
  g_object_class_install_property (klass, PROP_BYTES_SENT,
      g_param_spec_uint64 ("bytes-sent", "Bytes sent",
          "Bytes of payload handed to the network since READY", 0, G_MAXUINT64,
          0, ro));
  g_object_class_install_property (klass, PROP_PACKETS_DROPPED,
      g_param_spec_uint64 ("packets-dropped", "Packets dropped",
          "Packets not sent since READY: no path, no consent, or refused by "
          "the system",
          0, G_MAXUINT64, 0, ro));
}

static void
gst_ice_sink_class_init (GstIceSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *base_class = GST_BASE_SINK_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (ice_sink_debug, "icesink", 0, "ICE sink");

  object_class->set_property = gst_ice_sink_set_property;
  object_class->get_property = gst_ice_sink_get_property;
  object_class->finalize = gst_ice_sink_finalize;
  install_properties (object_class);
  gst_ice_element_class_init (element_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "ICE sink",
      "Sink/Network", "Sends datagrams over a path that ICE (RFC 8445) found",
      "The gst-ice authors");
  element_class->change_state = gst_ice_sink_change_state;

  base_class->event = gst_ice_sink_event;
  base_class->wait_event = gst_ice_sink_wait_event;
  base_class->render = gst_ice_sink_render;
  base_class->render_list = gst_ice_sink_render_list;
  base_class->unlock = gst_ice_sink_unlock;
  base_class->unlock_stop = gst_ice_sink_unlock_stop;

  gst_type_mark_as_plugin_api (GST_TYPE_ICE_EARLY_DATA_MODE, 0);
}

static void
gst_ice_sink_init (GstIceSink *self)
{
  GstBaseSink *base = GST_BASE_SINK (self);

  gst_ice_gate_init (&self->gate, FALSE);
  self->early = gst_ice_early_new ();
  self->dscp = -1;
  self->max_time = DEFAULT_EARLY_DATA_MAX_TIME;
  self->force_keyframe = TRUE;
  self->ice = gst_ice_element_new (GST_ELEMENT (self), TRUE, &element_funcs);
  gst_base_sink_set_async_enabled (base, FALSE);
  gst_base_sink_set_last_sample_enabled (base, FALSE);
}
