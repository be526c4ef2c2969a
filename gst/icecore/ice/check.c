/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our requests to the peer and what comes back: connectivity checks, nominating
 * ones and consent (RFC 8445 §7.2, RFC 7675 §5.1). */

#include "session-private.h"

/* Unsigned 400/401 answers prove nothing, anybody could send them [STUN-9.1.4-1];
 * but a peer that keeps refusing is worth no 39 s of waiting. */
#define REFUSALS_MAX 3
/* Cancelled checks of one pair that are still listened for. */
#define CANCELLED_MAX 4

void
ice_check_free (IceCheck *check)
{
  g_free (check);
}

static void
drop (IceSession *session, IceCheck *check)
{
  ice_queue_forget_check (session, check);
  g_ptr_array_remove (session->checks, check);
}

void
ice_check_drop_pair (IcePair *pair)
{
  IceSession *session = pair->stream->session;
  unsigned i = session->checks->len;

  while (i-- > 0) {
    IceCheck *check = g_ptr_array_index (session->checks, i);
    if (check->pair == pair) {
      ice_queue_forget_check (session, check);
      g_ptr_array_remove_index (session->checks, i);
    }
  }
}

/* A path kept over a restart has its consent left to ask for, nothing else: what
 * its checks would say belongs to the generation before. */
void
ice_check_retire_pair (const IcePair *pair)
{
  IceSession *session = pair->stream->session;
  unsigned i = session->checks->len;

  while (i-- > 0) {
    IceCheck *check = g_ptr_array_index (session->checks, i);
    if (check->pair == pair && check->kind != ICE_CHECK_CONSENT)
      drop (session, check);
  }
}

/* RFC 8445 §7.3.1.4 [ICE-7.3.1.4-3]: cancelled is not forgotten. */
void
ice_check_cancel_pair (IcePair *pair)
{
  IceSession *session = pair->stream->session;
  unsigned cancelled = 0;
  unsigned i = session->checks->len;

  while (i-- > 0) {
    IceCheck *check = g_ptr_array_index (session->checks, i);
    if (check->pair != pair || check->kind == ICE_CHECK_CONSENT)
      continue;
    stun_txn_cancel (&check->txn);
    if (++cancelled > CANCELLED_MAX)
      drop (session, check);
  }
}

void
ice_check_start (IcePair *pair, IceCheckKind kind)
{
  IceSession *session = pair->stream->session;
  IceCheck *check = g_new0 (IceCheck, 1);
  char text[120];

  if (kind != ICE_CHECK_CONSENT) {
    ice_check_cancel_pair (pair);
    ice_pair_progress (pair, session->now);
  }
  check->kind = kind;
  check->pair = pair;
  check->token = session->next_id++;
  check->role = session->role;
  check->tie_breaker = session->tie_breaker;
  check->nomination = kind == ICE_CHECK_NOMINATING ? pair->nomination : 0;
  if (kind == ICE_CHECK_CONSENT) /* RFC 7675 §5.1 [CF-5.1-4] */
    stun_txn_start_once (&check->txn, ice_creds_txn_id (session),
        session->config.consent_timeout, session->now);
  else
    stun_txn_start (&check->txn, ice_creds_txn_id (session),
        ice_schedule_check_rto (session), false, session->now);
  g_ptr_array_add (session->checks, check);
  stun_txn_timeout (&check->txn, session->now);
  pair->requests_sent++;
  pair->consent_sent += kind == ICE_CHECK_CONSENT;
  ice_queue_check (session, check);
  if (kind != ICE_CHECK_CONSENT)
    ice_trace (session, "check %s > %s -> sent", ice_pair_text (pair, text),
        kind == ICE_CHECK_NOMINATING ? "nominate" : "check");
}

/* RFC 8445 §7.3.1.1 [ICE-7.2.5.1-3]: who nominates changes, and every pair's
 * priority with it. */
void
ice_check_switch_role (IceSession *session, IceRole role)
{
  unsigned i, j;

  if (session->role == role)
    return;
  session->role = role;
  ice_trace (session, "role > conflict -> %s",
      role == ICE_CONTROLLING ? "controlling" : "controlled");
  ice_queue_push (session, ICE_OUT_ROLE)->role = role;
  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    ice_checklist_resort (stream);
    for (j = 0; j < stream->components->len; j++) {
      IceComponent *component = g_ptr_array_index (stream->components, j);
      if (component->nominating != NULL)
        component->nominating->nominate_next = false;
      component->nominating = NULL;
      component->nominate_at = session->now;
    }
  }
}

/* RFC 8445 §7.2.5.1 [ICE-7.2.5.1-1]: by what the refused request carried, so two
 * refusals in flight switch once; the tie-breaker is drawn anew, else two equal
 * ones would never part [ICE-7.2.5.1-2]. */
static void
take_role_conflict (IceSession *session, IceCheck *check)
{
  IcePair *pair = check->pair;
  IceCheckKind kind = check->kind;

  if (check->role == session->role) {
    ice_check_switch_role (session,
        check->role == ICE_CONTROLLING ? ICE_CONTROLLED : ICE_CONTROLLING);
    session->tie_breaker = ice_creds_random_u64 (session);
  }
  drop (session, check);
  if (kind == ICE_CHECK_CONSENT)
    return;
  if (pair->state != ICE_PAIR_SUCCEEDED)
    ice_pair_wait (pair);
  ice_checklist_trigger (pair);
}

static void
check_failed (IceSession *session, IceCheck *check, const char *why)
{
  IcePair *pair = check->pair;
  IceCheckKind kind = check->kind;

  drop (session, check);
  if (kind == ICE_CHECK_CONSENT)
    return;
  /* A repetition may have been answered since [RENOM-3-3], or the role lost. */
  if (kind == ICE_CHECK_NOMINATING && pair->state == ICE_PAIR_SUCCEEDED &&
      pair->component->nominating != pair)
    return;
  if (kind == ICE_CHECK_NOMINATING && pair->state == ICE_PAIR_SUCCEEDED)
    ice_nominate_failed (pair);
  else if (pair->state != ICE_PAIR_SUCCEEDED)
    ice_pair_fail (pair, why);
}

static void
take_error (IceSession *session, IceCheck *check, const StunMsg *msg,
    bool is_signed)
{
  StunError error = { 0 };
  char why[32];

  stun_msg_get_error (msg, &error);
  if (!is_signed) {
    session->info.dropped[ICE_DROP_INTEGRITY]++;
    if (error.code != STUN_CODE_UNAUTHENTICATED &&
        error.code != STUN_CODE_BAD_REQUEST)
      return;
    if (++check->pair->refusals >= REFUSALS_MAX)
      check_failed (session, check, "refused");
    return;
  }
  /* RFC 7675 §5.2 [CF-5.2-1] */
  if (error.code == STUN_CODE_FORBIDDEN && check->pair->valid) {
    check->pair->burnt = true;
    ice_consent_revoke (check->pair, "403");
    return;
  }
  g_snprintf (why, sizeof why, "error %u", error.code);
  check_failed (session, check, why);
}

/* RFC 8445 §7.2.5.3.1 [ICE-7.2.5.3.1-1] [ICE-7.2.5.3.1-2]: what the peer saw is
 * one of ours, or a new peer-reflexive one; never paired with others. */
static bool
learn_local (IcePair *pair, NetAddr mapped, IceCand *out_cand)
{
  IceStream *stream = pair->stream;
  IceSession *session = stream->session;
  const IceLocal *known = ice_local_find (stream, pair->component->id, mapped);
  IceLocal *local;

  if (net_addr_equal (mapped, pair->local.addr)) {
    *out_cand = pair->local;
    return true;
  }
  if (known != NULL) {
    *out_cand = known->cand;
    return true;
  }
  if ((session->config.allow & ICE_ALLOW_PRFLX) == 0)
    return false;
  local = g_new0 (IceLocal, 1);
  local->base = pair->local.addr;
  local->flow = pair->flow;
  local->cand = (IceCand){
    .type = ICE_CAND_PRFLX,
    .transport = pair->local.transport,
    .component = pair->component->id,
    .priority = ice_cand_prflx_priority (pair->local.priority),
    .addr = mapped,
    .related = pair->local.addr,
  };
  ice_cand_foundation (ICE_CAND_PRFLX, pair->local.transport, pair->local.addr,
      NET_ADDR_NONE, session->salt, local->cand.foundation);
  *out_cand = local->cand;
  /* A pair of the generation before has no list to go to. */
  if (pair->creds == stream->creds && stream->locals->len < ICE_REMOTES_MAX)
    g_ptr_array_add (stream->locals, local);
  else
    g_free (local);
  return true;
}

static void
take_rtt (IceSession *session, IceCheck *check)
{
  NetTime rtt;

  if (!stun_txn_rtt (&check->txn, session->now, &rtt))
    return;
  check->pair->rtt = MAX (rtt, 1);
  check->pair->rtt_total += rtt;
}

static void
take_check_success (IceSession *session, IceCheck *check, NetAddr mapped)
{
  IcePair *pair = check->pair;
  bool was_valid = pair->valid;
  bool nominating =
      check->kind == ICE_CHECK_NOMINATING && check->role == ICE_CONTROLLING;
  uint32_t value = check->nomination;
  IceCand local;

  drop (session, check);
  if (!learn_local (pair, mapped, &local)) {
    ice_pair_fail (pair, "peer-reflexive candidates are not allowed");
    return;
  }
  ice_pair_succeed (pair, &local);
  ice_checklist_untrigger (pair); /* it is what a triggered check would show */
  ice_consent_grant (pair);
  ice_component_add_source (pair->component, pair->flow, pair->remote.addr);
  if (!was_valid)
    ice_checklist_unfreeze_like (session, pair);
  if (nominating && session->role == ICE_CONTROLLING) {
    ice_check_retire_pair (pair); /* its repetitions say nothing more */
    ice_nominate_confirmed (pair, value);
  } else if (pair->nominate_on_success && session->role == ICE_CONTROLLED) {
    pair->nominate_on_success = false;
    ice_nominate_confirmed (pair, pair->nomination);
  } else {
    ice_nominate_consider (pair->component);
  }
  ice_component_update_route (pair->component, false);
}

static void
take_success (IceSession *session, IceCheck *check, const StunMsg *msg)
{
  uint16_t unknown[STUN_UNKNOWN_MAX];
  NetAddr mapped;

  /* RFC 8489 §6.3.3 [STUN-6.3.3-1] [STUN-6.3.3-2]; no RFC 3489 here
   * [ICE-7.2.4-1]. */
  if (stun_msg_unknown (msg, NULL, 0, unknown) > 0) {
    check_failed (session, check, "demands what we do not know");
    return;
  }
  if (!stun_msg_get_xor_addr (msg, STUN_ATTR_XOR_MAPPED_ADDRESS, &mapped)) {
    check_failed (session, check, "names no address");
    return;
  }
  take_rtt (session, check);
  check->pair->responses_received++;
  ice_consent_answered (check->pair);
  if (check->kind == ICE_CHECK_CONSENT)
    drop (session, check);
  else
    take_check_success (session, check, net_addr_unmap (mapped));
}

/* RFC 8489 §6.3.4 [STUN-6.3.4-1]: one that cannot be understood whole is no more
 * than a failure. */
static bool
is_role_conflict (const StunMsg *msg)
{
  uint16_t unknown[STUN_UNKNOWN_MAX];
  StunError error;

  return msg->cls == STUN_ERROR && stun_msg_get_error (msg, &error) &&
      error.code == STUN_CODE_ROLE_CONFLICT &&
      stun_msg_unknown (msg, NULL, 0, unknown) == 0;
}

static IceCheck *
find_txn (IceSession *session, const StunMsg *msg)
{
  unsigned i;

  for (i = 0; i < session->checks->len; i++) {
    IceCheck *check = g_ptr_array_index (session->checks, i);
    if (stun_txn_id_equal (check->txn.id, msg->id))
      return check;
  }
  return NULL;
}

/* RFC 8445 §7.2.5 [ICE-7.2.5-1]. True when the transaction was one of ours,
 * whatever became of the response. */
bool
ice_check_recv (IceSession *session, uint32_t flow, NetAddr from,
    const StunMsg *msg)
{
  IceCheck *check = find_txn (session, msg);
  StunAuthResult auth;

  if (check == NULL)
    return false;
  /* RFC 8489 §9.1.4 [STUN-9.1.4-1]: a bad answer is dropped and the wait goes
   * on, so that a forger ends nothing. */
  auth = stun_auth_verify (msg,
      net_bytes_from_text (check->pair->creds->remote_pwd));
  if (auth != STUN_AUTH_GOOD && msg->cls == STUN_SUCCESS) {
    session->info.dropped[ICE_DROP_INTEGRITY]++;
    return true;
  }
  /* RFC 8445 §7.2.5.1 comes before the question where it came from: a symmetric
   * NAT before a peer that refuses us must not keep us in the wrong role. */
  if (auth == STUN_AUTH_GOOD && is_role_conflict (msg)) {
    take_role_conflict (session, check);
    return true;
  }
  /* RFC 8445 §7.2.5.2.1 [ICE-7.2.5.2.1-1] */
  if (check->pair->flow != flow ||
      !net_addr_equal (check->pair->remote.addr, from)) {
    if (auth == STUN_AUTH_GOOD)
      check_failed (session, check, "answered from elsewhere");
    else
      session->info.dropped[ICE_DROP_INTEGRITY]++;
    return true;
  }
  if (msg->cls == STUN_ERROR)
    take_error (session, check, msg, auth == STUN_AUTH_GOOD);
  else
    take_success (session, check, msg);
  return true;
}

/* The network said no before the packet left: the pair fails at once, its turn
 * is given to the next one, nobody else is touched. A consent request is only a
 * lost one: its own clock decides. */
bool
ice_check_token_failed (IceSession *session, uint32_t token, int error)
{
  unsigned i;

  for (i = 0; i < session->checks->len; i++) {
    IceCheck *check = g_ptr_array_index (session->checks, i);
    if (check->token != token)
      continue;
    if (check->kind == ICE_CHECK_CONSENT)
      return true;
    ice_schedule_refund (session, check->txn.started);
    check_failed (session, check, g_strerror (error));
    return true;
  }
  return false;
}

static bool
is_towards (const IcePair *pair, uint32_t flow, NetAddr to)
{
  return pair->flow == flow && net_addr_equal (pair->remote.addr, to);
}

static void
suspect_path (IceSession *session, uint32_t flow, NetAddr to)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->components->len; j++) {
      const IceComponent *component = g_ptr_array_index (stream->components, j);
      IcePair *pair = ice_component_route_pair (component);
      if (pair != NULL && is_towards (pair, flow, to))
        ice_consent_suspect (pair);
    }
  }
}

/* RFC 8445 §7.2.5.2.2 [ICE-7.2.5.2.2-1]: fails a pair whose check is on its way
 * there; a path that has worked is asked whether it still does. */
void
ice_check_path_failed (IceSession *session, uint32_t flow, NetAddr to)
{
  unsigned i = session->checks->len;

  while (i-- > 0) {
    IceCheck *check = g_ptr_array_index (session->checks, i);
    IcePair *pair = check->pair;
    if (is_towards (pair, flow, to) && pair->state == ICE_PAIR_IN_PROGRESS) {
      ice_pair_fail (pair, "unreachable");
      return;
    }
  }
  suspect_path (session, flow, to);
}

static bool
has_other_checks (const IceSession *session, const IceCheck *check)
{
  unsigned i;

  for (i = 0; i < session->checks->len; i++) {
    const IceCheck *other = g_ptr_array_index (session->checks, i);
    if (other != check && other->pair == check->pair &&
        other->kind != ICE_CHECK_CONSENT)
      return true;
  }
  return false;
}

/* RFC 8445 §7.2.5.2.3 [ICE-7.2.5.2.3-1]; a pair that is queued anew lives on. */
static void
expire (IceSession *session, IceCheck *check)
{
  if (has_other_checks (session, check) || check->pair->in_triggered)
    drop (session, check);
  else
    check_failed (session, check, "no answer");
}

void
ice_check_timeout (IceSession *session)
{
  unsigned i = 0;

  while (i < session->checks->len) {
    IceCheck *check = g_ptr_array_index (session->checks, i);
    switch (stun_txn_timeout (&check->txn, session->now)) {
      case STUN_TXN_IDLE:
        i++;
        break;
      case STUN_TXN_SEND:
        check->pair->requests_sent++;
        ice_queue_check (session, check);
        i++;
        break;
      case STUN_TXN_EXPIRED:
        expire (session, check);
        i = 0; /* the list has changed */
        break;
    }
  }
}

NetTime
ice_check_deadline (const IceSession *session)
{
  NetTime deadline = NET_NEVER;
  unsigned i;

  for (i = 0; i < session->checks->len; i++) {
    const IceCheck *check = g_ptr_array_index (session->checks, i);
    deadline = net_time_min (deadline, stun_txn_deadline (&check->txn));
  }
  return deadline;
}
