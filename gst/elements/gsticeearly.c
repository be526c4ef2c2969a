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
  gint64 arrival;
  gsize bytes;
} Item;

struct _GstIceEarly
{
  GQueue items;
  gsize bytes;
};

GstIceEarly *
gst_ice_early_new (void)
{
  return g_new0 (GstIceEarly, 1);
}

void
gst_ice_early_free (GstIceEarly *self)
{
  gst_ice_early_clear (self);
  g_free (self);
}

guint
gst_ice_early_count_packets (GstMiniObject *data)
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

static guint
drop_oldest (GstIceEarly *self)
{
  GstMiniObject *data = gst_ice_early_pop (self);
  guint n = gst_ice_early_count_packets (data);

  gst_mini_object_unref (data);
  return n;
}

static gboolean
has_too_much (GstIceEarly *self, gint64 oldest_allowed)
{
  const Item *oldest = g_queue_peek_head (&self->items);

  return oldest &&
      (oldest->arrival < oldest_allowed || self->bytes > MAX_BYTES);
}

guint
gst_ice_early_push (GstIceEarly *self, GstMiniObject *data, gint64 now,
    gint64 max_age)
{
  Item *item = g_new0 (Item, 1);
  guint dropped = 0;

  item->data = gst_mini_object_ref (data);
  item->arrival = now;
  item->bytes = count_bytes (data);
  self->bytes += item->bytes;
  g_queue_push_tail (&self->items, item);
  while (has_too_much (self, now - max_age))
    dropped += drop_oldest (self);
  return dropped;
}

GstMiniObject *
gst_ice_early_pop (GstIceEarly *self)
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

gboolean
gst_ice_early_is_empty (GstIceEarly *self)
{
  return g_queue_is_empty (&self->items);
}

guint
gst_ice_early_clear (GstIceEarly *self)
{
  guint dropped = 0;

  while (!g_queue_is_empty (&self->items))
    dropped += drop_oldest (self);
  return dropped;
}
