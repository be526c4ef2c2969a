/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What icesink keeps for a path that is not there yet (early-data-mode=queue):
 * bounded in time and in bytes, the oldest leaves first. Thread-safe, and what
 * was kept goes on the wire before what comes later, whoever sends it. */

#include <gst/ice/ice.h>

G_BEGIN_DECLS

typedef struct _GstIceEarly GstIceEarly;

GstIceEarly *gst_ice_early_new (void);
void gst_ice_early_free (GstIceEarly *self);

/* Sends a GstBuffer or GstBufferList when there is a path, after all that was
 * kept; keeps a reference when there is none. max_age in microseconds. */
void gst_ice_early_send_or_keep (GstIceEarly *self, GstIceComponent *component,
    GstMiniObject *data, gint64 max_age);
/* Sends what was kept, path or not. */
void gst_ice_early_send_kept (GstIceEarly *self, GstIceComponent *component);
void gst_ice_early_drop_kept (GstIceEarly *self);

gboolean gst_ice_early_is_empty (GstIceEarly *self);
/* Packets that had to leave. */
guint64 gst_ice_early_get_dropped (GstIceEarly *self);
void gst_ice_early_reset_dropped (GstIceEarly *self);

/* The same without keeping: dropped and counted by the component when there is
 * no path. */
void gst_ice_early_send (GstIceComponent *component, GstMiniObject *data);

G_END_DECLS
