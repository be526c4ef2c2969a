/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A STUN Binding server that can be all the servers one meets: good, old, slow,
 * refusing, broken, dead. */

#include "realm.h"

typedef enum
{
  SIM_STUN_GOOD,
  SIM_STUN_DEAD,       /* swallows everything */
  SIM_STUN_CLOSED,     /* no such port: ICMP errors come back */
  SIM_STUN_OLD,        /* RFC 3489: MAPPED-ADDRESS only */
  SIM_STUN_REDIRECT,   /* 300 with ALTERNATE-SERVER */
  SIM_STUN_BAD,        /* 400 */
  SIM_STUN_AUTH,       /* 401 with realm and nonce */
  SIM_STUN_UNKNOWN,    /* 420 */
  SIM_STUN_ERROR,      /* 500 */
  SIM_STUN_OTHER_PORT, /* answers from another port */
  SIM_STUN_GARBAGE,    /* answers with noise under the right id */
} SimStunKind;

typedef struct SimStunServer SimStunServer;

SimStunServer *
sim_stun_server_new (SimRealm *realm, NetAddr addr, SimStunKind kind);
/* Think so long before answering. */
void sim_stun_server_set_slow (SimStunServer *server, NetTime delay);
void sim_stun_server_set_kind (SimStunServer *server, SimStunKind kind);
bool sim_stun_server_is_dead (const SimStunServer *server);
SimPlug *sim_stun_server_plug (SimStunServer *server);
NetAddr sim_stun_server_addr (const SimStunServer *server);
/* Requests seen, and how many of them bore what a Binding request to a server
 * must not bear (USERNAME, integrity). */
unsigned sim_stun_server_requests (const SimStunServer *server);
unsigned sim_stun_server_credentials (const SimStunServer *server);
