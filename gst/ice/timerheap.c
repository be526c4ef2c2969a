/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The binary heap, kept in a pointer array from index 1 on. */

#include "timerheap.h"

GPtrArray *
gst_ice_timer_heap_new (void)
{
  GPtrArray *heap = g_ptr_array_new ();

  g_ptr_array_add (heap, NULL);
  return heap;
}

guint
gst_ice_timer_heap_length (const GPtrArray *heap)
{
  return heap->len - 1;
}

static GstIceTimer *
timer_at (const GPtrArray *heap, guint index)
{
  return g_ptr_array_index (heap, index);
}

NetTime
gst_ice_timer_heap_deadline (const GPtrArray *heap)
{
  return heap->len > 1 ? timer_at (heap, 1)->deadline : NET_NEVER;
}

static void
place (GPtrArray *heap, GstIceTimer *timer, guint index)
{
  g_ptr_array_index (heap, index) = timer;
  timer->index = index;
}

static void
sift_up (GPtrArray *heap, GstIceTimer *timer)
{
  guint index = timer->index;

  while (index > 1 && timer_at (heap, index / 2)->deadline > timer->deadline) {
    place (heap, timer_at (heap, index / 2), index);
    index /= 2;
  }
  place (heap, timer, index);
}

static void
sift_down (GPtrArray *heap, GstIceTimer *timer)
{
  guint index = timer->index;
  guint child;

  while ((child = index * 2) < heap->len) {
    if (child + 1 < heap->len &&
        timer_at (heap, child + 1)->deadline < timer_at (heap, child)->deadline)
      child++;
    if (timer_at (heap, child)->deadline >= timer->deadline)
      break;
    place (heap, timer_at (heap, child), index);
    index = child;
  }
  place (heap, timer, index);
}

void
gst_ice_timer_heap_insert (GPtrArray *heap, GstIceTimer *timer,
    NetTime deadline)
{
  timer->deadline = deadline;
  g_ptr_array_add (heap, timer);
  timer->index = heap->len - 1;
  sift_up (heap, timer);
}

void
gst_ice_timer_heap_remove (GPtrArray *heap, GstIceTimer *timer)
{
  guint index = timer->index;
  GstIceTimer *last;

  if (index == 0)
    return;
  timer->index = 0;
  last = timer_at (heap, heap->len - 1);
  g_ptr_array_set_size (heap, (gint) heap->len - 1);
  if (last == timer)
    return;
  place (heap, last, index);
  sift_up (heap, last);
  sift_down (heap, last);
}

GstIceTimer *
gst_ice_timer_heap_pop_due (GPtrArray *heap, NetTime now)
{
  GstIceTimer *timer;

  if (gst_ice_timer_heap_deadline (heap) > now || heap->len == 1)
    return NULL;
  timer = timer_at (heap, 1);
  gst_ice_timer_heap_remove (heap, timer);
  return timer;
}
