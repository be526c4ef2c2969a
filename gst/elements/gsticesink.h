/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_ICE_SINK (gst_ice_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstIceSink, gst_ice_sink, GST, ICE_SINK, GstBaseSink)

G_END_DECLS
