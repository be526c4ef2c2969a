/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Candidates and pairs as the plain GstStructures that signals, messages and
 * properties carry. */

#include <gst/gst.h>

#include "../icecore/ice/event.h"

/* "ice-candidate": stream, component, type, protocol, address, port, priority,
 * foundation, related-address and related-port where known, remote. */
GstStructure *gst_ice_candidate_to_structure (const IceCand *cand, guint stream,
    gboolean remote);

/* "ice-selected-pair": stream, component, local-type, local-address,
 * local-port, remote-…, protocol, rtt in ms. */
GstStructure *gst_ice_candidate_selected_pair (const IceOutSelected *selected);

/* "direct", or "relayed" when either side is. */
const gchar *
gst_ice_candidate_path_name (const IceCand *local, const IceCand *remote);

/* Milliseconds for messages: "184 ms", and "0.31 ms" when that is little. */
gchar *gst_ice_candidate_time_text (NetTime time);

#define GST_ICE_TIME_AS_MS(t) ((gdouble) (t) / 1e6)
