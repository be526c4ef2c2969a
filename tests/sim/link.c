/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fate of one datagram on one direction of a cable. */

#include "link.h"

#define HEADERS 28 /* IPv4 and UDP */

static bool
is_black (const SimLinkConfig *config, NetTime now)
{
  for (unsigned i = 0; i < SIM_LINK_WINDOWS; i++) {
    if (now >= config->black[i].from && now < config->black[i].until)
      return true;
  }
  return false;
}

/* Each stay is between nothing and twice the mean. */
static void
follow_bursts (SimLink *link, SimRng *rng, NetTime now)
{
  const SimLinkConfig *config = &link->config;

  while (link->changes <= now) {
    NetTime mean;

    /* The first stay is a good one, and is not over before it began. */
    link->bad = link->changes != 0 && !link->bad;
    mean = link->bad ? config->burst_lasts : config->burst_every;
    link->changes = (link->changes != 0 ? link->changes : now) +
        sim_rng_range (rng, 1, 2 * mean);
  }
}

static bool
is_lost (SimLink *link, SimRng *rng, NetTime now)
{
  const SimLinkConfig *config = &link->config;

  if (config->burst_every > 0)
    follow_bursts (link, rng, now);
  return sim_rng_chance (rng, link->bad ? config->burst_loss : config->loss);
}

/* The time at which the last bit has left; false when the queue is full. */
static bool
serialise (SimLink *link, size_t len, NetTime now, NetTime *out_left)
{
  NetTime limit = link->config.queue_limit;
  NetTime start = now > link->busy_until ? now : link->busy_until;

  if (link->config.rate == 0) {
    *out_left = now;
    return true;
  }
  if (start - now > (limit ? limit : NET_MSEC (200)))
    return false;
  link->busy_until =
      start + (len + HEADERS) * 8 * NET_SEC (1) / link->config.rate;
  *out_left = link->busy_until;
  return true;
}

static NetTime
arrive (SimLink *link, SimRng *rng, NetTime left)
{
  const SimLinkConfig *config = &link->config;
  NetTime at = left + config->delay;

  if (sim_rng_chance (rng, config->reorder))
    return at + config->reorder_by;
  if (config->jitter > 0)
    at += sim_rng_range (rng, 0, config->jitter);
  if (at < link->last)
    at = link->last;
  link->last = at;
  return at;
}

unsigned
sim_link_pass (SimLink *link, SimRng *rng, size_t len, NetTime now,
    NetTime out_arrivals[2])
{
  const SimLinkConfig *config = &link->config;
  NetTime left;

  link->entered++;
  if (is_black (config, now) ||
      (config->mtu > 0 && len + HEADERS > config->mtu) ||
      is_lost (link, rng, now) || !serialise (link, len, now, &left)) {
    link->lost++;
    return 0;
  }
  out_arrivals[0] = arrive (link, rng, left);
  if (!sim_rng_chance (rng, config->duplicate))
    return 1;
  out_arrivals[1] = arrive (link, rng, left);
  return 2;
}

bool
sim_link_black (SimLink *link, NetTime from, NetTime until)
{
  for (unsigned i = 0; i < SIM_LINK_WINDOWS; i++) {
    SimWindow *window = &link->config.black[i];

    if (window->until <= from) {
      *window = (SimWindow){ from, until };
      return true;
    }
  }
  return false;
}
