/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:gsticeagent
 * @title: GstIceAgent
 *
 * The agent as an object: construction, destruction, and the doors of the public
 * interface. What a step does is in gsticeagent-session.c, what is said of it in
 * gsticeagent-tell.c.
 */

#include "gsticeagent-private.h"

GST_DEBUG_CATEGORY (gst_ice_agent_debug);
#define GST_CAT_DEFAULT gst_ice_agent_debug

G_DEFINE_FINAL_TYPE_WITH_CODE (GstIceAgent, gst_ice_agent, GST_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (gst_ice_agent_debug, "iceagent", 0, "ICE agent"))

/* --- timers: they only make steps; what is said comes from notes --------------- */

static void
on_deadline (gpointer user_data)
{
  GstIceAgent *self = user_data;
  NetTime now = gst_ice_agent_enter (self);

  if (self->session != NULL)
    ice_session_timeout (self->session, now);
  gst_ice_agent_leave (self);
}

static void
on_waited (gpointer user_data)
{
  GstIceAgent *self = user_data;

  gst_ice_agent_enter (self);
  if (self->session != NULL && !self->has_remote)
    gst_ice_agent_note (self, NOTE_WAITED);
  gst_ice_agent_leave (self);
}

static void
on_stats_due (gpointer user_data)
{
  GstIceAgent *self = user_data;
  NetTime now = gst_ice_agent_enter (self);
  guint interval = self->settings.stats_update_interval;

  if (self->session != NULL && interval > 0) {
    gst_ice_agent_note (self, NOTE_STATS);
    gst_ice_loop_arm (self->loop, &self->stats_timer,
        now + NET_MSEC (interval));
  }
  gst_ice_agent_leave (self);
}

/* --- object --------------------------------------------------------------------- */

static void
clear_asked (gpointer data)
{
  g_free (((GstIceAskedServer *) data)->uri);
}

static void
clear_result (gpointer data)
{
  g_free (((GstIceServerResult *) data)->uri);
}

static void
free_stream (gpointer data)
{
  if (data != NULL)
    gst_object_unref (data);
}

static void
init_lists (GstIceAgent *self)
{
  self->servers_added = g_ptr_array_new_with_free_func (g_free);
  self->streams = g_ptr_array_new_with_free_func (free_stream);
  self->posters = g_ptr_array_new ();
  self->flows = g_hash_table_new (NULL, NULL);
  self->lookups = g_hash_table_new (NULL, NULL);
  self->asked = g_array_new (FALSE, FALSE, sizeof (GstIceAskedServer));
  g_array_set_clear_func (self->asked, clear_asked);
  self->results = g_array_new (FALSE, FALSE, sizeof (GstIceServerResult));
  g_array_set_clear_func (self->results, clear_result);
  self->candidates = g_array_new (FALSE, FALSE, sizeof (GstIceKnownCandidate));
  self->remotes = g_array_new (FALSE, FALSE, sizeof (GstIceKnownCandidate));
  self->early = g_ptr_array_new_with_free_func (gst_ice_agent_free_early);
  g_queue_init (&self->notes);
}

static void
gst_ice_agent_init (GstIceAgent *self)
{
  g_mutex_init (&self->lock);
  init_lists (self);
  self->auto_role = ICE_CONTROLLING;
  self->timer = (GstIceTimer){ .func = on_deadline, .user_data = self };
  self->wait_timer = (GstIceTimer){ .func = on_waited, .user_data = self };
  self->stats_timer = (GstIceTimer){ .func = on_stats_due, .user_data = self };
  gst_ice_agent_new_credentials (self);
}

static void
gst_ice_agent_constructed (GObject *object)
{
  GstIceAgent *self = GST_ICE_AGENT (object);

  G_OBJECT_CLASS (gst_ice_agent_parent_class)->constructed (object);
  self->loop = gst_ice_loop_acquire (self->main_context);
}

/* Nobody waits for words of an agent that nobody holds: no notes, no carrier (a
 * running one would hold us). */
static void
gst_ice_agent_dispose (GObject *object)
{
  GstIceAgent *self = GST_ICE_AGENT (object);
  guint i;
  guint id;

  g_mutex_lock (&self->lock);
  self->disposed = TRUE;
  g_mutex_unlock (&self->lock);
  gst_ice_agent_abandon (self);
  for (i = 0; i < self->streams->len; i++) {
    GstIceStream *stream = g_ptr_array_index (self->streams, i);

    for (id = 1; stream != NULL && id <= gst_ice_stream_n_components (stream);
         id++)
      gst_ice_component_disown (gst_ice_stream_peek (stream, id));
  }
  g_clear_object (&self->signaller);
  G_OBJECT_CLASS (gst_ice_agent_parent_class)->dispose (object);
}

static void
free_lists (GstIceAgent *self)
{
  g_ptr_array_unref (self->servers_added);
  g_ptr_array_unref (self->streams);
  g_ptr_array_unref (self->posters);
  g_hash_table_unref (self->flows);
  g_hash_table_unref (self->lookups);
  g_array_unref (self->asked);
  g_array_unref (self->results);
  g_array_unref (self->candidates);
  g_array_unref (self->remotes);
  g_ptr_array_unref (self->early);
  g_queue_clear_full (&self->notes, gst_ice_agent_free_note);
  gst_ice_timeline_clear (&self->timeline);
}

static void
gst_ice_agent_finalize (GObject *object)
{
  GstIceAgent *self = GST_ICE_AGENT (object);

  gst_ice_loop_disarm (self->loop, &self->timer);
  gst_ice_loop_disarm (self->loop, &self->wait_timer);
  gst_ice_loop_disarm (self->loop, &self->stats_timer);
  gst_ice_loop_release (self->loop);
  free_lists (self);
  gst_ice_settings_clear (&self->settings);
  g_free (self->ufrag);
  g_free (self->pwd);
  g_free (self->remote_description);
  if (self->main_context != NULL)
    g_main_context_unref (self->main_context);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_ice_agent_parent_class)->finalize (object);
}

static void
gst_ice_agent_class_init (GstIceAgentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = gst_ice_agent_constructed;
  object_class->dispose = gst_ice_agent_dispose;
  object_class->finalize = gst_ice_agent_finalize;
  gst_ice_agent_install_properties (object_class);
  gst_ice_agent_install_signals (object_class);
}
