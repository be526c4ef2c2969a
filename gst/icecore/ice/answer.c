/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peer's requests: who may ask, what it is told, and what a good request sets
 * in motion (RFC 8445 §7.3). Answers leave at once, before we know the peer's
 * credentials, too [ICE-5.3-2]: they are signed with our own. They are made from
 * what is so now, with no memory of requests, so a copy gets an equal answer
 * [STUN-6.3.1-2]. */

#include "session-private.h"

/* A request, taken apart. */
typedef struct
{
  IceStream *stream;
  IceComponent *component;
  uint32_t flow;
  NetAddr from;
  const StunMsg *msg;
  bool old; /* speaks of the generation before */
  uint32_t priority;
  bool use_candidate;
  uint32_t nomination;
  char peer_ufrag[ICE_UFRAG_MAX];
} Request;

static void
refuse (IceSession *session, const Request *request, uint16_t code,
    IceCreds *key)
{
  IceAnswer answer = { .flow = request->flow,
    .to = request->from,
    .id = request->msg->id,
    .code = code,
    .key = key };

  ice_queue_answer (session, &answer);
}

/* RFC 8489 §9.1.3 [STUN-9.1.3-1] [STUN-9.1.3-2]: the codes, unsigned. */
static IceRecv
refuse_stranger (IceSession *session, const Request *request, uint16_t code)
{
  session->info.dropped[ICE_DROP_UNAUTHENTICATED]++;
  refuse (session, request, code, NULL);
  return ICE_RECV_DROPPED;
}

/* RFC 8445 §7.3 [ICE-7.3-3]: "ours:theirs"; only our half is looked at. */
static bool
split_username (IceSession *session, Request *request)
{
  NetBytes username;
  const uint8_t *colon;
  NetBytes ours, theirs;

  if (!stun_msg_find (request->msg, STUN_ATTR_USERNAME, &username))
    return false;
  colon = username.len > 0 ? memchr (username.data, ':', username.len) : NULL;
  if (colon == NULL)
    return false;
  ours = NET_BYTES (username.data, (size_t) (colon - username.data));
  theirs = NET_BYTES (colon + 1, username.len - ours.len - 1);
  if (theirs.len >= ICE_UFRAG_MAX)
    return false;
  memcpy (request->peer_ufrag, theirs.data, theirs.len);
  request->peer_ufrag[theirs.len] = '\0';
  if (net_bytes_equal (ours, net_bytes_from_text (session->ufrag)))
    return true;
  request->old = session->old_ufrag != NULL &&
      net_bytes_equal (ours, net_bytes_from_text (session->old_ufrag));
  return request->old;
}

/* The credentials that sign the answer, as an object the queue can keep. */
static IceCreds *
answer_key (const IceSession *session, const Request *request)
{
  IceRemote nobody = { .ufrag = "", .pwd = "" };
  IceCreds *creds;

  if (request->old && request->component->previous != NULL)
    return ice_creds_ref (request->component->previous->creds);
  if (!request->old && request->stream->creds != NULL)
    return ice_creds_ref (request->stream->creds);
  creds = ice_creds_new (session, &nobody);
  if (request->old) {
    g_free (creds->local_pwd);
    creds->local_pwd = g_strdup (session->old_pwd);
  }
  return creds;
}

/* RFC 8445 §7.3.1.1: true when the request may go on, under the new role if there
 * is one [ICE-7.3.1.1-4]. The comparisons mirror each other [ICE-7.3.1.1-1]
 * [ICE-7.3.1.1-2]; zero is a value [ICE-7.3.1.1-3]. A lite side's role is not
 * negotiable [ICE-8.2-1]. */
static bool
settle_roles (IceSession *session, const StunMsg *msg)
{
  uint64_t theirs;
  bool ours_wins;

  if (session->config.lite)
    return true;
  if (session->role == ICE_CONTROLLING &&
      stun_msg_get_u64 (msg, STUN_ATTR_ICE_CONTROLLING, &theirs)) {
    ours_wins = session->tie_breaker >= theirs;
    if (!ours_wins)
      ice_check_switch_role (session, ICE_CONTROLLED);
    return !ours_wins;
  }
  if (session->role == ICE_CONTROLLED &&
      stun_msg_get_u64 (msg, STUN_ATTR_ICE_CONTROLLED, &theirs)) {
    ours_wins = session->tie_breaker >= theirs;
    if (ours_wins)
      ice_check_switch_role (session, ICE_CONTROLLING);
    return ours_wins;
  }
  return true;
}

static void
accept (IceSession *session, const Request *request, IceCreds *key)
{
  IceAnswer answer = { .flow = request->flow,
    .to = request->from,
    .id = request->msg->id,
    .key = key };

  ice_queue_answer (session, &answer);
}

/* Optional attributes that a check may carry; the rest of what is required and
 * unknown gets a 420 [STUN-6.3.1-1]. */
static const uint16_t known_in_checks[] = {
  STUN_ATTR_USERNAME,
  STUN_ATTR_MESSAGE_INTEGRITY,
  STUN_ATTR_MESSAGE_INTEGRITY_SHA256,
  STUN_ATTR_ERROR_CODE,
  STUN_ATTR_UNKNOWN_ATTRIBUTES,
  STUN_ATTR_MAPPED_ADDRESS,
  STUN_ATTR_XOR_MAPPED_ADDRESS,
  STUN_ATTR_REALM,
  STUN_ATTR_NONCE,
  STUN_ATTR_USERHASH,
  STUN_ATTR_PASSWORD_ALGORITHM,
  STUN_ATTR_PRIORITY,
  STUN_ATTR_USE_CANDIDATE,
  /* Known, with no meaning in a check: passed over [STUN-6.3-3]. */
  STUN_ATTR_CHANNEL_NUMBER,
  STUN_ATTR_LIFETIME,
  STUN_ATTR_XOR_PEER_ADDRESS,
  STUN_ATTR_DATA,
  STUN_ATTR_XOR_RELAYED_ADDRESS,
  STUN_ATTR_REQUESTED_ADDRESS_FAMILY,
  STUN_ATTR_EVEN_PORT,
  STUN_ATTR_REQUESTED_TRANSPORT,
  STUN_ATTR_DONT_FRAGMENT,
  STUN_ATTR_RESERVATION_TOKEN,
  STUN_ATTR_PADDING,
};

static bool
has_unknown (IceSession *session, const Request *request, IceCreds *key)
{
  IceAnswer answer = { .flow = request->flow,
    .to = request->from,
    .id = request->msg->id,
    .code = STUN_CODE_UNKNOWN_ATTRIBUTE,
    .key = key };

  answer.n_unknown = stun_msg_unknown (request->msg, known_in_checks,
      G_N_ELEMENTS (known_in_checks), answer.unknown);
  if (answer.n_unknown == 0)
    return false;
  ice_queue_answer (session, &answer);
  return true;
}

/* RFC 8445 §7.3 [ICE-7.3-4]: the work that needs the peer's credentials is kept
 * for later; the latest request of an address stands for all of them. */
static void
keep_for_later (IceSession *session, const Request *request)
{
  IceEarly early = { .stream = request->stream->index,
    .component = request->component->id,
    .flow = request->flow,
    .from = request->from,
    .priority = request->priority,
    .use_candidate = request->use_candidate,
    .nomination = request->nomination };
  unsigned i;

  g_strlcpy (early.peer_ufrag, request->peer_ufrag, sizeof early.peer_ufrag);
  for (i = 0; i < session->early->len; i++) {
    IceEarly *known = &g_array_index (session->early, IceEarly, i);
    if (known->flow == early.flow && net_addr_equal (known->from, early.from)) {
      early.use_candidate |= known->use_candidate;
      *known = early;
      return;
    }
  }
  if (session->early->len >= ICE_EARLY_MAX) {
    session->info.dropped[ICE_DROP_EARLY_OVERFLOW]++;
    return;
  }
  g_array_append_val (session->early, early);
}

/* RFC 8445 §7.3.1.4 */
static void
trigger (IcePair *pair)
{
  if (pair->burnt)
    return;
  switch (pair->state) {
    case ICE_PAIR_SUCCEEDED: /* [ICE-7.3.1.4-2] */
      break;
    case ICE_PAIR_IN_PROGRESS: /* [ICE-7.3.1.4-3] */
      ice_check_cancel_pair (pair);
      ice_checklist_trigger (pair);
      break;
    case ICE_PAIR_FROZEN:
    case ICE_PAIR_WAITING:
    case ICE_PAIR_FAILED:
      ice_pair_wait (pair);
      ice_checklist_trigger (pair);
      if (pair->stream->checklist.state == ICE_CHECKLIST_FAILED)
        pair->stream->checklist.state = ICE_CHECKLIST_RUNNING;
      break;
  }
}

/* RFC 8445 §7.3.1.5; RENOM rows: without agreement the first nomination stands,
 * with it the largest value, and a value beats none [RENOM-3-2]. */
static void
take_nomination (IcePair *pair, uint32_t value)
{
  IceSession *session = pair->stream->session;

  if (session->role != ICE_CONTROLLED)
    return;
  if (value != 0 && session->remote_renomination) {
    if (value < pair->nomination)
      return;
    pair->nomination = value;
  }
  if (session->config.lite && !pair->valid) {
    /* RFC 8445 §7.3.2 [ICE-7.3.2-1]: a lite agent takes it as it is. */
    ice_pair_succeed (pair, &pair->local);
    ice_consent_grant (pair);
  }
  if (pair->state == ICE_PAIR_SUCCEEDED && pair->valid) /* [ICE-7.3.1.5-1] */
    ice_nominate_confirmed (pair, pair->nomination);
  else
    pair->nominate_on_success = true; /* [ICE-7.3.1.5-2] */
}

/* Two NATs that map anew for every destination answer each check from yet
 * another port: a chase without end that would fill the tables and take every
 * turn. So many of one IP address in vain are enough. */
#define CHASE_MAX 16
static bool
is_chase (const IceStream *stream, NetAddr from)
{
  const GPtrArray *pairs = stream->checklist.pairs;
  unsigned n = 0;
  unsigned i;

  for (i = 0; i < pairs->len; i++) {
    const IcePair *pair = g_ptr_array_index (pairs, i);
    n += pair->state == ICE_PAIR_FAILED &&
        pair->remote.type == ICE_CAND_PRFLX &&
        net_addr_equal_ip (pair->remote.addr, from);
  }
  return n >= CHASE_MAX;
}

/* RFC 8445 §7.3.1.3: known, or known from now on; NULL: not wanted. */
static IceRemoteCand *
source_of (IceStream *stream, const IceEarly *early)
{
  IceRemoteCand *remote =
      ice_remote_find (stream, early->component, early->from);

  if (remote == NULL && !is_chase (stream, early->from))
    remote = ice_remote_learn (stream, early->component, early->from,
        early->priority);
  return remote;
}

/* RFC 8445 §7.3.1.4 [ICE-7.3.1.4-1] [ICE-7.3.1.4-4]: the pair is between the
 * socket that the request came to and the address that it came from. */
static IcePair *
pair_for (IceStream *stream, const IceEarly *early)
{
  const IceLocal *local = ice_local_of_flow (stream, early->flow);
  IcePair *pair = ice_checklist_find (stream, early->flow, early->from);
  IceRemoteCand *remote;

  if (pair != NULL)
    return pair;
  remote = source_of (stream, early);
  if (remote == NULL || local == NULL)
    return NULL;
  return ice_checklist_insert (stream, local, remote, true);
}

/* Who has a selected pair that lives needs no other: an answer is all the peer
 * is owed (RFC 8445 §8.1.2 [ICE-8.1.2-3]), unless it nominates. */
static bool
wants_check (const IceComponent *component, const IceEarly *early)
{
  return early->use_candidate || component->selected == NULL ||
      ice_consent_is_lost (component->selected,
          component->stream->session->now);
}

static void
process (IceStream *stream, const IceEarly *early)
{
  IceComponent *component = ice_stream_component (stream, early->component);
  IcePair *pair = pair_for (stream, early);

  if (pair == NULL)
    return;
  pair->requests_received++;
  pair->responses_sent++;
  ice_component_add_source (component, early->flow, early->from);
  ice_consent_heard (pair);
  if (early->use_candidate)
    take_nomination (pair, early->nomination);
  if (!stream->session->config.lite && wants_check (component, early))
    trigger (pair);
}

/* The filter hears of a source before its check is taken up, not instead. */
static bool
is_waiting_for_filter (IceStream *stream, const IceEarly *early)
{
  const IceRemoteCand *remote = source_of (stream, early);

  return remote != NULL && remote->filter_op != 0;
}

/* RFC 8445 §7.3.1.4 [ICE-7.3.1.4-5]: those that spoke of this peer; the others
 * will not be ours any more, and must not fill the list. */
void
ice_answer_early (IceStream *stream)
{
  IceSession *session = stream->session;
  unsigned i = 0;

  if (stream->creds == NULL)
    return;
  while (i < session->early->len) {
    IceEarly early = g_array_index (session->early, IceEarly, i);
    bool ours = strcmp (early.peer_ufrag, stream->creds->remote_ufrag) == 0;
    if (early.stream != stream->index ||
        (ours && is_waiting_for_filter (stream, &early))) {
      i++;
      continue;
    }
    g_array_remove_index (session->early, i);
    if (ours)
      process (stream, &early);
  }
}

static void
take_old (Request *request)
{
  IcePair *previous = request->component->previous;

  if (previous != NULL && previous->flow == request->flow &&
      net_addr_equal (previous->remote.addr, request->from))
    ice_consent_heard (previous);
}

/* Through the same queue as early ones: there is one way to process a request. */
static IceRecv
take (IceSession *session, Request *request)
{
  const StunMsg *msg = request->msg;

  stun_msg_get_u32 (msg, STUN_ATTR_PRIORITY, &request->priority);
  request->use_candidate = stun_msg_has (msg, STUN_ATTR_USE_CANDIDATE);
  stun_msg_get_u32 (msg, STUN_ATTR_NOMINATION, &request->nomination);
  keep_for_later (session, request);
  ice_answer_early (request->stream);
  return ICE_RECV_CONSUMED;
}

/* RFC 8445 §7.3.1.5 [ICE-7.3.1.5-3]: what would never be selected is refused, or
 * the peer would nominate it and wait for us there. */
static bool
is_unwanted (const IceSession *session, const Request *request)
{
  const IceRemoteCand *remote =
      ice_remote_find (request->stream, request->component->id, request->from);

  if (remote != NULL)
    return remote->refused;
  return request->stream->creds != NULL &&
      (session->config.allow & ICE_ALLOW_PRFLX) == 0;
}

/* [ICE-7.3-1]: on every socket, in every state. */
IceRecv
ice_answer_recv (IceSession *session, IceFlow *flow, NetAddr from,
    const StunMsg *msg)
{
  Request request = { .flow = flow->id, .from = from, .msg = msg };
  IceRecv result = ICE_RECV_CONSUMED;
  uint32_t priority;
  const char *pwd;
  IceCreds *key;

  request.stream = ice_stream_get (session, flow->stream);
  request.component = ice_stream_component (request.stream, flow->component);
  /* RFC 8445 §7.3 [ICE-7.3-5]: a check without FINGERPRINT is none. */
  if (msg->fingerprint_at == 0) {
    session->info.dropped[ICE_DROP_FINGERPRINT]++;
    return ICE_RECV_DROPPED;
  }
  if (msg->integrity_at == 0 || !stun_msg_has (msg, STUN_ATTR_USERNAME))
    return refuse_stranger (session, &request, STUN_CODE_BAD_REQUEST);
  if (!split_username (session, &request))
    return refuse_stranger (session, &request, STUN_CODE_UNAUTHENTICATED);
  pwd = request.old ? session->old_pwd : session->pwd;
  if (stun_auth_verify (msg, net_bytes_from_text (pwd)) != STUN_AUTH_GOOD)
    return refuse_stranger (session, &request, STUN_CODE_UNAUTHENTICATED);

  /* Authenticated from here on, so answers are signed [ICE-7.3-2]. */
  key = answer_key (session, &request);
  if (has_unknown (session, &request, key))
    result = ICE_RECV_CONSUMED;
  else if (!settle_roles (session, msg))
    refuse (session, &request, STUN_CODE_ROLE_CONFLICT, key);
  else if (request.old) {
    accept (session, &request, key);
    take_old (&request);
  } else if (!stun_msg_get_u32 (msg, STUN_ATTR_PRIORITY, &priority) ||
      is_unwanted (session, &request)) {
    /* [ICE-7.3.1.3-1] */
    refuse (session, &request, STUN_CODE_BAD_REQUEST, key);
  } else {
    /* The address is accepted before the peer hears that it is: its first media
     * follows right behind the answer. */
    result = take (session, &request);
    accept (session, &request, key);
  }
  ice_creds_unref (key);
  return result;
}
