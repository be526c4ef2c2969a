/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A STUN transaction's clock (RFC 8489 §6.2): when to send again, when to give
 * up. It owns no bytes: who holds it encodes the request anew each time with
 * the same id. Sends are at 0, RTO, 3 RTO, 7 RTO …, Rc in all; failure comes
 * Rm × RTO after the last one. Over a stream: one send and Ti. */

#include "msg.h"
#include "../net/time.h"

#define STUN_RTO_MIN NET_MSEC (500)
#define STUN_RC 7
#define STUN_RM 16
#define STUN_TI NET_MSEC (39500)

typedef enum
{
  STUN_TXN_IDLE,    /* nothing due */
  STUN_TXN_SEND,    /* send (again) now; the next time is already set */
  STUN_TXN_EXPIRED, /* no answer; the object is stopped */
} StunTxnStep;

typedef struct
{
  StunTxnId id;
  NetTime started;  /* first send */
  NetTime next;     /* of the next send or of the end; NET_NEVER: stopped */
  NetTime interval; /* between the last send and `next` */
  NetTime rto;
  uint8_t sends;
  uint8_t rc; /* sends in all; rm: multiple of RTO after the last */
  uint8_t rm;
  bool reliable;  /* a stream: no retransmission, Ti */
  bool cancelled; /* no more sends, but the answer still counts */
} StunTxn;

/* Active from now on, with the first send due at once: the next
 * stun_txn_timeout (now) says SEND. rto below STUN_RTO_MIN is raised. */
void stun_txn_start (StunTxn *txn, StunTxnId id, NetTime rto, bool reliable,
    NetTime now);
/* One send only, ended after `wait`: consent checks (RFC 7675 §5.1). */
void
stun_txn_start_once (StunTxn *txn, StunTxnId id, NetTime wait, NetTime now);
StunTxnStep stun_txn_timeout (StunTxn *txn, NetTime now);
NetTime stun_txn_deadline (const StunTxn *txn);
/* RFC 8445 §7.3.1.4: retransmits no more, waits on for the full time. */
void stun_txn_cancel (StunTxn *txn);
void stun_txn_stop (StunTxn *txn);
bool stun_txn_is_active (const StunTxn *txn);
/* Karn: a sample only when the request was sent once. */
bool stun_txn_rtt (const StunTxn *txn, NetTime now, NetTime *out_rtt);
