/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-icesrc
 * @title: icesrc
 * @see_also: icesink
 *
 * Receives datagrams over a path that Interactive Connectivity Establishment
 * (RFC 8445) found, and pushes them as buffer lists. Connectivity checks are
 * answered whatever the pipeline does: in PAUSED, and while downstream blocks.
 *
 * ## Receive H.264 from an icesink on the same machine
 * |[
 * gst-launch-1.0 icesrc signalling=unix:///tmp/demo caps="application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=96" ! rtpjitterbuffer ! rtph264depay ! avdec_h264 ! videoconvert ! autovideosink
 * ]|
 *
 * Without `signalling` the application carries credentials and candidates:
 * read `local-ufrag` and `local-pwd`, connect to `on-ice-candidate`, and feed
 * `set-remote-credentials` and `add-ice-candidate`. Connect to
 * `filter-candidate` and `on-local-description` before the element goes to
 * PAUSED.
 *
 * When nothing arrived for `timeout`, an element message `GstIceSrcTimeout`
 * with a field `timeout` (guint64, ns) is posted, and again each `timeout` until
 * something does.
 *
 * Since: 0.1
 */

/* Reads one component of an agent from its streaming thread. Everything else of
 * ICE happens on the agent's own loop; see gsticeelement.c for the common half. */

#include "gsticesrc.h"

#include "gsticeelement.h"
#include "gsticegate.h"

GST_DEBUG_CATEGORY_STATIC (ice_src_debug);
#define GST_CAT_DEFAULT ice_src_debug

/* After the peer's goodbye, media may still be on its way or in the kernel: EOS
 * follows when it was quiet for this long, and at the latest after the second. */
#define LAST_WORDS_US (50 * G_TIME_SPAN_MILLISECOND)
#define LAST_WORDS_MAX_US (500 * G_TIME_SPAN_MILLISECOND)

typedef enum
{
  GST_ICE_SOCKET_TIMESTAMP_DISABLED,
  GST_ICE_SOCKET_TIMESTAMP_REALTIME,
} GstIceSocketTimestamp;

#define GST_TYPE_ICE_SOCKET_TIMESTAMP (gst_ice_socket_timestamp_get_type ())
static GType
gst_ice_socket_timestamp_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_ICE_SOCKET_TIMESTAMP_DISABLED, "No such meta", "disabled" },
    { GST_ICE_SOCKET_TIMESTAMP_REALTIME,
        "GstReferenceTimestampMeta with the kernel's receive time",
        "realtime" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstIceSocketTimestamp", values));
  return type;
}

enum
{
  PROP_0,
  PROP_CAPS,
  PROP_TIMEOUT,
  PROP_MTU,
  PROP_BUFFER_SIZE,
  PROP_RETRIEVE_SENDER_ADDRESS,
  PROP_SOCKET_TIMESTAMP,
};

struct _GstIceSrc
{
  GstPushSrc parent;
  GstIceElement *ice;
  GstIceComponent *component; /* READY and above */

  /* Properties; under the object lock. */
  GstCaps *caps;
  guint64 timeout;
  guint mtu;
  guint buffer_size;
  gboolean retrieve_sender_address;
  GstIceSocketTimestamp socket_timestamp;

  GstIceGate gate; /* ends when the peer said goodbye, or is lost */
  gint64 ended_at; /* streaming thread: it saw the end then; 0: not yet */
};

static void gst_ice_src_uri_handler_init (gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE (GstIceSrc, gst_ice_src, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_ice_src_uri_handler_init))

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* ---- waking create() ---- */

static gboolean
gst_ice_src_unlock (GstBaseSrc *base)
{
  gst_ice_gate_set_unlocked (&GST_ICE_SRC (base)->gate, TRUE);
  return TRUE;
}

static gboolean
gst_ice_src_unlock_stop (GstBaseSrc *base)
{
  gst_ice_gate_set_unlocked (&GST_ICE_SRC (base)->gate, FALSE);
  return TRUE;
}

static void
on_ended (GstElement *element)
{
  GST_DEBUG_OBJECT (element, "end of stream once it is quiet");
  gst_ice_gate_end (&GST_ICE_SRC (element)->gate);
}

static const GstIceElementFuncs element_funcs = {
  .ended = on_ended,
};

/* ---- data ---- */

static gint64
get_timeout_us (GstIceSrc *self)
{
  guint64 timeout;

  GST_OBJECT_LOCK (self);
  timeout = self->timeout;
  GST_OBJECT_UNLOCK (self);
  return timeout > 0 ? (gint64) MAX (GST_TIME_AS_USECONDS (timeout), 1) : -1;
}

/* udpsrc's message under our name. */
static void
post_timeout (GstIceSrc *self)
{
  guint64 timeout;

  GST_OBJECT_LOCK (self);
  timeout = self->timeout;
  GST_OBJECT_UNLOCK (self);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("GstIceSrcTimeout", "timeout", G_TYPE_UINT64,
              timeout, NULL)));
}

/* The base class stamps single buffers only. All of a list came with one
 * wake-up, so they share one time. */
static void
stamp (GstIceSrc *self, GstBufferList *list)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  guint n = gst_buffer_list_length (list);
  GstClockTime now;

  if (!clock)
    return;
  now = gst_clock_get_time (clock);
  gst_object_unref (clock);
  now -= MIN (now, gst_element_get_base_time (GST_ELEMENT (self)));
  for (guint i = 0; i < n; i++) {
    GstBuffer *buffer = gst_buffer_list_get_writable (list, i);

    GST_BUFFER_PTS (buffer) = now;
    GST_BUFFER_DTS (buffer) = now;
  }
}

/* The last words: whatever comes until it is quiet. */
static GstFlowReturn
receive_rest (GstIceSrc *self, GstBufferList **out_list)
{
  gint64 now = g_get_monotonic_time (), left;
  GstFlowReturn ret;

  if (self->ended_at == 0)
    self->ended_at = now;
  left = self->ended_at + LAST_WORDS_MAX_US - now;
  if (left <= 0)
    return GST_FLOW_EOS;
  ret = gst_ice_component_receive_list (self->component,
      MIN (left, LAST_WORDS_US), out_list);
  return ret == GST_FLOW_CUSTOM_SUCCESS ? GST_FLOW_EOS : ret;
}

static GstFlowReturn
receive (GstIceSrc *self, GstBufferList **out_list)
{
  GstFlowReturn ret;

  while (!gst_ice_gate_see_end (&self->gate)) {
    ret = gst_ice_component_receive_list (self->component,
        get_timeout_us (self), out_list);
    if (ret == GST_FLOW_CUSTOM_SUCCESS)
      post_timeout (self);
    else if (ret != GST_FLOW_FLUSHING || !gst_ice_gate_see_end (&self->gate))
      return ret;
  }
  return receive_rest (self, out_list);
}

static GstFlowReturn
gst_ice_src_create (GstPushSrc *push, G_GNUC_UNUSED GstBuffer **buffer)
{
  GstIceSrc *self = GST_ICE_SRC (push);
  GstBufferList *list = NULL;
  GstFlowReturn ret = receive (self, &list);

  if (ret != GST_FLOW_OK)
    return ret;
  GST_LOG_OBJECT (self, "%u datagrams", gst_buffer_list_length (list));
  if (gst_base_src_get_do_timestamp (GST_BASE_SRC (push)))
    stamp (self, list);
  gst_base_src_submit_buffer_list (GST_BASE_SRC (push), list);
  return GST_FLOW_OK;
}

/* ---- what the base class asks ---- */

static GstCaps *
gst_ice_src_get_caps (GstBaseSrc *base, GstCaps *filter)
{
  GstIceSrc *self = GST_ICE_SRC (base);
  GstCaps *caps, *filtered;

  GST_OBJECT_LOCK (self);
  caps = self->caps ? gst_caps_ref (self->caps) : gst_caps_new_any ();
  GST_OBJECT_UNLOCK (self);
  if (!filter)
    return caps;
  filtered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return filtered;
}

/* Live, and nothing is held back. */
static gboolean
gst_ice_src_query (GstBaseSrc *base, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS (gst_ice_src_parent_class)->query (base, query);
  gst_query_set_latency (query, TRUE, 0, 0);
  return TRUE;
}

static gboolean
gst_ice_src_start (GstBaseSrc *base)
{
  GstIceSrc *self = GST_ICE_SRC (base);

  self->ended_at = 0;
  gst_ice_gate_begin (&self->gate);
  return TRUE;
}

/* ---- life ---- */

static gboolean
open (GstIceSrc *self)
{
  if (!gst_ice_element_open (self->ice, &self->component))
    return FALSE;
  gst_ice_gate_watch (&self->gate, self->component);
  return TRUE;
}

static gboolean
start (GstIceSrc *self)
{
  guint mtu, buffer_size;
  gboolean timestamps, sender;

  GST_OBJECT_LOCK (self);
  mtu = self->mtu;
  buffer_size = self->buffer_size;
  timestamps = self->socket_timestamp == GST_ICE_SOCKET_TIMESTAMP_REALTIME;
  sender = self->retrieve_sender_address;
  GST_OBJECT_UNLOCK (self);
  /* Before the agent opens its sockets, so that they are made for two readers
   * from the first packet on. */
  gst_ice_component_start_receiving (self->component, mtu, (gint) buffer_size,
      timestamps, sender);
  return gst_ice_element_start (self->ice);
}

static void
close (GstIceSrc *self)
{
  gst_ice_element_close (self->ice);
  gst_ice_gate_watch (&self->gate, NULL);
  gst_clear_object (&self->component);
}

static GstStateChangeReturn
gst_ice_src_change_state (GstElement *element, GstStateChange transition)
{
  GstIceSrc *self = GST_ICE_SRC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !open (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;

  ret = GST_ELEMENT_CLASS (gst_ice_src_parent_class)
            ->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_ice_component_stop_receiving (self->component);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    close (self);
  return ret;
}

static void
gst_ice_src_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstIceSrc *self = GST_ICE_SRC (object);

  if (id >= GST_ICE_ELEMENT_FIRST_PROPERTY) {
    gst_ice_element_set_property (self->ice, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CAPS:
      gst_caps_replace (&self->caps, g_value_get_boxed (value));
      break;
    case PROP_TIMEOUT:
      self->timeout = g_value_get_uint64 (value);
      break;
    case PROP_MTU:
      self->mtu = g_value_get_uint (value);
      break;
    case PROP_BUFFER_SIZE:
      self->buffer_size = g_value_get_uint (value);
      break;
    case PROP_RETRIEVE_SENDER_ADDRESS:
      self->retrieve_sender_address = g_value_get_boolean (value);
      break;
    case PROP_SOCKET_TIMESTAMP:
      self->socket_timestamp = g_value_get_enum (value);
      break;
  }
  GST_OBJECT_UNLOCK (self);
  if (id == PROP_CAPS)
    gst_pad_mark_reconfigure (GST_BASE_SRC_PAD (self));
}

static void
gst_ice_src_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstIceSrc *self = GST_ICE_SRC (object);

  if (id >= GST_ICE_ELEMENT_FIRST_PROPERTY) {
    gst_ice_element_get_property (self->ice, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CAPS:
      gst_value_set_caps (value, self->caps);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint64 (value, self->timeout);
      break;
    case PROP_MTU:
      g_value_set_uint (value, self->mtu);
      break;
    case PROP_BUFFER_SIZE:
      g_value_set_uint (value, self->buffer_size);
      break;
    case PROP_RETRIEVE_SENDER_ADDRESS:
      g_value_set_boolean (value, self->retrieve_sender_address);
      break;
    case PROP_SOCKET_TIMESTAMP:
      g_value_set_enum (value, self->socket_timestamp);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_ice_src_finalize (GObject *object)
{
  GstIceSrc *self = GST_ICE_SRC (object);

  gst_ice_element_free (self->ice);
  gst_caps_replace (&self->caps, NULL);
  gst_ice_gate_clear (&self->gate);
  G_OBJECT_CLASS (gst_ice_src_parent_class)->finalize (object);
}

static GstURIType
get_uri_type (G_GNUC_UNUSED GType type)
{
  return GST_URI_SRC;
}

static void
gst_ice_src_uri_handler_init (gpointer iface, G_GNUC_UNUSED gpointer data)
{
  gst_ice_element_uri_handler_init (iface, get_uri_type);
}

static void
install_properties (GObjectClass *klass)
{
  GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GParamFlags in_ready = rw | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (klass, PROP_CAPS,
      g_param_spec_boxed ("caps", "Caps",
          "What the datagrams are, for instance application/x-rtp,… "
          "(NULL = ANY)",
          GST_TYPE_CAPS, rw | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (klass, PROP_TIMEOUT,
      g_param_spec_uint64 ("timeout", "Timeout",
          "Post an element message GstIceSrcTimeout when nothing arrived for "
          "this many nanoseconds (0 = never)",
          0, G_MAXINT64, 0, rw | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (klass, PROP_MTU,
      g_param_spec_uint ("mtu", "MTU",
          "Bytes of room for one datagram; a longer one is dropped and counted",
          64, 65535, 1500, in_ready));
  g_object_class_install_property (klass, PROP_BUFFER_SIZE,
      g_param_spec_uint ("buffer-size", "Buffer size",
          "The kernel's receive buffer in bytes (0 = as large as the system "
          "allows, up to 4 MiB)",
          0, G_MAXINT, 0, in_ready));
  g_object_class_install_property (klass, PROP_RETRIEVE_SENDER_ADDRESS,
      g_param_spec_boolean ("retrieve-sender-address",
          "Retrieve sender address",
          "Put a GstNetAddressMeta on each buffer: the address that the peer "
          "was first heard from. It stays when the path changes, or rtpbin "
          "would "
          "take the peer for two; the present one is in selected-pair",
          TRUE, in_ready));
  g_object_class_install_property (klass, PROP_SOCKET_TIMESTAMP,
      g_param_spec_enum ("socket-timestamp", "Socket timestamp",
          "Put a GstReferenceTimestampMeta with the kernel's receive time on "
          "each buffer",
          GST_TYPE_ICE_SOCKET_TIMESTAMP, GST_ICE_SOCKET_TIMESTAMP_DISABLED,
          in_ready));
}

static void
gst_ice_src_class_init (GstIceSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (ice_src_debug, "icesrc", 0, "ICE source");

  object_class->set_property = gst_ice_src_set_property;
  object_class->get_property = gst_ice_src_get_property;
  object_class->finalize = gst_ice_src_finalize;
  install_properties (object_class);
  gst_ice_element_class_init (element_class);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "ICE source",
      "Source/Network",
      "Receives datagrams over a path that ICE (RFC 8445) found",
      "The gst-ice authors");
  element_class->change_state = gst_ice_src_change_state;

  base_class->get_caps = gst_ice_src_get_caps;
  base_class->query = gst_ice_src_query;
  base_class->start = gst_ice_src_start;
  base_class->unlock = gst_ice_src_unlock;
  base_class->unlock_stop = gst_ice_src_unlock_stop;
  GST_PUSH_SRC_CLASS (klass)->create = gst_ice_src_create;

  gst_type_mark_as_plugin_api (GST_TYPE_ICE_SOCKET_TIMESTAMP, 0);
}

static void
gst_ice_src_init (GstIceSrc *self)
{
  GstBaseSrc *base = GST_BASE_SRC (self);

  gst_ice_gate_init (&self->gate, TRUE);
  self->mtu = 1500;
  self->retrieve_sender_address = TRUE;
  self->ice = gst_ice_element_new (GST_ELEMENT (self), FALSE, &element_funcs);
  gst_base_src_set_live (base, TRUE);
  gst_base_src_set_format (base, GST_FORMAT_TIME);
  gst_base_src_set_do_timestamp (base, TRUE);
}
