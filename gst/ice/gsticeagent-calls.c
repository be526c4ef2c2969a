/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The doors of the public interface: short functions that check what they are
 * given, make a step, and leave the rest to the files behind them. */

#include "gsticeagent-private.h"

#define GST_CAT_DEFAULT gst_ice_agent_debug

/**
 * gst_ice_agent_new:
 * @context: (nullable): where the agent runs; %NULL: the shared thread "gst-ice"
 *
 * Returns: (transfer full): a new agent, with credentials of its own
 *
 * Since: 0.1
 */
GstIceAgent *
gst_ice_agent_new (GMainContext *context)
{
  return gst_object_ref_sink (g_object_new (GST_TYPE_ICE_AGENT, "main-context",
      context, NULL));
}

/* --- sharing --------------------------------------------------------------------- */

static GMutex shared_lock;
static GHashTable *shared; /* id → GWeakRef *; guarded by shared_lock */

static void
free_weak_ref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/**
 * gst_ice_agent_get_shared:
 * @id: a name
 *
 * Gets the agent that the process shares under this name, as long as somebody
 * holds it; else a new one.
 *
 * Returns: (transfer full): the agent
 *
 * Since: 0.1
 */
GstIceAgent *
gst_ice_agent_get_shared (const gchar *id)
{
  GstIceAgent *agent = NULL;
  GWeakRef *ref;

  g_return_val_if_fail (id != NULL, NULL);

  g_mutex_lock (&shared_lock);
  if (shared == NULL)
    shared =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_weak_ref);
  ref = g_hash_table_lookup (shared, id);
  if (ref == NULL) {
    ref = g_new0 (GWeakRef, 1);
    g_weak_ref_init (ref, NULL);
    g_hash_table_insert (shared, g_strdup (id), ref);
  }
  agent = g_weak_ref_get (ref);
  if (agent == NULL) {
    agent = gst_ice_agent_new (NULL);
    g_weak_ref_set (ref, agent);
  }
  g_mutex_unlock (&shared_lock);
  return agent;
}

/* --- streams ---------------------------------------------------------------------- */

/**
 * gst_ice_agent_get_stream:
 * @agent: a #GstIceAgent
 * @index: the m-line index
 *
 * Gets a stream, and makes it when it is not there yet.
 *
 * Returns: (transfer full) (nullable): the stream; %NULL beyond the limit of 64
 *
 * Since: 0.1
 */
GstIceStream *
gst_ice_agent_get_stream (GstIceAgent *agent, guint index)
{
  GstIceStream *stream;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), NULL);

  if (index >= GST_ICE_STREAMS_MAX)
    return NULL;
  g_mutex_lock (&agent->lock);
  if (index >= agent->streams->len)
    g_ptr_array_set_size (agent->streams, (gint) index + 1);
  stream = g_ptr_array_index (agent->streams, index);
  if (stream == NULL) {
    stream = gst_ice_stream_new (agent, index);
    g_ptr_array_index (agent->streams, index) = stream;
  }
  gst_object_ref (stream);
  g_mutex_unlock (&agent->lock);
  return stream;
}

/* --- life ------------------------------------------------------------------------- */

/**
 * gst_ice_agent_check_settings:
 * @agent: a #GstIceAgent
 * @error: return location
 *
 * Judges the properties as gst_ice_agent_start() will.
 *
 * Returns: %FALSE when one is bad; @error names it, quotes it and says what is
 *   accepted
 *
 * Since: 0.1
 */
gboolean
gst_ice_agent_check_settings (GstIceAgent *agent, GError **error)
{
  gboolean good;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), FALSE);

  g_mutex_lock (&agent->lock);
  good = gst_ice_settings_check (&agent->settings, error);
  g_mutex_unlock (&agent->lock);
  return good;
}

/**
 * gst_ice_agent_start:
 * @agent: a #GstIceAgent
 * @poster: the element to post bus messages with; not referenced, must call
 *   gst_ice_agent_stop() before it dies
 * @controlling: what ice-role=auto means for it
 * @error: return location
 *
 * For elements: the first one starts gathering and the carrier.
 *
 * Returns: %FALSE when a property is bad
 *
 * Since: 0.1
 */
gboolean
gst_ice_agent_start (GstIceAgent *agent, GstElement *poster,
    gboolean controlling, GError **error)
{
  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), FALSE);
  g_return_val_if_fail (GST_IS_ELEMENT (poster), FALSE);

  g_mutex_lock (&agent->lock);
  if (agent->posters->len == 0 || controlling)
    agent->auto_role = controlling ? ICE_CONTROLLING : ICE_CONTROLLED;
  g_ptr_array_add (agent->posters, poster);
  g_mutex_unlock (&agent->lock);
  if (gst_ice_agent_begin (agent, error))
    return TRUE;
  g_mutex_lock (&agent->lock);
  g_ptr_array_remove (agent->posters, poster);
  g_mutex_unlock (&agent->lock);
  return FALSE;
}

/**
 * gst_ice_agent_stop:
 * @agent: a #GstIceAgent
 * @poster: as given to gst_ice_agent_start()
 *
 * For elements: the last one closes the agent, within 500 ms. It can be started
 * again.
 *
 * Since: 0.1
 */
void
gst_ice_agent_stop (GstIceAgent *agent, GstElement *poster)
{
  gboolean last;

  g_return_if_fail (GST_IS_ICE_AGENT (agent));

  g_mutex_lock (&agent->lock);
  last = agent->posters->len == 1 &&
      g_ptr_array_index (agent->posters, 0) == poster;
  g_mutex_unlock (&agent->lock);
  /* While it may still post what the end has to say. */
  if (last)
    gst_ice_agent_end (agent);
  g_mutex_lock (&agent->lock);
  g_ptr_array_remove (agent->posters, poster);
  g_mutex_unlock (&agent->lock);
}

/**
 * gst_ice_agent_close:
 * @agent: a #GstIceAgent
 *
 * Ends everything within bounded time: sockets, carrier, the state is closed. It
 * can be started again, with new credentials.
 *
 * Since: 0.1
 */
void
gst_ice_agent_close (GstIceAgent *agent)
{
  g_return_if_fail (GST_IS_ICE_AGENT (agent));

  gst_ice_agent_end (agent);
}

/**
 * gst_ice_agent_gather_candidates:
 * @agent: a #GstIceAgent
 *
 * Starts gathering, and the carrier when one is set, for use without elements.
 * Has no effect on an agent that was started. A bad property gives a WARNING.
 *
 * Since: 0.1
 */
void
gst_ice_agent_gather_candidates (GstIceAgent *agent)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) poster = NULL;

  g_return_if_fail (GST_IS_ICE_AGENT (agent));

  if (gst_ice_agent_begin (agent, &error))
    return;
  poster = gst_ice_agent_ref_poster (agent);
  gst_ice_report_settings (poster, error->message);
}

/**
 * gst_ice_agent_restart:
 * @agent: a #GstIceAgent
 *
 * ICE restart (RFC 8445 §9): new credentials and candidates, while media keeps
 * its path until the new one is valid.
 *
 * Since: 0.1
 */
void
gst_ice_agent_restart (GstIceAgent *agent)
{
  NetTime now;

  g_return_if_fail (GST_IS_ICE_AGENT (agent));

  now = gst_ice_agent_enter (agent);
  if (agent->session != NULL)
    ice_session_restart (agent->session, now);
  gst_ice_agent_leave (agent);
}

/**
 * gst_ice_agent_send_bye:
 * @agent: a #GstIceAgent
 * @reason: "eos", "closed", or a word of the application's
 *
 * Tells the peer through the carrier that this side leaves.
 *
 * Since: 0.1
 */
void
gst_ice_agent_send_bye (GstIceAgent *agent, const gchar *reason)
{
  g_return_if_fail (GST_IS_ICE_AGENT (agent));
  g_return_if_fail (reason != NULL);

  gst_ice_agent_enter (agent);
  gst_ice_agent_note (agent, NOTE_BYE)->text = g_strdup (reason);
  gst_ice_agent_leave (agent);
}

/* --- servers and descriptions ------------------------------------------------------- */

/**
 * gst_ice_agent_add_server:
 * @agent: a #GstIceAgent
 * @uri: a stun: URI (RFC 7064)
 *
 * Adds a server to those of the properties; a running agent asks it at once.
 *
 * Returns: %FALSE when the URI was refused; a WARNING says why
 *
 * Since: 0.1
 */
gboolean
gst_ice_agent_add_server (GstIceAgent *agent, const gchar *uri)
{
  g_autoptr (GError) error = NULL;
  GstIceServer *server;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), FALSE);
  g_return_val_if_fail (uri != NULL, FALSE);

  server = gst_ice_server_parse (uri, &error);
  gst_ice_agent_enter (agent);
  if (server == NULL) {
    gst_ice_agent_note_refused (agent, "Server refused", error->message);
  } else if (agent->servers_added->len < GST_ICE_SERVERS_ADDED_MAX) {
    g_ptr_array_add (agent->servers_added, g_strdup (uri));
    if (agent->session != NULL)
      gst_ice_agent_ask_server (agent, server);
  }
  gst_ice_agent_leave (agent);
  if (server == NULL)
    return FALSE;
  gst_ice_server_free (server);
  return TRUE;
}

/**
 * gst_ice_agent_get_local_description:
 * @agent: a #GstIceAgent
 *
 * Returns: (transfer full): RFC 8840 fragment with credentials, options and the
 *   candidates so far
 *
 * Since: 0.1
 */
gchar *
gst_ice_agent_get_local_description (GstIceAgent *agent)
{
  IceSession *session;
  IceSdpFrag *frag;
  gchar *text;
  NetTime now;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), NULL);

  now = gst_ice_agent_enter (agent);
  /* Before the start: what a session of these settings would say. */
  session = agent->session != NULL ? agent->session
                                   : gst_ice_agent_make_session (agent, now);
  frag = ice_session_describe (session);
  if (session != agent->session)
    ice_session_free (session);
  gst_ice_agent_leave (agent);
  text = ice_sdp_frag_write (frag);
  ice_sdp_frag_free (frag);
  return text;
}
