/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The retransmission clock of RFC 8489 §6.2. Each wait is counted from the send
 * that really happened, so that a tick that comes late, or a host that slept,
 * never makes two sends closer than the RTO. */

#include "txn.h"

#include <glib.h>

/* Far beyond any useful Rc; keeps the doubling inside 64 bits. */
#define DOUBLINGS_MAX 16

/* The wait after send number `sends`. */
static NetTime
wait_after (const StunTxn *txn, unsigned sends)
{
  /* RFC 8489 §6.2.2 [STUN-6.2.2-1]: a stream retransmits by itself. */
  if (txn->reliable)
    return STUN_TI;
  if (sends >= txn->rc)
    return txn->rm * txn->rto;
  return txn->rto << MIN (sends - 1, DOUBLINGS_MAX);
}

static bool
is_last_send_done (const StunTxn *txn)
{
  return txn->cancelled || (txn->reliable && txn->sends > 0) ||
      txn->sends >= txn->rc;
}

/* RFC 8489 §6.2.1 [STUN-6.2.1-2]: half a second at least, at nanosecond
 * accuracy; a caller who knows the path's round trip passes a longer one. */
void
stun_txn_start (StunTxn *txn, StunTxnId id, NetTime rto, bool reliable,
    NetTime now)
{
  *txn = (StunTxn){ .id = id,
    .started = now,
    .next = now,
    .rto = net_time_max (rto, STUN_RTO_MIN),
    .rc = STUN_RC,
    .rm = STUN_RM,
    .reliable = reliable };
}

void
stun_txn_start_once (StunTxn *txn, StunTxnId id, NetTime wait, NetTime now)
{
  *txn = (StunTxn){ .id = id,
    .started = now,
    .next = now,
    .rto = wait,
    .rc = 1,
    .rm = 1 };
}

/* RFC 8489 §6.2.1 [STUN-6.2.1-1]: Rc sends with doubling waits, then Rm × RTO
 * for the last answer. */
StunTxnStep
stun_txn_timeout (StunTxn *txn, NetTime now)
{
  if (!stun_txn_is_active (txn) || now < txn->next)
    return STUN_TXN_IDLE;
  if (is_last_send_done (txn)) {
    stun_txn_stop (txn);
    return STUN_TXN_EXPIRED;
  }
  if (txn->sends == 0)
    txn->started = now;
  txn->sends++;
  txn->interval = wait_after (txn, txn->sends);
  txn->next = now + txn->interval;
  return STUN_TXN_SEND;
}

NetTime
stun_txn_deadline (const StunTxn *txn)
{
  return stun_txn_is_active (txn) ? txn->next : NET_NEVER;
}

/* The end stays where it would have been with all the sends made; `next` moves
 * there over the waits that are left. */
void
stun_txn_cancel (StunTxn *txn)
{
  if (!stun_txn_is_active (txn) || txn->cancelled)
    return;
  /* What was never sent will never be answered. */
  if (txn->sends == 0) {
    stun_txn_stop (txn);
    return;
  }
  if (!txn->reliable) {
    for (unsigned sends = txn->sends + 1u; sends <= txn->rc; sends++)
      txn->next += wait_after (txn, sends);
  }
  txn->cancelled = true;
}

void
stun_txn_stop (StunTxn *txn)
{
  txn->next = NET_NEVER;
}

/* One that was never started, all zero, is not active either. */
bool
stun_txn_is_active (const StunTxn *txn)
{
  return txn->rc != 0 && txn->next != NET_NEVER;
}

/* RFC 8489 §6.2.1 [STUN-6.2.1-2]: after a second send nobody can tell which of
 * the two was answered. */
bool
stun_txn_rtt (const StunTxn *txn, NetTime now, NetTime *out_rtt)
{
  if (txn->sends != 1 || now < txn->started)
    return false;
  *out_rtt = now - txn->started;
  return true;
}
