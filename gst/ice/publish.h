/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One writer's value, read by a few threads that must not wait: an immutable
 * snapshot behind an atomic pointer. A reader announces in its slot (a hazard
 * pointer) what it looks at; a replaced snapshot is freed when no slot names it
 * any more, by whoever notices. One reader per slot at a time. */

#include <glib.h>

#define GST_ICE_PUBLISH_SLOTS 2

typedef struct
{
  gpointer current;                      /* atomic */
  gpointer slots[GST_ICE_PUBLISH_SLOTS]; /* atomic */
  gint n_retired;                        /* atomic */
  GMutex lock; /* guards retired; a reader only tries it */
  GPtrArray *retired;
  GDestroyNotify free_func;
} GstIcePublisher;

void
gst_ice_publisher_init (GstIcePublisher *publisher, GDestroyNotify free_func);
/* No reader may be inside. */
void gst_ice_publisher_clear (GstIcePublisher *publisher);
/* Transfer full, NULL for nothing. One writer at a time. */
void gst_ice_publisher_set (GstIcePublisher *publisher, gpointer snapshot);
/* The current snapshot, alive until leave; NULL before the first. */
gpointer gst_ice_publisher_enter (GstIcePublisher *publisher, guint slot);
void gst_ice_publisher_leave (GstIcePublisher *publisher, guint slot);
