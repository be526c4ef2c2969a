/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long it takes when datagrams get lost, over many seeds. The table is
 * printed, so that a change of the scheduler shows what it did. */

#include <gst/check/gstcheck.h>

#include <stdio.h>

#include "scene.h"

#define RTT NET_MSEC (50)

/* The loss is that of the way between the two, as the lab has it; at 30 % each
 * way the one to the STUN server would have to lose nothing in any case, for a
 * port-restricted NAT stays shut until its host has heard of the other's outer
 * address, and within the gather-timeout RFC 8489 sends but four requests. */

typedef struct
{
  const char *name;
  const SimNatConfig *nat;
  double loss; /* each way */
  unsigned seeds;
} Trial;

static int
compare (gconstpointer a, gconstpointer b)
{
  const double *x = a;
  const double *y = b;

  return (*x > *y) - (*x < *y);
}

/* Milliseconds from both holding everything to both having selected; negative:
 * not connected. */
static double
connect_once (const Trial *trial, uint64_t seed, bool telling,
    double *out_media)
{
  g_autoptr (SimScene) scene =
      sim_scene_pair (seed, trial->nat, trial->nat, RTT, trial->loss);
  const SimTimes *a = &scene->a->times;
  const SimTimes *b = &scene->b->times;
  NetTime held;
  bool clean;

  scene->world->telling = telling;
  scene->a->config.trace = scene->b->config.trace = telling;
  sim_stun_server_plug (scene->server)->aside = true;
  sim_scene_signal (scene, RTT / 2);
  sim_host_start (scene->a);
  sim_host_start (scene->b);
  sim_scene_conclude (scene, scene->a->config.connect_timeout);
  held = MAX (a->remote, b->remote);
  if (a->selected == 0 || b->selected == 0)
    sim_world_fault (scene->world, "A and B", "did not connect");
  clean = sim_scene_end (scene, trial->name);
  if (!clean)
    return -1;
  *out_media =
      MAX (0, ((double) MIN (a->media_out, b->media_out) - held) / 1e6);
  return ((double) MAX (a->selected, b->selected) - (double) held) / 1e6;
}

static double
percentile (const double *sorted, unsigned n, unsigned percent)
{
  return sorted[(n - 1) * percent / 100];
}

static void
run (const Trial *trial, double *out_p95)
{
  g_autofree double *selected = g_new (double, trial->seeds);
  g_autofree double *media = g_new (double, trial->seeds);
  unsigned n = trial->seeds;

  for (unsigned i = 0; i < n; i++) {
    selected[i] = connect_once (trial, i + 1, false, &media[i]);
    if (selected[i] >= 0)
      continue;
    connect_once (trial, i + 1, true, &media[i]); /* the same, with its story */
    fail ("%s at %.0f %%: seed %u does not connect", trial->name,
        trial->loss * 100, i + 1);
  }
  qsort (selected, n, sizeof *selected, compare);
  qsort (media, n, sizeof *media, compare);
  fprintf (stderr,
      "%-12s loss %2.0f %%  seeds %3u  first media p50 %5.0f p95 %5.0f ms  "
      "both selected p50 %5.0f p95 %5.0f max %5.0f ms\n",
      trial->name, trial->loss * 100, n, percentile (media, n, 50),
      percentile (media, n, 95), percentile (selected, n, 50),
      percentile (selected, n, 95), selected[n - 1]);
  *out_p95 = percentile (selected, n, 95);
}

static const SimNatConfig restricted = { .filtering = SIM_NAT_APDF };

GST_START_TEST (at_ten_percent_loss_95_of_100_agree_within_a_second)
{
  const Trial trials[] = {
    { "host-host", NULL, 0.1, 300 },
    { "srflx-srflx", &restricted, 0.1, 300 },
  };
  double p95;

  for (unsigned i = 0; i < G_N_ELEMENTS (trials); i++) {
    run (&trials[i], &p95);
    fail_unless (p95 <= 1000, "%s: p95 %.0f ms", trials[i].name, p95);
  }
}
GST_END_TEST;

GST_START_TEST (at_thirty_percent_loss_everybody_connects)
{
  const Trial trials[] = {
    { "host-host", NULL, 0.3, 200 },
    { "srflx-srflx", &restricted, 0.3, 200 },
  };
  double p95;

  for (unsigned i = 0; i < G_N_ELEMENTS (trials); i++)
    run (&trials[i], &p95);
}
GST_END_TEST;

static Suite *
loss_suite (void)
{
  Suite *suite = suite_create ("sim/loss");
  TCase *tcase = tcase_create ("loss");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase, at_ten_percent_loss_95_of_100_agree_within_a_second);
  tcase_add_test (tcase, at_thirty_percent_loss_everybody_connects);
  return suite;
}

GST_CHECK_MAIN (loss);
