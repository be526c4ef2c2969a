/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the elements on one agent have to know of each other: who set which
 * property to what, and which sinks have reached their end of stream, which
 * component has its reader. The record
 * hangs on the agent, so it lives as long as what it describes. */

#include <gst/ice/ice.h>

G_BEGIN_DECLS

/* Notes that `element` sets `name`; (transfer full) (nullable): the warning to
 * post when another element had set another value. One per agent and property. */
gchar *gst_ice_share_claim (GstIceAgent *agent, GstElement *element,
    GParamSpec *pspec, const GValue *value);
/* The element leaves: its claims fall, it reads nothing, and it is no
 * sink of this agent. */
void gst_ice_share_leave (GstIceAgent *agent, GstElement *element);

/* A component has one reader: NULL when `src` now is it, else (transfer full) the
 * name of the element that is. */
gchar *gst_ice_share_take_component (GstIceAgent *agent, GstElement *src,
    guint stream, guint component);

void gst_ice_share_add_sink (GstIceAgent *agent, GstElement *sink);
/* TRUE when this was the last sink to get there: time to say goodbye. */
gboolean gst_ice_share_sink_at_eos (GstIceAgent *agent, GstElement *sink);

G_END_DECLS
