/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Beginning and end: the first poster starts gathering and the carrier, the last
 * one closes all within bounded time, and then it may begin anew. */

#include "gsticeagent-private.h"

#include <string.h>

#include "gsticequote.h"
#include "gsticeserver.h"
#include "../icecore/crypto.h"

#define GST_CAT_DEFAULT gst_ice_agent_debug

/* An end waits this long for the context to have said goodbye; an element is to
 * reach NULL within 500 ms whatever an application's loop does. */
#define SETTLE_TIMEOUT (400 * G_TIME_SPAN_MILLISECOND)

#define UFRAG_LEN 8 /* 48 bits; RFC 8445 §5.3 asks for 24 */
#define PWD_LEN 24  /* 144 bits; it asks for 128 */

/* --- posters ---------------------------------------------------------------------- */

GstElement *
gst_ice_agent_ref_poster (GstIceAgent *self)
{
  GstElement *poster = NULL;

  g_mutex_lock (&self->lock);
  if (self->posters->len > 0)
    poster = gst_object_ref (g_ptr_array_index (self->posters, 0));
  g_mutex_unlock (&self->lock);
  return poster;
}

/* --- credentials -------------------------------------------------------------------- */

static gchar *
random_text (gsize len)
{
  static const gchar chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789+/";
  gchar *text = g_malloc0 (len + 1);
  gsize i;

  crypto_random (text, len);
  for (i = 0; i < len; i++)
    text[i] = chars[(guchar) text[i] % 64];
  return text;
}

/* RFC 8445 §5.3 [ICE-5.3-1]: known from the start on, so that an application can
 * hand them out before anything runs; new ones for each run. */
void
gst_ice_agent_new_credentials (GstIceAgent *self)
{
  g_free (self->ufrag);
  g_free (self->pwd);
  self->ufrag = random_text (UFRAG_LEN);
  self->pwd = random_text (PWD_LEN);
}

/* --- the beginning ------------------------------------------------------------------ */

static void
on_network_change (gpointer user_data)
{
  GstIceAgent *self = user_data;
  guint n = 0;
  g_autofree IceIface *ifaces = gst_ice_netif_snapshot (&n);
  NetTime now = gst_ice_agent_enter (self);

  if (self->session != NULL) {
    gst_ice_agent_mark (self, GST_ICE_MARK_NETWORK, 0);
    gst_ice_agent_note (self, NOTE_NETWORK);
    ice_session_net_changed (self->session, ifaces, n, now);
  }
  gst_ice_agent_leave (self);
}

static void
reset (GstIceAgent *self, NetTime now)
{
  self->epoch++;
  self->state = ICE_STATE_NEW;
  self->gathering = ICE_GATHERING_NEW;
  self->descriptions = 0;
  self->has_remote = FALSE;
  self->has_remote_candidate = FALSE;
  self->told_connected = FALSE;
  self->connected_before = FALSE;
  self->started = now;
  self->ready_at = 0;
  self->connected_at = 0;
  g_array_set_size (self->asked, 0);
  g_array_set_size (self->results, 0);
  g_array_set_size (self->candidates, 0);
  g_array_set_size (self->remotes, 0);
  gst_ice_timeline_clear (&self->timeline);
}

void
gst_ice_agent_ask_server (GstIceAgent *self, const GstIceServer *server)
{
  GstIceAskedServer asked = { .uri = g_strdup (server->uri) };

  asked.id = ice_session_add_server (self->session, server->host, server->port,
      self->now);
  g_array_append_val (self->asked, asked);
}

static void
ask_servers (GstIceAgent *self, GPtrArray *servers)
{
  guint i;

  for (i = 0; i < servers->len; i++)
    gst_ice_agent_ask_server (self, g_ptr_array_index (servers, i));
  for (i = 0; i < self->servers_added->len; i++) {
    GstIceServer *server =
        gst_ice_server_parse (g_ptr_array_index (self->servers_added, i), NULL);

    gst_ice_agent_ask_server (self, server);
    gst_ice_server_free (server);
  }
}

static void
start_timers (GstIceAgent *self)
{
  guint interval = self->settings.stats_update_interval;

  gst_ice_loop_arm (self->loop, &self->wait_timer,
      self->now + NET_MSEC (self->settings.connect_timeout));
  if (interval > 0)
    gst_ice_loop_arm (self->loop, &self->stats_timer,
        self->now + NET_MSEC (interval));
}

/* Under lock; the carrier first, so that it is there when the first candidate
 * is told. */
static void
start_session (GstIceAgent *self, GPtrArray *servers,
    GstIceSignaller *signaller)
{
  self->session = gst_ice_agent_make_session (self, self->now);
  reset (self, self->now);
  self->role = ice_session_role (self->session);
  if (signaller != NULL)
    gst_ice_agent_note (self, NOTE_CARRIER_START)->object =
        g_object_ref (G_OBJECT (signaller));
  ask_servers (self, servers);
  gst_ice_agent_replay_early (self);
  start_timers (self);
  self->netif = gst_ice_netif_watch (self->loop, on_network_change, self);
}

/* Under lock. NULL without error: no carrier is wanted. */
static GstIceSignaller *
make_signaller (GstIceAgent *self, GError **error)
{
  if (self->signaller != NULL)
    return g_object_ref (self->signaller);
  if (self->settings.signalling != NULL)
    return gst_ice_signaller_new_for_uri (self->settings.signalling, error);
  return NULL;
}

static gboolean
prepare (GstIceAgent *self, GPtrArray **out_servers,
    GstIceSignaller **out_signaller, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (!gst_ice_settings_check (&self->settings, error))
    return FALSE;
  *out_servers = gst_ice_settings_servers (&self->settings, error);
  if (*out_servers == NULL)
    return FALSE;
  *out_signaller = make_signaller (self, &reason);
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* An agent without any component has one anyway: stream 0, component 1. */
static void
ensure_component (GstIceAgent *self)
{
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = self->streams->len == 0;
  g_mutex_unlock (&self->lock);
  if (empty) {
    g_autoptr (GstIceStream) stream = gst_ice_agent_get_stream (self, 0);

    g_object_unref (gst_ice_stream_get_component (stream, 1));
  }
}

gboolean
gst_ice_agent_begin (GstIceAgent *self, GError **error)
{
  g_autoptr (GPtrArray) servers = NULL;
  g_autoptr (GstIceSignaller) signaller = NULL;
  g_autofree IceIface *ifaces = NULL;
  gboolean good;
  NetTime now;
  guint n = 0;

  ensure_component (self);
  ifaces = gst_ice_netif_snapshot (&n);
  now = gst_ice_agent_enter (self);
  good = self->session != NULL || prepare (self, &servers, &signaller, error);
  if (good && self->session == NULL) {
    start_session (self, servers, signaller);
    ice_session_net_changed (self->session, ifaces, n, now);
    ice_session_gather (self->session, now);
  }
  gst_ice_agent_leave (self);
  return good;
}

/* --- the end ------------------------------------------------------------------------ */

static void
bury_flows (GstIceAgent *self)
{
  GHashTableIter iter;
  gpointer id;

  g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint i;

  g_hash_table_iter_init (&iter, self->flows);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    guint32 flow = GPOINTER_TO_UINT (id);

    g_array_append_val (left, flow);
  }
  for (i = 0; i < left->len; i++)
    gst_ice_agent_close_flow (self, g_array_index (left, guint32, i));
}

static void
unpublish (GstIceAgent *self)
{
  const IceRoute nowhere = { .usable = FALSE };
  guint i;
  guint id;

  for (i = 0; i < self->streams->len; i++) {
    GstIceStream *stream = g_ptr_array_index (self->streams, i);

    for (id = 1; stream != NULL && id <= gst_ice_stream_n_components (stream);
         id++)
      gst_ice_component_publish (gst_ice_stream_peek (stream, id), &nowhere);
  }
}

/* Under lock. */
static void
close_session (GstIceAgent *self)
{
  ice_session_close (self->session, self->now);
  gst_ice_agent_drain (self);
  unpublish (self);
  bury_flows (self);
  ice_session_free (self->session);
  self->session = NULL;
  self->state = ICE_STATE_CLOSED;
  gst_ice_loop_arm (self->loop, &self->timer, NET_NEVER);
  gst_ice_loop_arm (self->loop, &self->wait_timer, NET_NEVER);
  gst_ice_loop_arm (self->loop, &self->stats_timer, NET_NEVER);
  gst_ice_agent_new_credentials (self);
  gst_ice_agent_note (self, NOTE_END);
}

typedef struct
{
  gatomicrefcount refs;
  GstIceAgent *agent; /* the context's reference */
  GMutex lock;
  GCond cond;
  gboolean done;
} Settling;

static void
settling_unref (Settling *settling)
{
  if (!g_atomic_ref_count_dec (&settling->refs))
    return;
  g_mutex_clear (&settling->lock);
  g_cond_clear (&settling->cond);
  g_free (settling);
}

static gboolean
settle_in_context (gpointer data)
{
  return gst_ice_agent_tell (((Settling *) data)->agent);
}

/* Done when the context holds the agent no more: who waits may then let go of it
 * for good. */
static void
settled (gpointer data)
{
  Settling *settling = data;

  g_object_unref (settling->agent);
  g_mutex_lock (&settling->lock);
  settling->done = TRUE;
  g_cond_signal (&settling->cond);
  g_mutex_unlock (&settling->lock);
  settling_unref (settling);
}

static void
settle_elsewhere (GstIceAgent *self)
{
  gint64 deadline = g_get_monotonic_time () + SETTLE_TIMEOUT;
  Settling *settling = g_new0 (Settling, 1);

  g_atomic_ref_count_init (&settling->refs);
  g_atomic_ref_count_inc (&settling->refs);
  settling->agent = g_object_ref (self);
  g_mutex_init (&settling->lock);
  g_cond_init (&settling->cond);
  gst_ice_loop_invoke (self->loop, settle_in_context, settling, settled);
  g_mutex_lock (&settling->lock);
  while (!settling->done &&
      g_cond_wait_until (&settling->cond, &settling->lock, deadline))
    continue;
  g_mutex_unlock (&settling->lock);
  settling_unref (settling);
}

/* All notes are told when this returns, the carrier's goodbye among them. An
 * application's context that nobody runs at present is ours for the moment. */
static void
settle (GstIceAgent *self)
{
  GMainContext *context = gst_ice_loop_context (self->loop);

  if (gst_ice_loop_is_current (self->loop)) {
    gst_ice_agent_tell (self);
    return;
  }
  if (self->main_context != NULL && g_main_context_acquire (context)) {
    gst_ice_agent_tell (self);
    g_main_context_release (context);
    return;
  }
  settle_elsewhere (self);
}

static gboolean
close_all (GstIceAgent *self)
{
  GstIceNetif *netif;
  gboolean running;

  gst_ice_agent_enter (self);
  running = self->session != NULL;
  netif = g_steal_pointer (&self->netif);
  if (running)
    close_session (self);
  gst_ice_agent_leave (self);
  if (netif != NULL)
    gst_ice_netif_unwatch (netif);
  return running;
}

void
gst_ice_agent_end (GstIceAgent *self)
{
  if (close_all (self))
    settle (self);
}

void
gst_ice_agent_abandon (GstIceAgent *self)
{
  close_all (self);
}
