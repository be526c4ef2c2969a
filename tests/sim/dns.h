/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names to addresses, with the delays and failures of the real thing. */

#include "net/addr.h"
#include "world.h"

#define SIM_DNS_ADDRS 4

typedef struct SimDns SimDns;
typedef void (*SimDnsAnswer) (void *user, uint32_t op, const NetAddr *addrs,
    unsigned n);

SimDns *sim_dns_new (SimWorld *world);
/* Several calls with one name add addresses; the last delay counts. */
void sim_dns_add (SimDns *dns, const char *name, NetAddr addr, NetTime delay);
/* Nothing is ever answered for that name. */
void sim_dns_add_silent (SimDns *dns, const char *name);
/* Unknown names are answered with no address, after `dns`'s 10 ms. */
void sim_dns_ask (SimDns *dns, const char *name, uint16_t port, uint32_t op,
    SimDnsAnswer answer, void *user);
