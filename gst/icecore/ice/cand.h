/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A candidate as a value, local or remote, with the arithmetic that belongs to
 * it: priorities and foundations (RFC 8445 §5.1.1.3, §5.1.2). */

#include "../net/addr.h"

typedef enum
{
  ICE_CAND_HOST,
  ICE_CAND_SRFLX,
  ICE_CAND_PRFLX,
  ICE_CAND_RELAY,
} IceCandType;

typedef enum
{
  ICE_TRANSPORT_UDP,
  ICE_TRANSPORT_TCP_ACTIVE,
  ICE_TRANSPORT_TCP_PASSIVE,
  ICE_TRANSPORT_TCP_SO,
} IceTransport;

#define ICE_COMPONENT_MAX 256
#define ICE_FOUNDATION_MAX 33 /* 32 ice-chars and the NUL */
#define ICE_UFRAG_MAX 257
#define ICE_PWD_MAX 257
#define ICE_LOCAL_PREFERENCE_MAX 65535

typedef struct
{
  IceCandType type;
  IceTransport transport;
  uint16_t component; /* 1..256 */
  uint32_t priority;
  NetAddr addr;    /* where it is reached; none while a name is unresolved */
  NetAddr related; /* raddr/rport; none: absent. Local: base, or mapped */
  char foundation[ICE_FOUNDATION_MAX];
} IceCand;

/* host 126, prflx 110, srflx 100, relay 0. */
unsigned ice_cand_type_preference (IceCandType type);
/* 2^24 × type + 2^8 × local + (256 - component), RFC 8445 §5.1.2.1. */
uint32_t ice_cand_priority (IceCandType type, unsigned local_preference,
    unsigned component);
/* PRIORITY of a check: the candidate's own with prflx's type preference
 * (RFC 8445 §7.1.1). */
uint32_t ice_cand_prflx_priority (uint32_t priority);
/* Equal exactly when type, base IP, server IP (reflexive and relayed ones) and
 * transport are equal (RFC 8445 §5.1.1.3): a hash of the four, as ice-chars. The
 * salt keeps the text from revealing the addresses to a dictionary. */
void
ice_cand_foundation (IceCandType type, IceTransport transport, NetAddr base,
    NetAddr server, uint64_t salt, char out_foundation[ICE_FOUNDATION_MAX]);

/* "host", "srflx", "prflx", "relay" */
const char *ice_cand_type_name (IceCandType type);
