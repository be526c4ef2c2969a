/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A computer that runs one session: its interfaces and sockets, its clock, its
 * application (signalling and a trickle of media). What it sees is written down
 * with the time, for the tests to ask. */

#include "check.h"
#include "dns.h"
#include "realm.h"
#include "pipe.h"

#define SIM_HOST_STREAMS 4
#define SIM_HOST_COMPONENTS 2

/* 0: has not happened. */
typedef struct
{
  NetTime started;
  NetTime gathered;
  NetTime remote;    /* credentials of the peer, or its last new candidate */
  NetTime connected; /* first time in that state, and so on */
  NetTime completed;
  NetTime disconnected;
  NetTime failed;
  NetTime selected;    /* every component has its selected pair */
  NetTime media_out;   /* first media sent on every component */
  NetTime media_in;    /* first media received on any */
  NetTime last_in;     /* latest media received */
  NetTime longest_gap; /* between two of them */
} SimTimes;

/* What the host saw of one component. */
typedef struct
{
  IceRoute route;
  IceOutSelected selected;
  unsigned selections;
  bool media_ready; /* the media clock runs */
  NetTime first_media;
  uint64_t media_sent;
  uint64_t media_held; /* could not be sent, for want of a route or consent */
  uint64_t media_received;
} SimComponent;

typedef struct
{
  IceIface iface;
  SimPlug *plug;
  bool up;
} SimNic;

struct SimHost
{
  SimWorld *world;
  const char *name;
  SimRng rng; /* the session's randomness */
  SimProcess own_process;
  SimProcess *process;
  IceConfig config;
  IceSession *session; /* NULL before the start and after the end */

  /* Scene, set before the start. */
  SimPipe *pipe;
  SimDns *dns;
  bool trickle;        /* candidates one by one, or all in the description */
  bool start_on_offer; /* gathers when the peer's description comes */
  bool icmp;           /* answers for closed ports with errors */
  unsigned n_streams;
  unsigned n_components; /* of every stream */
  NetTime media_every;   /* 0: no media */
  NetTime late;          /* the clock rings up to so much too late */
  const char *ufrag;     /* NULL: random */
  const char *pwd;
  /* May be NULL; an errno for a datagram that cannot leave. */
  int (*send_error) (SimHost *host, NetAddr from, NetAddr to);
  bool (*filter) (SimHost *host, const IceOutFilter *filter);
  /* May be NULL; sees every datagram that comes for a socket; false eats it. */
  bool (*tap) (SimHost *host, NetAddr to, NetAddr from, NetBytes data);
  /* Likewise for what leaves, media and STUN. */
  bool (*tap_out) (SimHost *host, NetAddr from, NetAddr to, NetBytes data);
  void *user; /* the test's */

  /* The machine. */
  GArray *nics;       /* SimNic */
  GArray *sockets;    /* private */
  GPtrArray *servers; /* char *: "host:port" to add at the start */
  uint16_t next_port;
  uint64_t alarm; /* number of the armed event */
  NetTime armed;
  bool draining;
  GArray *answers;  /* what the session is owed: private */
  GPtrArray *inbox; /* signalled before the start: private */

  /* What was seen. */
  SimCheck check;
  SimTimes times;
  SimComponent components[SIM_HOST_STREAMS][SIM_HOST_COMPONENTS];
  IceState state;
  IceCause cause;
  IceOutServer server; /* the latest ICE_OUT_SERVER */
  unsigned servers_ok;
  unsigned servers_failed;
  unsigned descriptions;
  bool owes_description;     /* told of one, waits for the gathering to end */
  unsigned candidates;       /* handed out */
  unsigned candidates_of[4]; /* by type */
  unsigned ends;
  unsigned failures; /* ICE_OUT_FAILED */
  unsigned role_changes;
  unsigned sockets_opened;
  unsigned add_results[ICE_ADD_FULL + 1];
  uint64_t stun_sent;
};

/* Config at its default, a name for the story, streams and components 1. */
SimHost *sim_host_new (SimWorld *world, const char *name);
/* One interface with one address; it is a plug of its own. */
SimPlug *sim_host_add_nic (SimHost *host, SimRealm *realm, const char *address);
void sim_host_add_server (SimHost *host, const char *name, uint16_t port);
void sim_host_share_process (SimHost *host, SimProcess *process);

void sim_host_start (SimHost *host);
void sim_host_start_at (SimHost *host, NetTime when);
void sim_host_restart (SimHost *host);
/* The application hands the whole description out once more. */
void sim_host_describe (SimHost *host);
void sim_host_close (SimHost *host);
/* The interface loses or regains its address; the session is told. */
void sim_host_set_nic (SimHost *host, unsigned index, bool up);

void sim_host_signalled (SimHost *host, SimPipeKind kind, unsigned stream,
    const char *text);
/* As the application, by hand. */
IceSetResult sim_host_set_remote (SimHost *host, unsigned stream,
    const char *ufrag, const char *pwd);
IceAddResult
sim_host_add_candidate (SimHost *host, unsigned stream, const char *line);
void sim_host_end_of_candidates (SimHost *host, unsigned stream);
/* After calls of the session's own functions. */
void sim_host_drain (SimHost *host);

/* Socket number `index`, in the order of opening. */
bool sim_host_socket (const SimHost *host, unsigned index, uint32_t *out_flow,
    NetAddr *out_local);
unsigned sim_host_n_sockets (const SimHost *host);
/* The plug behind an address of its own; NULL: none. */
SimPlug *sim_host_plug (const SimHost *host, NetAddr addr);
bool
sim_host_can_send (const SimHost *host, unsigned stream, unsigned component);
