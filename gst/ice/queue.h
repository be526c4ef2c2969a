/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Payload that came on the loop's socket and waits for the streaming thread:
 * where the kernel does not sort, and what it glued to a STUN message. Bounded
 * in datagrams and in bytes; the oldest makes room. Not locked. */

#include <gst/gst.h>

#define GST_ICE_QUEUE_DATAGRAMS 1024
#define GST_ICE_QUEUE_BYTES (4u * 1024 * 1024)

typedef struct
{
  GQueue buffers;
  gsize bytes;
} GstIceQueue;

/* Transfer full; returns how many had to go. */
guint gst_ice_queue_push (GstIceQueue *queue, GstBuffer *buffer);
/* All there is as one list; NULL when there is none. */
GstBufferList *gst_ice_queue_take (GstIceQueue *queue);
guint gst_ice_queue_clear (GstIceQueue *queue);
