/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The dice. Probabilities lean to what is common, but every value is reached
 * within some hundred seeds. */

#include "draw.h"

static uint64_t
range (SimDraw *draw, uint64_t lo, uint64_t hi)
{
  return sim_rng_range (&draw->scene->world->rng, lo, hi);
}

static bool
chance (SimDraw *draw, double probability)
{
  return sim_rng_chance (&draw->scene->world->rng, probability);
}

static SimLinkConfig
draw_link (SimDraw *draw, bool lossy)
{
  SimLinkConfig link = { .delay = NET_USEC (range (draw, 200, 75000)) };

  if (chance (draw, 0.3))
    link.jitter = NET_USEC (range (draw, 100, 15000));
  if (chance (draw, 0.2))
    link.duplicate = 0.05;
  if (chance (draw, 0.2)) {
    link.reorder = 0.05;
    link.reorder_by = NET_USEC (range (draw, 100, 30000));
  }
  if (chance (draw, 0.1))
    link.rate = range (draw, 1, 20) * 1000000;
  if (!lossy)
    return link;
  if (chance (draw, 0.3)) {
    link.burst_every = NET_MSEC (900); /* a tenth of the time */
    link.burst_lasts = NET_MSEC (100);
    link.burst_loss = 1.0;
  } else {
    link.loss = (double) range (draw, 1, 10) / 100;
  }
  return link;
}

static SimNatConfig
draw_nat (SimDraw *draw)
{
  SimNatConfig nat = { .mapping = range (draw, 0, 2),
    .filtering = range (draw, 0, 2),
    .ports = range (draw, 0, SIM_NAT_OVERLOAD),
    .hairpin = chance (draw, 0.5),
    .filter_endpoint = chance (draw, 0.2),
    .inbound_refresh = chance (draw, 0.5) };

  /* Kept ports make sense where the mapping is symmetric. */
  if (nat.ports == SIM_NAT_OVERLOAD &&
      (nat.mapping != SIM_NAT_APDM || nat.filtering != SIM_NAT_APDF))
    nat.ports = SIM_NAT_RANDOM;
  if (chance (draw, 0.3))
    nat.lifetime = NET_SEC (range (draw, 30, 120));
  return nat;
}

static SimSite *
draw_site (SimDraw *draw, const SimLinkConfig *link, bool v6)
{
  SimNatConfig nat = draw_nat (draw);
  bool public = chance (draw, 0.2) && !v6;
  SimSite *site = sim_scene_site (draw->scene, public ? NULL : &nat, link);

  g_string_append_printf (draw->text, " %s%s",
      public ? "public" : sim_nat_name (&nat), v6 ? "+v6" : "");
  if (v6)
    sim_site_firewall (draw->scene, site,
        (SimFirewallKind) range (draw, 0, SIM_FIREWALL_BLOCK), link);
  return site;
}

static SimHost *
draw_host (SimDraw *draw, SimSite *site, const SimLinkConfig *link,
    const char *name, bool v4, bool v6)
{
  SimScene *scene = draw->scene;
  SimHost *host = sim_host_new (scene->world, name);

  host->dns = scene->dns;
  if (v4) {
    SimPlug *plug = sim_site_add_nic (scene, site, host, NET_FAMILY_IPV4);

    if (site->nat == NULL)
      sim_plug_set_link (plug, link);
    sim_host_add_server (host, "198.51.100.1", 3478);
  }
  if (v6)
    sim_site_add_nic (scene, site, host, NET_FAMILY_IPV6);
  if (v4 && site->nat != NULL && chance (draw, 0.15))
    sim_site_add_nic (scene, site, host, NET_FAMILY_IPV4);
  host->trickle = chance (draw, 0.7);
  if (!host->trickle)
    g_string_append_printf (draw->text, " %s-whole", name);
  host->icmp = chance (draw, 0.5);
  host->media_every = NET_MSEC (200);
  if (chance (draw, 0.3))
    host->late = NET_USEC (range (draw, 10, 15000));
  host->config.nomination = chance (draw, 0.2)
      ? (IceNomination) range (draw, 0, 2)
      : ICE_NOMINATION_AUTO;
  if (host->config.nomination == ICE_NOMINATION_AGGRESSIVE)
    g_string_append_printf (draw->text, " %s-aggressive", name);
  if (chance (draw, 0.2))
    host->config.ta = (unsigned) range (draw, 5, 100);
  return host;
}

static void
draw_roles (SimDraw *draw)
{
  SimHost *a = draw->scene->a;
  SimHost *b = draw->scene->b;
  bool a_controls = chance (draw, 0.5);

  a->config.role = a_controls ? ICE_CONTROLLING : ICE_CONTROLLED;
  b->config.role = a_controls ? ICE_CONTROLLED : ICE_CONTROLLING;
  if (chance (draw, 0.15)) {
    b->config.role = a->config.role;
    g_string_append (draw->text, " conflict");
  }
  a->n_streams = b->n_streams = (unsigned) range (draw, 1, 3);
  a->n_components = b->n_components = (unsigned) range (draw, 1, 2);
  g_string_append_printf (draw->text, " %ux%u", a->n_streams, a->n_components);
}

/* A lite agent sits on a public address. */
static void
draw_lite (SimDraw *draw, const SimSite *site, SimHost *host, SimHost *peer)
{
  if (site->nat != NULL || peer->config.lite || !chance (draw, 0.3))
    return;
  host->config.lite = true;
  g_string_append_printf (draw->text, " %s-lite", host->name);
}

static void
draw_server (SimDraw *draw)
{
  SimScene *scene = draw->scene;
  unsigned die = (unsigned) range (draw, 0, 19);

  if (die == 0)
    sim_stun_server_set_kind (scene->server, SIM_STUN_OLD);
  else if (die == 1)
    sim_stun_server_set_kind (scene->server, SIM_STUN_DEAD);
  else if (die == 2)
    sim_stun_server_set_slow (scene->server, NET_MSEC (range (draw, 1, 1500)));
  if (die < 3)
    g_string_append_printf (draw->text, " server%u", die);
}

static void
draw_signalling (SimDraw *draw)
{
  SimPipeConfig pipe = { .delay = NET_MSEC (range (draw, 0, 500)) };
  SimScene *scene = draw->scene;

  if (chance (draw, 0.3))
    pipe.jitter = NET_MSEC (range (draw, 1, 300));
  if (chance (draw, 0.3))
    pipe.candidate_delay = NET_MSEC (range (draw, 1, 2000));
  scene->pipe = sim_pipe_new (scene->a, scene->b, &pipe);
  scene->b->start_on_offer = chance (draw, 0.5);
  draw->started_late = chance (draw, 0.3);
}

static void
draw_mishap (SimDraw *draw)
{
  static const char *const names[] = { "", "restart-A", "restart-B",
    "restart-both", "rebind-A", "rebind-B", "black-A", "black-B" };

  draw->mishap_at = NET_MSEC (range (draw, 100, 20000));
  draw->mishap_lasts = NET_MSEC (range (draw, 500, 12000));
  if (chance (draw, 0.5))
    draw->mishap = (SimMishap) range (draw, 1, SIM_MISHAPS - 1);
  /* Who is cut off for the whole gather-timeout finds no server, and a candidate
   * that the NAT forgets before it was used leads nowhere. */
  if (draw->mishap >= SIM_MISHAP_REBIND_A)
    draw->mishap_at += NET_SEC (6);
  g_string_append_printf (draw->text, " %s", names[draw->mishap]);
}

static SimReach
ask (SimDraw *draw)
{
  SimReach reach;

  if (sim_stun_server_is_dead (draw->scene->server)) {
    reach = sim_oracle_ask (draw->scene->a, draw->scene->b, NET_ADDR_NONE);
    sim_scene_reset (draw->scene);
    return reach;
  }
  return sim_scene_oracle (draw->scene);
}

static void
build (SimDraw *draw)
{
  SimScene *scene = draw->scene;
  bool v6 = chance (draw, 0.35);
  bool v4 = !v6 || chance (draw, 0.7);
  bool lossy = chance (draw, 0.5);
  SimLinkConfig link_a = draw_link (draw, lossy);
  SimLinkConfig link_b = draw_link (draw, false);
  SimSite *site_a = draw_site (draw, &link_a, v6);
  SimSite *site_b = chance (draw, 0.1) ? site_a : draw_site (draw, &link_b, v6);

  if (site_a == site_b)
    g_string_append (draw->text, " same site");
  if (lossy)
    g_string_append (draw->text, " lossy");
  /* A request to a server is sent four times in the gather-timeout; that some
   * get lost all four is the loss's fault and nobody's. */
  sim_stun_server_plug (scene->server)->aside = lossy;
  scene->a = draw_host (draw, site_a, &link_a, "A", v4, v6);
  scene->b = draw_host (draw, site_b, &link_b, "B", v4, v6);
  draw_roles (draw);
  draw_lite (draw, site_a, scene->a, scene->b);
  draw_lite (draw, site_b, scene->b, scene->a);
}

SimDraw *
sim_draw_new (uint64_t seed, bool telling)
{
  SimDraw *draw = g_new0 (SimDraw, 1);

  draw->scene = sim_scene_new (seed);
  draw->scene->world->telling = telling;
  draw->text = g_string_new (NULL);
  build (draw);
  draw_server (draw);
  draw_signalling (draw);
  draw_mishap (draw);
  draw->reach = ask (draw);
  /* A NAT that hands out new ports may by chance hand out the ones that the
   * oracle missed. */
  if (draw->reach != SIM_REACH_DIRECT &&
      (draw->mishap == SIM_MISHAP_REBIND_A ||
          draw->mishap == SIM_MISHAP_REBIND_B))
    draw->mishap = SIM_MISHAP_NONE;
  g_string_append_printf (draw->text, " -> %s", sim_reach_name (draw->reach));
  return draw;
}

void
sim_draw_free (SimDraw *draw)
{
  sim_scene_free (draw->scene);
  g_string_free (draw->text, TRUE);
  g_free (draw);
}

/* Not before the peer has had the description before: an application that
 * leaves one out breaks the exchange. */
static void
restart (SimHost *host)
{
  if (host->session != NULL && host->state != ICE_STATE_FAILED &&
      !host->owes_description)
    sim_host_restart (host);
}

static void
black (SimDraw *draw, SimSite *site, SimHost *host)
{
  NetTime now = draw->scene->world->now;
  NetTime until = now + draw->mishap_lasts;
  SimPlug *plugs[3] = { site->uplink4, site->uplink6, NULL };

  sim_world_say (draw->scene->world, host->name, "line > dead for %u ms",
      (unsigned) (draw->mishap_lasts / NET_MSEC (1)));
  if (site->nat == NULL)
    plugs[2] = g_array_index (host->nics, SimNic, 0).plug;
  for (unsigned i = 0; i < G_N_ELEMENTS (plugs); i++) {
    if (plugs[i] != NULL) {
      sim_link_black (&plugs[i]->up, now, until);
      sim_link_black (&plugs[i]->down, now, until);
    }
  }
}

static void
rebind (const SimSite *site)
{
  if (site->nat != NULL)
    sim_nat_rebind (site->nat);
}

static void
mishap (void *target, uint64_t argument)
{
  SimDraw *draw = target;
  SimScene *scene = draw->scene;
  SimSite *site_b = &scene->sites[scene->n_sites - 1];

  (void) argument;
  switch (draw->mishap) {
    case SIM_MISHAP_RESTART_A:
      restart (scene->a);
      break;
    case SIM_MISHAP_RESTART_B:
      restart (scene->b);
      break;
    case SIM_MISHAP_RESTART_BOTH:
      restart (scene->a);
      restart (scene->b);
      break;
    case SIM_MISHAP_REBIND_A:
      rebind (&scene->sites[0]);
      break;
    case SIM_MISHAP_REBIND_B:
      rebind (site_b);
      break;
    case SIM_MISHAP_BLACK_A:
      black (draw, &scene->sites[0], scene->a);
      break;
    case SIM_MISHAP_BLACK_B:
      black (draw, site_b, scene->b);
      break;
    case SIM_MISHAP_NONE:
    case SIM_MISHAPS:
      break;
  }
}

void
sim_draw_start (SimDraw *draw)
{
  SimScene *scene = draw->scene;
  NetTime later = draw->started_late ? NET_MSEC (700) : 0;

  sim_host_start (scene->a);
  if (!scene->b->start_on_offer)
    sim_host_start_at (scene->b, scene->world->now + later);
  sim_world_at (scene->world, scene->world->now + draw->mishap_at, mishap, draw,
      0);
}
