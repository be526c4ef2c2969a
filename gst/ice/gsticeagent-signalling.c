/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The agent and its carrier: a peer that joins is sent our description with all
 * candidates so far, then each new one; what it sends goes the same way as an
 * application's own calls. All in the agent's context. */

#include "gsticeagent-private.h"

#define GST_CAT_DEFAULT gst_ice_agent_debug

static void
progress (GstIceAgent *self, GstProgressType type, const gchar *text)
{
  g_autoptr (GstElement) poster = gst_ice_agent_ref_poster (self);

  gst_ice_report_progress (poster, type, "ice-signal", text);
}

void
gst_ice_carrier_describe (GstIceAgent *self)
{
  g_autofree gchar *text = NULL;
  guint64 serial;

  if (self->carrier.signaller == NULL || !self->carrier.peer_here)
    return;
  /* Read first: a candidate that comes in between is sent twice, not never. */
  g_mutex_lock (&self->lock);
  serial = self->serial;
  g_mutex_unlock (&self->lock);
  text = gst_ice_agent_get_local_description (self);
  self->carrier.described = serial;
  gst_ice_signaller_send_description (self->carrier.signaller, text);
}

void
gst_ice_carrier_candidate (GstIceAgent *self, guint stream,
    const gchar *candidate)
{
  if (self->carrier.signaller != NULL && self->carrier.peer_here)
    gst_ice_signaller_send_candidate (self->carrier.signaller, stream,
        candidate);
}

void
gst_ice_carrier_bye (GstIceAgent *self, const gchar *reason)
{
  if (self->carrier.signaller == NULL)
    return;
  self->carrier.said_bye = TRUE;
  gst_ice_signaller_send_bye (self->carrier.signaller, reason);
}

/* Another run of the peer knows nothing of what we agreed on with the one
 * before: new credentials (RFC 8445 §9), while media keeps its old path. */
static void
restart_for (GstIceAgent *self, const gchar *session)
{
  gboolean another = self->carrier.session != NULL &&
      !g_str_equal (self->carrier.session, session);
  NetTime now = gst_ice_agent_enter (self);

  if (another && self->session != NULL && self->has_remote)
    ice_session_restart (self->session, now);
  gst_ice_agent_leave (self);
}

static void
on_peer_joined (GstIceSignaller *signaller, const gchar *session,
    GstIceAgent *self)
{
  (void) signaller;
  restart_for (self, session);
  g_free (self->carrier.session);
  self->carrier.session = g_strdup (session);
  self->carrier.peer_here = TRUE;
  self->carrier.peer_said_bye = FALSE;
  self->carrier.said_bye = FALSE;
  progress (self, GST_PROGRESS_TYPE_COMPLETE, "The peer is there");
  gst_ice_carrier_describe (self);
}

static void
on_peer_left (GstIceSignaller *signaller, GstIceAgent *self)
{
  (void) signaller;
  self->carrier.peer_here = FALSE;
  GST_INFO_OBJECT (self, "the carrier has lost the peer; media goes on");
}

static void
on_description (GstIceSignaller *signaller, const gchar *sdpfrag,
    GstIceAgent *self)
{
  (void) signaller;
  gst_ice_agent_set_remote_description (self, sdpfrag);
}

static void
on_candidate (GstIceSignaller *signaller, guint stream, const gchar *candidate,
    GstIceAgent *self)
{
  (void) signaller;
  gst_ice_agent_add_candidate (self, stream, candidate);
}

static void
on_bye (GstIceSignaller *signaller, const gchar *reason, GstIceAgent *self)
{
  GstIceVerdict verdict = { .cause = GST_ICE_CAUSE_PEER_CLOSED };
  gboolean again = self->carrier.peer_said_bye;

  (void) signaller;
  if (again)
    return;
  self->carrier.peer_said_bye = TRUE;
  g_signal_emit (self, gst_ice_agent_signals[SIGNAL_PEER_BYE], 0, reason);
  if (!g_str_equal (reason, "eos"))
    gst_ice_agent_fail (self, &verdict);
}

static gboolean
is_connected (GstIceAgent *self)
{
  gboolean connected;

  g_mutex_lock (&self->lock);
  connected =
      self->state == ICE_STATE_CONNECTED || self->state == ICE_STATE_COMPLETED;
  g_mutex_unlock (&self->lock);
  return connected;
}

static void
fail_with (GstIceAgent *self, const GError *error)
{
  g_autofree gchar *text =
      g_strdup_printf ("The signalling does not work: %s", error->message);
  GstIceVerdict verdict = { .cause = GST_ICE_CAUSE_SIGNALLING, .what = text };
  g_autoptr (GstElement) poster = NULL;

  progress (self, GST_PROGRESS_TYPE_ERROR, error->message);
  if (!is_connected (self)) {
    gst_ice_agent_fail (self, &verdict);
    return;
  }
  /* Media has its path and needs the carrier no more. */
  poster = gst_ice_agent_ref_poster (self);
  gst_ice_report_verdict (poster, &verdict, FALSE);
}

static void
on_failed (GstIceSignaller *signaller, const GError *error, GstIceAgent *self)
{
  (void) signaller;
  fail_with (self, error);
}

static void
on_refused (GstIceSignaller *signaller, const gchar *what, GstIceAgent *self)
{
  g_autoptr (GstElement) poster = gst_ice_agent_ref_poster (self);

  (void) signaller;
  gst_ice_report_refused (poster, "The carrier brought what cannot be used",
      what);
}

static void
on_waiting (GstIceSignaller *signaller, const gchar *where, GstIceAgent *self)
{
  (void) signaller;
  progress (self, GST_PROGRESS_TYPE_CONTINUE, where);
}

static void
connect_signals (GstIceAgent *self, GstIceSignaller *signaller)
{
  g_signal_connect (signaller, "peer-joined", G_CALLBACK (on_peer_joined),
      self);
  g_signal_connect (signaller, "peer-left", G_CALLBACK (on_peer_left), self);
  g_signal_connect (signaller, "description", G_CALLBACK (on_description),
      self);
  g_signal_connect (signaller, "candidate", G_CALLBACK (on_candidate), self);
  g_signal_connect (signaller, "bye", G_CALLBACK (on_bye), self);
  g_signal_connect (signaller, "failed", G_CALLBACK (on_failed), self);
  g_signal_connect (signaller, "refused", G_CALLBACK (on_refused), self);
  g_signal_connect (signaller, "waiting", G_CALLBACK (on_waiting), self);
}

/* The carrier calls us: it keeps the agent alive until it is stopped. */
void
gst_ice_carrier_start (GstIceAgent *self, GstIceSignaller *signaller)
{
  GMainContext *context = gst_ice_loop_context (self->loop);
  g_autoptr (GError) error = NULL;
  gboolean started;

  gst_ice_carrier_stop (self);
  self->carrier.signaller = g_object_ref (signaller);
  g_object_ref (self);
  connect_signals (self, signaller);
  progress (self, GST_PROGRESS_TYPE_START, "Looking for the peer");
  g_main_context_push_thread_default (context);
  started = gst_ice_signaller_start (signaller, &error);
  g_main_context_pop_thread_default (context);
  if (!started)
    fail_with (self, error);
}

void
gst_ice_carrier_stop (GstIceAgent *self)
{
  g_autoptr (GstIceSignaller) signaller =
      g_steal_pointer (&self->carrier.signaller);

  g_clear_pointer (&self->carrier.session, g_free);
  self->carrier.peer_here = FALSE;
  self->carrier.peer_said_bye = FALSE;
  self->carrier.described = 0;
  if (signaller == NULL)
    return;
  if (!self->carrier.said_bye)
    gst_ice_signaller_send_bye (signaller, "closed");
  self->carrier.said_bye = FALSE;
  g_signal_handlers_disconnect_by_data (signaller, self);
  gst_ice_signaller_stop (signaller);
  g_object_unref (self);
}
