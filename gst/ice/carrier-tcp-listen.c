/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tcp-listen://:port: waits for the other end's tcp://host:port. Without an
 * address it listens on all of them, IPv4 and IPv6 through one socket. */

#include "carrier-stream.h"

#include <netinet/in.h>

#define BACKLOG 8

typedef struct _GstIceCarrierTcpListen GstIceCarrierTcpListen;
typedef GstIceCarrierStreamClass GstIceCarrierTcpListenClass;

struct _GstIceCarrierTcpListen
{
  GstIceCarrierStream parent;

  /* NULL: all. */
  GInetAddress *address;
  guint16 port;
};

static GType gst_ice_carrier_tcp_listen_get_type (void);

G_DEFINE_TYPE (GstIceCarrierTcpListen, gst_ice_carrier_tcp_listen,
    GST_TYPE_ICE_CARRIER_STREAM)

static GSocket *
listen_on (GInetAddress *address, guint16 port, GError **error)
{
  GSocketFamily family = g_inet_address_get_family (address);
  g_autoptr (GSocketAddress) where = g_inet_socket_address_new (address, port);
  g_autoptr (GSocket) socket =
      g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  if (family == G_SOCKET_FAMILY_IPV6 && g_inet_address_get_is_any (address))
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, FALSE, NULL);
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, where, TRUE, error) ||
      !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

/* A host without IPv6 is one with IPv4; a port that is in use is in use. */
static GSocket *
listen_on_all (guint16 port, GError **error)
{
  g_autoptr (GInetAddress) ipv6 = g_inet_address_new_any (G_SOCKET_FAMILY_IPV6);
  g_autoptr (GInetAddress) ipv4 = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GError) why = NULL;
  GSocket *socket = listen_on (ipv6, port, &why);

  if (socket != NULL)
    return socket;
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
    g_propagate_error (error, g_steal_pointer (&why));
    return NULL;
  }
  return listen_on (ipv4, port, error);
}

static guint16
get_bound_port (GSocket *socket)
{
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, NULL);

  return bound != NULL
      ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound))
      : 0;
}

static void
tell_waiting (GstIceCarrierStream *stream)
{
  GSocket *listener = gst_ice_carrier_stream_get_listener (stream);

  gst_ice_carrier_wait (GST_ICE_CARRIER (stream),
      "nobody has connected to TCP port %u yet", get_bound_port (listener));
}

static gboolean
gst_ice_carrier_tcp_listen_open (GstIceCarrier *carrier, GError **error)
{
  GstIceCarrierTcpListen *self = (GstIceCarrierTcpListen *) carrier;
  g_autoptr (GSocket) socket = self->address != NULL
      ? listen_on (self->address, self->port, error)
      : listen_on_all (self->port, error);

  if (socket == NULL) {
    g_prefix_error (error, "cannot listen on TCP port %u: ", self->port);
    return FALSE;
  }
  gst_ice_carrier_stream_listen (GST_ICE_CARRIER_STREAM (self), socket);
  tell_waiting (GST_ICE_CARRIER_STREAM (self));
  return TRUE;
}

static void
gst_ice_carrier_tcp_listen_lost (GstIceCarrierStream *stream, gboolean joined)
{
  (void) joined;
  tell_waiting (stream);
}

static void
gst_ice_carrier_tcp_listen_finalize (GObject *object)
{
  g_clear_object (&((GstIceCarrierTcpListen *) object)->address);
  G_OBJECT_CLASS (gst_ice_carrier_tcp_listen_parent_class)->finalize (object);
}

static void
gst_ice_carrier_tcp_listen_class_init (GstIceCarrierTcpListenClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_ice_carrier_tcp_listen_finalize;
  GST_ICE_CARRIER_CLASS (klass)->open = gst_ice_carrier_tcp_listen_open;
  klass->lost = gst_ice_carrier_tcp_listen_lost;
}

static void
gst_ice_carrier_tcp_listen_init (GstIceCarrierTcpListen *self)
{
  (void) self;
}

GstIceSignaller *
gst_ice_carrier_tcp_listen_new (GUri *uri, GError **error)
{
  const gchar *host = g_uri_get_host (uri);
  gint port = g_uri_get_port (uri);
  g_autoptr (GInetAddress) address = NULL;
  gboolean all = host == NULL || *host == '\0';
  GstIceCarrierTcpListen *self;

  if (!all)
    address = g_inet_address_new_from_string (host);
  if (port < 0 || (!all && address == NULL)) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "a listening tcp carrier is written tcp-listen://:port, or with an "
        "address of this host before the colon");
    return NULL;
  }
  self = g_object_new (gst_ice_carrier_tcp_listen_get_type (), NULL);
  self->address = g_steal_pointer (&address);
  self->port = (guint16) port;
  return GST_ICE_SIGNALLER (self);
}
