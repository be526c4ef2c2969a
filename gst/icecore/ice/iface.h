/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which of the machine's addresses become host candidates, and in what order of
 * preference: a pure function from a snapshot of the interfaces and the user's
 * wishes to a list (RFC 8445 §5.1.1.1, RFC 8421, RFC 8835 §3). */

#include <glib.h>

#include "../net/addr.h"

typedef enum
{
  ICE_IFACE_UP = 1 << 0,
  ICE_IFACE_LOOPBACK = 1 << 1,
  ICE_IFACE_POINT_TO_POINT = 1 << 2, /* tunnels, VPN: lowest preference */
  ICE_IFACE_BRIDGE = 1 << 3,         /* container and VM bridges */
  ICE_ADDR_TEMPORARY = 1 << 8,       /* RFC 8981 privacy address */
  ICE_ADDR_DEPRECATED = 1 << 9,
  ICE_ADDR_TENTATIVE = 1 << 10, /* DAD not finished */
  ICE_ADDR_FAILED = 1 << 11,    /* DAD failed */
} IceIfaceFlags;

/* One address of one interface. */
typedef struct
{
  NetAddr addr; /* port 0; link-local: scope set */
  uint32_t index;
  uint32_t flags;
  uint8_t prefix_len;
  char name[16];
} IceIface;

typedef enum
{
  ICE_IP_ANY,
  ICE_IP_IPV4,
  ICE_IP_IPV6,
} IceIpFamily;

typedef struct
{
  const char *interfaces; /* ordered globs "eth0,usb*,!docker*,lo"; NULL: all */
  const char *bind_address; /* only this IP; NULL: all */
  IceIpFamily family;
} IceIfacePolicy;

/* At most this many addresses become host candidates; on hosts with more, one
 * of each interface and prefix goes before a second of any. */
#define ICE_IFACE_SELECT_MAX 32

/* Writes up to `max` indices into `ifaces`, best first, returns how many.
 * Loopback, container bridges and link-local only when there is nothing else or
 * when the policy names them; unusable flags never; families interleaved by
 * RFC 8421 §4. */
unsigned ice_iface_select (const IceIface *ifaces, unsigned n_ifaces,
    const IceIfacePolicy *policy, unsigned *out_indices, unsigned max);

/* The grammar of `interfaces`; NULL when good, else static text saying what is
 * accepted. */
const char *ice_iface_check_globs (const char *interfaces);
