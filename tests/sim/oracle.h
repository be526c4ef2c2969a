/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an ideal agent could reach, told from the graph alone.
 *
 * A direct path is a stable one: addresses b, r of one side and c, s of the
 * other such that a datagram b→r arrives at c bearing s, and c→s arrives at b
 * bearing r. ICE needs exactly that: a check's answer must come from where the
 * request went and arrive where it left (RFC 8445 §7.2.5.2.1), and both sides
 * must have such a check.
 *
 * So two symmetric NATs (apdm) never have one, even when one of them filters
 * nothing and lets the first check in: the answer leaves through a new mapping,
 * comes from an address that was not asked, and every triggered check towards
 * the address just seen makes the next one. One-way datagrams pass; no pair is
 * ever valid. (field reports call it the prflx chase.)
 *
 * The oracle plays it: everybody checks everything known from everywhere, learns
 * where it came from, until nothing new is learned or the rounds are used up,
 * over boxes that forget nothing. */

#include "host.h"

typedef enum
{
  SIM_REACH_NOTHING,
  SIM_REACH_RELAY, /* both reach a public server: TURN would do */
  SIM_REACH_DIRECT,
} SimReach;

/* Host candidates of every nic that is up, and what `server` sees of them (none:
 * no server). Leaves mappings in the boxes: reset them before the run. */
SimReach sim_oracle_ask (SimHost *a, SimHost *b, NetAddr server);
const char *sim_reach_name (SimReach reach);

/* What a sends by its route arrives at some socket of b. */
bool sim_oracle_reaches (const SimHost *a, const SimHost *b, unsigned stream,
    unsigned component);
/* After a run: does what a sends by its route arrive at b's socket from where b
 * sends to, and the other way round? The definition of both agreeing. */
bool sim_oracle_agrees (const SimHost *a, const SimHost *b, unsigned stream,
    unsigned component);
