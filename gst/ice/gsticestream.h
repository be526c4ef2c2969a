/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/ice/gsticecomponent.h>

G_BEGIN_DECLS

/**
 * GstIceStream:
 *
 * One media stream (m-line) of an agent.
 *
 * Since: 0.1
 */
#define GST_TYPE_ICE_STREAM (gst_ice_stream_get_type ())
GST_ICE_API
G_DECLARE_FINAL_TYPE (GstIceStream, gst_ice_stream, GST, ICE_STREAM, GstObject)

GST_ICE_API
guint gst_ice_stream_get_index (GstIceStream *stream);
/* (transfer full) (nullable): makes it, and all below it, when it is not there
 * yet; NULL outside 1..256. */
GST_ICE_API
GstIceComponent *gst_ice_stream_get_component (GstIceStream *stream, guint id);

G_END_DECLS
