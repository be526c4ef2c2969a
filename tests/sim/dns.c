/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A table of names; each question becomes one event. */

#include "dns.h"

#include <string.h>

typedef struct
{
  char *name;
  NetAddr addrs[SIM_DNS_ADDRS];
  unsigned n;
  NetTime delay;
  bool silent;
} Entry;

struct SimDns
{
  SimWorld *world;
  GPtrArray *entries;
};

typedef struct
{
  SimDnsAnswer answer;
  void *user;
  uint32_t op;
  NetAddr addrs[SIM_DNS_ADDRS];
  unsigned n;
} Question;

static void
entry_free (void *data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

static void
dns_free (void *data)
{
  SimDns *dns = data;

  g_ptr_array_unref (dns->entries);
  g_free (dns);
}

SimDns *
sim_dns_new (SimWorld *world)
{
  SimDns *dns = g_new0 (SimDns, 1);

  dns->world = world;
  dns->entries = g_ptr_array_new_with_free_func (entry_free);
  sim_world_own (world, dns, dns_free);
  return dns;
}

static Entry *
find (SimDns *dns, const char *name)
{
  for (guint i = 0; i < dns->entries->len; i++) {
    Entry *entry = g_ptr_array_index (dns->entries, i);

    if (g_ascii_strcasecmp (entry->name, name) == 0)
      return entry;
  }
  return NULL;
}

static Entry *
find_or_add (SimDns *dns, const char *name)
{
  Entry *entry = find (dns, name);

  if (entry == NULL) {
    entry = g_new0 (Entry, 1);
    entry->name = g_strdup (name);
    g_ptr_array_add (dns->entries, entry);
  }
  return entry;
}

void
sim_dns_add (SimDns *dns, const char *name, NetAddr addr, NetTime delay)
{
  Entry *entry = find_or_add (dns, name);

  g_assert (entry->n < SIM_DNS_ADDRS);
  entry->addrs[entry->n++] = addr;
  entry->delay = delay;
}

void
sim_dns_add_silent (SimDns *dns, const char *name)
{
  find_or_add (dns, name)->silent = true;
}

static void
answer (void *target, uint64_t argument)
{
  Question *question = target;

  (void) argument;
  question->answer (question->user, question->op, question->addrs, question->n);
  g_free (question);
}

void
sim_dns_ask (SimDns *dns, const char *name, uint16_t port, uint32_t op,
    SimDnsAnswer reply, void *user)
{
  const Entry *entry = find (dns, name);
  Question *question;
  NetTime delay = NET_MSEC (10);

  if (entry != NULL && entry->silent)
    return;
  question = g_new0 (Question, 1);
  question->answer = reply;
  question->user = user;
  question->op = op;
  if (entry != NULL) {
    delay = entry->delay;
    for (unsigned i = 0; i < entry->n; i++)
      question->addrs[question->n++] =
          net_addr_with_port (entry->addrs[i], port);
  }
  sim_world_at_owned (dns->world, dns->world->now + delay, answer, question);
}
