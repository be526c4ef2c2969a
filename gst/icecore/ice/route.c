/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions that the data path asks its snapshot of a route, on its own thread
 * and per packet: no session, no lock, no allocation. */

#include "route.h"

bool
ice_route_accepts (const IceRoute *route, uint32_t flow, NetAddr from)
{
  unsigned i;

  /* Whom media goes to is heard, whatever else has filled the list since. */
  if (route->usable && route->flow == flow &&
      net_addr_equal (route->remote, from))
    return true;
  for (i = 0; i < route->n_sources; i++) {
    const IceSource *source = &route->sources[i];

    if (source->flow == flow && net_addr_equal (source->addr, from))
      return true;
  }
  return false;
}
