/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The books of one host: which transactions began, which 5-tuples answered. */

#include "check.h"

#include <string.h>

#include "net/demux.h"

#define SENT_MAX 4096
#define SENT_LIFE NET_SEC (100)

static guint
id_hash (gconstpointer id)
{
  guint hash;

  memcpy (&hash, id, sizeof hash);
  return hash;
}

static gboolean
id_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 12) == 0;
}

void
sim_check_init (SimCheck *check, SimWorld *world, const char *name,
    SimProcess *process, const IceConfig *config)
{
  check->world = world;
  check->name = name;
  check->process = process;
  check->consent_timeout = config->consent_timeout;
  check->lite = config->lite;
  check->least_gap = NET_NEVER;
  check->proven = g_array_new (FALSE, FALSE, sizeof (SimProven));
  check->sent = g_hash_table_new_full (id_hash, id_equal, g_free, NULL);
}

void
sim_check_clear (SimCheck *check)
{
  g_clear_pointer (&check->proven, g_array_unref);
  g_clear_pointer (&check->sent, g_hash_table_unref);
}

/* STUN's class bits, read by hand: the checker trusts no code it judges. */
static bool
is_request (NetBytes data)
{
  return data.len >= 20 && (data.data[0] & 0xc1) == 0 &&
      (data.data[1] & 0x10) == 0;
}

static bool
is_success (NetBytes data)
{
  return data.len >= 20 && (data.data[0] & 0xc1) == 1 &&
      (data.data[1] & 0x10) == 0;
}

static gboolean
is_old (gpointer key, gpointer value, gpointer now)
{
  const SimSent *sent = key;

  (void) value;
  return sent->at + SENT_LIFE < *(NetTime *) now;
}

static void
remember (SimCheck *check, uint32_t flow, NetAddr to, const uint8_t *id)
{
  SimSent *sent = g_new (SimSent, 1);

  if (g_hash_table_size (check->sent) >= SENT_MAX)
    g_hash_table_foreach_remove (check->sent, is_old, &check->world->now);
  memcpy (sent->id, id, sizeof sent->id);
  sent->flow = flow;
  sent->to = to;
  sent->at = check->world->now;
  g_hash_table_add (check->sent, sent);
}

static SimProven *
find_proven (SimCheck *check, uint32_t flow, NetAddr remote)
{
  for (guint i = 0; i < check->proven->len; i++) {
    SimProven *proven = &g_array_index (check->proven, SimProven, i);

    if (proven->flow == flow && net_addr_equal (proven->remote, remote))
      return proven;
  }
  return NULL;
}

static void
prove (SimCheck *check, uint32_t flow, NetAddr remote)
{
  SimProven *proven = find_proven (check, flow, remote);
  SimProven fresh = { flow, remote, check->world->now };

  if (proven != NULL)
    proven->last = check->world->now;
  else
    g_array_append_val (check->proven, fresh);
}

/* RFC 8445 §14.2 [ICE-14.2-2]: all sessions of a process start at most one
 * transaction in 5 ms; a late one may come closer to the next, but the sum must
 * be right. Consent checks and nominations go to 5-tuples that have answered
 * before; those the pace does not count here. */
static void
check_pace (SimCheck *check)
{
  NetTime now = check->world->now;
  NetTime slack = check->late ? ICE_PACER_GAP : 0;

  if (now + slack < check->process->next_start)
    sim_world_fault (check->world, check->name,
        "transaction started %" G_GUINT64_FORMAT " us too early",
        (check->process->next_start - now) / 1000);
  check->process->next_start =
      MAX (check->process->next_start, now) + ICE_PACER_GAP;
  if (check->last_check != 0)
    check->least_gap = MIN (check->least_gap, now - check->last_check);
  check->last_check = now;
  check->transactions++;
}

void
sim_check_stun_sent (SimCheck *check, uint32_t flow, NetAddr to, NetBytes data)
{
  const SimSent *sent;

  if (!is_request (data))
    return;
  check->requests++;
  sent = g_hash_table_lookup (check->sent, data.data + 8);
  if (sent != NULL) {
    if (sent->flow != flow || !net_addr_equal (sent->to, to))
      sim_world_fault (check->world, check->name,
          "a transaction id went to two places");
    return;
  }
  remember (check, flow, to, data.data + 8);
  if (find_proven (check, flow, to) == NULL)
    check_pace (check);
}

void
sim_check_received (SimCheck *check, uint32_t flow, NetAddr from, NetBytes data)
{
  const SimSent *sent;

  if (net_demux_peer (data) != NET_DEMUX_STUN)
    return;
  if (check->lite && is_request (data))
    prove (check, flow, from);
  if (!is_success (data))
    return;
  sent = g_hash_table_lookup (check->sent, data.data + 8);
  if (sent != NULL && sent->flow == flow && net_addr_equal (sent->to, from))
    prove (check, flow, from);
}

/* RFC 7675 §5.1 [CF-5.1-1] [CF-5.1-2]: nothing leaves for a 5-tuple that has
 * not answered a request within the consent time. */
void
sim_check_media_sent (SimCheck *check, uint32_t flow, NetAddr to)
{
  const SimProven *proven = find_proven (check, flow, to);
  char text[NET_ADDR_TEXT_MAX];

  if (proven == NULL)
    sim_world_fault (check->world, check->name,
        "media to %s, which has proven nothing", net_addr_format (to, text));
  else if (check->world->now >= proven->last + check->consent_timeout)
    sim_world_fault (check->world, check->name,
        "media to %s, %" G_GUINT64_FORMAT " ms after its last answer",
        net_addr_format (to, text),
        (check->world->now - proven->last) / NET_MSEC (1));
}

void
sim_check_deadline (SimCheck *check, NetTime deadline)
{
  if (deadline <= check->world->now)
    sim_world_fault (check->world, check->name,
        "deadline %" G_GUINT64_FORMAT " ns ago behind timeout and drain",
        check->world->now - deadline);
}
