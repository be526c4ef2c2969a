/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The queue of early-data-mode=queue. Age is counted from arrival, not from
 * timestamps: those go back and forth where a codec reorders. */

#include "gsticeearly.h"

/* A source that does not wait for the clock could fill the memory within the
 * time limit: two seconds at 64 Mbit/s are the most that is kept. */
#define MAX_BYTES (16 * 1024 * 1024)

typedef struct
{
  GstMiniObject *data;
  gint64 arrival; /* monotonic, microseconds */
  gsize bytes;
} Item;

struct _GstIceEarly
{
  GMutex lock; /* guards all below, and the order on the wire */
  GQueue items;
  gsize bytes;
  guint64 dropped;
};

GstIceEarly *
gst_ice_early_new (void)
{
  GstIceEarly *self = g_new0 (GstIceEarly, 1);

  g_mutex_init (&self->lock);
  return self;
}

void
gst_ice_early_free (GstIceEarly *self)
{
  gst_ice_early_drop_kept (self);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static guint
count_packets (GstMiniObject *data)
{
  return GST_IS_BUFFER_LIST (data)
      ? gst_buffer_list_length (GST_BUFFER_LIST_CAST (data))
      : 1;
}

static gsize
count_bytes (GstMiniObject *data)
{
  return GST_IS_BUFFER_LIST (data)
      ? gst_buffer_list_calculate_size (GST_BUFFER_LIST_CAST (data))
      : gst_buffer_get_size (GST_BUFFER_CAST (data));
}

/* From here on with the lock held, unless public. */

static void
push (GstIceEarly *self, GstMiniObject *data, gint64 now)
{
  Item *item = g_new0 (Item, 1);

  item->data = gst_mini_object_ref (data);
  item->arrival = now;
  item->bytes = count_bytes (data);
  self->bytes += item->bytes;
  g_queue_push_tail (&self->items, item);
}

static GstMiniObject *
pop (GstIceEarly *self)
{
  Item *item = g_queue_pop_head (&self->items);
  GstMiniObject *data;

  if (!item)
    return NULL;
  data = item->data;
  self->bytes -= item->bytes;
  g_free (item);
  return data;
}

static void
drop_oldest (GstIceEarly *self)
{
  GstMiniObject *data = pop (self);

  self->dropped += count_packets (data);
  gst_mini_object_unref (data);
}

static gboolean
has_too_much (GstIceEarly *self, gint64 oldest_allowed)
{
  const Item *oldest = g_queue_peek_head (&self->items);

  return oldest &&
      (oldest->arrival < oldest_allowed || self->bytes > MAX_BYTES);
}

static void
send_kept (GstIceEarly *self, GstIceComponent *component)
{
  GstMiniObject *data;

  while ((data = pop (self))) {
    gst_ice_early_send (component, data);
    gst_mini_object_unref (data);
  }
}

void
gst_ice_early_send (GstIceComponent *component, GstMiniObject *data)
{
  if (GST_IS_BUFFER_LIST (data))
    gst_ice_component_send_list (component, GST_BUFFER_LIST_CAST (data), NULL);
  else
    gst_ice_component_send_buffer (component, GST_BUFFER_CAST (data), NULL);
}

void
gst_ice_early_send_or_keep (GstIceEarly *self, GstIceComponent *component,
    GstMiniObject *data, gint64 max_age)
{
  gint64 now;

  g_mutex_lock (&self->lock);
  if (gst_ice_component_is_writable (component)) {
    send_kept (self, component);
    gst_ice_early_send (component, data);
  } else {
    now = g_get_monotonic_time ();
    push (self, data, now);
    while (has_too_much (self, now - max_age))
      drop_oldest (self);
  }
  g_mutex_unlock (&self->lock);
}

void
gst_ice_early_send_kept (GstIceEarly *self, GstIceComponent *component)
{
  g_mutex_lock (&self->lock);
  send_kept (self, component);
  g_mutex_unlock (&self->lock);
}

void
gst_ice_early_drop_kept (GstIceEarly *self)
{
  g_mutex_lock (&self->lock);
  while (!g_queue_is_empty (&self->items))
    drop_oldest (self);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_ice_early_is_empty (GstIceEarly *self)
{
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = g_queue_is_empty (&self->items);
  g_mutex_unlock (&self->lock);
  return empty;
}

guint64
gst_ice_early_get_dropped (GstIceEarly *self)
{
  guint64 dropped;

  g_mutex_lock (&self->lock);
  dropped = self->dropped;
  g_mutex_unlock (&self->lock);
  return dropped;
}

void
gst_ice_early_reset_dropped (GstIceEarly *self)
{
  g_mutex_lock (&self->lock);
  self->dropped = 0;
  g_mutex_unlock (&self->lock);
}
