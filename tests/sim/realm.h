/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where addresses mean something: the Internet, a home, an office. Nodes are
 * plugged into a realm; a box (NAT, firewall) is plugged into two and is the
 * gateway of the inner one. A datagram crosses a realm by the up link of the
 * plug it left and the down link of the plug it reaches. */

#include "net/addr.h"
#include "net/bytes.h"
#include "link.h"
#include "world.h"

typedef struct SimRealm SimRealm;
typedef struct SimPlug SimPlug;
typedef struct SimPacket SimPacket;

/* Travels by value of its pointer; whoever gets it frees it or passes it on. */
struct SimPacket
{
  NetAddr from;
  NetAddr to;
  SimPlug *origin; /* where it was born, for errors on the way back */
  NetAddr origin_from;
  NetAddr origin_to;
  SimPlug *next; /* on its way to */
  unsigned hops;
  size_t len;
  uint8_t data[];
};

typedef enum
{
  SIM_PASS,  /* translated; goes on from *out_next */
  SIM_BLOCK, /* silently gone */
} SimVerdict;

typedef struct
{
  /* Host-like nodes: takes the packet. NULL for boxes. */
  void (*deliver) (SimPlug *plug, SimPacket *packet);
  /* Boxes: translates both addresses, remembers what it must. */
  SimVerdict (*forward) (SimPlug *plug, NetAddr *from, NetAddr *to, NetTime now,
      SimPlug **out_next);
  /* Is that address reached through this plug? */
  bool (*owns) (const SimPlug *plug, NetAddr addr);
  /* Host-like nodes, may be NULL: an ICMP error for what it sent. */
  void (*refused) (SimPlug *plug, NetAddr from, NetAddr to);
} SimPlugClass;

struct SimPlug
{
  const SimPlugClass *klass;
  SimRealm *realm;
  void *node;
  SimLink up;   /* node to realm */
  SimLink down; /* realm to node */
  bool aside;   /* reached by another way, of the same delay but perfect */
};

struct SimRealm
{
  SimWorld *world;
  const char *name;
  GPtrArray *plugs;
  SimPlug *gateway4;
  SimPlug *gateway6;
  uint64_t carried;
  uint64_t homeless; /* no such address, or no way there */
};

SimRealm *sim_realm_new (SimWorld *world, const char *name);
/* The realm's; `node` gives the class its meaning. */
SimPlug *
sim_realm_plug (SimRealm *realm, const SimPlugClass *klass, void *node);
void sim_plug_set_link (SimPlug *plug, const SimLinkConfig *config);

void sim_plug_send (SimPlug *plug, NetAddr from, NetAddr to, NetBytes data);
/* A hard error for the packet goes back to its origin. */
void sim_packet_refuse (SimPacket *packet);

/* The same way in no time and without loss: which plug gets a datagram that
 * leaves `plug`, and which addresses it bears then. Boxes on the way remember
 * it as they would any other. */
SimPlug *sim_plug_walk (SimPlug *plug, NetAddr *from, NetAddr *to, NetTime now);
