/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The loop's timers in the order of their deadlines: a binary heap whose members
 * know their place, so that any of them leaves as cheaply as it came. Index 0 is
 * never used; it says "not armed". Free with g_ptr_array_unref. */

#include "loop.h"

GPtrArray *gst_ice_timer_heap_new (void);
guint gst_ice_timer_heap_length (const GPtrArray *heap);
/* Of the earliest; NET_NEVER when empty. */
NetTime gst_ice_timer_heap_deadline (const GPtrArray *heap);
/* The timer must not be in it. */
void gst_ice_timer_heap_insert (GPtrArray *heap, GstIceTimer *timer,
    NetTime deadline);
/* Nothing when it is not armed. */
void gst_ice_timer_heap_remove (GPtrArray *heap, GstIceTimer *timer);
/* Takes the earliest out if its deadline is not past `now`; else NULL. */
GstIceTimer *gst_ice_timer_heap_pop_due (GPtrArray *heap, NetTime now);
