/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Read-only pictures of a session, for statistics, graphs and verdicts. */

#include "cand.h"
#include "config.h"
#include "../net/time.h"

typedef enum
{
  ICE_PAIR_FROZEN,
  ICE_PAIR_WAITING,
  ICE_PAIR_IN_PROGRESS,
  ICE_PAIR_SUCCEEDED,
  ICE_PAIR_FAILED,
} IcePairState;

/* Every datagram that the session refused has one of these reasons. */
typedef enum
{
  ICE_DROP_MALFORMED,       /* not decodable STUN */
  ICE_DROP_FINGERPRINT,     /* absent in a check, or wrong */
  ICE_DROP_UNKNOWN_TXN,     /* a response nobody waits for */
  ICE_DROP_INTEGRITY,       /* response whose integrity does not verify */
  ICE_DROP_UNAUTHENTICATED, /* request answered with 400 or 401 */
  ICE_DROP_EARLY_OVERFLOW,  /* checks before credentials, beyond the bound */
  ICE_DROP_UNVALIDATED,     /* payload from an address that proved nothing */
  ICE_DROP_UNEXPECTED,      /* method or class with no meaning here */
  ICE_DROP_REASONS,
} IceDrop;

const char *ice_drop_name (IceDrop drop);
const char *ice_pair_state_name (IcePairState state);

typedef struct
{
  uint32_t id; /* constant over the pair's life */
  uint16_t stream;
  uint16_t component;
  IcePairState state;
  bool valid;
  bool nominated;
  bool selected;
  uint64_t priority;
  IceCand local;
  IceCand remote;
  NetTime rtt;            /* latest; 0: none */
  NetTime rtt_total;      /* sum of samples */
  uint32_t requests_sent; /* retransmissions included */
  uint32_t requests_received;
  uint32_t responses_sent;
  uint32_t responses_received;
  uint32_t consent_sent;
} IcePairInfo;

typedef struct
{
  uint64_t dropped[ICE_DROP_REASONS];
  uint32_t remote_refused; /* candidates over the cap or unusable */
  uint32_t pairs;          /* in all checklists now */
  uint32_t flows;
  uint32_t restarts;
} IceSessionInfo;
