/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Receiving begins and ends here: the reader's epoll set, its pool of buffers,
 * and what wakes it. Flows join and leave the set from the agent's thread at any
 * time; the rest changes only while no reader is inside. */

#include "gsticecomponent-parts.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* So many lists may wait downstream before the pool has to grow. */
#define POOL_BATCHES 4

void
gst_ice_component_init_receive (GstIceComponent *self)
{
  self->epoll_fd = self->wake_fd = -1;
}

/* --- the set ------------------------------------------------------------ */

void
gst_ice_component_wake_reader (GstIceComponent *self)
{
  const guint64 one = 1;

  if (self->wake_fd < 0)
    return;
  while (write (self->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
    continue;
}

/* Without a media socket the loop reads for us: see deliver. */
void
gst_ice_component_open_media (GstIceComponent *self,
    const GstIceFlowEntry *entry)
{
  struct epoll_event event = { .events = EPOLLIN, .data.u64 = entry->id };

  if (gst_ice_udp_open_media (entry->udp, self->buffer_size, self->timestamps))
    epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, gst_ice_udp_media_fd (entry->udp),
        &event);
}

void
gst_ice_component_forget_media (GstIceComponent *self,
    const GstIceFlowEntry *entry)
{
  int fd = gst_ice_udp_media_fd (entry->udp);

  if (self->epoll_fd >= 0 && fd >= 0)
    epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

static void
open_set (GstIceComponent *self)
{
  struct epoll_event event = { .events = EPOLLIN, .data.u64 = GST_ICE_WAKE };

  if (self->epoll_fd >= 0)
    return;
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->wake_fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, self->wake_fd, &event);
}

static GstBufferPool *
new_pool (guint mtu)
{
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, NULL, mtu,
      POOL_BATCHES * GST_ICE_RECEIVE_BATCH, 0);
  gst_buffer_pool_set_config (pool, config);
  gst_buffer_pool_set_active (pool, TRUE);
  return pool;
}

static void
clear_reading (GstIceReading *in)
{
  guint i;

  for (i = 0; i < GST_ICE_RECEIVE_BATCH; i++) {
    if (in->buffers[i] != NULL)
      gst_buffer_unmap (in->buffers[i], &in->maps[i]);
    gst_clear_buffer (&in->buffers[i]);
  }
  if (in->pool != NULL)
    gst_buffer_pool_set_active (in->pool, FALSE);
  g_clear_object (&in->pool);
  gst_clear_caps (&in->clock);
}

void
gst_ice_component_clear_receive (GstIceComponent *self)
{
  clear_reading (&self->in);
  gst_ice_queue_clear (&self->queue);
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  if (self->wake_fd >= 0)
    close (self->wake_fd);
}

/* --- start, stop, flush ------------------------------------------------- */

void
gst_ice_component_start_receiving (GstIceComponent *component, guint mtu,
    gint buffer_size, gboolean timestamps, gboolean sender_address)
{
  guint i;

  g_return_if_fail (GST_IS_ICE_COMPONENT (component));
  g_return_if_fail (mtu > 0);
  gst_ice_component_stop_receiving (component);
  g_mutex_lock (&component->lock);
  component->mtu = mtu;
  component->buffer_size = buffer_size;
  component->timestamps = timestamps;
  component->sender_address = sender_address;
  component->in.pool = new_pool (mtu);
  component->in.clock = gst_caps_new_empty_simple ("timestamp/x-unix");
  open_set (component);
  g_atomic_int_set (&component->receiving, TRUE);
  for (i = 0; i < component->flows->len; i++)
    gst_ice_component_open_media (component,
        &g_array_index (component->flows, GstIceFlowEntry, i));
  g_mutex_unlock (&component->lock);
}

/* Lock held. Closing waits for the loop, so it is done later, on these. */
static GPtrArray *
leave_set (GstIceComponent *self)
{
  GPtrArray *udps =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_ice_udp_unref);
  guint i;

  for (i = 0; i < self->flows->len; i++) {
    const GstIceFlowEntry *entry =
        &g_array_index (self->flows, GstIceFlowEntry, i);

    gst_ice_component_forget_media (self, entry);
    g_ptr_array_add (udps, gst_ice_udp_ref (entry->udp));
  }
  return udps;
}

void
gst_ice_component_stop_receiving (GstIceComponent *component)
{
  g_autoptr (GPtrArray) udps = NULL;
  guint i;

  g_return_if_fail (GST_IS_ICE_COMPONENT (component));
  g_mutex_lock (&component->lock);
  if (!g_atomic_int_get (&component->receiving)) {
    g_mutex_unlock (&component->lock);
    return;
  }
  g_atomic_int_set (&component->receiving, FALSE);
  gst_ice_component_wake_reader (component);
  while (component->reading)
    g_cond_wait (&component->changed, &component->lock);
  udps = leave_set (component);
  clear_reading (&component->in);
  gst_ice_component_count (&component->counters.dropped_queue,
      gst_ice_queue_clear (&component->queue));
  g_mutex_unlock (&component->lock);
  for (i = 0; i < udps->len; i++)
    gst_ice_udp_close_media (g_ptr_array_index (udps, i));
}

void
gst_ice_component_set_flushing (GstIceComponent *component, gboolean receive,
    gboolean flushing)
{
  g_return_if_fail (GST_IS_ICE_COMPONENT (component));
  g_mutex_lock (&component->lock);
  if (receive)
    g_atomic_int_set (&component->receive_flushing, flushing);
  else
    component->send_flushing = flushing;
  gst_ice_component_wake_reader (component);
  g_cond_broadcast (&component->changed);
  g_mutex_unlock (&component->lock);
}
