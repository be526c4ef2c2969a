/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peer's side: credentials, candidates and fragments, from applications and
 * carriers alike. What comes before there is a session is kept, in order and
 * bounded, and played when it starts. What cannot be used is refused with a
 * WARNING that quotes it. */

#include "gsticeagent-private.h"

#include "gsticequote.h"

#define GST_CAT_DEFAULT gst_ice_agent_debug

void
gst_ice_agent_free_early (gpointer data)
{
  GstIceEarlyInput *input = data;

  g_free (input->candidate);
  g_free (input->ufrag);
  g_free (input->pwd);
  g_free (input->description);
  g_free (input);
}

static gboolean
keep_early (GstIceAgent *self, const GstIceEarlyInput *input)
{
  GstIceEarlyInput *kept;

  if (self->early->len >= GST_ICE_EARLY_INPUT_MAX) {
    gst_ice_agent_note_refused (self,
        "Too much came from the peer before the agent was started; lost",
        input->candidate != NULL ? input->candidate : "a description");
    return FALSE;
  }
  kept = g_new0 (GstIceEarlyInput, 1);
  *kept = (GstIceEarlyInput){ .stream = input->stream,
    .candidate = g_strdup (input->candidate),
    .ufrag = g_strdup (input->ufrag),
    .pwd = g_strdup (input->pwd),
    .description = g_strdup (input->description) };
  g_ptr_array_add (self->early, kept);
  return TRUE;
}

/* --- candidates --------------------------------------------------------------- */

static void
remember_candidate (GstIceAgent *self, guint stream, const IceCand *cand)
{
  GstIceKnownCandidate known = { stream, TRUE, *cand };
  GstIceMark mark = { .time = self->now,
    .kind = GST_ICE_MARK_REMOTE_CANDIDATE,
    .stream = (guint16) stream,
    .component = cand->component,
    .remote = cand->addr };

  gst_ice_timeline_add (&self->timeline, &mark);
  if (!self->has_remote_candidate) {
    self->has_remote_candidate = TRUE;
    if (self->connected_at == 0)
      self->ready_at = self->now;
  }
  /* A name has no address to be shown by; its pairs will have one. */
  if (!net_addr_is_none (cand->addr) &&
      self->remotes->len < GST_ICE_REMOTES_MAX)
    g_array_append_val (self->remotes, known);
}

static const gchar *
refusal_name (IceAddResult result)
{
  switch (result) {
    case ICE_ADD_STALE:
      return "of another generation";
    case ICE_ADD_LATE:
      return "after end-of-candidates";
    case ICE_ADD_REFUSED:
      return "its address, type or component cannot be used";
    case ICE_ADD_FULL:
      return "too many candidates";
    case ICE_ADD_OK:
    case ICE_ADD_DUPLICATE:
      break;
  }
  return NULL;
}

static gboolean
add_to_session (GstIceAgent *self, guint stream, const IceSdpCand *cand,
    const gchar *text)
{
  IceAddResult result =
      ice_session_add_remote (self->session, stream, cand, self->now);
  g_autofree gchar *quoted = NULL;

  if (result == ICE_ADD_OK)
    remember_candidate (self, stream, &cand->cand);
  if (refusal_name (result) == NULL)
    return TRUE;
  quoted = gst_ice_quote (text);
  GST_INFO_OBJECT (self, "candidate not used, %s: %s", refusal_name (result),
      quoted);
  return FALSE;
}

static gboolean
add_candidate_locked (GstIceAgent *self, guint stream, const gchar *text)
{
  GstIceEarlyInput early = { .stream = stream, .candidate = (gchar *) text };
  const char *why = NULL;
  g_autofree gchar *what = NULL;
  IceSdpCand cand;

  switch (ice_sdp_parse_cand (text, &cand, &why)) {
    case ICE_SDP_OK:
      if (self->session == NULL)
        return keep_early (self, &early);
      return add_to_session (self, stream, &cand, text);
    case ICE_SDP_END:
      if (self->session == NULL)
        return keep_early (self, &early);
      ice_session_end_of_candidates (self->session, stream, self->now);
      return TRUE;
    case ICE_SDP_IGNORED:
      GST_DEBUG_OBJECT (self, "candidate ignored: %s", why);
      return TRUE;
    case ICE_SDP_MALFORMED:
      break;
  }
  what = g_strdup_printf ("Candidate refused (%s)", why);
  gst_ice_agent_note_refused (self, what, text);
  return FALSE;
}

/**
 * gst_ice_agent_add_candidate:
 * @agent: a #GstIceAgent
 * @stream: the m-line index
 * @candidate: an RFC 8839 candidate line, with or without "a=" and line end;
 *   "" is end-of-candidates
 *
 * Hands over one candidate of the peer. Before the agent was started it is kept.
 * What cannot be parsed is refused with a WARNING that quotes it. Any thread.
 *
 * Returns: whether it may be used
 *
 * Since: 0.1
 */
gboolean
gst_ice_agent_add_candidate (GstIceAgent *agent, guint stream,
    const gchar *candidate)
{
  gboolean good;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), FALSE);
  g_return_val_if_fail (candidate != NULL, FALSE);

  gst_ice_agent_enter (agent);
  good = add_candidate_locked (agent, stream, candidate);
  gst_ice_agent_leave (agent);
  return good;
}

/* --- credentials ---------------------------------------------------------------- */

static void
note_credentials (GstIceAgent *self)
{
  self->has_remote = TRUE;
  gst_ice_agent_mark (self, GST_ICE_MARK_CREDENTIALS, 0);
  if (self->connected_at == 0)
    self->ready_at = self->now;
}

static gboolean
set_remote (GstIceAgent *self, guint stream, const IceRemote *remote)
{
  switch (ice_session_set_remote (self->session, stream, remote, self->now)) {
    case ICE_SET_OK:
      note_credentials (self);
      return TRUE;
    case ICE_SET_RESTARTED:
      /* Our own new description first: it forgets what was before. */
      gst_ice_agent_drain (self);
      note_credentials (self);
      return TRUE;
    case ICE_SET_REFUSED:
      break;
  }
  return FALSE;
}

gboolean
gst_ice_agent_set_credentials_locked (GstIceAgent *self, const gchar *ufrag,
    const gchar *pwd)
{
  GstIceEarlyInput early = { .ufrag = (gchar *) ufrag, .pwd = (gchar *) pwd };
  IceRemote remote = { .ufrag = ufrag,
    .pwd = pwd,
    .ice2 = TRUE,
    .trickle = TRUE };

  if (!ice_sdp_is_ufrag (ufrag, TRUE) || !ice_sdp_is_pwd (pwd, TRUE)) {
    gst_ice_agent_note_refused (self,
        "Remote credentials refused (accepted: a ufrag of 4 to 256 and a "
        "password of 22 to 256 of A-Z a-z 0-9 + /)",
        ufrag);
    return FALSE;
  }
  if (self->session == NULL)
    return keep_early (self, &early);
  return set_remote (self, ICE_ALL_STREAMS, &remote);
}

/**
 * gst_ice_agent_set_remote_credentials:
 * @agent: a #GstIceAgent
 * @ufrag: the peer's username fragment
 * @pwd: the peer's password
 *
 * Sets the credentials of the peer for all streams. Other ones than before mean
 * that the peer restarts. Any thread.
 *
 * Returns: %FALSE when the grammar of RFC 8839 refuses them
 *
 * Since: 0.1
 */
gboolean
gst_ice_agent_set_remote_credentials (GstIceAgent *agent, const gchar *ufrag,
    const gchar *pwd)
{
  gboolean good;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), FALSE);
  g_return_val_if_fail (ufrag != NULL && pwd != NULL, FALSE);

  gst_ice_agent_enter (agent);
  good = gst_ice_agent_set_credentials_locked (agent, ufrag, pwd);
  gst_ice_agent_leave (agent);
  return good;
}

/* --- fragments ------------------------------------------------------------------ */

static IceRemote
remote_of (const IceSdpFrag *frag, const gchar *ufrag, const gchar *pwd)
{
  return (IceRemote){ .ufrag = ufrag,
    .pwd = pwd,
    .lite = frag->lite,
    .ice2 = frag->ice2,
    .trickle = frag->trickle,
    .renomination = frag->renomination,
    .pacing = frag->pacing };
}

/* Our own fragments name a stream by its index; elsewhere the order counts. */
static guint
stream_of (GstIceAgent *self, const IceSdpMedia *media, guint position)
{
  guint64 index;

  if (media->mid != NULL &&
      g_ascii_string_to_unsigned (media->mid, 10, 0, GST_ICE_STREAMS_MAX - 1,
          &index, NULL) &&
      index < self->streams->len &&
      g_ptr_array_index (self->streams, index) != NULL)
    return (guint) index;
  return position;
}

static gboolean
set_media_credentials (GstIceAgent *self, const IceSdpFrag *frag)
{
  gboolean good = TRUE;
  guint i;

  for (i = 0; i < frag->media->len; i++) {
    const IceSdpMedia *media = g_ptr_array_index (frag->media, i);
    IceRemote remote = media->ufrag != NULL
        ? remote_of (frag, media->ufrag, media->pwd)
        : remote_of (frag, frag->ufrag, frag->pwd);

    if (remote.ufrag != NULL)
      good = set_remote (self, stream_of (self, media, i), &remote) && good;
  }
  return good;
}

static gboolean
has_media_credentials (const IceSdpFrag *frag)
{
  guint i;

  for (i = 0; i < frag->media->len; i++) {
    const IceSdpMedia *media = g_ptr_array_index (frag->media, i);

    if (media->ufrag != NULL)
      return TRUE;
  }
  return FALSE;
}

/* RFC 8839 §5.4 [SDP-5.4-1]: those of a media section go before the session's.
 * One stream's new credentials restart all; the second round gives the others
 * theirs back, and changes nothing otherwise. */
static gboolean
set_fragment_credentials (GstIceAgent *self, const IceSdpFrag *frag)
{
  IceRemote remote = remote_of (frag, frag->ufrag, frag->pwd);

  if (has_media_credentials (frag))
    return set_media_credentials (self, frag) &&
        set_media_credentials (self, frag);
  return frag->ufrag == NULL || set_remote (self, ICE_ALL_STREAMS, &remote);
}

static void
add_fragment_candidates (GstIceAgent *self, const IceSdpFrag *frag)
{
  guint i;
  guint k;

  for (i = 0; i < frag->media->len; i++) {
    const IceSdpMedia *media = g_ptr_array_index (frag->media, i);
    guint stream = stream_of (self, media, i);

    for (k = 0; k < media->candidates->len; k++)
      add_candidate_locked (self, stream,
          g_ptr_array_index (media->candidates, k));
    if (media->end_of_candidates || frag->end_of_candidates)
      ice_session_end_of_candidates (self->session, stream, self->now);
  }
}

static gboolean
apply_fragment (GstIceAgent *self, const IceSdpFrag *frag)
{
  gboolean good = set_fragment_credentials (self, frag);

  add_fragment_candidates (self, frag);
  return good;
}

static gboolean
set_description_locked (GstIceAgent *self, const gchar *text)
{
  GstIceEarlyInput early = { .description = (gchar *) text };
  const char *why = NULL;
  g_autofree gchar *what = NULL;
  IceSdpFrag *frag = ice_sdp_frag_parse (text, &why);
  gboolean good;

  if (frag == NULL) {
    what = g_strdup_printf ("Remote description refused (%s)", why);
    gst_ice_agent_note_refused (self, what, text);
    return FALSE;
  }
  good = self->session != NULL ? apply_fragment (self, frag)
                               : keep_early (self, &early);
  ice_sdp_frag_free (frag);
  if (!good)
    return FALSE;
  g_free (self->remote_description);
  self->remote_description = gst_ice_hide_passwords (text);
  return TRUE;
}

/**
 * gst_ice_agent_set_remote_description:
 * @agent: a #GstIceAgent
 * @sdpfrag: an RFC 8840 fragment, or a whole session description
 *
 * Takes credentials, options and candidates of the peer at once. Any thread.
 *
 * Returns: %FALSE when it was refused; a WARNING says why
 *
 * Since: 0.1
 */
gboolean
gst_ice_agent_set_remote_description (GstIceAgent *agent, const gchar *sdpfrag)
{
  gboolean good;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), FALSE);
  g_return_val_if_fail (sdpfrag != NULL, FALSE);

  gst_ice_agent_enter (agent);
  good = set_description_locked (agent, sdpfrag);
  gst_ice_agent_leave (agent);
  return good;
}

/* --- what came early -------------------------------------------------------------- */

static void
replay (GstIceAgent *self, const GstIceEarlyInput *input)
{
  if (input->candidate != NULL)
    add_candidate_locked (self, input->stream, input->candidate);
  else if (input->ufrag != NULL)
    gst_ice_agent_set_credentials_locked (self, input->ufrag, input->pwd);
  else
    set_description_locked (self, input->description);
}

void
gst_ice_agent_replay_early (GstIceAgent *self)
{
  g_autoptr (GPtrArray) early = g_steal_pointer (&self->early);
  const GstIceSettings *settings = &self->settings;
  guint i;

  self->early = g_ptr_array_new_with_free_func (gst_ice_agent_free_early);
  if (settings->remote_ufrag != NULL && settings->remote_pwd != NULL)
    gst_ice_agent_set_credentials_locked (self, settings->remote_ufrag,
        settings->remote_pwd);
  for (i = 0; i < early->len; i++)
    replay (self, g_ptr_array_index (early, i));
}
