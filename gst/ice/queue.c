/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bounded queue between the loop and icesrc's thread; its owner locks it. */

#include "queue.h"

static GstBuffer *
pop (GstIceQueue *queue)
{
  GstBuffer *buffer = g_queue_pop_head (&queue->buffers);

  if (buffer != NULL)
    queue->bytes -= gst_buffer_get_size (buffer);
  return buffer;
}

guint
gst_ice_queue_push (GstIceQueue *queue, GstBuffer *buffer)
{
  guint dropped = 0;

  queue->bytes += gst_buffer_get_size (buffer);
  g_queue_push_tail (&queue->buffers, buffer);
  while (queue->buffers.length > GST_ICE_QUEUE_DATAGRAMS ||
      (queue->bytes > GST_ICE_QUEUE_BYTES && queue->buffers.length > 1)) {
    gst_buffer_unref (pop (queue));
    dropped++;
  }
  return dropped;
}

GstBufferList *
gst_ice_queue_take (GstIceQueue *queue)
{
  GstBufferList *list;
  GstBuffer *buffer;

  if (queue->buffers.length == 0)
    return NULL;
  list = gst_buffer_list_new_sized (queue->buffers.length);
  while ((buffer = pop (queue)) != NULL)
    gst_buffer_list_add (list, buffer);
  return list;
}

guint
gst_ice_queue_clear (GstIceQueue *queue)
{
  GstBuffer *buffer;
  guint dropped = 0;

  for (; (buffer = pop (queue)) != NULL; dropped++)
    gst_buffer_unref (buffer);
  return dropped;
}
