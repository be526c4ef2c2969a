/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A world is a clock that jumps, a heap of what is to come, and a seed. Two
 * events at the same time happen in the order in which they were planned, so a
 * run is a pure function of the seed and of the scene. Nodes belong to the world
 * and go with it. */

#include <glib.h>

#include "net/time.h"
#include "rng.h"

typedef struct SimWorld SimWorld;
typedef void (*SimAction) (void *target, uint64_t argument);
typedef bool (*SimQuestion) (void *user);

struct SimWorld
{
  NetTime now;
  uint64_t seed;
  SimRng rng;
  uint64_t hash; /* of everything that was sent and said so far */
  bool telling;  /* keep the story's lines; costs time */
  bool packets;  /* tell of every datagram, too: SIM_PACKETS=1 */
  GPtrArray *story;
  GPtrArray *faults; /* broken promises, as text; a clean run has none */
  GArray *heap;
  uint64_t sequence;
  GPtrArray *owned;
};

SimWorld *sim_world_new (uint64_t seed);
void sim_world_free (SimWorld *world);
/* `destroy (node)` runs when the world goes, last in first out. */
void sim_world_own (SimWorld *world, void *node, GDestroyNotify destroy);

void sim_world_at (SimWorld *world, NetTime when, SimAction action,
    void *target, uint64_t argument);
/* The target is memory of g_malloc that the action frees; the world frees it
 * when it ends first. */
void sim_world_at_owned (SimWorld *world, NetTime when, SimAction action,
    void *target);
/* Everything up to and at `until`; the clock then stands there. */
void sim_world_run (SimWorld *world, NetTime until);
/* Stops behind the first event after which the question is answered yes. */
bool sim_world_run_until (SimWorld *world, SimQuestion question, void *user,
    NetTime limit);

void sim_world_mix (SimWorld *world, const void *bytes, size_t len);
/* One line of the story: "[ 110] A check srflx→host -> valid". */
void sim_world_say (SimWorld *world, const char *who, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* A promise was broken: kept, told, and the run goes on. */
void sim_world_fault (SimWorld *world, const char *who, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
