/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What icesink keeps for a path that is not there yet (early-data-mode=queue):
 * bounded in time and in bytes, the oldest leaves first. Not thread-safe. */

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstIceEarly GstIceEarly;

GstIceEarly *gst_ice_early_new (void);
void gst_ice_early_free (GstIceEarly *self);

/* Keeps a reference to a GstBuffer or GstBufferList; returns how many packets
 * had to leave for it. Times are monotonic, in microseconds. */
guint gst_ice_early_push (GstIceEarly *self, GstMiniObject *data, gint64 now,
    gint64 max_age);
/* (transfer full) (nullable) */
GstMiniObject *gst_ice_early_pop (GstIceEarly *self);
gboolean gst_ice_early_is_empty (GstIceEarly *self);
/* Returns how many packets were still there. */
guint gst_ice_early_clear (GstIceEarly *self);

guint gst_ice_early_count_packets (GstMiniObject *data);

G_END_DECLS
