/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes become signals, property notifications, bus messages and words to the
 * carrier. Runs in the agent's context; handlers may call any public function. */

#include "gsticeagent-private.h"

#include "gsticecandidate.h"

#define GST_CAT_DEFAULT gst_ice_agent_debug

static void
emit (GstIceAgent *self, guint signal, gconstpointer argument)
{
  g_signal_emit (self, gst_ice_agent_signals[signal], 0, argument);
}

static gboolean
is_current (GstIceAgent *self, const GstIceNote *note)
{
  gboolean current;

  g_mutex_lock (&self->lock);
  current = self->session != NULL && self->epoch == note->epoch;
  g_mutex_unlock (&self->lock);
  return current;
}

/* --- verdicts ---------------------------------------------------------------- */

void
gst_ice_agent_fail (GstIceAgent *self, const GstIceVerdict *verdict)
{
  g_autoptr (GstStructure) structure = gst_ice_report_structure (verdict);
  g_autoptr (GstElement) poster = gst_ice_agent_ref_poster (self);
  gboolean fatal;

  g_mutex_lock (&self->lock);
  fatal = self->settings.on_failure == GST_ICE_ON_FAILURE_ERROR;
  g_mutex_unlock (&self->lock);
  gst_ice_report_verdict (poster, verdict, fatal);
  emit (self, SIGNAL_FAILED, structure);
}

static void
tell_failed (GstIceAgent *self, const GstIceNote *note)
{
  GstIceVerdict verdict = { .cause = ice_cause_name (note->cause),
    .table = note->text };

  /* It told us that it would go. */
  if (self->carrier.peer_said_bye && note->cause == ICE_CAUSE_CONSENT_EXPIRED)
    return;
  gst_ice_agent_fail (self, &verdict);
}

static void
tell_waited (GstIceAgent *self, GstElement *poster)
{
  g_autofree gchar *where = NULL;
  g_autofree gchar *text = NULL;
  gboolean has_remote;
  guint seconds;

  g_mutex_lock (&self->lock);
  has_remote = self->has_remote;
  where = g_strdup (self->settings.signalling);
  seconds = self->settings.connect_timeout / 1000;
  g_mutex_unlock (&self->lock);
  if (has_remote)
    return;
  if (self->carrier.signaller == NULL)
    text = g_strdup_printf ("Nobody has set the peer's credentials for %u s; "
                            "waiting for set-remote-credentials.",
        seconds);
  else if (self->carrier.peer_here)
    text = g_strdup_printf ("The peer is there, but has sent no description "
                            "for %u s; waiting.",
        seconds);
  else
    text = g_strdup_printf ("Nobody has come to %s for %u s; waiting.",
        where != NULL ? where : "the signaller", seconds);
  gst_ice_report_waiting (poster, text,
      gst_ice_report_advice (GST_ICE_CAUSE_SIGNALLING));
}

/* --- states ------------------------------------------------------------------ */

static void
post_state (GstIceAgent *self, GstElement *poster, const GstIceNote *note)
{
  IceState state;
  IceGathering gathering;
  IceRole role;

  g_mutex_lock (&self->lock);
  state = note->kind == NOTE_STATE ? note->state : self->state;
  gathering = note->kind == NOTE_GATHERING ? note->gathering : self->gathering;
  role = self->role;
  g_mutex_unlock (&self->lock);
  gst_ice_report_element (poster,
      gst_structure_new ("ice-state", "connection-state", G_TYPE_STRING,
          gst_ice_state_name (state), "gathering-state", G_TYPE_STRING,
          gst_ice_gathering_name (gathering), "role", G_TYPE_STRING,
          role == ICE_CONTROLLING ? "controlling" : "controlled", NULL));
}

/* gst-launch holds a pipeline in PAUSED while a PROGRESS is open. Checks and
 * media do not wait for the slowest server, so neither may that. */
static void
close_gathering (GstIceAgent *self, GstElement *poster)
{
  if (!self->carrier.gathering)
    return;
  self->carrier.gathering = FALSE;
  gst_ice_report_progress (poster, GST_PROGRESS_TYPE_COMPLETE, "ice-gather",
      "The first candidate is out");
}

/* A server that answered nobody gets one WARNING, when all that will be tried
 * has been tried. One that was unreachable from some addresses only does not. */
static void
warn_of_servers (GstIceAgent *self, GstElement *poster)
{
  g_autoptr (GArray) silent =
      g_array_new (FALSE, FALSE, sizeof (GstIceAskedServer));
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->asked->len; i++) {
    GstIceAskedServer *asked =
        &g_array_index (self->asked, GstIceAskedServer, i);
    GstIceAskedServer copy = *asked;

    if (asked->warned || asked->ok > 0 || asked->failed == 0)
      continue;
    asked->warned = TRUE;
    copy.uri = g_strdup (asked->uri);
    g_array_append_val (silent, copy);
  }
  g_mutex_unlock (&self->lock);
  for (i = 0; i < silent->len; i++) {
    GstIceAskedServer *asked = &g_array_index (silent, GstIceAskedServer, i);

    gst_ice_report_server (poster, asked->uri, &asked->last_failure);
    g_free (asked->uri);
  }
}

static void
tell_gathering (GstIceAgent *self, GstElement *poster, const GstIceNote *note)
{
  g_autofree gchar *text = NULL;
  guint n;

  gst_ice_agent_notify (self, "ice-gathering-state");
  post_state (self, poster, note);
  if (note->gathering == ICE_GATHERING_GATHERING) {
    self->carrier.gathering = TRUE;
    gst_ice_report_progress (poster, GST_PROGRESS_TYPE_START, "ice-gather",
        "Gathering candidates");
    return;
  }
  if (note->gathering != ICE_GATHERING_COMPLETE)
    return;
  g_mutex_lock (&self->lock);
  n = self->candidates->len;
  g_mutex_unlock (&self->lock);
  self->carrier.gathering = FALSE;
  warn_of_servers (self, poster);
  text = g_strdup_printf ("Gathered %u candidate%s", n, n == 1 ? "" : "s");
  gst_ice_report_progress (poster, GST_PROGRESS_TYPE_COMPLETE, "ice-gather",
      text);
}

static void
post_check_progress (GstIceAgent *self, GstElement *poster, IceState state)
{
  switch (state) {
    case ICE_STATE_CHECKING:
      if (!self->carrier.checking)
        gst_ice_report_progress (poster, GST_PROGRESS_TYPE_START, "ice-check",
            "Checking paths to the peer");
      self->carrier.checking = TRUE;
      break;
    case ICE_STATE_CONNECTED:
      if (self->carrier.checking)
        gst_ice_report_progress (poster, GST_PROGRESS_TYPE_CONTINUE,
            "ice-check", "A path works");
      break;
    case ICE_STATE_COMPLETED:
      if (self->carrier.checking)
        gst_ice_report_progress (poster, GST_PROGRESS_TYPE_COMPLETE,
            "ice-check", "Paths are selected");
      self->carrier.checking = FALSE;
      break;
    case ICE_STATE_FAILED:
      if (self->carrier.checking)
        gst_ice_report_progress (poster, GST_PROGRESS_TYPE_ERROR, "ice-check",
            "No path works");
      self->carrier.checking = FALSE;
      break;
    case ICE_STATE_CLOSED:
      if (self->carrier.checking)
        gst_ice_report_progress (poster, GST_PROGRESS_TYPE_CANCELED,
            "ice-check", "Closed");
      self->carrier.checking = FALSE;
      break;
    case ICE_STATE_NEW:
    case ICE_STATE_DISCONNECTED:
      break;
  }
}

static void
tell_state (GstIceAgent *self, GstElement *poster, const GstIceNote *note)
{
  gst_ice_agent_notify (self, "ice-connection-state");
  post_state (self, poster, note);
  post_check_progress (self, poster, note->state);
}

/* --- candidates and paths ------------------------------------------------------ */

static void
tell_description (GstIceAgent *self, const GstIceNote *note)
{
  g_autofree gchar *text = NULL;

  if (!is_current (self, note))
    return;
  text = gst_ice_agent_get_local_description (self);
  emit (self, SIGNAL_ON_LOCAL_DESCRIPTION, text);
  if (note->serial > self->carrier.described)
    gst_ice_carrier_describe (self);
}

static void
tell_candidate (GstIceAgent *self, GstElement *poster, const GstIceNote *note)
{
  guint stream = note->candidate.stream;
  GstStructure *structure;

  if (!is_current (self, note))
    return;
  g_signal_emit (self, gst_ice_agent_signals[SIGNAL_ON_ICE_CANDIDATE], 0,
      stream, note->text);
  structure = note->candidate.end
      ? gst_structure_new ("ice-candidate", "stream", G_TYPE_UINT, stream, NULL)
      : gst_ice_candidate_to_structure (&note->candidate.cand, stream, FALSE);
  gst_structure_set (structure, "candidate", G_TYPE_STRING, note->text, NULL);
  gst_ice_report_element (poster, structure);
  if (note->serial > self->carrier.described)
    gst_ice_carrier_candidate (self, stream, note->text);
  if (!note->candidate.end)
    close_gathering (self, poster);
}

static void
tell_selected (GstIceAgent *self, GstElement *poster, const GstIceNote *note)
{
  g_autoptr (GstStructure) pair =
      gst_ice_candidate_selected_pair (&note->selected);

  gst_ice_agent_notify (self, "selected-pair");
  emit (self, SIGNAL_ON_SELECTED_PAIR, pair);
  gst_ice_report_element (poster, gst_structure_copy (pair));
}

static void
tell_connected (GstIceAgent *self, GstElement *poster, const GstIceNote *note)
{
  gst_ice_report_connected (poster, note->took, note->again, &note->selected);
  gst_ice_agent_dump_dot (self, poster);
}

static void
tell_server (GstIceAgent *self, GstElement *poster, const GstIceNote *note)
{
  g_autoptr (GstStructure) structure = NULL;

  if (note->server.ok)
    return;
  structure = gst_ice_report_server_structure (note->text, &note->server);
  emit (self, SIGNAL_ON_SERVER_ERROR, structure);
  gst_ice_report_element (poster, gst_structure_copy (structure));
  /* Nothing else will come of a name that does not exist. */
  if (net_addr_is_none (note->server.addr))
    warn_of_servers (self, poster);
}

static void
ask_filter (GstIceAgent *self, const GstIceNote *note)
{
  const IceOutFilter *filter = &note->filter;
  g_autoptr (GstStructure) structure =
      gst_ice_candidate_to_structure (&filter->cand, filter->stream,
          filter->remote);
  gboolean accepted = TRUE;
  NetTime now;

  g_signal_emit (self, gst_ice_agent_signals[SIGNAL_FILTER_CANDIDATE], 0,
      structure, &accepted);
  now = gst_ice_agent_enter (self);
  if (self->session != NULL && self->epoch == note->epoch)
    ice_session_filtered (self->session, filter->op, accepted, now);
  gst_ice_agent_leave (self);
}

/* --- the end -------------------------------------------------------------------- */

static void
tell_end (GstIceAgent *self)
{
  g_autoptr (GPtrArray) lookups =
      g_ptr_array_new_with_free_func (gst_ice_agent_free_lookup);
  GHashTableIter iter;
  gpointer lookup;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->lookups);
  while (g_hash_table_iter_next (&iter, &lookup, NULL)) {
    g_ptr_array_add (lookups, lookup);
    g_hash_table_iter_steal (&iter);
  }
  g_mutex_unlock (&self->lock);
  gst_ice_carrier_stop (self);
}

void
gst_ice_agent_tell_note (GstIceAgent *self, const GstIceNote *note)
{
  g_autoptr (GstElement) poster = gst_ice_agent_ref_poster (self);

  switch (note->kind) {
    case NOTE_DESCRIPTION:
      tell_description (self, note);
      break;
    case NOTE_CANDIDATE:
      tell_candidate (self, poster, note);
      break;
    case NOTE_GATHERING:
      tell_gathering (self, poster, note);
      break;
    case NOTE_STATE:
      tell_state (self, poster, note);
      break;
    case NOTE_ROLE:
      gst_ice_agent_notify (self, "ice-role-current");
      post_state (self, poster, note);
      break;
    case NOTE_SELECTED:
      tell_selected (self, poster, note);
      break;
    case NOTE_SERVER:
      tell_server (self, poster, note);
      break;
    case NOTE_CONNECTED:
      tell_connected (self, poster, note);
      break;
    case NOTE_FAILED:
      tell_failed (self, note);
      break;
    case NOTE_FILTER:
      ask_filter (self, note);
      break;
    case NOTE_NETWORK:
      g_signal_emit (self, gst_ice_agent_signals[SIGNAL_NETWORK_CHANGED], 0);
      break;
    case NOTE_STATS:
      gst_ice_agent_notify (self, "stats");
      break;
    case NOTE_REFUSED:
      gst_ice_report_refused (poster, note->text, note->other);
      break;
    case NOTE_WAITED:
      tell_waited (self, poster);
      break;
    case NOTE_CARRIER_START:
      gst_ice_carrier_start (self, GST_ICE_SIGNALLER (note->object));
      break;
    case NOTE_END:
      tell_end (self);
      break;
    case NOTE_BYE:
      gst_ice_carrier_bye (self, note->text);
      break;
    case NOTE_PEER_BYE:
      emit (self, SIGNAL_PEER_BYE, note->text);
      break;
  }
}
