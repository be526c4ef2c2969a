/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Downstream of an icesrc blocks for as long as consent lasts twice over. The
 * checks of RFC 7675 are answered all the same, so the path is there when
 * downstream comes back. This takes its time, and is a program of its own. */

#include "ends.h"

#define BLOCKED_S 60

/* The wait is for the event that must not come. */
static gboolean
end_has_left_completed (End *end, G_GNUC_UNUSED guint n)
{
  return end_state (end) != GST_ICE_CONNECTION_STATE_COMPLETED;
}

GST_START_TEST (a_downstream_blocked_for_a_minute_keeps_the_connection)
{
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  ends.src->gate_shut = TRUE;
  end_send (ends.sink, 0, 1);
  end_expect_buffers (ends.src, 1);

  fail_if (end_wait_for (ends.sink, end_has_left_completed, 0,
      BLOCKED_S * G_TIME_SPAN_SECOND));
  fail_if (end_has_left_completed (ends.src, 0));
  end_open_gate (ends.src);
  end_send (ends.sink, 1, 1);
  end_expect_buffers (ends.src, 2);
  ends_clear (&ends);
}
GST_END_TEST;

static Suite *
blocked_suite (void)
{
  Suite *suite = suite_create ("blocked");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, BLOCKED_S + 60);
  tcase_add_test (tcase,
      a_downstream_blocked_for_a_minute_keeps_the_connection);
  return suite;
}

GST_CHECK_MAIN (blocked)
