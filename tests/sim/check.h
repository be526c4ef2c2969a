/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What must hold in every run, watched from outside: the checker sees only the
 * datagrams of a host and its deadlines, and keeps its own books. A broken
 * promise becomes a fault of the world. */

#include "ice/session.h"
#include "world.h"

/* What the sessions of one process share. */
typedef struct
{
  IcePacer pacer;
  NetTime next_start; /* of a transaction, not before; by what was seen */
} SimProcess;

/* A request on its way; forgotten when no answer can come any more. */
typedef struct
{
  uint8_t id[12];
  uint32_t flow;
  NetAddr to;
  NetTime at;
} SimSent;

/* A 5-tuple from which a success response to a request of ours came. */
typedef struct
{
  uint32_t flow;
  NetAddr remote;
  NetTime last;
} SimProven;

typedef struct
{
  SimWorld *world;
  const char *name;
  SimProcess *process;
  NetTime consent_timeout;
  bool lite; /* sends no checks: its peer's requests prove the path */
  bool late; /* its clock rings late: a slot is used up to one gap behind */
  GHashTable *sent;      /* SimSent, by its id */
  GArray *proven;        /* SimProven */
  NetTime last_check;    /* of this session, first transmissions only */
  NetTime least_gap;     /* between two of them */
  uint64_t transactions; /* paced ones */
  uint64_t requests;     /* datagrams, retransmissions too */
} SimCheck;

void sim_check_init (SimCheck *check, SimWorld *world, const char *name,
    SimProcess *process, const IceConfig *config);
void sim_check_clear (SimCheck *check);
void
sim_check_stun_sent (SimCheck *check, uint32_t flow, NetAddr to, NetBytes data);
void sim_check_received (SimCheck *check, uint32_t flow, NetAddr from,
    NetBytes data);
void sim_check_media_sent (SimCheck *check, uint32_t flow, NetAddr to);
/* Behind a timeout and its drain. */
void sim_check_deadline (SimCheck *check, NetTime deadline);
