/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why a streaming thread that waits in a component is to stop waiting: the base
 * class wants it back (unlock), or there is nothing more to wait for (end). Both
 * come from other threads at any time; the gate keeps what it tells the component
 * true to the two. */

#include <gst/ice/ice.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean receives; /* constant: waits to receive, or to send */

  GMutex lock; /* guards all below, and the order of what is told */
  GstIceComponent *component; /* not referenced; NULL: below READY */
  gboolean unlocked;
  gboolean ended;
  gboolean end_seen; /* the thread knows, and may wait on purpose */
} GstIceGate;

void gst_ice_gate_init (GstIceGate *self, gboolean receives);
void gst_ice_gate_clear (GstIceGate *self);

/* The one to wake from now on, or NULL. */
void gst_ice_gate_watch (GstIceGate *self, GstIceComponent *component);
/* A new stream: no end yet. */
void gst_ice_gate_begin (GstIceGate *self);
void gst_ice_gate_end (GstIceGate *self);
void gst_ice_gate_set_unlocked (GstIceGate *self, gboolean unlocked);

gboolean gst_ice_gate_is_unlocked (GstIceGate *self);
gboolean gst_ice_gate_has_ended (GstIceGate *self);
/* Streaming thread: TRUE when it was woken for the end, not to go home; from
 * then on it can wait again, for what is left. */
gboolean gst_ice_gate_see_end (GstIceGate *self);

G_END_DECLS
