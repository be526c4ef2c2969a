/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Building a stage, and judging what happened on it. */

#include "scene.h"

#include <stdio.h>
#include <stdlib.h>

#define SERVER_PORT 3478

static NetAddr
address (const char *text, uint16_t port)
{
  NetAddr addr;

  if (!net_addr_parse (text, &addr))
    g_error ("not an address: %s", text);
  return net_addr_with_port (addr, port);
}

SimScene *
sim_scene_new (uint64_t seed)
{
  SimScene *scene = g_new0 (SimScene, 1);

  scene->world = sim_world_new (seed);
  scene->internet = sim_realm_new (scene->world, "internet");
  scene->dns = sim_dns_new (scene->world);
  scene->server = sim_stun_server_new (scene->internet,
      address ("198.51.100.1", SERVER_PORT), SIM_STUN_GOOD);
  scene->server6 = sim_stun_server_new (scene->internet,
      address ("2001:db8:5::1", SERVER_PORT), SIM_STUN_GOOD);
  return scene;
}

void
sim_scene_free (SimScene *scene)
{
  sim_world_free (scene->world);
  g_free (scene);
}

static const SimLinkConfig perfect;

SimSite *
sim_scene_site (SimScene *scene, const SimNatConfig *nat,
    const SimLinkConfig *link)
{
  SimSite *site = &scene->sites[scene->n_sites++];
  g_autofree char *text = NULL;
  NetAddr outer;

  g_assert (scene->n_sites <= SIM_SITES);
  site->number = scene->n_sites;
  if (nat == NULL) {
    site->realm = scene->internet;
    return site;
  }
  text = g_strdup_printf ("203.0.113.%u", 200 + site->number);
  outer = address (text, 0);
  site->realm = sim_realm_new (scene->world, "site");
  site->nat = sim_nat_new (site->realm, scene->internet, nat, &outer, 1);
  site->uplink4 = sim_nat_outer (site->nat);
  sim_plug_set_link (site->uplink4, link != NULL ? link : &perfect);
  return site;
}

void
sim_site_firewall (SimScene *scene, SimSite *site, SimFirewallKind kind,
    const SimLinkConfig *link)
{
  site->firewall =
      sim_firewall_new (site->realm, scene->internet, NET_FAMILY_IPV6, kind, 0);
  site->uplink6 = sim_firewall_outer (site->firewall);
  sim_plug_set_link (site->uplink6, link != NULL ? link : &perfect);
}

SimPlug *
sim_site_add_nic (SimScene *scene, SimSite *site, SimHost *host,
    NetFamily family)
{
  unsigned n = 2 + site->hosts++;
  char text[48];

  (void) scene;
  if (family == NET_FAMILY_IPV6)
    g_snprintf (text, sizeof text, "2001:db8:%u::%x", site->number, n);
  else if (site->nat != NULL)
    g_snprintf (text, sizeof text, "10.%u.%u.%u", site->number, n / 250,
        n % 250);
  else
    g_snprintf (text, sizeof text, "203.0.113.%u", 40 * site->number + n);
  return sim_host_add_nic (host, site->realm, text);
}

SimHost *
sim_scene_host (SimScene *scene, SimSite *site, const char *name)
{
  SimHost *host = sim_host_new (scene->world, name);

  sim_site_add_nic (scene, site, host, NET_FAMILY_IPV4);
  sim_host_add_server (host, "198.51.100.1", SERVER_PORT);
  host->dns = scene->dns;
  return host;
}

void
sim_scene_signal (SimScene *scene, NetTime delay)
{
  SimPipeConfig config = { .delay = delay };

  scene->pipe = sim_pipe_new (scene->a, scene->b, &config);
}

/* A quarter of the round trip lies on each site's link in each direction, and
 * all of the loss on a's. */
SimScene *
sim_scene_pair (uint64_t seed, const SimNatConfig *nat_a,
    const SimNatConfig *nat_b, NetTime rtt, double loss)
{
  SimScene *scene = sim_scene_new (seed);
  SimLinkConfig link_a = { .delay = rtt / 4, .loss = loss };
  SimLinkConfig link_b = { .delay = rtt / 4 };
  SimSite *site_a = sim_scene_site (scene, nat_a, &link_a);
  SimSite *site_b = sim_scene_site (scene, nat_b, &link_b);

  scene->a = sim_scene_host (scene, site_a, "A");
  scene->b = sim_scene_host (scene, site_b, "B");
  scene->a->config.role = ICE_CONTROLLING;
  scene->b->config.role = ICE_CONTROLLED;
  if (nat_a == NULL)
    sim_plug_set_link (g_array_index (scene->a->nics, SimNic, 0).plug, &link_a);
  if (nat_b == NULL)
    sim_plug_set_link (g_array_index (scene->b->nics, SimNic, 0).plug, &link_b);
  return scene;
}

void
sim_scene_reset (SimScene *scene)
{
  for (unsigned i = 0; i < scene->n_sites; i++) {
    if (scene->sites[i].nat != NULL)
      sim_nat_reset (scene->sites[i].nat);
    if (scene->sites[i].firewall != NULL)
      sim_firewall_reset (scene->sites[i].firewall);
  }
}

SimReach
sim_scene_oracle (SimScene *scene)
{
  SimReach reach =
      sim_oracle_ask (scene->a, scene->b, sim_stun_server_addr (scene->server));

  sim_scene_reset (scene);
  return reach;
}

static bool
has_ended (const SimHost *host)
{
  return host->state == ICE_STATE_COMPLETED || host->state == ICE_STATE_FAILED;
}

static bool
both_ended (void *user)
{
  const SimScene *scene = user;

  return has_ended (scene->a) && has_ended (scene->b);
}

void
sim_scene_conclude (SimScene *scene, NetTime limit)
{
  sim_world_run_until (scene->world, both_ended, scene,
      scene->world->now + limit);
}

void
sim_scene_run (SimScene *scene, NetTime duration)
{
  sim_world_run (scene->world, scene->world->now + duration);
}

static void
expect_completed (SimHost *host)
{
  if (host->state != ICE_STATE_COMPLETED)
    sim_world_fault (host->world, host->name,
        "state %d cause %s, should be completed", (int) host->state,
        ice_cause_name (host->cause));
  for (unsigned s = 0; s < host->n_streams; s++) {
    for (unsigned c = 0; c < host->n_components; c++) {
      if (host->media_every != 0 && host->components[s][c].media_received == 0)
        sim_world_fault (host->world, host->name, "no media on %u.%u", s,
            c + 1);
    }
  }
}

bool
sim_scene_agrees (const SimScene *scene, unsigned stream, unsigned component)
{
  const SimHost *a = scene->a;
  const SimHost *b = scene->b;

  if (a->config.nomination == ICE_NOMINATION_AGGRESSIVE ||
      b->config.nomination == ICE_NOMINATION_AGGRESSIVE)
    return sim_oracle_reaches (a, b, stream, component) &&
        sim_oracle_reaches (b, a, stream, component);
  return sim_oracle_agrees (a, b, stream, component);
}

void
sim_scene_expect_connected (SimScene *scene)
{
  expect_completed (scene->a);
  expect_completed (scene->b);
  for (unsigned s = 0; s < scene->a->n_streams; s++) {
    for (unsigned c = 1; c <= scene->a->n_components; c++) {
      if (!sim_scene_agrees (scene, s, c))
        sim_world_fault (scene->world, "A and B", "do not agree on %u.%u", s,
            c);
    }
  }
}

static void
expect_failed (SimHost *host, IceCause cause)
{
  if (host->state != ICE_STATE_FAILED || host->cause != cause)
    sim_world_fault (host->world, host->name,
        "state %d cause %s, should have failed with %s", (int) host->state,
        ice_cause_name (host->cause), ice_cause_name (cause));
  if (host->components[0][0].media_sent != 0)
    sim_world_fault (host->world, host->name, "sent media and failed");
}

void
sim_scene_expect_failed (SimScene *scene, IceCause cause)
{
  expect_failed (scene->a, cause);
  expect_failed (scene->b, cause);
}

static void
expect_nothing (SimHost *host)
{
  if (host->state != ICE_STATE_FAILED)
    sim_world_fault (host->world, host->name,
        "state %d, should have failed for want of a path", (int) host->state);
  if (host->failures == 0 || host->cause == ICE_CAUSE_NONE)
    sim_world_fault (host->world, host->name, "failed without a cause");
  for (unsigned s = 0; s < host->n_streams; s++) {
    for (unsigned c = 0; c < host->n_components; c++) {
      if (host->components[s][c].media_received != 0)
        sim_world_fault (host->world, host->name, "media without a path");
    }
  }
}

void
sim_scene_expect_ended (SimScene *scene)
{
  expect_nothing (scene->a);
  expect_nothing (scene->b);
}

static void
tell (const SimWorld *world, const char *what)
{
  guint first = world->story->len > 400 ? world->story->len - 400 : 0;

  fprintf (stderr, "\n%s, seed %" G_GUINT64_FORMAT ":\n", what, world->seed);
  if (getenv ("SIM_STORY") != NULL)
    first = 0;
  for (guint i = first; i < world->story->len; i++)
    fprintf (stderr, "  %s\n", (char *) g_ptr_array_index (world->story, i));
  for (guint i = 0; i < world->faults->len; i++)
    fprintf (stderr, "  FAULT %s\n",
        (char *) g_ptr_array_index (world->faults, i));
}

bool
sim_scene_end (SimScene *scene, const char *what)
{
  SimHost *hosts[] = { scene->a, scene->b };

  for (unsigned i = 0; i < G_N_ELEMENTS (hosts); i++) {
    if (hosts[i] != NULL && hosts[i]->session != NULL &&
        hosts[i]->state != ICE_STATE_CLOSED)
      sim_host_close (hosts[i]);
  }
  if (scene->world->faults->len == 0 && getenv ("SIM_STORY") == NULL)
    return true;
  tell (scene->world, what);
  return scene->world->faults->len == 0;
}
