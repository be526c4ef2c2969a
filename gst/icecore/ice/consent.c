/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Consent to send (RFC 7675) on the pair that media uses, keepalives where there
 * is no consent (RFC 8445 §11 [ICE-11-1]), and the earliest word that a path has
 * died. What media does, and in which direction, is not asked [SDP-6-1]. */

#include "session-private.h"

#define CONSENT_INTERVAL NET_SEC (5)
#define KEEPALIVE_INTERVAL NET_SEC (15)
/* A consent request is sent once and says little when it is lost. So after this
 * long, or two round trips, a connectivity check with its retransmissions asks
 * the same question: either the path is well, or five packets say that it is not
 * before disconnect-timeout calls it lost. */
#define PROBE_AFTER NET_MSEC (500)

/* RFC 7675 §5.1 [CF-5.1-3]: 5 s × [0.8, 1.2], drawn anew each time. */
static NetTime
draw_interval (const IceSession *session)
{
  NetTime span = CONSENT_INTERVAL * 4 / 10;

  return CONSENT_INTERVAL * 8 / 10 + ice_creds_random_u64 (session) % span;
}

/* RFC 7675 §5.1 [CF-5.1-1]: a check that succeeded is the first consent. */
void
ice_consent_grant (IcePair *pair)
{
  const IceSession *session = pair->stream->session;

  pair->consent_until = session->now + session->config.consent_timeout;
  pair->unanswered_since = NET_NEVER;
  pair->probe_at = NET_NEVER;
  pair->unanswered = 0;
  pair->heard_at = session->now;
}

/* [CF-5.1-2]: a valid answer to an outstanding request, and nothing else. After
 * expiry it restores nothing [CF-5.1-6]: a failed pair has no checks left. */
void
ice_consent_answered (IcePair *pair)
{
  if (!pair->valid)
    return;
  ice_consent_grant (pair);
  ice_component_update_route (pair->component, true);
}

/* A lite side asks nothing itself: that its full peer goes on asking is the
 * agreement it has. */
void
ice_consent_heard (IcePair *pair)
{
  const IceSession *session = pair->stream->session;

  pair->heard_at = session->now;
  if (session->config.lite && pair->valid)
    ice_consent_answered (pair);
}

/* The network says that the path of a pair in use is broken. Anybody can send
 * that, so the pair is asked, at once, before its turn. */
void
ice_consent_suspect (IcePair *pair)
{
  const IceSession *session = pair->stream->session;

  if (session->config.lite || pair->unanswered_since != NET_NEVER ||
      ice_component_route_pair (pair->component) != pair)
    return;
  pair->unanswered_since = session->now;
  pair->probe_at = session->now;
}

/* [CF-5.1-6]: where we asked in vain the credentials may not be used on this
 * 5-tuple again; a pair that was never asked has merely lapsed [CF-5.1-10]. */
void
ice_consent_revoke (IcePair *pair, const char *why)
{
  IceComponent *component = pair->component;
  char text[120];

  ice_trace (pair->stream->session, "consent %s > %s -> gone",
      ice_pair_text (pair, text), why);
  pair->burnt |= pair->unanswered > 0;
  if (component->previous == pair) {
    component->previous = NULL;
    ice_pair_free (pair);
    ice_component_update_route (component, false);
    return;
  }
  ice_pair_fail (pair, why);
}

static void
ask (IceSession *session, IcePair *pair)
{
  if (pair->unanswered_since == NET_NEVER) {
    pair->unanswered_since = session->now;
    pair->probe_at = session->now + net_time_max (PROBE_AFTER, 2 * pair->rtt);
  }
  pair->unanswered++;
  pair->consent_next = session->now + draw_interval (session);
  ice_check_start (pair, ICE_CHECK_CONSENT);
}

/* [CF-5.1-7]: the old pair of a restart keeps its own, with its own credentials;
 * a pair that media does not use needs none [CF-5.1-10]. Consent stands in for
 * Binding indications [CF-4-1], a lite side has only those. */
void
ice_consent_watch (IcePair *pair)
{
  const IceSession *session = pair->stream->session;

  if (session->config.lite && pair->keepalive_next == NET_NEVER)
    pair->keepalive_next = session->now + KEEPALIVE_INTERVAL;
  if (!session->config.lite && pair->consent_next == NET_NEVER)
    /* A valid pair that waited unused for its nomination may be about to lapse:
     * its first request is due now, not in five seconds. */
    pair->consent_next = pair->consent_until <
            session->now + session->config.consent_timeout - CONSENT_INTERVAL
        ? session->now
        : session->now + draw_interval (session);
}

static void
keep_fresh (IceSession *session, IcePair *pair)
{
  if (session->now >= pair->keepalive_next) {
    pair->keepalive_next = session->now + KEEPALIVE_INTERVAL;
    ice_queue_keepalive (session, pair);
  }
  if (session->now >= pair->consent_next)
    ask (session, pair);
  if (session->now >= pair->probe_at) {
    pair->probe_at = NET_NEVER;
    ice_check_start (pair, ICE_CHECK_ORDINARY);
  }
}

static void
expire_all (IceSession *session, IceComponent *component)
{
  GPtrArray *pairs = component->stream->checklist.pairs;
  unsigned i;

  for (i = 0; i < pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (pairs, i);
    if (pair->component == component && pair->valid &&
        pair->consent_until <= session->now)
      ice_consent_revoke (pair, "no answer until consent expired");
  }
  if (component->previous != NULL &&
      component->previous->consent_until <= session->now)
    ice_consent_revoke (component->previous, "no answer until consent expired");
}

static void
step (IceSession *session, IceComponent *component)
{
  IcePair *pair;

  expire_all (session, component);
  pair = ice_component_route_pair (component);
  if (pair != NULL)
    keep_fresh (session, pair);
}

void
ice_consent_timeout (IceSession *session)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->components->len; j++)
      step (session, g_ptr_array_index (stream->components, j));
  }
}

static NetTime
lost_at (const IcePair *pair)
{
  NetTime timeout = pair->stream->session->config.disconnect_timeout;

  if (timeout == 0)
    return NET_NEVER;
  /* A lite side hears of its peer every 4..6 s, or something has happened. */
  if (pair->stream->session->config.lite)
    return pair->heard_at + 2 * CONSENT_INTERVAL + timeout;
  if (pair->unanswered_since == NET_NEVER)
    return NET_NEVER;
  return pair->unanswered_since + timeout;
}

bool
ice_consent_is_lost (const IcePair *pair, NetTime now)
{
  return lost_at (pair) <= now;
}

static NetTime
pair_deadline (const IceSession *session, const IcePair *pair)
{
  NetTime deadline =
      net_time_min (net_time_min (pair->consent_next, pair->keepalive_next),
          pair->probe_at);
  NetTime lost = lost_at (pair);

  if (lost > session->now)
    deadline = net_time_min (deadline, lost);
  return deadline;
}

NetTime
ice_consent_deadline (const IceSession *session)
{
  NetTime deadline = NET_NEVER;
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->components->len; j++) {
      const IceComponent *component = g_ptr_array_index (stream->components, j);
      const IcePair *pair = ice_component_route_pair (component);
      if (pair != NULL)
        deadline = net_time_min (deadline, pair_deadline (session, pair));
      if (component->previous != NULL)
        deadline = net_time_min (deadline, component->previous->consent_until);
    }
    for (j = 0; j < stream->checklist.pairs->len; j++) {
      const IcePair *pair = g_ptr_array_index (stream->checklist.pairs, j);
      if (pair->valid)
        deadline = net_time_min (deadline, pair->consent_until);
    }
  }
  return deadline;
}
