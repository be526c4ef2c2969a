/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The only source of chance in a simulated world: splitmix64, small enough to
 * see that the same seed gives the same run on every machine. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct
{
  uint64_t state;
} SimRng;

uint64_t sim_rng_next (SimRng *rng);
/* lo..hi, both included. */
uint64_t sim_rng_range (SimRng *rng, uint64_t lo, uint64_t hi);
bool sim_rng_chance (SimRng *rng, double probability);
void sim_rng_fill (SimRng *rng, void *out_bytes, size_t len);
/* A generator of its own, so that what one node draws moves no other. */
SimRng sim_rng_fork (SimRng *rng);
