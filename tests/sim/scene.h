/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The usual stage: an Internet with a STUN server, up to four sites each behind
 * a box or none, hosts in them, and how a run has to end. */

#include "firewall.h"
#include "host.h"
#include "nat.h"
#include "oracle.h"
#include "stunserver.h"

#define SIM_SITES 4

typedef struct
{
  SimRealm *realm;
  SimNat *nat;           /* NULL: none */
  SimFirewall *firewall; /* of IPv6; NULL: none */
  SimPlug *uplink4;      /* the plug in the Internet; NULL: public site */
  SimPlug *uplink6;
  unsigned number;
  unsigned hosts;
} SimSite;

typedef struct
{
  SimWorld *world;
  SimRealm *internet;
  SimStunServer *server;
  SimStunServer *server6;
  SimDns *dns;
  SimSite sites[SIM_SITES];
  unsigned n_sites;
  SimHost *a; /* the two of most scenes */
  SimHost *b;
  SimPipe *pipe;
} SimScene;

/* The server is 198.51.100.1:3478 and [2001:db8:5::1]:3478, without delay. */
SimScene *sim_scene_new (uint64_t seed);
void sim_scene_free (SimScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimScene, sim_scene_free)

/* nat NULL: hosts of the site have public addresses. The link is that of the
 * site to the Internet, each way. */
SimSite *sim_scene_site (SimScene *scene, const SimNatConfig *nat,
    const SimLinkConfig *link);
/* An IPv6 gateway too; to be called before hosts get IPv6 addresses. */
void sim_site_firewall (SimScene *scene, SimSite *site, SimFirewallKind kind,
    const SimLinkConfig *link);
/* A host with one IPv4 address, knowing the server. */
SimHost *sim_scene_host (SimScene *scene, SimSite *site, const char *name);
/* One more address of one family on the host: 10.<site>.0.x, 203.0.113.x or
 * 2001:db8:<site>::x. */
SimPlug *sim_site_add_nic (SimScene *scene, SimSite *site, SimHost *host,
    NetFamily family);

/* a and b, each at a site of its own (nat NULL: public), with round trip time
 * `rtt` between them and the same loss each way; a controls. */
SimScene *sim_scene_pair (uint64_t seed, const SimNatConfig *nat_a,
    const SimNatConfig *nat_b, NetTime rtt, double loss);
void sim_scene_signal (SimScene *scene, NetTime delay);
/* Asks, and makes the boxes forget it. */
SimReach sim_scene_oracle (SimScene *scene);
void sim_scene_reset (SimScene *scene);

/* Runs until both have come to an end (completed or failed), or the limit. */
void sim_scene_conclude (SimScene *scene, NetTime limit);
void sim_scene_run (SimScene *scene, NetTime duration);
/* RFC 5245's aggressive nomination lets each side take the pair that it ranks
 * highest, and a pair known from a check may rank elsewhere than one from
 * signalling; then it is enough that both have selected one. */
bool
sim_scene_agrees (const SimScene *scene, unsigned stream, unsigned component);
/* Both completed, agreeing on every component, media in both directions. */
void sim_scene_expect_connected (SimScene *scene);
void sim_scene_expect_failed (SimScene *scene, IceCause cause);
/* Both failed, with a cause and without media. */
void sim_scene_expect_ended (SimScene *scene);
/* Closes both hosts and looks at what they leave. Tells the story and returns
 * false when a promise was broken. */
bool sim_scene_end (SimScene *scene, const char *what);
