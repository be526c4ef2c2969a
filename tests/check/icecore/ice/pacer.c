/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The process-wide pace, alone and fought over by threads.
 * RFC 8445 §14.2 [ICE-14.2-2] */

#include <gst/check/gstcheck.h>

#include "ice/pacer.h"

#define N_THREADS 4
#define N_SLOTS 5000

GST_START_TEST (slots_are_five_milliseconds_apart)
{
  IcePacer pacer = ICE_PACER_INIT;

  fail_unless_equals_uint64 (ICE_PACER_GAP, 5000000);
  fail_unless_equals_uint64 (ice_pacer_reserve (&pacer, 1000), 1000);
  fail_unless_equals_uint64 (ice_pacer_reserve (&pacer, 1000), 5001000);
  fail_unless_equals_uint64 (ice_pacer_reserve (&pacer, 2000), 10001000);
}
GST_END_TEST;

GST_START_TEST (a_pause_earns_no_burst)
{
  IcePacer pacer = ICE_PACER_INIT;
  NetTime later = NET_SEC (10);

  ice_pacer_reserve (&pacer, 0);
  fail_unless_equals_uint64 (ice_pacer_reserve (&pacer, later), later);
  fail_unless_equals_uint64 (ice_pacer_reserve (&pacer, later),
      later + ICE_PACER_GAP);
}
GST_END_TEST;

/* Agents ask at random times, some of them with clocks that lag: no two slots
 * are ever closer than the gap, and none lies before its asking. */
GST_START_TEST (no_order_of_asking_brings_slots_together)
{
  GRand *rand = g_rand_new_with_seed (8445);
  IcePacer pacer = ICE_PACER_INIT;
  NetTime now = NET_SEC (1);
  NetTime last = 0;

  for (int i = 0; i < 10000; i++) {
    NetTime asked = now - (NetTime) g_rand_int_range (rand, 0, 1000000);
    NetTime slot = ice_pacer_reserve (&pacer, asked);

    fail_unless (slot >= asked);
    fail_unless (slot >= last + ICE_PACER_GAP);
    last = slot;
    now += (NetTime) g_rand_int_range (rand, 0, 10000000);
  }
  g_rand_free (rand);
}
GST_END_TEST;

typedef struct
{
  IcePacer *pacer;
  NetTime slots[N_SLOTS];
} Asker;

static gpointer
ask (gpointer data)
{
  Asker *asker = data;

  for (int i = 0; i < N_SLOTS; i++)
    asker->slots[i] = ice_pacer_reserve (asker->pacer, 0);
  return NULL;
}

GST_START_TEST (threads_never_share_a_slot)
{
  IcePacer pacer = ICE_PACER_INIT;
  g_autofree Asker *askers = g_new0 (Asker, N_THREADS);
  g_autofree gboolean *taken = g_new0 (gboolean, N_THREADS * N_SLOTS);
  GThread *threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++) {
    askers[i].pacer = &pacer;
    threads[i] = g_thread_new (NULL, ask, &askers[i]);
  }
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (int i = 0; i < N_THREADS; i++) {
    for (int j = 0; j < N_SLOTS; j++) {
      NetTime slot = askers[i].slots[j] / ICE_PACER_GAP;

      fail_unless_equals_uint64 (askers[i].slots[j] % ICE_PACER_GAP, 0);
      fail_unless (slot < N_THREADS * N_SLOTS);
      fail_if (taken[slot]);
      taken[slot] = TRUE;
    }
  }
}
GST_END_TEST;

static Suite *
pacer_suite (void)
{
  Suite *suite = suite_create ("ice/pacer");
  TCase *tcase = tcase_create ("pacer");

  tcase_add_test (tcase, slots_are_five_milliseconds_apart);
  tcase_add_test (tcase, a_pause_earns_no_burst);
  tcase_add_test (tcase, no_order_of_asking_brings_slots_together);
  tcase_add_test (tcase, threads_never_share_a_slot);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (pacer);
