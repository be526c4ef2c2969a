/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One direction of a cable: what happens to a datagram between two points. */

#include "net/time.h"
#include "rng.h"

#define SIM_LINK_WINDOWS 4

typedef struct
{
  NetTime from;
  NetTime until;
} SimWindow;

typedef struct
{
  NetTime delay;
  NetTime jitter; /* up to so much more, in order all the same */
  double loss;    /* plain; in a burst model: of the good state */
  /* Gilbert-Elliott, by the clock and not by the datagram, or a rarely used link
   * would stay bad for minutes: mean stay in the good and in the bad state, and
   * the loss in the bad one. 0: plain loss only. */
  NetTime burst_every;
  NetTime burst_lasts;
  double burst_loss;
  double duplicate;
  double reorder; /* chance to be held back by reorder_by */
  NetTime reorder_by;
  uint64_t rate;       /* bits per second; 0: no limit */
  NetTime queue_limit; /* longest wait for the rate; 0: 200 ms */
  size_t mtu;          /* longest IP packet; 0: no limit. No fragments here. */
  SimWindow black[SIM_LINK_WINDOWS]; /* nothing passes in these */
} SimLinkConfig;

typedef struct
{
  SimLinkConfig config;
  bool bad;           /* state of the burst model */
  NetTime changes;    /* when that state ends */
  NetTime busy_until; /* the rate's queue */
  NetTime last;       /* arrival of the last one in order */
  uint64_t entered;
  uint64_t lost;
} SimLink;

/* How many copies come out, 0..2, and when each one arrives. */
unsigned sim_link_pass (SimLink *link, SimRng *rng, size_t len, NetTime now,
    NetTime out_arrivals[2]);
/* True when the black window could still be noted. */
bool sim_link_black (SimLink *link, NetTime from, NetTime until);
