/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The user's list of interface names: who matches, with what rank, and what is
 * no list. */

#include <limits.h>
#include <string.h>

#include <gst/check/gstcheck.h>

#include "ice/globs.h"

GST_START_TEST (names_get_the_rank_of_their_first_glob)
{
  static const struct
  {
    const char *text; /* NULL: no list */
    const char *name;
    gboolean wanted;
    unsigned rank;
    gboolean named;
  } rows[] = {
    { NULL, "eth0", TRUE, UINT_MAX, FALSE },
    { "", "eth0", TRUE, UINT_MAX, FALSE },
    { "eth0", "eth0", TRUE, 0, TRUE },
    { "eth0", "eth01", FALSE, 0, FALSE },
    { "eth0", "ETH0", FALSE, 0, FALSE },
    { "wlan0,eth0", "eth0", TRUE, 1, TRUE },
    { " wlan0 , eth0 ", "eth0", TRUE, 1, TRUE },
    { "eth*,eth0", "eth0", TRUE, 0, TRUE },
    { "usb*", "usb12", TRUE, 0, TRUE },
    { "eth?", "eth7", TRUE, 0, TRUE },
    { "eth?", "eth12", FALSE, 0, FALSE },
    { "!docker*", "eth0", TRUE, UINT_MAX, FALSE },
    { "!docker*", "docker0", FALSE, 0, FALSE },
    /* exclusion wins wherever it stands */
    { "docker0,!docker*", "docker0", FALSE, 0, FALSE },
    { "!docker*,docker0", "docker0", FALSE, 0, FALSE },
    { "usb*,!usb5", "usb5", FALSE, 0, FALSE },
    { "usb*,!usb5", "usb4", TRUE, 0, TRUE },
    /* the star alone names nothing */
    { "*", "lo", TRUE, 0, FALSE },
    { "eth0,*", "lo", TRUE, 1, FALSE },
    { "*,lo", "lo", TRUE, 0, TRUE },
    { "l*", "lo", TRUE, 0, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    IceGlobs globs;
    IceGlobsMatch match = { .rank = 4711 };
    bool wanted;

    ice_globs_init (&globs, rows[i].text);
    wanted = ice_globs_match (&globs, rows[i].name, &match);
    ice_globs_clear (&globs);
    fail_unless (wanted == rows[i].wanted, "row %u", (unsigned) i);
    fail_unless (match.rank == (wanted ? rows[i].rank : 4711), "row %u",
        (unsigned) i);
    fail_unless (!wanted || match.named == rows[i].named, "row %u",
        (unsigned) i);
  }
}
GST_END_TEST;

GST_START_TEST (good_lists_pass)
{
  static const char *const good[] = { "eth0", "eth0,usb*,!docker*,lo",
    "eth0, wlan?", "*", "!lo", "wg-home.1", "br_0@if3" };

  fail_unless (ice_globs_check (NULL) == NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    fail_unless (ice_globs_check (good[i]) == NULL, "\"%s\"", good[i]);
}
GST_END_TEST;

GST_START_TEST (bad_lists_are_told_what_is_accepted)
{
  static const char *const bad[] = { "", " ", ",", "eth0,", ",eth0",
    "eth0,,eth1", "!", "!!eth0", "eth0 wlan0", "eth/0", "eth0;wlan0", "eth0,!",
    "et\xc3\xa4h" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    const char *why = ice_globs_check (bad[i]);

    fail_unless (why != NULL, "\"%s\" passes", bad[i]);
    fail_unless (strstr (why, "accepted: ") != NULL);
  }
}
GST_END_TEST;

static Suite *
globs_suite (void)
{
  Suite *suite = suite_create ("ice/globs");
  TCase *tcase = tcase_create ("globs");

  tcase_add_test (tcase, names_get_the_rank_of_their_first_glob);
  tcase_add_test (tcase, good_lists_pass);
  tcase_add_test (tcase, bad_lists_are_told_what_is_accepted);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (globs);
