/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The event heap: a binary heap in one array, ordered by time and then by the
 * order of planning. */

#include "world.h"

#include <stdarg.h>
#include <string.h>

typedef struct
{
  NetTime when;
  uint64_t sequence;
  SimAction action;
  void *target;
  uint64_t argument;
  bool owned; /* the target dies with the event */
} Event;

typedef struct
{
  void *node;
  GDestroyNotify destroy;
} Owned;

#define AT(world, i) g_array_index ((world)->heap, Event, (i))

SimWorld *
sim_world_new (uint64_t seed)
{
  SimWorld *world = g_new0 (SimWorld, 1);

  world->seed = seed;
  world->rng.state = seed;
  world->hash = 0xcbf29ce484222325u;
  world->telling = true;
  world->packets = g_getenv ("SIM_PACKETS") != NULL;
  world->story = g_ptr_array_new_with_free_func (g_free);
  world->faults = g_ptr_array_new_with_free_func (g_free);
  world->heap = g_array_sized_new (FALSE, FALSE, sizeof (Event), 256);
  world->owned = g_ptr_array_new_with_free_func (g_free);
  /* Zero is what forgotten fields hold; no event should pass for one. */
  world->now = NET_SEC (1);
  return world;
}

void
sim_world_free (SimWorld *world)
{
  for (guint i = world->owned->len; i > 0; i--) {
    Owned *owned = g_ptr_array_index (world->owned, i - 1);

    owned->destroy (owned->node);
  }
  for (guint i = 0; i < world->heap->len; i++) {
    if (AT (world, i).owned)
      g_free (AT (world, i).target);
  }
  g_ptr_array_unref (world->owned);
  g_ptr_array_unref (world->story);
  g_ptr_array_unref (world->faults);
  g_array_unref (world->heap);
  g_free (world);
}

void
sim_world_own (SimWorld *world, void *node, GDestroyNotify destroy)
{
  Owned *owned = g_new (Owned, 1);

  *owned = (Owned){ node, destroy };
  g_ptr_array_add (world->owned, owned);
}

static bool
is_before (const Event *a, const Event *b)
{
  if (a->when != b->when)
    return a->when < b->when;
  return a->sequence < b->sequence;
}

static void
push (SimWorld *world, Event event)
{
  guint i = world->heap->len;

  event.sequence = world->sequence++;
  event.when = MAX (event.when, world->now);
  g_array_append_val (world->heap, event);
  while (i > 0 && is_before (&event, &AT (world, (i - 1) / 2))) {
    AT (world, i) = AT (world, (i - 1) / 2);
    i = (i - 1) / 2;
  }
  AT (world, i) = event;
}

void
sim_world_at (SimWorld *world, NetTime when, SimAction action, void *target,
    uint64_t argument)
{
  push (world,
      (Event){ .when = when,
          .action = action,
          .target = target,
          .argument = argument });
}

void
sim_world_at_owned (SimWorld *world, NetTime when, SimAction action,
    void *target)
{
  push (world,
      (Event){ .when = when,
          .action = action,
          .target = target,
          .owned = true });
}

static Event
pop (SimWorld *world)
{
  Event first = AT (world, 0);
  Event last = AT (world, world->heap->len - 1);
  guint i = 0;

  g_array_set_size (world->heap, world->heap->len - 1);
  while (2 * i + 1 < world->heap->len) {
    guint child = 2 * i + 1;

    if (child + 1 < world->heap->len &&
        is_before (&AT (world, child + 1), &AT (world, child)))
      child++;
    if (is_before (&last, &AT (world, child)))
      break;
    AT (world, i) = AT (world, child);
    i = child;
  }
  if (world->heap->len > 0)
    AT (world, i) = last;
  return first;
}

static bool
step (SimWorld *world, NetTime until)
{
  Event event;

  if (world->heap->len == 0 || AT (world, 0).when > until)
    return false;
  event = pop (world);
  world->now = event.when;
  event.action (event.target, event.argument);
  return true;
}

void
sim_world_run (SimWorld *world, NetTime until)
{
  while (step (world, until)) {
  }
  world->now = MAX (world->now, until);
}

bool
sim_world_run_until (SimWorld *world, SimQuestion question, void *user,
    NetTime limit)
{
  if (question (user))
    return true;
  while (step (world, limit)) {
    if (question (user))
      return true;
  }
  world->now = MAX (world->now, limit);
  return false;
}

/* FNV-1a, eight bytes at a stride: it only has to differ when the run does. */
void
sim_world_mix (SimWorld *world, const void *bytes, size_t len)
{
  const uint8_t *at = bytes;
  uint64_t hash = world->hash;

  for (; len >= 8; at += 8, len -= 8) {
    uint64_t word;

    memcpy (&word, at, 8);
    hash = (hash ^ word) * 0x100000001b3u;
    hash ^= hash >> 29;
  }
  for (; len > 0; at++, len--)
    hash = (hash ^ *at) * 0x100000001b3u;
  world->hash = hash;
}

void
sim_world_say (SimWorld *world, const char *who, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (!world->telling)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (world->story,
      g_strdup_printf ("[%6.1f] %s %s",
          (double) (world->now - NET_SEC (1)) / 1e6, who, text));
}

void
sim_world_fault (SimWorld *world, const char *who, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  sim_world_say (world, who, "FAULT %s", text);
  /* One broken promise tends to be broken at every packet. */
  if (world->faults->len < 16)
    g_ptr_array_add (world->faults,
        g_strdup_printf ("[%.1f] %s: %s",
            (double) (world->now - NET_SEC (1)) / 1e6, who, text));
}
