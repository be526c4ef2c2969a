/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A carrier with one connection at a time. A caller who comes while a peer is
 * there is told `bye busy` and left to try again; a connection on which nobody
 * has said hello yet gives way to the next one, so that a port scanner cannot
 * keep the peer out. */

#include "carrier-stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "carrier-link.h"
#include "signal-message.h"

#define RETRY_FIRST_MS 20
#define RETRY_LAST_MS 1000
/* A dead peer over TCP is noticed within 20 seconds. */
#define KEEPALIVE_IDLE_S 5
#define KEEPALIVE_INTERVAL_S 5
#define KEEPALIVE_COUNT 3

typedef struct
{
  GstIceCarrierLink *link;
  GSocket *listener;
  GSource *callers;
  GSource *retry;
  guint retry_ms;
} GstIceCarrierStreamPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstIceCarrierStream,
    gst_ice_carrier_stream, GST_TYPE_ICE_CARRIER)

static GstIceCarrierStreamPrivate *
get_private (GstIceCarrierStream *self)
{
  return gst_ice_carrier_stream_get_instance_private (self);
}

static void
on_line (gpointer owner, const gchar *line, gsize length)
{
  gst_ice_carrier_receive (owner, line, length);
}

static void
on_too_long (gpointer owner, const gchar *line, gsize length)
{
  gst_ice_carrier_receive_too_long (owner, line, length);
}

static void
on_lost (gpointer owner)
{
  GstIceCarrier *carrier = owner;
  GstIceCarrierStream *self = owner;
  gboolean joined = gst_ice_carrier_has_peer (carrier);

  g_clear_pointer (&get_private (self)->link, gst_ice_carrier_link_close);
  if (joined)
    get_private (self)->retry_ms = RETRY_FIRST_MS;
  gst_ice_carrier_disconnected (carrier);
  if (gst_ice_carrier_get_context (carrier) != NULL)
    GST_ICE_CARRIER_STREAM_GET_CLASS (self)->lost (self, joined);
}

static const GstIceCarrierLinkFuncs link_funcs = {
  .line = on_line,
  .too_long = on_too_long,
  .lost = on_lost,
};

/* A peer whose machine lost its power says nothing: the kernel asks, so that
 * the place is free again when it is back. */
static void
watch_over (GSocket *socket)
{
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S,
      NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S,
      NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
}

void
gst_ice_carrier_stream_take (GstIceCarrierStream *self, GIOStream *connection)
{
  GstIceCarrierStreamPrivate *priv = get_private (self);
  GstIceCarrier *carrier = GST_ICE_CARRIER (self);

  if (G_IS_TCP_CONNECTION (connection))
    watch_over (
        g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
  g_clear_pointer (&priv->link, gst_ice_carrier_link_close);
  priv->link = gst_ice_carrier_link_new (gst_ice_carrier_get_context (carrier),
      connection, &link_funcs, G_OBJECT (self));
  gst_ice_carrier_connected (carrier);
}

/* The line is short: the buffer of a new connection takes it whole. */
static void
refuse_caller (GSocketConnection *caller)
{
  GstIceSignalMessage busy = { .type = GST_ICE_SIGNAL_BYE,
    .text = (gchar *) "busy" };
  g_autofree gchar *line = gst_ice_signal_message_to_line (&busy);

  g_pollable_output_stream_write_nonblocking (
      G_POLLABLE_OUTPUT_STREAM (
          g_io_stream_get_output_stream (G_IO_STREAM (caller))),
      line, strlen (line), NULL, NULL);
  g_socket_shutdown (g_socket_connection_get_socket (caller), FALSE, TRUE,
      NULL);
  g_io_stream_close (G_IO_STREAM (caller), NULL, NULL);
}

static void
greet_caller (GstIceCarrierStream *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) caller =
      g_socket_connection_factory_create_connection (socket);

  g_socket_set_blocking (socket, FALSE);
  if (gst_ice_carrier_has_peer (GST_ICE_CARRIER (self)))
    refuse_caller (caller);
  else
    gst_ice_carrier_stream_take (self, G_IO_STREAM (caller));
}

static void listen_for_callers (GstIceCarrierStream *self);

static gboolean
on_callers_again (gpointer data)
{
  GstIceCarrierStream *self = data;

  gst_ice_carrier_cancel (&get_private (self)->callers);
  listen_for_callers (self);
  return G_SOURCE_REMOVE;
}

/* Out of descriptors, say: the caller stays in the queue, and so does its
 * event, so look away for a while. */
static void
pause_listening (GstIceCarrierStream *self, const GError *error)
{
  GstIceCarrierStreamPrivate *priv = get_private (self);

  gst_ice_carrier_cancel (&priv->callers);
  priv->callers = gst_ice_carrier_after (GST_ICE_CARRIER (self), RETRY_LAST_MS,
      on_callers_again);
  gst_ice_carrier_wait (GST_ICE_CARRIER (self),
      "cannot accept a caller, trying again: %s", error->message);
}

static gboolean
on_caller (GSocket *listener, GIOCondition condition, gpointer data)
{
  g_autoptr (GstIceCarrierStream) self = g_object_ref (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, &error);

  (void) condition;
  if (socket != NULL)
    greet_caller (self, socket);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    pause_listening (self, error);
  return G_SOURCE_CONTINUE;
}

static void
listen_for_callers (GstIceCarrierStream *self)
{
  GstIceCarrierStreamPrivate *priv = get_private (self);

  priv->callers = g_socket_create_source (priv->listener, G_IO_IN, NULL);
  g_source_set_callback (priv->callers, G_SOURCE_FUNC (on_caller), self, NULL);
  g_source_attach (priv->callers,
      gst_ice_carrier_get_context (GST_ICE_CARRIER (self)));
}

void
gst_ice_carrier_stream_listen (GstIceCarrierStream *self, GSocket *socket)
{
  g_set_object (&get_private (self)->listener, socket);
  listen_for_callers (self);
}

GSocket *
gst_ice_carrier_stream_get_listener (GstIceCarrierStream *self)
{
  return get_private (self)->listener;
}

static gboolean
on_retry (gpointer data)
{
  g_autoptr (GstIceCarrierStream) self = g_object_ref (data);

  gst_ice_carrier_cancel (&get_private (self)->retry);
  GST_ICE_CARRIER_STREAM_GET_CLASS (self)->attempt (self);
  return G_SOURCE_REMOVE;
}

/* The pause is random within its half, lest two ends that keep missing each
 * other keep step as well. */
void
gst_ice_carrier_stream_try_later (GstIceCarrierStream *self)
{
  GstIceCarrierStreamPrivate *priv = get_private (self);
  guint pause = priv->retry_ms / 2 +
      (guint) g_random_int_range (0, (gint) priv->retry_ms / 2 + 1);

  gst_ice_carrier_cancel (&priv->retry);
  priv->retry = gst_ice_carrier_after (GST_ICE_CARRIER (self), pause, on_retry);
  priv->retry_ms = MIN (priv->retry_ms * 2, RETRY_LAST_MS);
}

static void
gst_ice_carrier_stream_write (GstIceCarrier *carrier, const gchar *line)
{
  GstIceCarrierStreamPrivate *priv =
      get_private (GST_ICE_CARRIER_STREAM (carrier));

  if (priv->link != NULL)
    gst_ice_carrier_link_send (priv->link, line);
}

static void
gst_ice_carrier_stream_close (GstIceCarrier *carrier)
{
  GstIceCarrierStreamPrivate *priv =
      get_private (GST_ICE_CARRIER_STREAM (carrier));

  gst_ice_carrier_cancel (&priv->callers);
  gst_ice_carrier_cancel (&priv->retry);
  if (priv->listener != NULL)
    g_socket_close (priv->listener, NULL);
  g_clear_object (&priv->listener);
  g_clear_pointer (&priv->link, gst_ice_carrier_link_close);
  priv->retry_ms = RETRY_FIRST_MS;
}

static void
gst_ice_carrier_stream_class_init (GstIceCarrierStreamClass *klass)
{
  GstIceCarrierClass *carrier_class = GST_ICE_CARRIER_CLASS (klass);

  carrier_class->write = gst_ice_carrier_stream_write;
  carrier_class->close = gst_ice_carrier_stream_close;
}

static void
gst_ice_carrier_stream_init (GstIceCarrierStream *self)
{
  get_private (self)->retry_ms = RETRY_FIRST_MS;
}
