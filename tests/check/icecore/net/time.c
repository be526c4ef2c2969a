/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The units of time, and that "never" is later than anything. */

#include <gst/check/gstcheck.h>

#include "net/time.h"

GST_START_TEST (units_are_nanoseconds)
{
  fail_unless_equals_uint64 (NET_USEC (3), 3000);
  fail_unless_equals_uint64 (NET_MSEC (500), 500000000);
  fail_unless_equals_uint64 (NET_SEC (10), 10000000000);
}
GST_END_TEST;

GST_START_TEST (never_is_later_than_anything)
{
  fail_unless_equals_uint64 (net_time_min (NET_NEVER, 5), 5);
  fail_unless_equals_uint64 (net_time_min (4, 5), 4);
  fail_unless_equals_uint64 (net_time_max (4, 5), 5);
  fail_unless_equals_uint64 (net_time_max (NET_NEVER, 5), NET_NEVER);
}
GST_END_TEST;

static Suite *
time_suite (void)
{
  Suite *suite = suite_create ("net/time");
  TCase *tcase = tcase_create ("time");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, units_are_nanoseconds);
  tcase_add_test (tcase, never_is_later_than_anything);
  return suite;
}

GST_CHECK_MAIN (time)
