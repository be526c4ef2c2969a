/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* States and endings: of checklists, of the session, and the timers that bound
 * them (RFC 8445 §6.1.3, §8.1; RFC 8838 §8; RFC 8863). States are computed from
 * what is there, never kept beside it. */

#include "session-private.h"

/* RFC 8863 §4 [PAC-4-2]: one full check transaction. */
#define PAC_TIME NET_MSEC (39500)

static bool
pac_has_expired (const IceSession *session)
{
  return session->pac_until != NET_NEVER && session->now >= session->pac_until;
}

/* [PAC-4-1]: our credentials are out, which is when gathering begins, and the
 * peer's are known; whatever came last calls. */
void
ice_conclude_start_timers (IceSession *session)
{
  if (session->gathering == ICE_GATHERING_NEW || !session->remote_known)
    return;
  if (session->pac_until == NET_NEVER)
    session->pac_until = session->now + PAC_TIME;
  if (session->connect_until == NET_NEVER &&
      session->config.connect_timeout > 0)
    session->connect_until = session->now + session->config.connect_timeout;
}

/* RFC 8445 §8.1.2 [ICE-8.1.2-2] */
static bool
all_selected (const IceStream *stream)
{
  unsigned n = ice_stream_n_components (stream);
  unsigned i;

  for (i = 1; i <= n; i++)
    if (ice_stream_component (stream, i)->selected == NULL)
      return false;
  return n > 0;
}

static bool
has_valid (const IceComponent *component)
{
  const GPtrArray *pairs = component->stream->checklist.pairs;
  unsigned i;

  for (i = 0; i < pairs->len; i++) {
    const IcePair *pair = g_ptr_array_index (pairs, i);
    if (pair->component == component && pair->valid)
      return true;
  }
  return false;
}

static bool
has_unfinished (const IceStream *stream)
{
  unsigned i;

  for (i = 0; i < stream->checklist.pairs->len; i++) {
    const IcePair *pair = g_ptr_array_index (stream->checklist.pairs, i);
    if (pair->state != ICE_PAIR_SUCCEEDED && pair->state != ICE_PAIR_FAILED)
      return true;
  }
  return false;
}

/* RFC 8445 §7.2.5.4 [ICE-7.2.5.4-1], RFC 8838 §8 [TRK-8-2], RFC 8863 §4
 * [PAC-4-3] [PAC-4-4]: nothing left to check, nothing more to come from either
 * side, and patience is over; the timer stands in for an end-of-candidates that
 * never came [PAC-5-1]. */
static bool
must_fail (const IceStream *stream)
{
  const IceSession *session = stream->session;
  unsigned n = ice_stream_n_components (stream);
  unsigned i;

  if (stream->creds == NULL || session->config.lite ||
      session->gathering != ICE_GATHERING_COMPLETE ||
      !pac_has_expired (session) || ice_remote_is_waiting (stream) ||
      has_unfinished (stream))
    return false;
  for (i = 1; i <= n; i++)
    if (!has_valid (ice_stream_component (stream, i)))
      return true;
  return false;
}

static void
update_checklist (IceStream *stream)
{
  IceChecklistState state = stream->checklist.state;
  unsigned i;

  if (all_selected (stream))
    state = ICE_CHECKLIST_COMPLETED;
  else if (must_fail (stream))
    state = ICE_CHECKLIST_FAILED;
  else if (state == ICE_CHECKLIST_COMPLETED)
    state = ICE_CHECKLIST_RUNNING;
  if (state == stream->checklist.state)
    return;
  stream->checklist.state = state;
  ice_trace (stream->session, "checklist %u > all pairs looked at -> %s",
      stream->index,
      state == ICE_CHECKLIST_COMPLETED    ? "completed"
          : state == ICE_CHECKLIST_FAILED ? "failed"
                                          : "running");
  /* [ICE-12.1-4]: a stream that cannot have all its components sends on none. */
  for (i = 0; i < stream->components->len; i++)
    ice_component_update_route (g_ptr_array_index (stream->components, i),
        false);
}

typedef struct
{
  unsigned components;
  unsigned selected;
  unsigned routed;
  unsigned lost;
  unsigned lists;
  unsigned failed_lists;
  bool checking;
} Tally;

static void
count_component (Tally *tally, const IceComponent *component)
{
  const IcePair *pair = ice_component_route_pair (component);

  tally->components++;
  tally->selected += component->selected != NULL && pair != NULL;
  tally->routed += pair != NULL;
  if (pair != NULL &&
      ice_consent_is_lost (pair, component->stream->session->now))
    tally->lost++;
}

static Tally
count (const IceSession *session)
{
  Tally tally = { 0 };
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    unsigned n = ice_stream_n_components (stream);
    if (stream->components->len == 0)
      continue;
    tally.lists++;
    tally.failed_lists += stream->checklist.state == ICE_CHECKLIST_FAILED;
    tally.checking |= stream->creds != NULL &&
        (stream->checklist.pairs->len > 0 || stream->remotes->len > 0);
    for (j = 1; j <= n; j++)
      count_component (&tally, ice_stream_component (stream, j));
  }
  return tally;
}

/* RFC 8445 §6.1.3 [ICE-6.1.3-1] */
static IceState
compute (const IceSession *session, const Tally *tally)
{
  if (session->closed)
    return ICE_STATE_CLOSED;
  if (tally->components > 0 && tally->routed == tally->components) {
    if (tally->lost > 0)
      return ICE_STATE_DISCONNECTED;
    return tally->selected == tally->components ? ICE_STATE_COMPLETED
                                                : ICE_STATE_CONNECTED;
  }
  if (session->cause != ICE_CAUSE_NONE)
    return ICE_STATE_FAILED;
  if (session->connected_once)
    return ICE_STATE_DISCONNECTED;
  return tally->checking ? ICE_STATE_CHECKING : ICE_STATE_NEW;
}

/* A path that was there is gone, and nothing is under way to replace it. */
static bool
is_bereft (const IceSession *session, const Tally *tally)
{
  unsigned i;

  if (!session->connected_once || tally->routed == tally->components)
    return false;
  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    if (stream->creds == NULL || has_unfinished (stream))
      return false;
  }
  return true;
}

/* Connected by what a restart is about to replace: the restart goes on. */
static bool
uses_old_path (const IceSession *session)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->components->len; j++) {
      const IceComponent *component = g_ptr_array_index (stream->components, j);
      if (component->previous != NULL)
        return true;
    }
  }
  return false;
}

static void
set_state (IceSession *session, IceState state)
{
  if (state == session->state)
    return;
  session->state = state;
  ice_queue_push (session, ICE_OUT_STATE)->state = state;
  if (state == ICE_STATE_CONNECTED || state == ICE_STATE_COMPLETED) {
    session->connected_once = true;
    if (!uses_old_path (session))
      session->connect_until = NET_NEVER;
    session->cause = ICE_CAUSE_NONE;
    session->restarted_for_loss = false;
  }
  if (state == ICE_STATE_FAILED) { /* [ICE-8.1.1-4]: the application tells */
    session->connect_until = NET_NEVER;
    ice_queue_push (session, ICE_OUT_FAILED)->cause = session->cause;
    ice_trace (session, "session > no path -> failed: %s",
        ice_cause_name (session->cause));
  }
}

/* A pair that fails while others are still being checked is not the end of the
 * generation. */
static bool
may_still_connect (const IceSession *session, const Tally *tally)
{
  unsigned i;

  if (tally->routed == tally->components)
    return false;
  for (i = 0; i < session->streams->len; i++) {
    if (has_unfinished (ice_stream_get (session, i)))
      return true;
  }
  return false;
}

static void
restart_when_lost (IceSession *session, const Tally *tally)
{
  if (session->state != ICE_STATE_DISCONNECTED ||
      !session->config.auto_restart || session->restarted_for_loss ||
      ice_restart_is_open (session) || may_still_connect (session, tally))
    return;
  session->restarted_for_loss = true;
  ice_restart_begin (session, "the path is lost");
}

void
ice_conclude_update (IceSession *session)
{
  Tally tally;
  unsigned i;

  for (i = 0; i < session->streams->len; i++)
    update_checklist (ice_stream_get (session, i));
  tally = count (session);
  if (tally.lists > 0 && tally.failed_lists == tally.lists &&
      session->cause == ICE_CAUSE_NONE)
    session->cause = ice_verdict (session);
  if (is_bereft (session, &tally) && session->cause == ICE_CAUSE_NONE &&
      (!session->config.auto_restart || session->restarted_for_loss))
    session->cause = ICE_CAUSE_CONSENT_EXPIRED;
  set_state (session, compute (session, &tally));
  restart_when_lost (session, &tally);
}

/* The user's patience is over before the protocol's. */
void
ice_conclude_timeout (IceSession *session)
{
  if (session->now < session->connect_until)
    return;
  session->connect_until = NET_NEVER;
  if (session->state == ICE_STATE_CONNECTED ||
      session->state == ICE_STATE_COMPLETED)
    return;
  session->cause = ice_verdict (session);
}

NetTime
ice_conclude_deadline (const IceSession *session)
{
  NetTime deadline = session->connect_until;

  if (session->pac_until != NET_NEVER && session->now < session->pac_until)
    deadline = net_time_min (deadline, session->pac_until);
  return deadline;
}
