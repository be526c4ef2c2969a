/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tcp://host:port: connects to whoever listens there, and keeps trying. How
 * long is too long is the agent's to say (connect-timeout): until then every
 * failure, a name that does not resolve included, is something to wait for. */

#include "carrier-stream.h"

/* A SYN that was dropped is repeated by the kernel after ever longer pauses,
 * up to a minute; a new attempt reaches a listener that has come up sooner. */
#define CONNECT_TIMEOUT_MS 5000

typedef struct _GstIceCarrierTcp GstIceCarrierTcp;
typedef GstIceCarrierStreamClass GstIceCarrierTcpClass;

struct _GstIceCarrierTcp
{
  GstIceCarrierStream parent;

  gchar *host;
  guint16 port;
  /* Of the attempt under way, with the limit of its time. */
  GCancellable *attempt;
  GSource *timeout;
};

static GType gst_ice_carrier_tcp_get_type (void);

G_DEFINE_TYPE (GstIceCarrierTcp, gst_ice_carrier_tcp,
    GST_TYPE_ICE_CARRIER_STREAM)

static void
end_attempt (GstIceCarrierTcp *self)
{
  gst_ice_carrier_cancel (&self->timeout);
  if (self->attempt != NULL)
    g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
}

static void
wait_and_try (GstIceCarrierTcp *self, const gchar *why)
{
  gst_ice_carrier_stream_try_later (GST_ICE_CARRIER_STREAM (self));
  gst_ice_carrier_wait (GST_ICE_CARRIER (self),
      "nobody at tcp://%s:%u, trying again: %s", self->host, self->port, why);
}

static gboolean
on_timeout (gpointer data)
{
  GstIceCarrierTcp *self = data;

  end_attempt (self);
  wait_and_try (self, "no answer");
  return G_SOURCE_REMOVE;
}

/* Cancelled means: by us, and perhaps we are no more. */
static void
on_connected (GObject *client, GAsyncResult *result, gpointer data)
{
  GstIceCarrierTcp *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  gst_ice_carrier_cancel (&self->timeout);
  g_clear_object (&self->attempt);
  if (connection == NULL) {
    wait_and_try (self, error->message);
    return;
  }
  gst_ice_carrier_stream_take (GST_ICE_CARRIER_STREAM (self),
      G_IO_STREAM (connection));
}

/* In a callback, unlike in start(), nobody has made the agent's context the
 * thread's own; GIO takes that one for its answers. */
static void
gst_ice_carrier_tcp_attempt (GstIceCarrierStream *stream)
{
  GstIceCarrierTcp *self = (GstIceCarrierTcp *) stream;
  GMainContext *context =
      gst_ice_carrier_get_context (GST_ICE_CARRIER (stream));
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) where =
      g_network_address_new (self->host, self->port);

  g_socket_client_set_enable_proxy (client, FALSE);
  self->attempt = g_cancellable_new ();
  self->timeout = gst_ice_carrier_after (GST_ICE_CARRIER (stream),
      CONNECT_TIMEOUT_MS, on_timeout);
  g_main_context_push_thread_default (context);
  g_socket_client_connect_async (client, where, self->attempt, on_connected,
      self);
  g_main_context_pop_thread_default (context);
}

static void
gst_ice_carrier_tcp_lost (GstIceCarrierStream *stream, gboolean joined)
{
  GstIceCarrierTcp *self = (GstIceCarrierTcp *) stream;

  gst_ice_carrier_stream_try_later (stream);
  if (joined)
    gst_ice_carrier_wait (GST_ICE_CARRIER (stream),
        "tcp://%s:%u was closed, trying again", self->host, self->port);
}

static gboolean
gst_ice_carrier_tcp_open (GstIceCarrier *carrier, GError **error)
{
  (void) error;
  gst_ice_carrier_tcp_attempt (GST_ICE_CARRIER_STREAM (carrier));
  return TRUE;
}

static void
gst_ice_carrier_tcp_close (GstIceCarrier *carrier)
{
  end_attempt ((GstIceCarrierTcp *) carrier);
  GST_ICE_CARRIER_CLASS (gst_ice_carrier_tcp_parent_class)->close (carrier);
}

static void
gst_ice_carrier_tcp_finalize (GObject *object)
{
  g_free (((GstIceCarrierTcp *) object)->host);
  G_OBJECT_CLASS (gst_ice_carrier_tcp_parent_class)->finalize (object);
}

static void
gst_ice_carrier_tcp_class_init (GstIceCarrierTcpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_ice_carrier_tcp_finalize;
  GST_ICE_CARRIER_CLASS (klass)->open = gst_ice_carrier_tcp_open;
  GST_ICE_CARRIER_CLASS (klass)->close = gst_ice_carrier_tcp_close;
  klass->attempt = gst_ice_carrier_tcp_attempt;
  klass->lost = gst_ice_carrier_tcp_lost;
}

static void
gst_ice_carrier_tcp_init (GstIceCarrierTcp *self)
{
  (void) self;
}

GstIceSignaller *
gst_ice_carrier_tcp_new (GUri *uri, GError **error)
{
  const gchar *host = g_uri_get_host (uri);
  gint port = g_uri_get_port (uri);
  GstIceCarrierTcp *self;

  if (host == NULL || *host == '\0' || port <= 0) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "a tcp carrier is written tcp://host:port, the other end's is "
        "tcp-listen://:port");
    return NULL;
  }
  self = g_object_new (gst_ice_carrier_tcp_get_type (), NULL);
  self->host = g_strdup (host);
  self->port = (guint16) port;
  return GST_ICE_SIGNALLER (self);
}
