/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue of what is to be said. Any thread may make a step, one context
 * speaks: so an application hears everything in order and never twice at once. */

#include "gsticeagent-private.h"

#define GST_CAT_DEFAULT gst_ice_agent_debug

/* A peer that floods us with refused input is not to fill our memory. */
#define NOTES_MAX 4096

GstIceNote *
gst_ice_agent_note (GstIceAgent *self, GstIceNoteKind kind)
{
  GstIceNote *note = g_new0 (GstIceNote, 1);

  note->kind = kind;
  note->serial = ++self->serial;
  note->epoch = self->epoch;
  g_queue_push_tail (&self->notes, note);
  return note;
}

void
gst_ice_agent_note_refused (GstIceAgent *self, const gchar *what,
    const gchar *input)
{
  GstIceNote *note;

  if (self->notes.length >= NOTES_MAX)
    return;
  note = gst_ice_agent_note (self, NOTE_REFUSED);
  note->text = g_strdup (what);
  note->other = g_strndup (input, 1024);
}

void
gst_ice_agent_free_note (gpointer data)
{
  GstIceNote *note = data;

  g_free (note->text);
  g_free (note->other);
  g_clear_object (&note->object);
  g_free (note);
}

static GstIceNote *
pop (GstIceAgent *self)
{
  GstIceNote *note;

  g_mutex_lock (&self->lock);
  note = g_queue_pop_head (&self->notes);
  if (note == NULL)
    self->waking = FALSE;
  g_mutex_unlock (&self->lock);
  return note;
}

gboolean
gst_ice_agent_tell (gpointer data)
{
  GstIceAgent *self = data;
  GstIceNote *note;

  while ((note = pop (self)) != NULL) {
    gst_ice_agent_tell_note (self, note);
    gst_ice_agent_free_note (note);
  }
  return G_SOURCE_REMOVE;
}
