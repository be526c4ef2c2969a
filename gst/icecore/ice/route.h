/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where a component's media goes and from where it may come: a self-contained
 * snapshot that the data path uses without asking the session again. Every
 * change is announced by ICE_OUT_ROUTE. TURN adds its header bytes here. */

#include <stdbool.h>

#include "cand.h"
#include "../net/time.h"

#define ICE_ROUTE_SOURCES 16

typedef struct
{
  uint32_t flow;
  NetAddr addr;
} IceSource;

typedef struct
{
  bool usable;   /* media may be sent, until consent_until */
  bool selected; /* the pair is nominated, not only valid */
  uint32_t flow;
  NetAddr local; /* base of the pair */
  NetAddr remote;
  NetTime consent_until; /* RFC 7675: never send at or past it */
  NetTime rtt;           /* latest sample; 0: none */
  /* Validated: the peer proved knowledge of our password from there. */
  unsigned n_sources;
  IceSource sources[ICE_ROUTE_SOURCES];
} IceRoute;

/* For the receive path: may payload from there pass? */
bool ice_route_accepts (const IceRoute *route, uint32_t flow, NetAddr from);
