/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The process-wide pace: all agents together never start transactions faster
 * than one every 5 ms (RFC 8445 §14.2). An agent reserves the next free slot and
 * keeps it until it has come, so slots go round in the order of asking. Agents
 * live in different threads; the one word inside is atomic, there is no lock. */

#include <stdatomic.h>

#include "../net/time.h"

#define ICE_PACER_GAP NET_MSEC (5)

typedef struct
{
  _Atomic uint64_t next;
} IcePacer;

#define ICE_PACER_INIT \
  { \
    0 \
  }

/* The time from which the caller may start one transaction. */
NetTime ice_pacer_reserve (IcePacer *pacer, NetTime now);
