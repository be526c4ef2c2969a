/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* splitmix64 (public domain, Sebastiano Vigna): every seed is a good one. */

#include "rng.h"

#include <string.h>

uint64_t
sim_rng_next (SimRng *rng)
{
  uint64_t z = (rng->state += 0x9e3779b97f4a7c15u);

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t
sim_rng_range (SimRng *rng, uint64_t lo, uint64_t hi)
{
  return lo + sim_rng_next (rng) % (hi - lo + 1);
}

bool
sim_rng_chance (SimRng *rng, double probability)
{
  /* Nothing is drawn for what cannot happen: a link without loss does not
   * change the run when the code around it asks once more. */
  if (probability <= 0)
    return false;
  return (double) (sim_rng_next (rng) >> 11) * 0x1p-53 < probability;
}

void
sim_rng_fill (SimRng *rng, void *out_bytes, size_t len)
{
  uint8_t *out = out_bytes;

  while (len > 0) {
    uint64_t word = sim_rng_next (rng);
    size_t n = len < sizeof word ? len : sizeof word;

    memcpy (out, &word, n);
    out += n;
    len -= n;
  }
}

SimRng
sim_rng_fork (SimRng *rng)
{
  return (SimRng){ sim_rng_next (rng) };
}
