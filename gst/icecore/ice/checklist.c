/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checklist set: forming, pruning and limiting pairs, freezing across
 * streams, the queues of triggered checks, and whose turn it is (RFC 8445 §6.1,
 * RFC 8838 §10-12). */

#include "session-private.h"

static bool
is_same_scope (NetAddr local, NetAddr remote)
{
  if (local.family != remote.family)
    return false;
  /* RFC 8445 §6.1.2.2 [ICE-6.1.2.2-2], for IPv4's link-local as well; loopback
   * reaches loopback only. */
  if (net_addr_is_loopback (local) != net_addr_is_loopback (remote))
    return false;
  if (local.family == NET_FAMILY_IPV6 &&
      net_addr_is_link_local (local) != net_addr_is_link_local (remote))
    return false;
  return true;
}

/* RFC 8445 §6.1.2.2 [ICE-6.1.2.2-1] and §6.1.2.4 [ICE-6.1.2.4-1]
 * [TRK-10-2]: a reflexive local candidate is its base here, so it forms no pair of its own. A remote
 * peer-reflexive one is paired only by the check that revealed it. */
static bool
may_pair (const IceLocal *local, const IceRemoteCand *remote)
{
  return local->cand.type == ICE_CAND_HOST && local->signalled &&
      remote->filter_op == 0 && remote->resolve_op == 0 && !remote->refused &&
      local->cand.component == remote->cand.component &&
      local->cand.transport == remote->cand.transport &&
      is_same_scope (local->base, remote->cand.addr);
}

IcePair *
ice_checklist_find (const IceStream *stream, uint32_t flow, NetAddr remote)
{
  unsigned i;

  for (i = 0; i < stream->checklist.pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (stream->checklist.pairs, i);
    if (pair->flow == flow && net_addr_equal (pair->remote.addr, remote))
      return pair;
  }
  return NULL;
}

static unsigned
count_pairs (const IceSession *session)
{
  unsigned n = 0;
  unsigned i;

  for (i = 0; i < session->streams->len; i++)
    n += ice_stream_get (session, i)->checklist.pairs->len;
  return n;
}

/* The fullest list gives first, so that streams stay even [ICE-6.1.2.5-2]. */
static IceStream *
fullest (const IceSession *session, IceStream *candidate)
{
  IceStream *most = candidate;
  unsigned i;

  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    if (stream->checklist.pairs->len > most->checklist.pairs->len)
      most = stream;
  }
  return most;
}

static IcePair *
last_in_state (const IceStream *stream, IcePairState state)
{
  unsigned i = stream->checklist.pairs->len;

  while (i-- > 0) {
    IcePair *pair = g_ptr_array_index (stream->checklist.pairs, i);
    if (pair->state == state && !pair->in_triggered && !pair->burnt)
      return pair;
  }
  return NULL;
}

/* A peer that is heard is worth more than a pair that has said nothing. */
static IcePair *
last_silent (const IceStream *stream)
{
  unsigned i = stream->checklist.pairs->len;

  while (i-- > 0) {
    IcePair *pair = g_ptr_array_index (stream->checklist.pairs, i);
    if (pair->state == ICE_PAIR_IN_PROGRESS && !pair->in_triggered &&
        stream->session->now >= pair->checked_at + STUN_RTO_MIN)
      return pair;
  }
  return NULL;
}

/* RFC 8445 §6.1.2.5 [ICE-6.1.2.5-1] [ICE-19.5.1-1]: the limit is the whole set's.
 * RFC 8838 §10 [TRK-10-3] [TRK-10-4]: Failed pairs go first, then the least of
 * those not yet checked; what is in progress or valid stays. */
static bool
make_room (IceStream *stream, uint64_t priority, bool must)
{
  IceSession *session = stream->session;
  IceStream *giver;
  IcePair *victim;

  if (count_pairs (session) < session->config.max_pairs)
    return true;
  giver = fullest (session, stream);
  victim = last_in_state (giver, ICE_PAIR_FAILED);
  if (victim == NULL)
    victim = last_in_state (giver, ICE_PAIR_FROZEN);
  if (victim == NULL)
    victim = last_in_state (giver, ICE_PAIR_WAITING);
  if (victim == NULL && must)
    victim = last_silent (giver);
  if (victim == NULL)
    return false;
  if (victim->state != ICE_PAIR_FAILED && !must && giver == stream &&
      victim->priority >= priority)
    return false;
  ice_checklist_remove (victim);
  return true;
}

/* By priority and nothing else [DUAL-4-2]. */
static void
insert_sorted (IceStream *stream, IcePair *pair)
{
  GPtrArray *pairs = stream->checklist.pairs;
  unsigned i = 0;

  while (i < pairs->len &&
      ice_pair_is_better (g_ptr_array_index (pairs, i), pair))
    i++;
  g_ptr_array_insert (pairs, (int) i, pair);
}

/* After a nomination only what could replace it is worth a check, and only where
 * the peer lets us change our mind (RFC 8445 §8.1.2 [ICE-8.1.2-1]). */
static bool
is_worth (const IceStream *stream, const IceLocal *local, uint64_t priority)
{
  const IcePair *selected =
      ice_stream_component (stream, local->cand.component)->selected;

  return selected == NULL ||
      (stream->session->remote_renomination && priority > selected->priority);
}

/* Two homes may use one private address; what we send there comes to ourselves,
 * and our own refusal would pass for the peer's. */
static bool
is_own_socket (const IceSession *session, NetAddr addr)
{
  unsigned i;

  for (i = 0; i < session->flows->len; i++) {
    const IceFlow *flow = g_ptr_array_index (session->flows, i);
    if (net_addr_equal (flow->local, addr))
      return true;
  }
  return false;
}

/* RFC 8445 §6.1.2 [ICE-6.1.2-1]: one at a time, at any time; the list is as if it
 * had been formed with all of them. */
IcePair *
ice_checklist_insert (IceStream *stream, const IceLocal *local,
    const IceRemoteCand *remote, bool must)
{
  IcePair *pair;
  uint64_t priority;

  if (stream->creds == NULL || !may_pair (local, remote) ||
      is_own_socket (stream->session, remote->cand.addr))
    return NULL;
  /* RFC 8445 §6.1.2.4 [ICE-6.1.2.4-2] */
  if (ice_checklist_find (stream, local->flow, remote->cand.addr) != NULL)
    return NULL;
  priority = ice_pair_priority (stream->session->role, local->cand.priority,
      remote->cand.priority);
  if (!must && !is_worth (stream, local, priority))
    return NULL;
  if (!make_room (stream, priority, must))
    return NULL;
  pair = ice_pair_new (stream, local, remote);
  insert_sorted (stream, pair);
  if (stream->checklist.state == ICE_CHECKLIST_FAILED) {
    stream->checklist.state = ICE_CHECKLIST_RUNNING;
    ice_trace (stream->session, "checklist %u > new pair -> running",
        stream->index);
  }
  ice_checklist_recompute_states (stream->session, pair);
  return pair;
}

void
ice_checklist_steal (IcePair *pair)
{
  GPtrArray *pairs = pair->stream->checklist.pairs;
  unsigned index;

  ice_checklist_untrigger (pair);
  if (g_ptr_array_find (pairs, pair, &index))
    g_ptr_array_steal_index (pairs, index);
}

void
ice_checklist_remove (IcePair *pair)
{
  ice_checklist_steal (pair);
  if (pair->component->nominating == pair)
    pair->component->nominating = NULL;
  ice_pair_free (pair);
}

/* A lite agent checks nothing (RFC 8445 §2.5): its pairs come from requests. */
static bool
forms_pairs (const IceStream *stream)
{
  return stream->creds != NULL && !stream->session->config.lite;
}

void
ice_checklist_add_local (IceStream *stream, const IceLocal *local)
{
  unsigned i;

  if (!forms_pairs (stream))
    return;
  for (i = 0; i < stream->remotes->len; i++) {
    const IceRemoteCand *remote = g_ptr_array_index (stream->remotes, i);
    if (remote->cand.type != ICE_CAND_PRFLX)
      ice_checklist_insert (stream, local, remote, false);
  }
}

void
ice_checklist_add_remote (IceStream *stream, const IceRemoteCand *remote)
{
  unsigned i;

  if (!forms_pairs (stream) || remote->cand.type == ICE_CAND_PRFLX)
    return;
  for (i = 0; i < stream->locals->len; i++)
    ice_checklist_insert (stream, g_ptr_array_index (stream->locals, i), remote,
        false);
}

static void
enqueue (IceChecklist *checklist, IcePair *pair)
{
  pair->in_triggered = true;
  g_queue_push_tail (&checklist->triggered, pair);
}

/* RFC 8445 §6.1.4.1 [ICE-6.1.4.1-1]: first in, first out, each pair once. */
void
ice_checklist_trigger (IcePair *pair)
{
  if (!pair->in_triggered)
    enqueue (&pair->stream->checklist, pair);
}

void
ice_checklist_untrigger (IcePair *pair)
{
  if (!pair->in_triggered)
    return;
  pair->in_triggered = false;
  g_queue_remove (&pair->stream->checklist.triggered, pair);
}

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  const IcePair *const *pa = a;
  const IcePair *const *pb = b;

  return ice_pair_is_better (*pa, *pb) ? -1 : 1;
}

/* RFC 8445 §7.2.5.1 [ICE-7.2.5.1-3]: after a change of role. */
void
ice_checklist_resort (IceStream *stream)
{
  GPtrArray *pairs = stream->checklist.pairs;
  unsigned i;

  for (i = 0; i < pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (pairs, i);
    pair->priority = ice_pair_priority (stream->session->role,
        pair->local.priority, pair->remote.priority);
  }
  g_ptr_array_sort (pairs, compare_pairs);
}

typedef struct
{
  unsigned waiting;
  unsigned active; /* In-Progress */
  unsigned succeeded;
  unsigned failed;
  IcePair *top; /* first checklist, lowest component, highest priority */
} Group;

/* What shares a foundation waits for the first of it, but not for ever. A pair
 * cancelled by a nomination only listens on (RFC 8445 §8.1.2). And one that has
 * been silent for an RTO may be waiting for a NAT that the peer opens only when
 * it tries the same component: if each side held the others back for the whole
 * 39.5 s, with different components in front, they would never meet. */
static bool
holds_back (const IcePair *pair)
{
  return pair->component->selected == NULL &&
      pair->stream->session->now < pair->checked_at + STUN_RTO_MIN;
}

static void
group_count (Group *group, IcePair *pair)
{
  switch (pair->state) {
    case ICE_PAIR_FROZEN:
      break;
    case ICE_PAIR_WAITING:
      group->waiting++;
      break;
    case ICE_PAIR_IN_PROGRESS:
      group->active += holds_back (pair);
      break;
    case ICE_PAIR_SUCCEEDED:
      group->succeeded++;
      break;
    case ICE_PAIR_FAILED:
      group->failed++;
      break;
  }
}

static bool
is_nearer_top (const IcePair *pair, const IcePair *top)
{
  if (top == NULL)
    return true;
  if (pair->stream != top->stream)
    return pair->stream->index < top->stream->index;
  if (pair->component != top->component)
    return pair->component->id < top->component->id;
  return ice_pair_is_better (pair, top);
}

static Group
group_of (IceSession *session, const IcePair *like)
{
  Group group = { 0 };
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->checklist.pairs->len; j++) {
      IcePair *pair = g_ptr_array_index (stream->checklist.pairs, j);
      if (!ice_pair_same_foundation (pair, like))
        continue;
      group_count (&group, pair);
      if (is_nearer_top (pair, group.top))
        group.top = pair;
    }
  }
  return group;
}

static void
refreeze (IceSession *session, const IcePair *like)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->checklist.pairs->len; j++) {
      IcePair *pair = g_ptr_array_index (stream->checklist.pairs, j);
      if (ice_pair_same_foundation (pair, like) &&
          pair->state == ICE_PAIR_WAITING && !pair->in_triggered)
        pair->state = ICE_PAIR_FROZEN;
    }
  }
}

/* RFC 8445 §6.1.2.6 [ICE-6.1.2.6-2] and RFC 8838 §12 [TRK-12-1]: of pairs with
 * one foundation, over the whole set, one waits; a foundation that has proven
 * itself, or died, frees its newcomers. */
void
ice_checklist_recompute_states (IceSession *session, const IcePair *like)
{
  Group group = group_of (session, like);
  IcePair *pair = (IcePair *) like;

  if (group.succeeded > 0) {
    ice_pair_wait (pair);
    return;
  }
  if (group.active > 0)
    return;
  if (group.failed > 0 && group.waiting == 0) {
    ice_pair_wait (pair);
    return;
  }
  refreeze (session, like);
  if (group.top->state == ICE_PAIR_FROZEN)
    ice_pair_wait (group.top);
}

/* RFC 8445 §7.2.5.3.3 [ICE-7.2.5.3.3-2]: in all checklists. */
void
ice_checklist_unfreeze_like (IceSession *session, const IcePair *like)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->checklist.pairs->len; j++) {
      IcePair *pair = g_ptr_array_index (stream->checklist.pairs, j);
      if (pair->state == ICE_PAIR_FROZEN &&
          ice_pair_same_foundation (pair, like))
        ice_pair_wait (pair);
    }
  }
}

static IcePair *
best_in_state (const IceStream *stream, IcePairState state)
{
  unsigned i;

  for (i = 0; i < stream->checklist.pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (stream->checklist.pairs, i);
    if (pair->state == state)
      return pair;
  }
  return NULL;
}

/* RFC 8445 §6.1.4.2 [ICE-6.1.4.2-3] */
static IcePair *
thaw (IceSession *session, const IceStream *stream)
{
  unsigned i;

  for (i = 0; i < stream->checklist.pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (stream->checklist.pairs, i);
    Group group;
    if (pair->state != ICE_PAIR_FROZEN)
      continue;
    group = group_of (session, pair);
    if (group.waiting == 0 && group.active == 0)
      return pair;
  }
  return NULL;
}

/* When the next In-Progress pair stops holding others back. */
NetTime
ice_checklist_thaw_deadline (const IceSession *session)
{
  NetTime deadline = NET_NEVER;
  bool frozen = false;
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->checklist.pairs->len; j++) {
      const IcePair *pair = g_ptr_array_index (stream->checklist.pairs, j);
      frozen |= pair->state == ICE_PAIR_FROZEN;
      if (pair->state == ICE_PAIR_IN_PROGRESS && holds_back (pair))
        deadline = net_time_min (deadline, pair->checked_at + STUN_RTO_MIN);
    }
  }
  return frozen ? deadline : NET_NEVER;
}

static IcePair *
next_of (IceSession *session, IceStream *stream)
{
  IcePair *pair = g_queue_peek_head (&stream->checklist.triggered);

  if (session->config.lite)
    return NULL; /* [ICE-7.3.2-1]: its pairs wait for the peer's word */
  if (pair != NULL)
    return pair;
  if (stream->checklist.state != ICE_CHECKLIST_RUNNING &&
      !session->remote_renomination)
    return NULL;
  pair = best_in_state (stream, ICE_PAIR_WAITING);
  return pair != NULL ? pair : thaw (session, stream);
}

/* RFC 8445 §6.1.4.2 [ICE-6.1.4.2-1] [ICE-6.1.4.2-2]: round robin; in a list the
 * triggered queue, then the best Waiting pair, then a thawed one; a list with
 * nothing to do gives its turn away at once, an empty one too [TRK-8-1]. */
IcePair *
ice_checklist_next (IceSession *session, bool take)
{
  unsigned n = session->streams->len;
  unsigned i;

  for (i = 1; i <= n; i++) {
    unsigned turn = (session->turn + i) % n;
    IceStream *stream = ice_stream_get (session, turn);
    IcePair *pair = next_of (session, stream);
    if (pair == NULL)
      continue;
    if (take) {
      session->turn = turn;
      ice_checklist_untrigger (pair);
      if (pair->state == ICE_PAIR_FROZEN)
        ice_pair_wait (pair);
    }
    return pair;
  }
  return NULL;
}

void
ice_checklist_counts (const IceSession *session, unsigned *out_running,
    unsigned *out_active)
{
  unsigned running = 0;
  unsigned active = 0;
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    running += stream->checklist.state == ICE_CHECKLIST_RUNNING &&
        stream->checklist.pairs->len > 0;
    for (j = 0; j < stream->checklist.pairs->len; j++) {
      const IcePair *pair = g_ptr_array_index (stream->checklist.pairs, j);
      active += pair->state == ICE_PAIR_WAITING ||
          pair->state == ICE_PAIR_IN_PROGRESS;
    }
  }
  *out_running = running;
  *out_active = active;
}
