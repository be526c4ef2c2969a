/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One step of the agent: lock, give the session its inputs, do at once what it
 * wants done to sockets, and set down as notes what it wants said. The lock is
 * never held while anything is called that could wait for somebody else. */

#include "gsticeagent-private.h"

#include "../icecore/crypto.h"

#define GST_CAT_DEFAULT gst_ice_agent_debug

/* RFC 8445 §14.2 [ICE-14.2-2]: all agents of the process share one pace. */
static IcePacer pacer = ICE_PACER_INIT;

static void
fill_random (void *user, void *out_bytes, size_t len)
{
  (void) user;
  crypto_random (out_bytes, len);
}

/* Restarting by itself makes sense only when somebody can tell the peer. */
static gboolean
can_tell_peer (GstIceAgent *self)
{
  return self->signaller != NULL || self->settings.signalling != NULL ||
      g_signal_has_handler_pending (self,
          gst_ice_agent_signals[SIGNAL_ON_LOCAL_DESCRIPTION], 0, TRUE);
}

static void
add_components (GstIceAgent *self, IceSession *session, NetTime now)
{
  guint i;

  for (i = 0; i < self->streams->len; i++) {
    GstIceStream *stream = g_ptr_array_index (self->streams, i);
    guint n = stream != NULL ? gst_ice_stream_n_components (stream) : 0;

    if (n > 0)
      ice_session_add_component (session, i, n, now);
  }
}

IceSession *
gst_ice_agent_make_session (GstIceAgent *self, NetTime now)
{
  const GstIceSettings *settings = &self->settings;
  IceConfig config;
  IceSession *session;

  ice_config_init (&config);
  gst_ice_settings_fill (settings, self->auto_role, &config);
  config.random = fill_random;
  config.pacer = &pacer;
  config.auto_restart = settings->auto_restart && can_tell_peer (self);
  config.filter = g_signal_has_handler_pending (self,
      gst_ice_agent_signals[SIGNAL_FILTER_CANDIDATE], 0, TRUE);
  config.trace =
      gst_debug_category_get_threshold (GST_CAT_DEFAULT) >= GST_LEVEL_DEBUG;
  session = ice_session_new (&config, now);
  ice_session_set_local (session,
      settings->local_ufrag != NULL ? settings->local_ufrag : self->ufrag,
      settings->local_pwd != NULL ? settings->local_pwd : self->pwd);
  add_components (self, session, now);
  return session;
}

void
gst_ice_agent_mark (GstIceAgent *self, GstIceMarkKind kind, guint value)
{
  GstIceMark mark = { .time = self->now,
    .kind = (guint8) kind,
    .value = (guint8) value };

  gst_ice_timeline_add (&self->timeline, &mark);
}

/* A restart begins: the time to connect is counted anew. */
static void
forget_path (GstIceAgent *self)
{
  self->has_remote = FALSE;
  self->has_remote_candidate = FALSE;
  g_array_set_size (self->remotes, 0);
  self->ready_at = 0;
  self->connected_at = 0;
  self->told_connected = FALSE;
}

/* --- what the session wants said ---------------------------------------- */

static void
take_description (GstIceAgent *self)
{
  if (self->descriptions++ > 0) {
    forget_path (self);
    g_array_set_size (self->candidates, 0);
    gst_ice_agent_mark (self, GST_ICE_MARK_RESTART, 0);
  }
  gst_ice_agent_note (self, NOTE_DESCRIPTION);
}

static void
take_candidate (GstIceAgent *self, const IceOutCandidate *candidate)
{
  GstIceKnownCandidate known = { candidate->stream, FALSE, candidate->cand };
  GstIceMark mark = { .time = self->now,
    .kind = GST_ICE_MARK_LOCAL_CANDIDATE,
    .stream = candidate->stream,
    .component = candidate->cand.component,
    .local = candidate->cand.addr };
  GstIceNote *note = gst_ice_agent_note (self, NOTE_CANDIDATE);

  note->candidate = *candidate;
  if (candidate->end) {
    note->text = g_strdup ("");
    return;
  }
  note->text = ice_sdp_write_cand (&candidate->cand,
      ice_session_local_ufrag (self->session));
  g_array_append_val (self->candidates, known);
  gst_ice_timeline_add (&self->timeline, &mark);
}

/* The first component that has a pair stands for all in the one line that
 * people read. */
static gboolean
first_selected (GstIceAgent *self, IceOutSelected *out_selected)
{
  guint i;

  for (i = 0; i < self->streams->len; i++) {
    IcePairInfo pair;

    if (g_ptr_array_index (self->streams, i) == NULL ||
        !ice_session_selected_info (self->session, i, 1, &pair))
      continue;
    *out_selected = (IceOutSelected){ .stream = pair.stream,
      .component = pair.component,
      .local = pair.local,
      .remote = pair.remote,
      .rtt = pair.rtt };
    return TRUE;
  }
  return FALSE;
}

static void
tell_connected (GstIceAgent *self)
{
  IceOutSelected selected;
  GstIceNote *note;

  if (self->told_connected || !first_selected (self, &selected))
    return;
  note = gst_ice_agent_note (self, NOTE_CONNECTED);
  note->selected = selected;
  note->took = self->connected_at - self->ready_at;
  note->again = self->connected_before;
  self->told_connected = TRUE;
  self->connected_before = TRUE;
}

static void
take_state (GstIceAgent *self, IceState state)
{
  self->state = state;
  gst_ice_agent_mark (self, GST_ICE_MARK_STATE, state);
  gst_ice_agent_note (self, NOTE_STATE)->state = state;
  if (state != ICE_STATE_CONNECTED && state != ICE_STATE_COMPLETED)
    return;
  if (self->connected_at == 0)
    self->connected_at = self->now;
  if (self->ready_at == 0)
    self->ready_at = self->now;
  if (state == ICE_STATE_COMPLETED)
    tell_connected (self);
}

static void
take_selected (GstIceAgent *self, const IceOutSelected *selected)
{
  GstIceMark mark = { .time = self->now,
    .kind = GST_ICE_MARK_SELECTED,
    .stream = selected->stream,
    .component = selected->component,
    .local = selected->local.addr,
    .remote = selected->remote.addr };

  gst_ice_timeline_add (&self->timeline, &mark);
  gst_ice_agent_note (self, NOTE_SELECTED)->selected = *selected;
}

static void
take_server (GstIceAgent *self, const IceOutServer *server)
{
  GstIceMark mark = { .time = self->now,
    .kind = server->ok ? GST_ICE_MARK_SERVER_OK : GST_ICE_MARK_SERVER_FAILED,
    .local = server->local,
    .remote = server->addr };
  guint i;

  gst_ice_timeline_add (&self->timeline, &mark);
  for (i = 0; i < self->asked->len; i++) {
    GstIceAskedServer *asked =
        &g_array_index (self->asked, GstIceAskedServer, i);
    GstIceServerResult result = { .asked = TRUE,
      .result = *server,
      .time = self->now };
    GstIceNote *note;

    if (asked->id != server->server)
      continue;
    *(server->ok ? &asked->ok : &asked->failed) += 1;
    if (!server->ok)
      asked->last_failure = *server;
    if (self->results->len < GST_ICE_RESULTS_MAX) {
      result.uri = g_strdup (asked->uri);
      g_array_append_val (self->results, result);
    }
    note = gst_ice_agent_note (self, NOTE_SERVER);
    note->server = *server;
    note->text = g_strdup (asked->uri);
  }
}

static void
take_filter (GstIceAgent *self, const IceOutFilter *filter)
{
  gst_ice_agent_note (self, NOTE_FILTER)->filter = *filter;
}

static void
take_failure (GstIceAgent *self, IceCause cause)
{
  GstIceNote *note = gst_ice_agent_note (self, NOTE_FAILED);

  note->cause = cause;
  note->text = ice_session_explain (self->session);
}

static void
take_gathering (GstIceAgent *self, IceGathering gathering)
{
  self->gathering = gathering;
  gst_ice_agent_mark (self, GST_ICE_MARK_GATHERING, gathering);
  gst_ice_agent_note (self, NOTE_GATHERING)->gathering = gathering;
}

/* --- the step ------------------------------------------------------------ */

static void
handle (GstIceAgent *self, const IceOut *out)
{
  switch (out->kind) {
    case ICE_OUT_SEND:
      gst_ice_agent_send (self, &out->send);
      break;
    case ICE_OUT_OPEN:
      gst_ice_agent_open_flow (self, &out->open);
      break;
    case ICE_OUT_CLOSE:
      gst_ice_agent_close_flow (self, out->close);
      break;
    case ICE_OUT_RESOLVE:
      gst_ice_agent_resolve (self, &out->resolve);
      break;
    case ICE_OUT_FILTER:
      take_filter (self, &out->filter);
      break;
    case ICE_OUT_DESCRIPTION:
      take_description (self);
      break;
    case ICE_OUT_CANDIDATE:
      take_candidate (self, &out->candidate);
      break;
    case ICE_OUT_GATHERING:
      take_gathering (self, out->gathering);
      break;
    case ICE_OUT_STATE:
      take_state (self, out->state);
      break;
    case ICE_OUT_ROLE:
      self->role = out->role;
      gst_ice_agent_note (self, NOTE_ROLE);
      break;
    case ICE_OUT_ROUTE:
      gst_ice_agent_publish (self, out->route.stream, out->route.component);
      break;
    case ICE_OUT_SELECTED:
      take_selected (self, &out->selected);
      break;
    case ICE_OUT_SERVER:
      take_server (self, &out->server);
      break;
    case ICE_OUT_FAILED:
      take_failure (self, out->cause);
      break;
  }
}

void
gst_ice_agent_drain (GstIceAgent *self)
{
  char line[160];
  IceOut out;

  while (ice_session_next (self->session, &out))
    handle (self, &out);
  while (ice_session_next_trace (self->session, line))
    GST_DEBUG_OBJECT (self, "%s", line);
}

NetTime
gst_ice_agent_enter (GstIceAgent *self)
{
  g_mutex_lock (&self->lock);
  self->now = gst_ice_loop_now ();
  return self->now;
}

/* Sockets are closed after the lock is free: closing waits for a callback that
 * may be waiting for the lock. */
void
gst_ice_agent_leave (GstIceAgent *self)
{
  g_autoptr (GPtrArray) graves = NULL;
  GstIceAgent *waking = NULL;

  if (self->session != NULL) {
    gst_ice_agent_drain (self);
    gst_ice_loop_arm (self->loop, &self->timer,
        ice_session_deadline (self->session));
  }
  graves = g_steal_pointer (&self->graves);
  if (self->notes.length > 0 && !self->waking && !self->disposed) {
    self->waking = TRUE;
    waking = g_object_ref (self);
  }
  g_mutex_unlock (&self->lock);
  if (waking != NULL)
    gst_ice_loop_invoke (self->loop, gst_ice_agent_tell, waking,
        g_object_unref);
}
