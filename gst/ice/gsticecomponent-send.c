/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending streaming thread's side: from a buffer list to the system call
 * without meeting the agent. */

#include "gsticecomponent-parts.h"

static NetTime
writable_until (GstIceComponent *component)
{
  return __atomic_load_n (&component->writable_until, __ATOMIC_ACQUIRE);
}

gboolean
gst_ice_component_is_writable (GstIceComponent *component)
{
  g_return_val_if_fail (GST_IS_ICE_COMPONENT (component), FALSE);
  return gst_ice_loop_now () < writable_until (component);
}

gboolean
gst_ice_component_wait_writable (GstIceComponent *component, gint64 timeout_us)
{
  gint64 end = timeout_us < 0 ? -1 : g_get_monotonic_time () + timeout_us;
  gboolean writable = FALSE, waiting = TRUE;

  g_return_val_if_fail (GST_IS_ICE_COMPONENT (component), FALSE);
  g_mutex_lock (&component->lock);
  while (!component->send_flushing) {
    writable = gst_ice_component_is_writable (component);
    if (writable || !waiting)
      break;
    if (end < 0)
      g_cond_wait (&component->changed, &component->lock);
    else
      waiting = g_cond_wait_until (&component->changed, &component->lock, end);
  }
  g_mutex_unlock (&component->lock);
  return writable;
}

/* RFC 7675 §5.1 [CF-5.1-1] [CF-5.1-2]: nothing leaves without consent, and the
 * clock decides here, at the call itself: the agent's timer may be late. */
static gboolean
may_send (const GstIceSnapshot *snapshot)
{
  return snapshot != NULL && snapshot->out != NULL &&
      gst_ice_loop_now () < snapshot->route.consent_until;
}

static void
count_sent (GstIceComponent *component, const GstIceSent *sent)
{
  GstIceComponentCounters *counters = &component->counters;

  gst_ice_component_count (&counters->packets_sent, sent->packets);
  gst_ice_component_count (&counters->bytes_sent, sent->bytes);
  if (sent->dropped > 0)
    gst_ice_component_count (&counters->dropped_send, sent->dropped);
}

/* One of list and buffer. */
static gboolean
transmit (GstIceComponent *component, GstBufferList *list, GstBuffer *buffer,
    guint *out_dropped)
{
  guint total = list != NULL ? gst_buffer_list_length (list) : 1;
  GstIceSent sent = { 0 };
  const GstIceSnapshot *snapshot;
  guint32 flow = 0;
  NetAddr to = NET_ADDR_NONE;

  g_mutex_lock (&component->send_lock);
  snapshot = gst_ice_publisher_enter (&component->published, GST_ICE_SLOT_SEND);
  if (!may_send (snapshot)) {
    gst_ice_component_count (&component->counters.dropped_no_route, total);
  } else {
    flow = snapshot->route.flow;
    to = snapshot->route.remote;
    if (list != NULL)
      gst_ice_udp_send_list (snapshot->out, to, list, &sent);
    else
      gst_ice_udp_send_buffer (snapshot->out, to, buffer, &sent);
    count_sent (component, &sent);
  }
  gst_ice_publisher_leave (&component->published, GST_ICE_SLOT_SEND);
  g_mutex_unlock (&component->send_lock);
  if (sent.error != 0 && !gst_ice_udp_error_is_loss (sent.error))
    gst_ice_component_tell_error (component, flow, to, sent.error);
  if (out_dropped != NULL)
    *out_dropped = total - sent.packets;
  return sent.packets > 0;
}

gboolean
gst_ice_component_send_list (GstIceComponent *component, GstBufferList *list,
    guint *out_dropped)
{
  g_return_val_if_fail (GST_IS_ICE_COMPONENT (component), FALSE);
  g_return_val_if_fail (GST_IS_BUFFER_LIST (list), FALSE);
  return transmit (component, list, NULL, out_dropped);
}

gboolean
gst_ice_component_send_buffer (GstIceComponent *component, GstBuffer *buffer,
    guint *out_dropped)
{
  g_return_val_if_fail (GST_IS_ICE_COMPONENT (component), FALSE);
  g_return_val_if_fail (GST_IS_BUFFER (buffer), FALSE);
  return transmit (component, NULL, buffer, out_dropped);
}
