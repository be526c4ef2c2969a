/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pace: which new transaction may start now (RFC 8445 §14). Gathering and checks
 * each start at most one per Ta; both, and all other agents of the process, share
 * the pacer's 5 ms. A nominating check repeats one that was answered, over the
 * same 5-tuple, once for each component: it opens no new NAT binding, which is
 * what Ta is there to slow down, so it waits for the pacer only (docs/compliance,
 * ICE-14.2-1). Retransmissions, answers and consent are not paced. */

#include "session-private.h"

static NetTime
ta (const IceSession *session)
{
  return NET_MSEC (session->ta);
}

/* A slot whose time went by unused may be another agent's by now. */
static bool
slot_is_here (IceSession *session)
{
  if (!session->slot_held || session->now >= session->slot + ICE_PACER_GAP) {
    session->slot = ice_pacer_reserve (session->config.pacer, session->now);
    session->slot_held = true;
  }
  return session->now >= session->slot;
}

static bool
gather_is_due (const IceSession *session)
{
  return session->now >= session->gather_next && ice_gather_has_work (session);
}

static bool
check_is_due (IceSession *session)
{
  return session->now >= session->ta_next &&
      ice_checklist_next (session, false) != NULL;
}

static void
start_nomination (IceSession *session, IcePair *pair)
{
  ice_check_start (pair, ICE_CHECK_NOMINATING);
  ice_nominate_sent (pair);
  session->ta_next = session->now + ta (session);
}

static void
start_check (IceSession *session)
{
  bool triggered = ice_checklist_next (session, false)->in_triggered;
  IcePair *pair = ice_checklist_next (session, true);
  bool aggressive = session->config.nomination == ICE_NOMINATION_AGGRESSIVE &&
      session->role == ICE_CONTROLLING && !session->remote_lite;
  bool early = !aggressive && triggered && ice_nominate_early (pair);

  ice_check_start (pair,
      aggressive || early ? ICE_CHECK_NOMINATING : ICE_CHECK_ORDINARY);
  if (early)
    ice_nominate_sent (pair);
  session->ta_next = session->now + ta (session);
}

/* [ICE-5.1.1.2-6]: repetitions after an error included. */
static void
start_gather (IceSession *session)
{
  ice_gather_start_next (session);
  session->gather_next = session->now + ta (session);
}

void
ice_schedule_run (IceSession *session)
{
  for (;;) {
    IcePair *nominee = ice_nominate_next (session);
    bool check = check_is_due (session);
    if (nominee == NULL && !check && !gather_is_due (session))
      return;
    if (!slot_is_here (session))
      return;
    session->slot_held = false;
    if (nominee != NULL)
      start_nomination (session, nominee);
    else if (check)
      start_check (session);
    else
      start_gather (session);
  }
}

NetTime
ice_schedule_deadline (const IceSession *session)
{
  NetTime deadline = NET_NEVER;
  NetTime thaw = NET_NEVER;

  if (ice_nominate_next ((IceSession *) session) != NULL)
    deadline = session->now;
  if (ice_checklist_next ((IceSession *) session, false) != NULL)
    deadline = net_time_min (deadline, session->ta_next);
  else
    thaw = ice_checklist_thaw_deadline (session);
  if (ice_gather_has_work (session))
    deadline = net_time_min (deadline, session->gather_next);
  if (deadline != NET_NEVER && session->slot_held)
    deadline = net_time_max (deadline, session->slot);
  return net_time_min (deadline, thaw);
}

/* RFC 8445 §14.3 [ICE-14.3-1]. N is the number of checklists at work, as in RFC
 * 5245 §16: with N as the number of checks the product would reach minutes. */
NetTime
ice_schedule_check_rto (const IceSession *session)
{
  unsigned running, active;

  ice_checklist_counts (session, &running, &active);
  return net_time_max (STUN_RTO_MIN, ta (session) * MAX (running, 1u) * active);
}

NetTime
ice_schedule_gather_rto (const IceSession *session)
{
  return net_time_max (STUN_RTO_MIN, ta (session) * session->gathers->len);
}

/* A check that could not even be sent has put nothing on the wire. */
void
ice_schedule_refund (IceSession *session, NetTime started)
{
  if (session->ta_next == started + ta (session))
    session->ta_next = session->now;
}
