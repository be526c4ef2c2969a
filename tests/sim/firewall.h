/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A box that changes no address but decides what passes: the gateway of an
 * IPv6 home, or a company's that lets no UDP out. */

#include "realm.h"

typedef enum
{
  SIM_FIREWALL_OPEN,     /* a mere router */
  SIM_FIREWALL_STATEFUL, /* in only from where was sent to, by address and port */
  SIM_FIREWALL_BLOCK,    /* nothing passes */
} SimFirewallKind;

typedef struct SimFirewall SimFirewall;

/* Gateway of `inside` for one family; owns every address of that family that
 * is plugged in there. `lifetime` of an idle state; 0: for ever. */
SimFirewall *sim_firewall_new (SimRealm *inside, SimRealm *outside,
    NetFamily family, SimFirewallKind kind, NetTime lifetime);
SimPlug *sim_firewall_outer (SimFirewall *firewall);
void sim_firewall_set_kind (SimFirewall *firewall, SimFirewallKind kind);
void sim_firewall_reset (SimFirewall *firewall);
