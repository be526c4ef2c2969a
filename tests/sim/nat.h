/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A NAT by the words of RFC 4787: how it maps, what it filters, which ports it
 * hands out, whether it hairpins, when it forgets. */

#include "realm.h"

/* Dependent on nothing, on the address, on address and port. */
typedef enum
{
  SIM_NAT_EIM,
  SIM_NAT_ADM,
  SIM_NAT_APDM,
} SimNatMapping;

typedef enum
{
  SIM_NAT_EIF,
  SIM_NAT_ADF,
  SIM_NAT_APDF,
} SimNatFiltering;

typedef enum
{
  SIM_NAT_RANDOM,
  SIM_NAT_SEQUENTIAL,
  SIM_NAT_PRESERVE, /* the inner port when it is free */
  SIM_NAT_PARITY,   /* odd stays odd */
  SIM_NAT_OVERLOAD, /* the inner port towards every destination, as Linux */
} SimNatPorts;

typedef struct
{
  SimNatMapping mapping;
  SimNatFiltering filtering;
  SimNatPorts ports;
  bool hairpin;
  bool hairpin_inner; /* hairpinned packets bear the inner source address */
  /* Real boxes filter per session, RFC 4787 §5 reads as per inner endpoint: a
   * destination spoken to through one mapping opens all of them. */
  bool filter_endpoint;
  bool inbound_refresh;
  NetTime lifetime; /* of an idle mapping; 0: for ever */
} SimNatConfig;

typedef struct SimNat SimNat;

/* Between two realms; `pool` are its outer addresses, the first is used first,
 * and one inner address always gets the same one (paired pooling, REQ-2). */
SimNat *sim_nat_new (SimRealm *inside, SimRealm *outside,
    const SimNatConfig *config, const NetAddr *pool, unsigned n_pool);
SimPlug *sim_nat_outer (SimNat *nat);
SimPlug *sim_nat_inner (SimNat *nat);
/* All mappings are lost; new ones get other ports. */
void sim_nat_rebind (SimNat *nat);
/* All mappings are lost as if they never had been. */
void sim_nat_reset (SimNat *nat);
unsigned sim_nat_n_mappings (const SimNat *nat);
/* "eim/apdf" */
const char *sim_nat_name (const SimNatConfig *config);
