/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a session is told once, at birth, and what words its answers use. */

#include <stdbool.h>
#include <stddef.h>

#include "cand.h"
#include "iface.h"
#include "pacer.h"

typedef enum
{
  ICE_CONTROLLING,
  ICE_CONTROLLED,
} IceRole;

typedef enum
{
  ICE_NOMINATION_AUTO, /* regular; renomination when the peer offers it */
  ICE_NOMINATION_REGULAR,
  ICE_NOMINATION_AGGRESSIVE,
} IceNomination;

typedef enum
{
  ICE_ALLOW_HOST = 1 << ICE_CAND_HOST,
  ICE_ALLOW_SRFLX = 1 << ICE_CAND_SRFLX,
  ICE_ALLOW_PRFLX = 1 << ICE_CAND_PRFLX,
  ICE_ALLOW_ALL = 0xf,
} IceAllow;

/* Webrtcbin's words, in its order. */
typedef enum
{
  ICE_GATHERING_NEW,
  ICE_GATHERING_GATHERING,
  ICE_GATHERING_COMPLETE,
} IceGathering;

typedef enum
{
  ICE_STATE_NEW,
  ICE_STATE_CHECKING,
  ICE_STATE_CONNECTED, /* every component can send */
  ICE_STATE_COMPLETED, /* every component has its selected pair */
  ICE_STATE_FAILED,
  ICE_STATE_DISCONNECTED,
  ICE_STATE_CLOSED,
} IceState;

/* Why it failed; names of surface.md §4. */
typedef enum
{
  ICE_CAUSE_NONE,
  ICE_CAUSE_NO_REMOTE_CANDIDATES,
  ICE_CAUSE_NO_LOCAL_CANDIDATES,
  ICE_CAUSE_STUN_UNREACHABLE,
  ICE_CAUSE_CHECKS_TIMEOUT,
  ICE_CAUSE_FAMILY_MISMATCH,
  ICE_CAUSE_BAD_CREDENTIALS,
  ICE_CAUSE_CONSENT_EXPIRED,
} IceCause;

const char *ice_cause_name (IceCause cause);

typedef struct
{
  /* The only call out of the core: fills bytes, touches nothing else. */
  void (*random) (void *user, void *out_bytes, size_t len);
  void *random_user;
  IcePacer *pacer; /* shared by all sessions of the process, outlives them */

  IceRole role;
  IceNomination nomination;
  bool lite;
  bool filter;        /* ask ICE_OUT_FILTER about every candidate */
  bool trace;         /* keep trace lines for ice_session_next_trace */
  bool auto_restart;  /* restart by itself when disconnected */
  unsigned ta;        /* ms, proposed to the peer unless 50 */
  unsigned allow;     /* IceAllow */
  unsigned max_pairs; /* over the checklist set; 100 */
  uint16_t port_min;  /* 0: any */
  uint16_t port_max;
  NetTime gather_timeout;
  NetTime connect_timeout;
  NetTime consent_timeout;
  NetTime disconnect_timeout;
  IceIfacePolicy ifaces;        /* strings are copied */
  const char *external_address; /* "public" or "private=public,…"; copied */
} IceConfig;

/* Everything at its default; random and pacer are the caller's to set. */
void ice_config_init (IceConfig *config);
/* NULL when good, else static text saying what is accepted. */
const char *ice_config_check_external (const char *external_address);
