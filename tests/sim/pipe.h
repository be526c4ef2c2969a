/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The application's signalling between two hosts: it keeps order and loses
 * nothing (RFC 8838 §9 asks for that), but it takes its time. */

#include "world.h"

typedef struct SimHost SimHost;
typedef struct SimPipe SimPipe;

typedef enum
{
  SIM_PIPE_DESCRIPTION, /* an RFC 8840 fragment */
  SIM_PIPE_CANDIDATE,   /* one candidate line of one stream */
  SIM_PIPE_END,         /* end-of-candidates of one stream */
} SimPipeKind;

typedef struct
{
  NetTime delay;
  NetTime jitter;
  NetTime candidate_delay; /* candidates and their end come so much later */
} SimPipeConfig;

SimPipe *sim_pipe_new (SimHost *a, SimHost *b, const SimPipeConfig *config);
void sim_pipe_send (SimPipe *pipe, SimHost *from, SimPipeKind kind,
    unsigned stream, const char *text);
/* Messages from that side vanish from now on, or no more. */
void sim_pipe_cut (SimPipe *pipe, const SimHost *from, bool cut);
