/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A peer that speaks STUN by hand: as polite, as old, as lite or as hostile as
 * the test wants. Left alone it answers checks correctly and sends none. */

#include "host.h"

typedef struct SimPeer SimPeer;

/* Everything that came, as it was understood. */
typedef struct
{
  NetTime at;
  NetAddr from;
  NetAddr to;
  bool stun;
  StunClass cls;
  StunTxnId id;
  bool authenticated; /* integrity with the key that fits the class */
  bool fingerprint;
  bool use_candidate;
  bool has_controlling;
  bool has_controlled;
  uint64_t tie_breaker;
  bool has_priority;
  uint32_t priority;
  uint32_t nomination; /* 0: none */
  uint16_t code;       /* of an error */
  NetAddr mapped;
  size_t len;
  char username[520];
} SimHeard;

/* Called for everything, after it was noted. True: handled, no answer of the
 * peer's own. */
typedef bool (*SimPeerHandler) (SimPeer *peer, const StunMsg *msg,
    const SimHeard *heard);

struct SimPeer
{
  SimWorld *world;
  SimPlug *plug;
  NetAddr addr;
  SimRng rng;
  char ufrag[32];
  char pwd[64];
  const SimHost *host; /* whom it meets: its credentials are the keys */
  IceRole role;
  uint64_t tie_breaker;
  uint32_t priority; /* of its checks */
  bool silent;       /* answers nothing */
  bool checks;       /* triggered: checks back, once per source */
  bool nominates;    /* USE-CANDIDATE in those */
  SimPeerHandler handler;
  void *user;
  GArray *heard;   /* SimHeard */
  GArray *checked; /* NetAddr: checked back already */
  uint64_t media;
};

/* What differs from a correct check; zero is correct. */
typedef struct
{
  const StunTxnId *id;   /* NULL: random */
  const NetAddr *source; /* NULL: the peer's own */
  const char *username;  /* NULL: right */
  const char *password;  /* NULL: right */
  bool use_candidate;
  bool no_integrity;
  bool no_fingerprint;
  bool no_priority;
  bool no_role;
  bool behind_integrity; /* USE-CANDIDATE where nothing protects it */
  uint16_t unknown;      /* comprehension-required attribute; 0: none */
  uint32_t nomination;
} SimPeerRequest;

SimPeer *sim_peer_new (SimRealm *realm, const char *address, uint16_t port);
/* Both learn each other's credentials; the host gets `n` candidates of the
 * peer: its address with ports from its own upwards. */
void sim_peer_meet (SimPeer *peer, SimHost *host, unsigned n);
char *sim_peer_candidate (const SimPeer *peer, NetAddr addr, const char *type,
    uint32_t priority);

void sim_peer_send (SimPeer *peer, NetAddr from, NetAddr to, NetBytes data);
StunTxnId sim_peer_check (SimPeer *peer, NetAddr to, const SimPeerRequest *how);
void sim_peer_answer (SimPeer *peer, const SimHeard *request);
/* As an answer, but from another source, with another mapped address. */
void sim_peer_answer_as (SimPeer *peer, const SimHeard *request, NetAddr from,
    NetAddr mapped, const char *password);
void sim_peer_refuse (SimPeer *peer, const SimHeard *request, uint16_t code);
void sim_peer_indicate (SimPeer *peer, NetAddr to);

unsigned sim_peer_count (const SimPeer *peer, StunClass cls);
const SimHeard *sim_peer_last (const SimPeer *peer, StunClass cls);
/* Number `index` of that class; NULL: not so many. */
const SimHeard *
sim_peer_nth (const SimPeer *peer, StunClass cls, unsigned index);
unsigned sim_peer_nominations (const SimPeer *peer);
