/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Concluding: which valid pair the controlling side nominates and when, and what
 * a nomination changes on either side (RFC 8445 §8.1, renomination draft). A
 * direct pair is nominated as soon as it is valid, unless the answer of a better
 * one may still be on its way; with renomination a better one may follow. */

#include "session-private.h"

/* How long a valid pair waits for the answer of a better one: a round trip like
 * its own, a little more for jitter, but never long [PAC-4-5]. */
#define BETTER_MARGIN NET_MSEC (10)
#define BETTER_WAIT_MAX NET_MSEC (100)
/* An unanswered nomination is repeated under Ta, as a new check, well before the
 * retransmission that RFC 8445 §14.3 keeps 500 ms away [RENOM-3-3]. */
#define REPEAT_MARGIN NET_MSEC (20)

static IcePair *
best_valid (const IceComponent *component)
{
  const GPtrArray *pairs = component->stream->checklist.pairs;
  unsigned i;

  for (i = 0; i < pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (pairs, i);
    if (pair->component == component && pair->valid)
      return pair;
  }
  return NULL;
}

/* Until when a better pair's answer may still come; 0: none is on its way. */
static NetTime
better_until (const IceComponent *component, const IcePair *pair)
{
  const GPtrArray *pairs = component->stream->checklist.pairs;
  NetTime patience = net_time_min (pair->rtt + BETTER_MARGIN, BETTER_WAIT_MAX);
  NetTime until = 0;
  unsigned i;

  for (i = 0; i < pairs->len; i++) {
    const IcePair *other = g_ptr_array_index (pairs, i);
    if (other == pair)
      break;
    if (other->component == component && other->state == ICE_PAIR_IN_PROGRESS)
      until = net_time_max (until, other->checked_at + patience);
  }
  return until;
}

static void
nominate (IceComponent *component, IcePair *pair)
{
  IceSession *session = component->stream->session;
  char text[120];

  component->nominating = pair;
  component->nominate_again = NET_NEVER;
  component->nominations = 0;
  pair->nominate_next = true;
  if (session->remote_renomination)
    pair->nomination = ++session->nomination;
  ice_trace (session, "component %u.%u > nominate -> %s",
      component->stream->index, component->id, ice_pair_text (pair, text));
}

static bool
may_nominate (const IceComponent *component)
{
  const IceSession *session = component->stream->session;

  return session->role == ICE_CONTROLLING && !session->config.lite &&
      (component->nominating == NULL || !component->nominating->valid) &&
      (component->selected == NULL || session->remote_renomination);
}

/* Where both sides offered renomination, a nomination binds nobody for ever, so
 * the check that answers the peer's may carry the first one: the peer's check has
 * shown one direction to work, and half a round trip is saved. Without that
 * agreement only a valid pair is nominated [ICE-8.1.1-1]. */
bool
ice_nominate_early (IcePair *pair)
{
  IceSession *session = pair->stream->session;
  IceComponent *component = pair->component;

  if (session->role != ICE_CONTROLLING || session->config.lite ||
      !session->remote_renomination || pair->requests_received == 0 ||
      component->nominating != NULL || component->selected != NULL)
    return false;
  nominate (component, pair);
  pair->nominate_next = false; /* it is this very check */
  return true;
}

/* RFC 8445 §8.1.1 [ICE-8.1.1-1] [ICE-8.1.1-2] [RENOM-3-1] */
void
ice_nominate_consider (IceComponent *component)
{
  const IceSession *session = component->stream->session;
  IcePair *pair = best_valid (component);
  NetTime until;

  component->nominate_at = NET_NEVER;
  if (!may_nominate (component) || pair == NULL || pair == component->selected)
    return;
  until = better_until (component, pair);
  if (until > session->now)
    component->nominate_at = until;
  else
    nominate (component, pair);
}

/* RFC 8445 §8.1.2 [ICE-8.1.2-1]: what is not worth checking any more. Where a
 * later nomination may come, better pairs stay. */
static void
clean_up (IceComponent *component)
{
  IceSession *session = component->stream->session;
  GPtrArray *pairs = component->stream->checklist.pairs;
  bool keep_better = session->remote_renomination ||
      session->config.nomination == ICE_NOMINATION_AGGRESSIVE;
  unsigned i = pairs->len;

  while (i-- > 0) {
    IcePair *pair = g_ptr_array_index (pairs, i);
    if (pair->component != component || pair == component->selected ||
        (keep_better && ice_pair_is_better (pair, component->selected)))
      continue;
    if (pair->state == ICE_PAIR_FROZEN || pair->state == ICE_PAIR_WAITING) {
      ice_checklist_remove (pair);
    } else if (pair->state == ICE_PAIR_IN_PROGRESS) {
      ice_check_cancel_pair (pair);
      ice_checklist_untrigger (pair);
    }
  }
}

static void
tell_selected (const IceComponent *component)
{
  const IcePair *pair = component->selected;
  IceSession *session = component->stream->session;
  IceOutSelected *out = &ice_queue_push (session, ICE_OUT_SELECTED)->selected;
  char text[120];

  out->stream = component->stream->index;
  out->component = component->id;
  out->local = pair->valid_local;
  out->remote = pair->remote;
  out->rtt = pair->rtt;
  ice_trace (session, "component %u.%u > nominated -> selected %s",
      component->stream->index, component->id, ice_pair_text (pair, text));
}

/* RFC 8445 §8.1.1 [ICE-8.1.1-3]: of several nominations by an old peer the
 * highest priority counts; with renomination the latest [RENOM-3-2]. */
static bool
replaces (const IcePair *pair, const IcePair *selected)
{
  const IceSession *session = pair->stream->session;

  if (selected == NULL)
    return true;
  if (session->remote_renomination &&
      (pair->nomination != 0 || selected->nomination != 0))
    return pair->nomination > selected->nomination;
  if (session->role == ICE_CONTROLLING &&
      session->config.nomination != ICE_NOMINATION_AGGRESSIVE)
    return true;
  return ice_pair_is_better (pair, selected);
}

/* RFC 8445 §7.2.5.3.4 [ICE-7.2.5.3.4-1] [ICE-7.2.5.3.4-3]: on either side. */
void
ice_nominate_confirmed (IcePair *pair, uint32_t value)
{
  IceComponent *component = pair->component;
  IceSession *session = pair->stream->session;

  pair->nominated = true;
  pair->nomination = MAX (pair->nomination, value);
  if (component->nominating == pair) {
    component->nominating = NULL;
    pair->nominate_next = false;
  }
  component->nominate_again = NET_NEVER;
  if (pair == component->selected || !replaces (pair, component->selected))
    return;
  component->selected = pair;
  tell_selected (component);
  clean_up (component);
  if (component->previous != NULL) {
    ice_trace (session, "component %u.%u > new path -> old one released",
        component->stream->index, component->id);
    ice_pair_free (component->previous);
    component->previous = NULL;
  }
  ice_component_update_route (component, true);
}

/* RFC 8445 §7.2.5.3.4 [ICE-7.2.5.3.4-2] would fail the checklist; people expect
 * the next pair, so only the pair fails (docs/compliance). */
void
ice_nominate_failed (IcePair *pair)
{
  IceComponent *component = pair->component;

  ice_pair_fail (pair, "nomination not answered");
  ice_nominate_consider (component);
}

static void
step (IceSession *session, IceComponent *component)
{
  if (session->now >= component->nominate_at)
    ice_nominate_consider (component);
  if (component->nominating == NULL || session->now < component->nominate_again)
    return;
  component->nominate_again = NET_NEVER;
  component->nominating->nominate_next = true;
}

void
ice_nominate_timeout (IceSession *session)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->components->len; j++)
      step (session, g_ptr_array_index (stream->components, j));
  }
}

NetTime
ice_nominate_deadline (const IceSession *session)
{
  NetTime deadline = NET_NEVER;
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->components->len; j++) {
      const IceComponent *component = g_ptr_array_index (stream->components, j);
      deadline = net_time_min (deadline, component->nominate_at);
      if (component->nominating != NULL)
        deadline = net_time_min (deadline, component->nominate_again);
    }
  }
  return deadline;
}

IcePair *
ice_nominate_next (IceSession *session)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->components->len; j++) {
      const IceComponent *component = g_ptr_array_index (stream->components, j);
      if (component->nominating != NULL && component->nominating->nominate_next)
        return component->nominating;
    }
  }
  return NULL;
}

void
ice_nominate_sent (IcePair *pair)
{
  const IceSession *session = pair->stream->session;
  IceComponent *component = pair->component;
  NetTime wait = pair->rtt + pair->rtt / 2 + REPEAT_MARGIN;

  /* Without a sample, or when the path has become slower, repeating at a fixed
   * pace would forget each request before its answer is there. */
  if (pair->rtt == 0)
    wait = NET_MSEC (100);
  pair->nominate_next = false;
  component->nominate_again = session->now +
      net_time_max (wait, NET_MSEC (session->ta)) +
      NET_MSEC (session->ta) * MIN (component->nominations++, 20);
}
