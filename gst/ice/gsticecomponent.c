/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One component: where the agent's decisions become sockets to send on and to
 * read from. The agent adds and removes flows and publishes routes; each change
 * makes a new snapshot, complete in itself, for the streaming threads. */

#include "gsticecomponent-parts.h"

#include <string.h>

G_DEFINE_TYPE (GstIceComponent, gst_ice_component, GST_TYPE_OBJECT)

/* --- object ------------------------------------------------------------- */

static void
snapshot_free (gpointer data)
{
  GstIceSnapshot *snapshot = data;
  guint i;

  for (i = 0; i < snapshot->n_flows; i++)
    gst_ice_udp_unref (snapshot->flows[i].udp);
  g_free (snapshot);
}

static void
clear_flow (gpointer data)
{
  GstIceFlowEntry *entry = data;

  gst_ice_udp_unref (entry->udp);
}

/* Lock held; the last one calls notify, so not under the lock: see callers. */
static gboolean
receiver_drop (GstIceReceiverRef *receiver)
{
  return receiver != NULL && --receiver->ref_count == 0;
}

static void
receiver_free (GstIceReceiverRef *receiver)
{
  if (receiver->notify != NULL)
    receiver->notify (receiver->user_data);
  g_free (receiver);
}

static void
gst_ice_component_finalize (GObject *object)
{
  GstIceComponent *self = GST_ICE_COMPONENT (object);

  gst_ice_component_clear_receive (self);
  g_clear_object (&self->peer_address);
  gst_ice_publisher_clear (&self->published);
  g_array_unref (self->flows);
  if (receiver_drop (self->receiver))
    receiver_free (self->receiver);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->send_lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (gst_ice_component_parent_class)->finalize (object);
}

static void
gst_ice_component_class_init (GstIceComponentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_ice_component_finalize;
}

static void
gst_ice_component_init (GstIceComponent *self)
{
  g_mutex_init (&self->lock);
  g_mutex_init (&self->send_lock);
  g_cond_init (&self->changed);
  gst_ice_publisher_init (&self->published, snapshot_free);
  self->flows = g_array_new (FALSE, FALSE, sizeof (GstIceFlowEntry));
  g_array_set_clear_func (self->flows, clear_flow);
  self->dscp = -1;
  gst_ice_component_init_receive (self);
}

GstIceComponent *
gst_ice_component_new (guint stream, guint id,
    const GstIceComponentOwner *owner_funcs, gpointer owner)
{
  GstIceComponent *self = g_object_new (GST_TYPE_ICE_COMPONENT, NULL);

  self->stream = stream;
  self->id = id;
  self->owner_funcs = owner_funcs;
  self->owner = owner;
  return gst_object_ref_sink (self);
}

guint
gst_ice_component_get_id (GstIceComponent *component)
{
  g_return_val_if_fail (GST_IS_ICE_COMPONENT (component), 0);
  return component->id;
}

/* --- the owner ---------------------------------------------------------- */

gpointer
gst_ice_component_begin_owner_call (GstIceComponent *self)
{
  gpointer owner;

  g_mutex_lock (&self->lock);
  owner = self->owner;
  if (owner != NULL)
    self->owner_calls++;
  g_mutex_unlock (&self->lock);
  return owner;
}

void
gst_ice_component_end_owner_call (GstIceComponent *self)
{
  g_mutex_lock (&self->lock);
  self->owner_calls--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
gst_ice_component_tell_error (GstIceComponent *self, guint32 flow, NetAddr to,
    int error)
{
  gpointer owner = gst_ice_component_begin_owner_call (self);

  if (owner == NULL)
    return;
  self->owner_funcs->send_error (owner, flow, to, error);
  gst_ice_component_end_owner_call (self);
}

void
gst_ice_component_disown (GstIceComponent *self)
{
  g_mutex_lock (&self->lock);
  self->owner = NULL;
  while (self->owner_calls > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

/* --- flows and routes --------------------------------------------------- */

static const GstIceFlowEntry *
find_flow (GstIceComponent *self, guint32 flow)
{
  guint i;

  for (i = 0; i < self->flows->len; i++) {
    const GstIceFlowEntry *entry =
        &g_array_index (self->flows, GstIceFlowEntry, i);

    if (entry->id == flow)
      return entry;
  }
  return NULL;
}

/* Lock held. */
static void
publish (GstIceComponent *self)
{
  guint i, n = self->flows->len;
  const GstIceFlowEntry *out = find_flow (self, self->route.flow);
  gboolean usable = self->route.usable && out != NULL;
  GstIceSnapshot *snapshot =
      g_malloc (sizeof *snapshot + n * sizeof (GstIceFlowEntry));

  snapshot->route = self->route;
  snapshot->out = usable ? out->udp : NULL;
  snapshot->n_flows = n;
  for (i = 0; i < n; i++) {
    snapshot->flows[i] = g_array_index (self->flows, GstIceFlowEntry, i);
    gst_ice_udp_ref (snapshot->flows[i].udp);
  }
  gst_ice_publisher_set (&self->published, snapshot);
  __atomic_store_n (&self->writable_until,
      usable ? self->route.consent_until : 0, __ATOMIC_RELEASE);
  g_cond_broadcast (&self->changed);
}

void
gst_ice_component_publish (GstIceComponent *self, const IceRoute *route)
{
  g_mutex_lock (&self->lock);
  self->route = *route;
  publish (self);
  g_mutex_unlock (&self->lock);
}

void
gst_ice_component_fill_udp_config (GstIceComponent *self,
    GstIceUdpConfig *config)
{
  g_mutex_lock (&self->lock);
  config->buffer_size = self->buffer_size;
  config->dscp = self->dscp;
  config->media = g_atomic_int_get (&self->receiving);
  config->timestamps = self->timestamps;
  g_mutex_unlock (&self->lock);
}

void
gst_ice_component_add_flow (GstIceComponent *self, guint32 flow, GstIceUdp *udp)
{
  GstIceFlowEntry entry = { flow, gst_ice_udp_ref (udp) };

  g_mutex_lock (&self->lock);
  g_array_append_val (self->flows, entry);
  if (g_atomic_int_get (&self->receiving))
    gst_ice_component_open_media (self, &entry);
  else
    gst_ice_udp_close_media (udp);
  publish (self);
  g_mutex_unlock (&self->lock);
}

void
gst_ice_component_remove_flow (GstIceComponent *self, guint32 flow)
{
  const GstIceFlowEntry *entry;

  g_mutex_lock (&self->lock);
  entry = find_flow (self, flow);
  if (entry != NULL) {
    gst_ice_component_forget_media (self, entry);
    self->overflows += gst_ice_udp_overflows (entry->udp);
    g_array_remove_index_fast (self->flows,
        (guint) (entry - (const GstIceFlowEntry *) self->flows->data));
    publish (self);
  }
  g_mutex_unlock (&self->lock);
}

void
gst_ice_component_set_buffer_size (GstIceComponent *component, gint buffer_size)
{
  g_return_if_fail (GST_IS_ICE_COMPONENT (component));
  g_mutex_lock (&component->lock);
  component->buffer_size = buffer_size;
  g_mutex_unlock (&component->lock);
}

void
gst_ice_component_set_dscp (GstIceComponent *component, gint dscp)
{
  guint i;

  g_return_if_fail (GST_IS_ICE_COMPONENT (component));
  g_mutex_lock (&component->lock);
  component->dscp = dscp;
  for (i = 0; i < component->flows->len; i++)
    gst_ice_udp_set_dscp (g_array_index (component->flows, GstIceFlowEntry, i)
                              .udp,
        dscp);
  g_mutex_unlock (&component->lock);
}

guint
gst_ice_component_get_path_mtu (GstIceComponent *component)
{
  const GstIceFlowEntry *entry;
  GstIceUdp *udp = NULL;
  NetAddr remote;
  guint mtu;

  g_return_val_if_fail (GST_IS_ICE_COMPONENT (component), 0);
  g_mutex_lock (&component->lock);
  entry = find_flow (component, component->route.flow);
  if (component->route.usable && entry != NULL)
    udp = gst_ice_udp_ref (entry->udp);
  remote = component->route.remote;
  g_mutex_unlock (&component->lock);
  if (udp == NULL)
    return 0;
  mtu = gst_ice_udp_path_mtu (udp, remote);
  gst_ice_udp_unref (udp);
  return mtu;
}

/* --- payload for applications ------------------------------------------- */

void
gst_ice_component_set_receiver (GstIceComponent *component, GstIceReceiver func,
    gpointer user_data, GDestroyNotify notify)
{
  GstIceReceiverRef *old, *receiver = NULL;
  gboolean last;

  g_return_if_fail (GST_IS_ICE_COMPONENT (component));
  if (func != NULL) {
    receiver = g_new (GstIceReceiverRef, 1);
    *receiver = (GstIceReceiverRef){ 1, func, user_data, notify };
  }
  g_mutex_lock (&component->lock);
  old = component->receiver;
  component->receiver = receiver;
  last = receiver_drop (old);
  g_mutex_unlock (&component->lock);
  if (last)
    receiver_free (old);
}

/* Lock held on entry, not on return. */
static void
call_receiver (GstIceComponent *self, NetBytes payload)
{
  GstIceReceiverRef *receiver = self->receiver;
  GstBufferList *list = gst_buffer_list_new_sized (1);
  gboolean last;

  receiver->ref_count++;
  g_mutex_unlock (&self->lock);
  gst_buffer_list_add (list, gst_buffer_new_memdup (payload.data, payload.len));
  gst_ice_component_count (&self->counters.packets_received, 1);
  gst_ice_component_count (&self->counters.bytes_received, payload.len);
  receiver->func (self, list, receiver->user_data);
  g_mutex_lock (&self->lock);
  last = receiver_drop (receiver);
  g_mutex_unlock (&self->lock);
  if (last)
    receiver_free (receiver);
}

void
gst_ice_component_deliver (GstIceComponent *self, guint32 flow, NetAddr from,
    NetBytes payload)
{
  (void) flow;
  g_mutex_lock (&self->lock);
  if (self->receiver != NULL) {
    call_receiver (self, payload);
    return;
  }
  gst_ice_component_enqueue (self, from, payload);
  g_mutex_unlock (&self->lock);
}

/* --- counters ----------------------------------------------------------- */

void
gst_ice_component_read_counters (GstIceComponent *self,
    GstIceComponentCounters *out_counters)
{
  const guint64 *from = (const guint64 *) &self->counters;
  guint64 *to = (guint64 *) out_counters;
  guint i;

  G_STATIC_ASSERT (sizeof (GstIceComponentCounters) % sizeof (guint64) == 0);
  for (i = 0; i < sizeof *out_counters / sizeof *to; i++)
    to[i] = __atomic_load_n (&from[i], __ATOMIC_RELAXED);
  g_mutex_lock (&self->lock);
  out_counters->dropped_queue += self->overflows;
  for (i = 0; i < self->flows->len; i++)
    out_counters->dropped_queue +=
        gst_ice_udp_overflows (g_array_index (self->flows, GstIceFlowEntry, i)
                                   .udp);
  g_mutex_unlock (&self->lock);
}

void
gst_ice_component_get_counters (GstIceComponent *component,
    guint64 *packets_sent, guint64 *bytes_sent, guint64 *packets_dropped,
    guint64 *packets_received, guint64 *bytes_received)
{
  GstIceComponentCounters counters;

  g_return_if_fail (GST_IS_ICE_COMPONENT (component));
  gst_ice_component_read_counters (component, &counters);
  if (packets_sent != NULL)
    *packets_sent = counters.packets_sent;
  if (bytes_sent != NULL)
    *bytes_sent = counters.bytes_sent;
  if (packets_dropped != NULL)
    *packets_dropped = counters.dropped_no_route + counters.dropped_send;
  if (packets_received != NULL)
    *packets_received = counters.packets_received;
  if (bytes_received != NULL)
    *bytes_received = counters.bytes_received;
}
