/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which datagrams the receive path may hand up: those from a validated address
 * on the flow where it was validated. */

#include <gst/check/gstcheck.h>

#include "ice/route.h"

static NetAddr
addr (const char *text, uint16_t port)
{
  NetAddr addr = NET_ADDR_NONE;

  fail_unless (net_addr_parse (text, &addr), "%s does not parse", text);
  return net_addr_with_port (addr, port);
}

GST_START_TEST (an_empty_route_accepts_nothing)
{
  IceRoute route = { 0 };

  fail_if (ice_route_accepts (&route, 0, NET_ADDR_NONE));
  fail_if (ice_route_accepts (&route, 1, addr ("192.0.2.1", 5000)));
}
GST_END_TEST;

GST_START_TEST (only_a_validated_source_on_its_own_flow_is_accepted)
{
  IceRoute route = { .n_sources = 2 };

  route.sources[0] = (IceSource){ 1, addr ("192.0.2.1", 5000) };
  route.sources[1] = (IceSource){ 2, addr ("2001:db8::1", 5000) };
  /* Beyond the count: left over from an earlier snapshot. */
  route.sources[2] = (IceSource){ 1, addr ("192.0.2.66", 5000) };

  fail_unless (ice_route_accepts (&route, 1, addr ("192.0.2.1", 5000)));
  fail_unless (ice_route_accepts (&route, 2, addr ("2001:db8::1", 5000)));
  fail_if (ice_route_accepts (&route, 2, addr ("192.0.2.1", 5000)));
  fail_if (ice_route_accepts (&route, 1, addr ("192.0.2.1", 5001)));
  fail_if (ice_route_accepts (&route, 1, addr ("192.0.2.2", 5000)));
  fail_if (ice_route_accepts (&route, 1, addr ("192.0.2.66", 5000)));
}
GST_END_TEST;

GST_START_TEST (a_full_table_is_searched_to_its_end)
{
  IceRoute route = { .n_sources = ICE_ROUTE_SOURCES };

  for (unsigned i = 0; i < ICE_ROUTE_SOURCES; i++)
    route.sources[i] =
        (IceSource){ 1, addr ("192.0.2.1", (uint16_t) (5000 + i)) };
  fail_unless (ice_route_accepts (&route, 1,
      addr ("192.0.2.1", 5000 + ICE_ROUTE_SOURCES - 1)));
  fail_if (ice_route_accepts (&route, 1,
      addr ("192.0.2.1", 5000 + ICE_ROUTE_SOURCES)));
}
GST_END_TEST;

static Suite *
route_suite (void)
{
  Suite *suite = suite_create ("ice/route");
  TCase *tcase = tcase_create ("route");

  tcase_add_test (tcase, an_empty_route_accepts_nothing);
  tcase_add_test (tcase, only_a_validated_source_on_its_own_flow_is_accepted);
  tcase_add_test (tcase, a_full_table_is_searched_to_its_end);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (route);
