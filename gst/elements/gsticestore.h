/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an element was told for its agent. Kept for the element's whole life: the
 * agent may be chosen later than its properties (agent-id at the end of a launch
 * line), and each run of a pipeline has a new one. Not thread-safe. */

#include <gst/ice/ice.h>

G_BEGIN_DECLS

typedef struct _GstIceStore GstIceStore;

GstIceStore *gst_ice_store_new (void);
GstIceStore *gst_ice_store_copy (const GstIceStore *self);
void gst_ice_store_free (GstIceStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstIceStore, gst_ice_store_free)

void
gst_ice_store_set (GstIceStore *self, GParamSpec *pspec, const GValue *value);
/* (nullable): NULL when it was never set. */
const GValue *
gst_ice_store_get (const GstIceStore *self, const GParamSpec *pspec);

/* Sets one property of the agent; (transfer full) (nullable): the warning due
 * when another element of the agent wants another value. */
gchar *gst_ice_store_apply_one (GstIceAgent *agent, GstElement *element,
    GParamSpec *pspec, const GValue *value);
/* All of them, in the order they were first set; warnings join `complaints`. */
void gst_ice_store_apply (const GstIceStore *self, GstIceAgent *agent,
    GstElement *element, GPtrArray *complaints);

G_END_DECLS
