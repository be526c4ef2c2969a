/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An element wears its agent's face: every property, signal and action of
 * GstIceAgent is there on the element too, made from the agent's own
 * descriptions so that the two cannot come to differ. */

#include <gst/ice/ice.h>

G_BEGIN_DECLS

/* Adds to `klass` what the agent has and it has not. Properties get ids from
 * `first_id` up; they are told apart by name. */
void gst_ice_proxy_install (GObjectClass *klass, guint first_id);

typedef struct _GstIceProxy GstIceProxy;

/* Forwards signals and notifications from now on. `changed` (or NULL) is called
 * in the agent's context after every notification. */
GstIceProxy *gst_ice_proxy_new (GstIceAgent *agent, GstElement *element,
    void (*changed) (GstElement *element));
/* Signals whose mere connection changes what the agent does are forwarded only
 * when somebody listens to the element's: look again. */
void gst_ice_proxy_look_for_listeners (GstIceProxy *proxy);
void gst_ice_proxy_free (GstIceProxy *proxy);

G_END_DECLS
