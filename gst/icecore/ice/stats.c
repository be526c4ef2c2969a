/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures of a session for those who look from outside: pairs, counters, the
 * local description. Nothing here changes anything. */

#include "session-private.h"

const char *
ice_drop_name (IceDrop drop)
{
  switch (drop) {
    case ICE_DROP_MALFORMED:
      return "malformed";
    case ICE_DROP_FINGERPRINT:
      return "fingerprint";
    case ICE_DROP_UNKNOWN_TXN:
      return "unknown-transaction";
    case ICE_DROP_INTEGRITY:
      return "integrity";
    case ICE_DROP_UNAUTHENTICATED:
      return "unauthenticated";
    case ICE_DROP_EARLY_OVERFLOW:
      return "early-overflow";
    case ICE_DROP_UNVALIDATED:
      return "unvalidated";
    case ICE_DROP_UNEXPECTED:
      return "unexpected";
    case ICE_DROP_REASONS:
      break;
  }
  return "unknown";
}

const char *
ice_pair_state_name (IcePairState state)
{
  switch (state) {
    case ICE_PAIR_FROZEN:
      return "frozen";
    case ICE_PAIR_WAITING:
      return "waiting";
    case ICE_PAIR_IN_PROGRESS:
      return "in-progress";
    case ICE_PAIR_SUCCEEDED:
      return "succeeded";
    case ICE_PAIR_FAILED:
      return "failed";
  }
  return "unknown";
}

static void
fill (const IcePair *pair, IcePairInfo *info)
{
  *info = (IcePairInfo){
    .id = pair->id,
    .stream = pair->stream->index,
    .component = pair->component->id,
    .state = pair->state,
    .valid = pair->valid,
    .nominated = pair->nominated,
    .selected = pair->component->selected == pair ||
        (pair->component->selected == NULL &&
            pair->component->previous == pair),
    .priority = pair->priority,
    .local = pair->valid_local,
    .remote = pair->remote,
    .rtt = pair->rtt,
    .rtt_total = pair->rtt_total,
    .requests_sent = pair->requests_sent,
    .requests_received = pair->requests_received,
    .responses_sent = pair->responses_sent,
    .responses_received = pair->responses_received,
    .consent_sent = pair->consent_sent,
  };
}

unsigned
ice_session_n_pairs (const IceSession *session)
{
  unsigned n = 0;
  unsigned i;

  for (i = 0; i < session->streams->len; i++)
    n += ice_stream_get (session, i)->checklist.pairs->len;
  return n;
}

bool
ice_session_pair_info (const IceSession *session, unsigned index,
    IcePairInfo *out_info)
{
  unsigned i;

  for (i = 0; i < session->streams->len; i++) {
    const GPtrArray *pairs = ice_stream_get (session, i)->checklist.pairs;
    if (index < pairs->len) {
      fill (g_ptr_array_index (pairs, index), out_info);
      return true;
    }
    index -= pairs->len;
  }
  return false;
}

bool
ice_session_selected_info (const IceSession *session, unsigned stream,
    unsigned component, IcePairInfo *out_info)
{
  const IceStream *s = ice_stream_get (session, stream);
  const IceComponent *c =
      s != NULL ? ice_stream_component (s, component) : NULL;

  if (c == NULL || (c->selected == NULL && c->previous == NULL))
    return false;
  fill (c->selected != NULL ? c->selected : c->previous, out_info);
  return true;
}

void
ice_session_info (const IceSession *session, IceSessionInfo *out_info)
{
  *out_info = session->info;
  out_info->pairs = ice_session_n_pairs (session);
  out_info->flows = session->flows->len;
}

bool
ice_session_route (const IceSession *session, unsigned stream,
    unsigned component, IceRoute *out_route)
{
  const IceStream *s = ice_stream_get (session, stream);
  const IceComponent *c =
      s != NULL ? ice_stream_component (s, component) : NULL;
  const IcePair *pair;
  IceRoute route = { 0 };

  if (c == NULL)
    return false;
  pair = ice_component_route_pair (c);
  route.n_sources = c->n_sources;
  memcpy (route.sources, c->sources, c->n_sources * sizeof (IceSource));
  if (pair != NULL) {
    route.usable = true;
    route.selected = pair == c->selected;
    route.flow = pair->flow;
    route.local = pair->local.addr;
    route.remote = pair->remote.addr;
    route.consent_until = pair->consent_until;
    route.rtt = pair->rtt;
  }
  *out_route = route;
  return true;
}

/* RFC 8840 §4.4 [FRAG-4.4-1]: always all that was handed out, in that order; when
 * gathering is complete, all that a peer needs who does not trickle [TRK-3-1]
 * [TRK-16-1]. */
IceSdpFrag *
ice_session_describe (const IceSession *session)
{
  IceSdpFrag *frag = ice_sdp_frag_new ();
  unsigned i, j;

  frag->ufrag = g_strdup (session->ufrag);
  frag->pwd = g_strdup (session->pwd);
  frag->lite = session->config.lite;
  frag->has_options = true;
  frag->ice2 = true;    /* [ICE-10-1] [SDP-4.2-1] */
  frag->trickle = true; /* for all streams [TRK-3-2] */
  frag->renomination = session->config.nomination == ICE_NOMINATION_AUTO;
  if (!frag->lite && session->config.ta != 50)
    frag->pacing = session->config.ta; /* [ICE-14.2-1] [SDP-4.3-1] */
  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    char mid[16];
    IceSdpMedia *media;
    g_snprintf (mid, sizeof mid, "%u", i);
    media = ice_sdp_frag_add_media (frag, mid);
    for (j = 0; j < stream->locals->len; j++) {
      const IceLocal *local = g_ptr_array_index (stream->locals, j);
      if (local->signalled && local->cand.type != ICE_CAND_PRFLX &&
          (session->config.allow & (1u << local->cand.type)) != 0)
        g_ptr_array_add (media->candidates,
            ice_sdp_write_cand (&local->cand, session->ufrag));
    }
    media->end_of_candidates = stream->end_sent;
  }
  return frag;
}
