/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A transaction's clock, at the exact times of RFC 8489 §6.2. Every test lives
 * in its own invented time. */

#include <gst/check/gstcheck.h>

#include "stun/txn.h"

#define START NET_SEC (1000)

static const StunTxnId id = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 } };

/* Runs the transaction from deadline to deadline and notes each step's time
 * since START, in milliseconds; the last one is the end. */
static GString *
tell (StunTxn *txn)
{
  GString *story = g_string_new (NULL);

  while (stun_txn_is_active (txn)) {
    NetTime now = stun_txn_deadline (txn);
    StunTxnStep step;

    /* A tick that comes early does nothing. */
    fail_unless_equals_int (stun_txn_timeout (txn, now - 1), STUN_TXN_IDLE);
    step = stun_txn_timeout (txn, now);
    fail_if (step == STUN_TXN_IDLE);
    g_string_append_printf (story, "%s%" G_GUINT64_FORMAT " ",
        step == STUN_TXN_SEND ? "" : "end ", (now - START) / NET_MSEC (1));
    fail_unless (stun_txn_deadline (txn) > now);
  }
  return story;
}

static void
expect (StunTxn *txn, const char *story)
{
  g_autoptr (GString) told = tell (txn);

  fail_unless_equals_string (told->str, story);
}

/* [STUN-6.2.1-1] */
GST_START_TEST (seven_sends_and_the_end_come_at_the_rfcs_times)
{
  StunTxn txn;

  stun_txn_start (&txn, id, NET_MSEC (500), false, START);
  expect (&txn, "0 500 1500 3500 7500 15500 31500 end 39500 ");
}
GST_END_TEST;

/* [STUN-6.2.1-1]: both are the caller's to set. */
GST_START_TEST (rc_and_rm_are_configurable)
{
  StunTxn txn;

  stun_txn_start (&txn, id, NET_MSEC (500), false, START);
  txn.rc = 3;
  txn.rm = 4;
  expect (&txn, "0 500 1500 end 3500 ");
}
GST_END_TEST;

/* [STUN-6.2.1-2] */
GST_START_TEST (the_rto_is_half_a_second_at_least)
{
  StunTxn txn;

  stun_txn_start (&txn, id, NET_MSEC (1), false, START);
  txn.rc = 2;
  expect (&txn, "0 500 end 8500 ");
  stun_txn_start (&txn, id, NET_MSEC (777), false, START);
  txn.rc = 2;
  expect (&txn, "0 777 end 13209 ");
}
GST_END_TEST;

/* [STUN-6.2.2-1] */
GST_START_TEST (a_stream_sends_once_and_waits_ti)
{
  StunTxn txn;

  stun_txn_start (&txn, id, NET_MSEC (500), true, START);
  expect (&txn, "0 end 39500 ");
}
GST_END_TEST;

GST_START_TEST (a_single_shot_ends_after_its_wait)
{
  StunTxn txn;

  stun_txn_start_once (&txn, id, NET_MSEC (200), START);
  expect (&txn, "0 end 200 ");
}
GST_END_TEST;

GST_START_TEST (a_late_tick_never_bunches_sends)
{
  StunTxn txn;

  stun_txn_start (&txn, id, NET_MSEC (500), false, START);
  fail_unless_equals_int (stun_txn_timeout (&txn, START), STUN_TXN_SEND);
  fail_unless_equals_int (stun_txn_timeout (&txn, START + NET_SEC (60)),
      STUN_TXN_SEND);
  fail_unless_equals_uint64 (stun_txn_deadline (&txn), START + NET_SEC (61));
  fail_unless_equals_int (stun_txn_timeout (&txn, START + NET_SEC (60)),
      STUN_TXN_IDLE);
}
GST_END_TEST;

/* RFC 8445 §7.3.1.4 */
GST_START_TEST (a_cancelled_one_waits_its_full_time_in_silence)
{
  StunTxn txn;

  stun_txn_start (&txn, id, NET_MSEC (500), false, START);
  fail_unless_equals_int (stun_txn_timeout (&txn, START), STUN_TXN_SEND);
  stun_txn_cancel (&txn);
  stun_txn_cancel (&txn);
  expect (&txn, "end 39500 ");

  stun_txn_start (&txn, id, NET_MSEC (500), true, START);
  fail_unless_equals_int (stun_txn_timeout (&txn, START), STUN_TXN_SEND);
  stun_txn_cancel (&txn);
  expect (&txn, "end 39500 ");
}
GST_END_TEST;

GST_START_TEST (cancelling_after_the_last_send_moves_nothing)
{
  StunTxn txn;

  stun_txn_start (&txn, id, NET_MSEC (500), false, START);
  txn.rc = 1;
  fail_unless_equals_int (stun_txn_timeout (&txn, START), STUN_TXN_SEND);
  stun_txn_cancel (&txn);
  expect (&txn, "end 8000 ");
}
GST_END_TEST;

GST_START_TEST (what_was_never_sent_is_over_when_cancelled)
{
  StunTxn txn;

  stun_txn_start (&txn, id, NET_MSEC (500), false, START);
  stun_txn_cancel (&txn);
  fail_if (stun_txn_is_active (&txn));
  fail_unless (stun_txn_deadline (&txn) == NET_NEVER);
  fail_unless_equals_int (stun_txn_timeout (&txn, START + NET_SEC (100)),
      STUN_TXN_IDLE);
}
GST_END_TEST;

GST_START_TEST (a_stopped_one_does_nothing_more)
{
  StunTxn txn, never = { 0 };

  stun_txn_start (&txn, id, NET_MSEC (500), false, START);
  fail_unless (stun_txn_is_active (&txn));
  stun_txn_stop (&txn);
  fail_if (stun_txn_is_active (&txn));
  fail_unless_equals_int (stun_txn_timeout (&txn, NET_NEVER), STUN_TXN_IDLE);
  fail_if (stun_txn_is_active (&never));
  fail_unless (stun_txn_deadline (&never) == NET_NEVER);
  fail_unless_equals_int (stun_txn_timeout (&never, START), STUN_TXN_IDLE);
}
GST_END_TEST;

/* [STUN-6.2.1-2]: Karn */
GST_START_TEST (a_round_trip_is_measured_only_without_retransmission)
{
  StunTxn txn;
  NetTime rtt = 1;

  stun_txn_start (&txn, id, NET_MSEC (500), false, START);
  fail_if (stun_txn_rtt (&txn, START, &rtt));
  /* Pacing may hold the first send back; that is no part of the trip. */
  fail_unless_equals_int (stun_txn_timeout (&txn, START + NET_MSEC (50)),
      STUN_TXN_SEND);
  fail_if (stun_txn_rtt (&txn, START, &rtt));
  fail_unless_equals_uint64 (rtt, 1);
  fail_unless (stun_txn_rtt (&txn, START + NET_USEC (50123), &rtt));
  fail_unless_equals_uint64 (rtt, NET_USEC (123));
  fail_unless_equals_int (stun_txn_timeout (&txn, START + NET_MSEC (550)),
      STUN_TXN_SEND);
  fail_if (stun_txn_rtt (&txn, START + NET_MSEC (551), &rtt));
  fail_unless_equals_uint64 (rtt, NET_USEC (123));
}
GST_END_TEST;

static Suite *
txn_suite (void)
{
  Suite *suite = suite_create ("stun/txn");
  TCase *tcase = tcase_create ("txn");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, seven_sends_and_the_end_come_at_the_rfcs_times);
  tcase_add_test (tcase, rc_and_rm_are_configurable);
  tcase_add_test (tcase, the_rto_is_half_a_second_at_least);
  tcase_add_test (tcase, a_stream_sends_once_and_waits_ti);
  tcase_add_test (tcase, a_single_shot_ends_after_its_wait);
  tcase_add_test (tcase, a_late_tick_never_bunches_sends);
  tcase_add_test (tcase, a_cancelled_one_waits_its_full_time_in_silence);
  tcase_add_test (tcase, cancelling_after_the_last_send_moves_nothing);
  tcase_add_test (tcase, what_was_never_sent_is_over_when_cancelled);
  tcase_add_test (tcase, a_stopped_one_does_nothing_more);
  tcase_add_test (tcase, a_round_trip_is_measured_only_without_retransmission);
  return suite;
}

GST_CHECK_MAIN (txn)
