/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a session wants the world to do or to know. Drained with
 * ice_session_next after every input, in order; values only, no pointer into
 * the session. */

#include "config.h"
#include "route.h"
#include "../stun/msg.h"

typedef enum
{
  ICE_OUT_SEND,        /* a datagram, encoded when drained */
  ICE_OUT_OPEN,        /* bind a socket; answer flow_opened or flow_closed */
  ICE_OUT_CLOSE,       /* close a flow; no answer */
  ICE_OUT_RESOLVE,     /* look a name up; answer resolved */
  ICE_OUT_FILTER,      /* may this candidate be used? answer filtered */
  ICE_OUT_DESCRIPTION, /* local credentials exist or have changed */
  ICE_OUT_CANDIDATE,   /* hand to the peer; end set: end-of-candidates */
  ICE_OUT_GATHERING,   /* state changed */
  ICE_OUT_STATE,       /* connection state changed */
  ICE_OUT_ROLE,        /* role changed */
  ICE_OUT_ROUTE,       /* ask ice_session_route anew */
  ICE_OUT_SELECTED,    /* a component's selected pair changed */
  ICE_OUT_SERVER,      /* a STUN server answered, or failed */
  ICE_OUT_FAILED,      /* follows the STATE failed, with the cause */
} IceOutKind;

typedef struct
{
  uint32_t flow;
  uint32_t token; /* for ice_session_send_failed */
  NetAddr to;
  size_t len;
  uint8_t data[STUN_MSG_MAX];
} IceOutSend;

typedef struct
{
  uint32_t flow; /* the session's number for it from now on */
  uint16_t stream;
  uint16_t component;
  NetAddr local; /* port 0: choose one between port_min and port_max */
  uint16_t port_min;
  uint16_t port_max;
} IceOutOpen;

typedef struct
{
  uint32_t op;
  uint16_t port; /* to be put into the answers */
  char name[256];
} IceOutResolve;

typedef struct
{
  uint32_t op;
  uint16_t stream;
  bool remote;
  IceCand cand;
} IceOutFilter;

typedef struct
{
  uint16_t stream;
  bool end;
  IceCand cand;
} IceOutCandidate;

typedef struct
{
  uint16_t stream;
  uint16_t component;
  IceCand local;
  IceCand remote;
  NetTime rtt;
} IceOutSelected;

/* One server from one local address. */
typedef struct
{
  uint32_t server;
  bool ok;
  uint16_t code; /* STUN error; 0 with !ok: timeout, unreachable or name */
  NetAddr local;
  NetAddr addr;   /* the server's; none: its name did not resolve */
  NetAddr mapped; /* ok only */
  NetTime rtt;
  char text[STUN_REASON_MAX];
} IceOutServer;

typedef struct
{
  IceOutKind kind;
  union
  {
    IceOutSend send;
    IceOutOpen open;
    uint32_t close; /* flow */
    IceOutResolve resolve;
    IceOutFilter filter;
    IceOutCandidate candidate;
    IceGathering gathering;
    IceState state;
    IceRole role;
    struct
    {
      uint16_t stream;
      uint16_t component;
    } route;
    IceOutSelected selected;
    IceOutServer server;
    IceCause cause;
  };
} IceOut;
