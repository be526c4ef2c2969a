/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiving streaming thread's side: it waits in an epoll set of its own, of
 * the flows' media sockets and one eventfd, and reads whole batches into pooled
 * memory. Which addresses may speak is in the published snapshot. */

#include "gsticecomponent-parts.h"

#include <errno.h>
#include <gst/net/net.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "sockaddr.h"
#include "../icecore/net/demux.h"

#define FLOWS_PER_WAKE 16

/* --- what the loop read for us ------------------------------------------ */

/* The peer, by the address that it was first heard from. It stays when the path
 * changes: rtpsession takes an SSRC from another address for a stranger's and
 * drops the stream (RFC 8445 §12.2 [ICE-12.2-2]). */
static GSocketAddress *
peer_address (GstIceComponent *self, NetAddr from)
{
  GSocketAddress *address = g_atomic_pointer_get (&self->peer_address);

  if (address != NULL)
    return address;
  address = gst_ice_sockaddr_to_gio (from);
  if (!g_atomic_pointer_compare_and_exchange (&self->peer_address, NULL,
          address))
    g_clear_object (&address);
  return g_atomic_pointer_get (&self->peer_address);
}

static void
add_sender (GstIceComponent *self, GstBuffer *buffer, NetAddr from)
{
  GSocketAddress *address;

  if (!self->sender_address)
    return;
  address = peer_address (self, from);
  if (address != NULL)
    gst_buffer_add_net_address_meta (buffer, address);
}

void
gst_ice_component_enqueue (GstIceComponent *self, NetAddr from,
    NetBytes payload)
{
  GstBuffer *buffer;

  if (!g_atomic_int_get (&self->receiving)) {
    gst_ice_component_count (&self->counters.dropped_queue, 1);
    return;
  }
  if (payload.len > self->mtu) {
    gst_ice_component_count (&self->counters.dropped_truncated, 1);
    return;
  }
  buffer = gst_buffer_new_memdup (payload.data, payload.len);
  add_sender (self, buffer, from);
  gst_ice_component_count (&self->counters.dropped_queue,
      gst_ice_queue_push (&self->queue, buffer));
  gst_ice_component_wake_reader (self);
}

static void
count_received (GstIceComponent *self, GstBuffer *buffer)
{
  gst_ice_component_count (&self->counters.packets_received, 1);
  gst_ice_component_count (&self->counters.bytes_received,
      gst_buffer_get_size (buffer));
}

static gboolean
take_queue (GstIceComponent *self, GstBufferList **out_list)
{
  GstBufferList *list;
  guint i;

  g_mutex_lock (&self->lock);
  list = gst_ice_queue_take (&self->queue);
  g_mutex_unlock (&self->lock);
  if (list == NULL)
    return FALSE;
  for (i = 0; i < gst_buffer_list_length (list); i++)
    count_received (self, gst_buffer_list_get (list, i));
  *out_list = list;
  return TRUE;
}

/* --- what we read ourselves --------------------------------------------- */

/* FALSE: no memory. */
static gboolean
fill_buffers (GstIceReading *in)
{
  guint i;

  for (i = 0; i < GST_ICE_RECEIVE_BATCH; i++) {
    if (in->buffers[i] != NULL)
      continue;
    if (gst_buffer_pool_acquire_buffer (in->pool, &in->buffers[i], NULL) !=
        GST_FLOW_OK)
      return FALSE;
    if (!gst_buffer_map (in->buffers[i], &in->maps[i], GST_MAP_WRITE)) {
      gst_clear_buffer (&in->buffers[i]);
      return FALSE;
    }
  }
  return TRUE;
}

/* The buffer leaves the ready ones; its place is filled before the next read. */
static void
take_payload (GstIceComponent *self, guint i, const GstIceReceived *received,
    GstBufferList **list)
{
  GstIceReading *in = &self->in;
  GstBuffer *buffer = g_steal_pointer (&in->buffers[i]);

  gst_buffer_unmap (buffer, &in->maps[i]);
  gst_buffer_set_size (buffer, (gssize) received->len);
  add_sender (self, buffer, received->from);
  if (received->realtime != 0)
    gst_buffer_add_reference_timestamp_meta (buffer, in->clock,
        received->realtime, GST_CLOCK_TIME_NONE);
  count_received (self, buffer);
  if (*list == NULL)
    *list = gst_buffer_list_new_sized (GST_ICE_RECEIVE_BATCH);
  gst_buffer_list_add (*list, buffer);
}

static void
pass_stun (GstIceComponent *self, guint32 flow, NetAddr from, NetBytes bytes)
{
  gpointer owner = gst_ice_component_begin_owner_call (self);

  if (owner == NULL)
    return;
  self->owner_funcs->stun (owner, flow, from, bytes);
  gst_ice_component_end_owner_call (self);
}

static void
sort (GstIceComponent *self, const IceRoute *route, guint32 flow, guint i,
    const GstIceReceived *received, GstBufferList **list)
{
  NetBytes bytes = NET_BYTES (self->in.maps[i].data, received->len);

  if (received->truncated) {
    gst_ice_component_count (&self->counters.dropped_truncated, 1);
    return;
  }
  switch (net_demux_peer (bytes)) {
    case NET_DEMUX_STUN: /* glued behind media by GRO */
      pass_stun (self, flow, received->from, bytes);
      return;
    case NET_DEMUX_PAYLOAD:
      if (ice_route_accepts (route, flow, received->from)) {
        take_payload (self, i, received, list);
        return;
      }
      break;
    case NET_DEMUX_CHANNEL:
    case NET_DEMUX_DROP:
      break;
  }
  gst_ice_component_count (&self->counters.dropped_unvalidated, 1);
}

static GstIceUdp *
find_udp (const GstIceSnapshot *snapshot, guint32 flow)
{
  guint i;

  for (i = 0; snapshot != NULL && i < snapshot->n_flows; i++) {
    if (snapshot->flows[i].id == flow)
      return snapshot->flows[i].udp;
  }
  return NULL;
}

typedef struct
{
  GstIceComponent *component;
  guint32 flow;
} ErrorContext;

static void
on_error (GstIceUdp *udp, NetAddr to, int error, gpointer user_data)
{
  ErrorContext *context = user_data;

  (void) udp;
  gst_ice_component_tell_error (context->component, context->flow, to, error);
}

/* FALSE: no memory. */
static gboolean
read_flow (GstIceComponent *self, const struct epoll_event *event,
    GstBufferList **list)
{
  GstIceReceived received[GST_ICE_RECEIVE_BATCH];
  ErrorContext context = { self, (guint32) event->data.u64 };
  gboolean filled = fill_buffers (&self->in);
  const GstIceSnapshot *snapshot;
  GstIceUdp *udp;
  int i, n = 0;

  snapshot = gst_ice_publisher_enter (&self->published, GST_ICE_SLOT_RECEIVE);
  udp = find_udp (snapshot, context.flow);
  if (udp != NULL && (event->events & EPOLLERR))
    gst_ice_udp_drain_media_errors (udp, on_error, &context);
  if (udp != NULL && filled)
    n = gst_ice_udp_receive_media (udp, self->in.maps, received,
        GST_ICE_RECEIVE_BATCH);
  for (i = 0; i < n; i++)
    sort (self, &snapshot->route, context.flow, (guint) i, &received[i], list);
  gst_ice_publisher_leave (&self->published, GST_ICE_SLOT_RECEIVE);
  return filled;
}

static void
drain_wake (GstIceComponent *self)
{
  guint64 count;

  while (read (self->wake_fd, &count, sizeof count) < 0 && errno == EINTR)
    continue;
}

/* epoll counts in milliseconds; rounded up, so that the time is really over. */
static int
wait_ms (NetTime end)
{
  NetTime now = gst_ice_loop_now ();

  if (end == NET_NEVER)
    return -1;
  if (end <= now)
    return 0;
  return (int) MIN ((end - now + NET_MSEC (1) - 1) / NET_MSEC (1), G_MAXINT);
}

static gboolean
is_refused (GstIceComponent *self)
{
  return g_atomic_int_get (&self->receive_flushing) ||
      !g_atomic_int_get (&self->receiving);
}

/* The end is looked at after each wake-up that brought nothing, so that a flood
 * from strangers cannot put it off. */
static GstFlowReturn
read_list (GstIceComponent *self, NetTime end, GstBufferList **out_list)
{
  struct epoll_event events[FLOWS_PER_WAKE];
  GstBufferList *list = NULL;
  gboolean over = FALSE;

  while (list == NULL) {
    int i, n;

    if (is_refused (self))
      return GST_FLOW_FLUSHING;
    if (take_queue (self, out_list))
      return GST_FLOW_OK;
    if (over)
      return GST_FLOW_CUSTOM_SUCCESS;
    n = epoll_wait (self->epoll_fd, events, FLOWS_PER_WAKE, wait_ms (end));
    for (i = 0; i < n; i++) {
      if (events[i].data.u64 == GST_ICE_WAKE)
        drain_wake (self);
      else if (!read_flow (self, &events[i], &list))
        goto out;
    }
    over = end != NET_NEVER && gst_ice_loop_now () >= end;
  }
  *out_list = list;
  return GST_FLOW_OK;
out:
  gst_clear_buffer_list (&list);
  return GST_FLOW_ERROR;
}

GstFlowReturn
gst_ice_component_receive_list (GstIceComponent *component, gint64 timeout_us,
    GstBufferList **out_list)
{
  NetTime end = timeout_us < 0
      ? NET_NEVER
      : gst_ice_loop_now () + NET_USEC ((NetTime) timeout_us);
  GstFlowReturn result;

  g_return_val_if_fail (GST_IS_ICE_COMPONENT (component), GST_FLOW_ERROR);
  g_return_val_if_fail (out_list != NULL, GST_FLOW_ERROR);
  g_mutex_lock (&component->lock);
  if (is_refused (component)) {
    g_mutex_unlock (&component->lock);
    return GST_FLOW_FLUSHING;
  }
  if (component->reading) {
    g_mutex_unlock (&component->lock);
    g_return_val_if_reached (GST_FLOW_ERROR); /* one thread at a time */
  }
  component->reading = TRUE;
  g_mutex_unlock (&component->lock);
  result = read_list (component, end, out_list);
  g_mutex_lock (&component->lock);
  component->reading = FALSE;
  g_cond_broadcast (&component->changed);
  g_mutex_unlock (&component->lock);
  return result;
}
