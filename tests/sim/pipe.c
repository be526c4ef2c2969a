/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two directions, each a queue in time. */

#include "pipe.h"

#include <string.h>

#include "host.h"

typedef struct
{
  SimHost *to;
  NetTime last; /* keeps the order */
  bool cut;
} Direction;

struct SimPipe
{
  SimWorld *world;
  SimPipeConfig config;
  SimRng rng;
  Direction from_a;
  Direction from_b;
};

typedef struct
{
  SimHost *to;
  SimPipeKind kind;
  unsigned stream;
  char text[];
} Message;

SimPipe *
sim_pipe_new (SimHost *a, SimHost *b, const SimPipeConfig *config)
{
  SimPipe *pipe = g_new0 (SimPipe, 1);

  pipe->world = a->world;
  pipe->config = *config;
  pipe->rng = sim_rng_fork (&a->world->rng);
  pipe->from_a.to = b;
  pipe->from_b.to = a;
  a->pipe = pipe;
  b->pipe = pipe;
  sim_world_own (a->world, pipe, g_free);
  return pipe;
}

static void
deliver (void *target, uint64_t argument)
{
  Message *message = target;

  (void) argument;
  sim_host_signalled (message->to, message->kind, message->stream,
      message->text);
  g_free (message);
}

static NetTime
arrival (SimPipe *pipe, Direction *direction, SimPipeKind kind)
{
  NetTime at = pipe->world->now + pipe->config.delay;

  if (pipe->config.jitter > 0)
    at += sim_rng_range (&pipe->rng, 0, pipe->config.jitter);
  if (kind != SIM_PIPE_DESCRIPTION)
    at += pipe->config.candidate_delay;
  direction->last = MAX (direction->last, at);
  return direction->last;
}

void
sim_pipe_send (SimPipe *pipe, SimHost *from, SimPipeKind kind, unsigned stream,
    const char *text)
{
  Direction *direction =
      pipe->from_a.to == from ? &pipe->from_b : &pipe->from_a;
  size_t len = strlen (text) + 1;
  Message *message;

  if (direction->cut)
    return;
  message = g_malloc (sizeof *message + len);
  message->to = direction->to;
  message->kind = kind;
  message->stream = stream;
  memcpy (message->text, text, len);
  sim_world_at_owned (pipe->world, arrival (pipe, direction, kind), deliver,
      message);
}

void
sim_pipe_cut (SimPipe *pipe, const SimHost *from, bool cut)
{
  if (pipe->from_a.to == from)
    pipe->from_b.cut = cut;
  else
    pipe->from_a.cut = cut;
}
