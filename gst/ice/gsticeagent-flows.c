/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the session meets the kernel: sockets, datagrams, names, and the
 * components that media flows through. */

#include "gsticeagent-private.h"

#include <errno.h>

#define GST_CAT_DEFAULT gst_ice_agent_debug

/* What led to the selected path keeps its marks: consent every few seconds would
 * push them out of the ring. */
static void
mark_datagram (GstIceAgent *self, const GstIceFlow *flow, NetAddr peer,
    NetBytes stun, gboolean sent)
{
  GstIceMark mark = { .time = self->now, .remote = peer };
  GstIceMarkKind kind;
  gboolean settled = self->state == ICE_STATE_COMPLETED &&
      self->gathering == ICE_GATHERING_COMPLETE;

  if (settled || !gst_ice_timeline_kind_of (stun, sent, &kind))
    return;
  mark.kind = (guint8) kind;
  mark.local = gst_ice_udp_local (flow->udp);
  gst_ice_timeline_add (&self->timeline, &mark);
}

/* --- from the loop -------------------------------------------------------- */

static void
on_datagram (GstIceUdp *udp, NetAddr from, NetBytes bytes, gpointer user_data)
{
  GstIceFlow *flow = user_data;
  GstIceAgent *self = flow->agent;
  NetTime now = gst_ice_agent_enter (self);
  IceRecv result = ICE_RECV_DROPPED;

  (void) udp;
  if (self->session != NULL)
    result = ice_session_recv (self->session, flow->id, from, bytes, now);
  if (result == ICE_RECV_CONSUMED)
    mark_datagram (self, flow, from, bytes, FALSE);
  gst_ice_agent_leave (self);
  /* Only payload leaves the flow as it is; a step may have closed it. */
  if (result == ICE_RECV_PAYLOAD)
    gst_ice_component_deliver (flow->component, flow->id, from, bytes);
}

static void
on_icmp_error (GstIceUdp *udp, NetAddr to, int error, gpointer user_data)
{
  GstIceFlow *flow = user_data;
  GstIceAgent *self = flow->agent;
  NetTime now = gst_ice_agent_enter (self);

  (void) udp;
  if (self->session != NULL)
    ice_session_path_failed (self->session, flow->id, to, error, now);
  gst_ice_agent_leave (self);
}

static const GstIceUdpHandler udp_handler = {
  .datagram = on_datagram,
  .icmp_error = on_icmp_error,
};

/* --- from the streaming threads ------------------------------------------- */

static void
on_media_stun (gpointer owner, guint32 flow, NetAddr from, NetBytes bytes)
{
  GstIceAgent *self = owner;
  NetTime now = gst_ice_agent_enter (self);

  if (self->session != NULL)
    ice_session_recv (self->session, flow, from, bytes, now);
  gst_ice_agent_leave (self);
}

static void
on_media_send_error (gpointer owner, guint32 flow, NetAddr to, int error)
{
  GstIceAgent *self = owner;
  NetTime now = gst_ice_agent_enter (self);

  if (self->session != NULL)
    ice_session_path_failed (self->session, flow, to, error, now);
  gst_ice_agent_leave (self);
}

static const GstIceComponentOwner owner_funcs = {
  .stun = on_media_stun,
  .send_error = on_media_send_error,
};

GstIceComponent *
gst_ice_agent_make_component (GstIceAgent *self, GstIceStream *stream, guint id)
{
  guint index = gst_ice_stream_get_index (stream);
  NetTime now = gst_ice_agent_enter (self);
  GstIceComponent *component;
  guint n;

  while ((n = gst_ice_stream_n_components (stream)) < id)
    gst_ice_stream_add (stream,
        gst_ice_component_new (index, n + 1, &owner_funcs, self));
  component = gst_object_ref (gst_ice_stream_peek (stream, id));
  if (self->session != NULL)
    ice_session_add_component (self->session, index, id, now);
  gst_ice_agent_leave (self);
  return component;
}

/* --- what the session wants done ------------------------------------------ */

static GstIceComponent *
find_component (GstIceAgent *self, guint stream, guint component)
{
  GstIceStream *found = stream < self->streams->len
      ? g_ptr_array_index (self->streams, stream)
      : NULL;

  return found != NULL ? gst_ice_stream_peek (found, component) : NULL;
}

void
gst_ice_agent_free_flow (gpointer data)
{
  GstIceFlow *flow = data;

  gst_ice_udp_detach (flow->udp);
  gst_ice_udp_unref (flow->udp);
  gst_object_unref (flow->component);
  g_free (flow);
}

static GstIceUdp *
open_socket (GstIceComponent *component, const IceOutOpen *open, int *out_errno)
{
  GstIceUdpConfig config = { .dscp = -1 };

  gst_ice_component_fill_udp_config (component, &config);
  config.local = open->local;
  config.port_min = open->port_min;
  config.port_max = open->port_max;
  return gst_ice_udp_open (&config, out_errno);
}

void
gst_ice_agent_open_flow (GstIceAgent *self, const IceOutOpen *open)
{
  GstIceComponent *component =
      find_component (self, open->stream, open->component);
  int error = ENOENT;
  GstIceUdp *udp =
      component != NULL ? open_socket (component, open, &error) : NULL;
  char text[NET_ADDR_TEXT_MAX];
  GstIceFlow *flow;

  if (udp == NULL) {
    GST_INFO_OBJECT (self, "no socket on %s: %s",
        net_addr_format (open->local, text), g_strerror (error));
    ice_session_flow_closed (self->session, open->flow, error, self->now);
    return;
  }
  flow = g_new0 (GstIceFlow, 1);
  *flow = (GstIceFlow){ .agent = self,
    .id = open->flow,
    .udp = udp,
    .component = gst_object_ref (component) };
  g_hash_table_insert (self->flows, GUINT_TO_POINTER (flow->id), flow);
  gst_ice_component_add_flow (component, flow->id, udp);
  gst_ice_udp_attach (udp, self->loop, &udp_handler, flow);
  ice_session_flow_opened (self->session, flow->id, gst_ice_udp_local (udp),
      self->now);
}

void
gst_ice_agent_close_flow (GstIceAgent *self, guint32 id)
{
  GstIceFlow *flow = NULL;

  if (!g_hash_table_steal_extended (self->flows, GUINT_TO_POINTER (id), NULL,
          (gpointer *) &flow))
    return;
  gst_ice_component_remove_flow (flow->component, id);
  if (self->graves == NULL)
    self->graves = g_ptr_array_new_with_free_func (gst_ice_agent_free_flow);
  g_ptr_array_add (self->graves, flow);
}

static gboolean
is_loss (int error)
{
  return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS ||
      error == EINTR;
}

void
gst_ice_agent_send (GstIceAgent *self, const IceOutSend *send)
{
  NetBytes bytes = NET_BYTES (send->data, send->len);
  GstIceFlow *flow =
      g_hash_table_lookup (self->flows, GUINT_TO_POINTER (send->flow));
  int error = ENOTCONN;

  if (flow != NULL) {
    error = gst_ice_udp_send (flow->udp, send->to, bytes);
    mark_datagram (self, flow, send->to, bytes, TRUE);
  }
  if (error != 0 && !is_loss (error))
    ice_session_send_failed (self->session, send->token, error, self->now);
}

void
gst_ice_agent_publish (GstIceAgent *self, guint stream, guint component)
{
  GstIceComponent *found = find_component (self, stream, component);
  IceRoute route;

  if (found != NULL &&
      ice_session_route (self->session, stream, component, &route))
    gst_ice_component_publish (found, &route);
}

/* --- names ----------------------------------------------------------------- */

typedef struct
{
  GstIceAgent *agent; /* referenced */
  guint epoch;
  IceOutResolve resolve;
  GstIceLookup *lookup;
} Lookup;

void
gst_ice_agent_free_lookup (gpointer data)
{
  Lookup *lookup = data;

  gst_ice_lookup_free (lookup->lookup);
  g_object_unref (lookup->agent);
  g_free (lookup);
}

static void
on_resolved (const NetAddr *addrs, guint n, const GError *error,
    gpointer user_data)
{
  Lookup *lookup = user_data;
  GstIceAgent *self = lookup->agent;
  NetTime now = gst_ice_agent_enter (self);
  NetAddr with_port[8];
  guint i;

  if (error != NULL)
    GST_INFO_OBJECT (self, "\"%s\": %s", lookup->resolve.name, error->message);
  n = MIN (n, G_N_ELEMENTS (with_port));
  for (i = 0; i < n; i++)
    with_port[i] = net_addr_with_port (addrs[i], lookup->resolve.port);
  if (self->session != NULL && lookup->epoch == self->epoch)
    ice_session_resolved (self->session, lookup->resolve.op, with_port, n, now);
  g_hash_table_steal (self->lookups, lookup);
  gst_ice_agent_leave (self);
  gst_ice_agent_free_lookup (lookup);
}

void
gst_ice_agent_resolve (GstIceAgent *self, const IceOutResolve *resolve)
{
  Lookup *lookup = g_new0 (Lookup, 1);

  *lookup = (Lookup){ .agent = g_object_ref (self),
    .epoch = self->epoch,
    .resolve = *resolve };
  g_hash_table_add (self->lookups, lookup);
  lookup->lookup =
      gst_ice_lookup_start (self->loop, resolve->name, on_resolved, lookup);
}
