/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One candidate pair: its priority, its states and the one function for each
 * change of state (RFC 8445 §6.1.2). The pair that is checked and the valid pair
 * that the check yields share this object [ICE-7.2.5.3.2-1]: they leave from the
 * same base to the same address, and valid_local is what tells them apart. */

#include "session-private.h"

/* RFC 8445 §6.1.2.3 [ICE-6.1.2.3-1]: G is the controlling side's candidate. */
uint64_t
ice_pair_priority (IceRole role, uint32_t local_priority,
    uint32_t remote_priority)
{
  uint64_t g = role == ICE_CONTROLLING ? local_priority : remote_priority;
  uint64_t d = role == ICE_CONTROLLING ? remote_priority : local_priority;

  return ((uint64_t) MIN (g, d) << 32) + 2 * MAX (g, d) + (g > d ? 1 : 0);
}

IcePair *
ice_pair_new (IceStream *stream, const IceLocal *local,
    const IceRemoteCand *remote)
{
  IceSession *session = stream->session;
  IcePair *pair = g_new0 (IcePair, 1);

  pair->id = session->next_id++;
  pair->stream = stream;
  pair->component = ice_stream_component (stream, local->cand.component);
  pair->creds = ice_creds_ref (stream->creds);
  pair->flow = local->flow;
  pair->local = local->cand;
  pair->local.addr = local->base;
  pair->valid_local = pair->local;
  pair->remote = remote->cand;
  /* Candidate text carries no zone (RFC 8839 §5.1): it is our interface's. */
  if (net_addr_is_link_local (pair->remote.addr))
    pair->remote.addr.scope = local->base.scope;
  pair->priority = ice_pair_priority (session->role, local->cand.priority,
      remote->cand.priority);
  pair->state = ICE_PAIR_FROZEN; /* [ICE-6.1.2.6-1] */
  pair->consent_next = NET_NEVER;
  pair->keepalive_next = NET_NEVER;
  pair->unanswered_since = NET_NEVER;
  pair->probe_at = NET_NEVER;
  return pair;
}

void
ice_pair_free (IcePair *pair)
{
  ice_check_drop_pair (pair);
  ice_creds_unref (pair->creds);
  g_free (pair);
}

/* RFC 8445 §6.1.2.6: both foundations. */
bool
ice_pair_same_foundation (const IcePair *a, const IcePair *b)
{
  return strcmp (a->local.foundation, b->local.foundation) == 0 &&
      strcmp (a->remote.foundation, b->remote.foundation) == 0;
}

/* Higher priority first, then the lower component, then the older: a total
 * order, so that the same inputs give the same list. */
bool
ice_pair_is_better (const IcePair *a, const IcePair *b)
{
  if (a->priority != b->priority)
    return a->priority > b->priority;
  if (a->component->id != b->component->id)
    return a->component->id < b->component->id;
  return a->id < b->id;
}

const char *
ice_pair_text (const IcePair *pair, char out_text[120])
{
  char local[NET_ADDR_TEXT_MAX];
  char remote[NET_ADDR_TEXT_MAX];

  g_snprintf (out_text, 120, "%s %s>%s %s",
      ice_cand_type_name (pair->valid_local.type),
      net_addr_format (pair->valid_local.addr, local),
      ice_cand_type_name (pair->remote.type),
      net_addr_format (pair->remote.addr, remote));
  return out_text;
}

static void
trace_state (const IcePair *pair, const char *why)
{
  char text[120];

  if (!pair->stream->session->config.trace)
    return;
  ice_trace (pair->stream->session, "pair %s > %s -> %s",
      ice_pair_text (pair, text), why, ice_pair_state_name (pair->state));
}

void
ice_pair_wait (IcePair *pair)
{
  pair->state = ICE_PAIR_WAITING;
}

void
ice_pair_progress (IcePair *pair, NetTime now)
{
  pair->checked_at = now;
  if (pair->state == ICE_PAIR_SUCCEEDED)
    return;
  pair->state = ICE_PAIR_IN_PROGRESS;
}

/* RFC 8445 §7.2.5.3.3 [ICE-7.2.5.3.3-1] */
void
ice_pair_succeed (IcePair *pair, const IceCand *valid_local)
{
  pair->valid_local = *valid_local;
  pair->valid = true;
  pair->refusals = 0;
  pair->state = ICE_PAIR_SUCCEEDED;
  trace_state (pair, "answer");
}

/* It alone: others of its foundation keep their states [ICE-7.2.5.2-1]. */
void
ice_pair_fail (IcePair *pair, const char *why)
{
  IceComponent *component = pair->component;

  ice_check_drop_pair (pair);
  ice_checklist_untrigger (pair);
  pair->state = ICE_PAIR_FAILED;
  pair->valid = false;
  pair->nominated = false;
  pair->nominate_next = false;
  pair->consent_until = 0;
  pair->consent_next = NET_NEVER;
  pair->keepalive_next = NET_NEVER;
  trace_state (pair, why);
  if (component->nominating == pair)
    component->nominating = NULL;
  if (component->selected == pair)
    component->selected = NULL;
  ice_component_update_route (component, false);
}
