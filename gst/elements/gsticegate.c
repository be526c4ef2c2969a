/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* See the header. Embedded in icesrc and icesink. */

#include "gsticegate.h"

void
gst_ice_gate_init (GstIceGate *self, gboolean receives)
{
  g_mutex_init (&self->lock);
  self->receives = receives;
}

void
gst_ice_gate_clear (GstIceGate *self)
{
  g_mutex_clear (&self->lock);
}

/* With the lock held. */
static void
tell (GstIceGate *self)
{
  gboolean ending = self->ended && !self->end_seen;

  if (self->component)
    gst_ice_component_set_flushing (self->component, self->receives,
        self->unlocked || ending);
}

void
gst_ice_gate_watch (GstIceGate *self, GstIceComponent *component)
{
  g_mutex_lock (&self->lock);
  self->component = component;
  tell (self);
  g_mutex_unlock (&self->lock);
}

void
gst_ice_gate_begin (GstIceGate *self)
{
  g_mutex_lock (&self->lock);
  self->ended = self->end_seen = FALSE;
  tell (self);
  g_mutex_unlock (&self->lock);
}

void
gst_ice_gate_end (GstIceGate *self)
{
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  tell (self);
  g_mutex_unlock (&self->lock);
}

void
gst_ice_gate_set_unlocked (GstIceGate *self, gboolean unlocked)
{
  g_mutex_lock (&self->lock);
  self->unlocked = unlocked;
  tell (self);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_ice_gate_is_unlocked (GstIceGate *self)
{
  gboolean unlocked;

  g_mutex_lock (&self->lock);
  unlocked = self->unlocked;
  g_mutex_unlock (&self->lock);
  return unlocked;
}

gboolean
gst_ice_gate_has_ended (GstIceGate *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  return ended;
}

gboolean
gst_ice_gate_see_end (GstIceGate *self)
{
  gboolean seen;

  g_mutex_lock (&self->lock);
  seen = self->ended && !self->unlocked;
  if (seen && !self->end_seen) {
    self->end_seen = TRUE;
    tell (self);
  }
  g_mutex_unlock (&self->lock);
  return seen;
}
