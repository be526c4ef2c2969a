/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event loop: one per context, deadlines to the microsecond, and promises
 * about what will not be called any more. */

#include <gst/check/gstcheck.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "gst/ice/loop.h"
#include "locks.h"

static GMainContext *context;
static GstIceLoop *loop;

static void
set_up (void)
{
  context = g_main_context_new ();
  loop = gst_ice_loop_acquire (context);
}

static void
tear_down (void)
{
  gst_ice_loop_release (loop);
  g_main_context_unref (context);
}

/* Runs the context until the counter has come to n; fails after ten seconds. */
static void
run_until (const guint *counter, guint n)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (*counter < n) {
    fail_unless (g_get_monotonic_time () < end, "stuck at %u of %u", *counter,
        n);
    if (!g_main_context_iteration (context, FALSE))
      g_thread_yield ();
  }
}

static int
ready_fd (void)
{
  int fd = eventfd (1, EFD_NONBLOCK | EFD_CLOEXEC);

  fail_unless (fd >= 0);
  return fd;
}

/* The threads of this process that carry the loop's name. */
static guint
count_loop_threads (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  guint n = 0;

  fail_unless (dir != NULL);
  while ((task = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/comm", task);
    g_autofree char *name = NULL;

    if (g_file_get_contents (path, &name, NULL, NULL) &&
        strcmp (name, "gst-ice\n") == 0)
      n++;
  }
  g_dir_close (dir);
  return n;
}

static void
wait_for_loop_threads (guint n)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (count_loop_threads () != n) {
    fail_unless (g_get_monotonic_time () < end);
    g_thread_yield ();
  }
}

GST_START_TEST (a_context_has_one_loop_however_many_use_it)
{
  GMainContext *other_context = g_main_context_new ();
  GstIceLoop *again = gst_ice_loop_acquire (context);
  GstIceLoop *other = gst_ice_loop_acquire (other_context);

  fail_unless (again == loop);
  fail_unless (other != loop);
  fail_unless (gst_ice_loop_context (loop) == context);
  gst_ice_loop_release (again);
  gst_ice_loop_release (other);
  g_main_context_unref (other_context);
}
GST_END_TEST;

GST_START_TEST (the_shared_thread_ends_with_its_last_user)
{
  GstIceLoop *first, *second;

  fail_unless_equals_int (count_loop_threads (), 0);
  first = gst_ice_loop_acquire (NULL);
  second = gst_ice_loop_acquire (NULL);
  fail_unless (first == second);
  wait_for_loop_threads (1);
  fail_if (gst_ice_loop_is_current (first));
  gst_ice_loop_release (first);
  fail_unless_equals_int (count_loop_threads (), 1);
  gst_ice_loop_release (second);
  wait_for_loop_threads (0);
}
GST_END_TEST;

static gboolean
release_here (gpointer user_data)
{
  gst_ice_loop_release (user_data);
  return G_SOURCE_REMOVE;
}

GST_START_TEST (the_shared_thread_may_drop_its_own_last_user)
{
  GstIceLoop *shared = gst_ice_loop_acquire (NULL);

  gst_ice_loop_invoke (shared, release_here, shared, NULL);
  wait_for_loop_threads (0);
}
GST_END_TEST;

#define N_TIMERS 1000

typedef struct
{
  GstIceTimer timer;
  NetTime deadline;
} Alarm;

static guint n_fired;
static NetTime last_fired;

static void
fire_in_order (gpointer user_data)
{
  Alarm *alarm = user_data;

  fail_unless (alarm->deadline >= last_fired);
  fail_unless (alarm->timer.index == 0);
  last_fired = alarm->deadline;
  n_fired++;
}

/* A third is moved, a third disarmed: the heap has to stay one. */
GST_START_TEST (timers_fire_in_the_order_of_their_deadlines)
{
  Alarm *alarms = g_new0 (Alarm, N_TIMERS);
  NetTime base = gst_ice_loop_now () - NET_SEC (1);
  GRand *rand = g_rand_new_with_seed (7);
  guint i;

  n_fired = 0;
  last_fired = 0;
  for (i = 0; i < N_TIMERS; i++) {
    alarms[i].timer.func = fire_in_order;
    alarms[i].timer.user_data = &alarms[i];
    alarms[i].deadline = base + g_rand_int_range (rand, 0, 1000000);
    gst_ice_loop_arm (loop, &alarms[i].timer, alarms[i].deadline);
  }
  for (i = 0; i < N_TIMERS; i += 3) {
    alarms[i].deadline = base + g_rand_int_range (rand, 0, 1000000);
    gst_ice_loop_arm (loop, &alarms[i].timer, alarms[i].deadline);
  }
  for (i = 1; i < N_TIMERS; i += 3)
    gst_ice_loop_disarm (loop, &alarms[i].timer);
  run_until (&n_fired, N_TIMERS - N_TIMERS / 3);
  g_main_context_iteration (context, FALSE);
  fail_unless_equals_int (n_fired, N_TIMERS - N_TIMERS / 3);
  g_rand_free (rand);
  g_free (alarms);
}
GST_END_TEST;

typedef struct
{
  GstIceTimer timer;
  GstIceLoop *loop;
  guint fired;
  NetTime best; /* smallest lateness */
} Clockwork;

static void
tick (gpointer user_data)
{
  Clockwork *clockwork = user_data;
  NetTime now = gst_ice_loop_now ();

  fail_unless (now >= clockwork->timer.deadline);
  clockwork->best = MIN (clockwork->best, now - clockwork->timer.deadline);
  clockwork->fired++;
  gst_ice_loop_arm (clockwork->loop, &clockwork->timer,
      gst_ice_loop_now () + NET_USEC (300));
}

/* A wait in whole milliseconds would be 700 µs late every time. */
GST_START_TEST (a_deadline_is_never_early_and_finer_than_a_millisecond)
{
  Clockwork clockwork = { .loop = loop, .best = NET_NEVER };

  clockwork.timer.func = tick;
  clockwork.timer.user_data = &clockwork;
  gst_ice_loop_arm (loop, &clockwork.timer, gst_ice_loop_now ());
  while (clockwork.fired < 200)
    g_main_context_iteration (context, TRUE);
  gst_ice_loop_disarm (loop, &clockwork.timer);
  fail_unless (clockwork.best < NET_USEC (400), "%u us late at best",
      (guint) (clockwork.best / 1000));
}
GST_END_TEST;

static void
count_call (gpointer user_data)
{
  guint *counter = user_data;

  __atomic_add_fetch (counter, 1, __ATOMIC_RELEASE);
}

GST_START_TEST (an_earlier_deadline_wakes_a_waiting_context)
{
  GstIceLoop *shared = gst_ice_loop_acquire (NULL);
  guint late = 0, soon = 0;
  GstIceTimer far_away = { .func = count_call, .user_data = &late };
  GstIceTimer near_by = { .func = count_call, .user_data = &soon };
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  gst_ice_loop_arm (shared, &far_away, gst_ice_loop_now () + NET_SEC (3600));
  gst_ice_loop_arm (shared, &near_by, gst_ice_loop_now () + NET_MSEC (5));
  while (__atomic_load_n (&soon, __ATOMIC_ACQUIRE) == 0)
    fail_unless (g_get_monotonic_time () < end);
  gst_ice_loop_disarm (shared, &far_away);
  gst_ice_loop_disarm (shared, &near_by);
  fail_unless_equals_int (late, 0);
  gst_ice_loop_release (shared);
}
GST_END_TEST;

static Clockwork restless;

static void
fire_again_at_once (gpointer user_data)
{
  (void) user_data;
  restless.fired++;
  gst_ice_loop_arm (loop, &restless.timer, 1);
}

static void
count_event (guint32 events, gpointer user_data)
{
  guint *counter = user_data;

  fail_unless (events & EPOLLIN);
  ++*counter;
}

GST_START_TEST (a_timer_that_is_always_due_does_not_starve_the_sockets)
{
  int fd = ready_fd ();
  guint n_events = 0;
  GstIceWatch *watch =
      gst_ice_loop_watch (loop, fd, EPOLLIN, count_event, &n_events);

  restless = (Clockwork){ .timer.func = fire_again_at_once };
  gst_ice_loop_arm (loop, &restless.timer, 1);
  run_until (&n_events, 10);
  fail_unless (restless.fired >= 9);
  gst_ice_loop_disarm (loop, &restless.timer);
  gst_ice_watch_remove (watch);
  close (fd);
}
GST_END_TEST;

static GstIceWatch *watches[2];
static guint n_called;

/* Both were ready in the same turn; the one called first removes the other. */
static void
remove_the_other (guint32 events, gpointer user_data)
{
  guint self = GPOINTER_TO_UINT (user_data);

  (void) events;
  n_called++;
  gst_ice_watch_remove (watches[1 - self]);
  gst_ice_watch_remove (watches[self]);
}

GST_START_TEST (a_removed_watch_is_not_called_for_an_event_already_fetched)
{
  int fds[2] = { ready_fd (), ready_fd () };
  guint i;

  n_called = 0;
  for (i = 0; i < 2; i++)
    watches[i] = gst_ice_loop_watch (loop, fds[i], EPOLLIN, remove_the_other,
        GUINT_TO_POINTER (i));
  run_until (&n_called, 1);
  g_main_context_iteration (context, FALSE);
  fail_unless_equals_int (n_called, 1);
  close (fds[0]);
  close (fds[1]);
}
GST_END_TEST;

GST_START_TEST (a_file_cannot_be_watched)
{
  FILE *file = tmpfile ();

  fail_unless (file != NULL);
  fail_unless (gst_ice_loop_watch (loop, fileno (file), EPOLLIN, count_event,
                   NULL) == NULL);
  fclose (file);
}
GST_END_TEST;

/* --- threads ------------------------------------------------------------ */

typedef struct
{
  gint inside; /* atomic */
  gint left;   /* atomic: the callback is about to return */
} Gate;

static void
stay_inside (Gate *gate)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 20;

  g_atomic_int_set (&gate->inside, TRUE);
  while (g_get_monotonic_time () < end)
    g_thread_yield ();
  g_atomic_int_set (&gate->left, TRUE);
}

static void
stay_inside_watch (guint32 events, gpointer user_data)
{
  (void) events;
  stay_inside (user_data);
}

static void
stay_inside_timer (gpointer user_data)
{
  stay_inside (user_data);
}

static void
wait_inside (Gate *gate)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (!g_atomic_int_get (&gate->inside))
    fail_unless (g_get_monotonic_time () < end);
}

GST_START_TEST (removing_a_watch_waits_for_its_running_callback)
{
  GstIceLoop *shared = gst_ice_loop_acquire (NULL);
  int fd = ready_fd ();
  Gate gate = { 0 };
  GstIceWatch *watch =
      gst_ice_loop_watch (shared, fd, EPOLLIN, stay_inside_watch, &gate);

  wait_inside (&gate);
  gst_ice_watch_remove (watch);
  fail_unless (g_atomic_int_get (&gate.left));
  close (fd);
  gst_ice_loop_release (shared);
}
GST_END_TEST;

GST_START_TEST (disarming_a_timer_waits_for_its_running_callback)
{
  GstIceLoop *shared = gst_ice_loop_acquire (NULL);
  Gate gate = { 0 };
  GstIceTimer timer = { .func = stay_inside_timer, .user_data = &gate };

  gst_ice_loop_arm (shared, &timer, 1);
  wait_inside (&gate);
  gst_ice_loop_disarm (shared, &timer);
  fail_unless (g_atomic_int_get (&gate.left));
  fail_unless_equals_int (timer.index, 0);
  gst_ice_loop_release (shared);
}
GST_END_TEST;

#define N_THREADS 4
#define N_INVOCATIONS 500

static guint next_of_thread[N_THREADS];
static guint n_invoked;

static gboolean
invoked (gpointer user_data)
{
  guint value = GPOINTER_TO_UINT (user_data);
  guint thread = value / N_INVOCATIONS;

  fail_unless (gst_ice_loop_is_current (loop));
  fail_unless_equals_int (value % N_INVOCATIONS, next_of_thread[thread]);
  next_of_thread[thread]++;
  n_invoked++;
  return G_SOURCE_CONTINUE; /* once all the same */
}

static gpointer
invoke_many (gpointer data)
{
  guint thread = GPOINTER_TO_UINT (data);
  guint i;

  for (i = 0; i < N_INVOCATIONS; i++)
    gst_ice_loop_invoke (loop, invoked,
        GUINT_TO_POINTER (thread * N_INVOCATIONS + i), NULL);
  return NULL;
}

GST_START_TEST (invocations_run_once_each_in_the_order_of_their_calls)
{
  GThread *threads[N_THREADS];
  guint i;

  memset (next_of_thread, 0, sizeof next_of_thread);
  n_invoked = 0;
  for (i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("invoke", invoke_many, GUINT_TO_POINTER (i));
  run_until (&n_invoked, N_THREADS * N_INVOCATIONS);
  for (i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  while (g_main_context_iteration (context, FALSE))
    continue;
  fail_unless_equals_int (n_invoked, N_THREADS * N_INVOCATIONS);
}
GST_END_TEST;

static guint depth;

static gboolean
invoke_again (gpointer user_data)
{
  guint *n = user_data;

  fail_unless_equals_int (depth, 0);
  depth++;
  if (++*n < 3)
    gst_ice_loop_invoke (loop, invoke_again, user_data, NULL);
  depth--;
  return G_SOURCE_REMOVE;
}

GST_START_TEST (an_invocation_never_runs_inside_the_call)
{
  guint n = 0;

  depth = 0;
  gst_ice_loop_invoke (loop, invoke_again, &n, NULL);
  fail_unless_equals_int (n, 0);
  run_until (&n, 3);
}
GST_END_TEST;

static gboolean
count_invocation (gpointer user_data)
{
  count_call (user_data);
  return G_SOURCE_REMOVE;
}

GST_START_TEST (what_was_invoked_before_the_last_release_still_runs)
{
  GstIceLoop *shared = gst_ice_loop_acquire (NULL);
  guint ran = 0, freed = 0;
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  gst_ice_loop_invoke (shared, count_invocation, &ran, NULL);
  gst_ice_loop_invoke (shared, count_invocation, &ran, NULL);
  gst_ice_loop_invoke (shared, count_invocation, &freed, count_call);
  gst_ice_loop_release (shared);
  while (__atomic_load_n (&freed, __ATOMIC_ACQUIRE) < 2)
    fail_unless (g_get_monotonic_time () < end);
  fail_unless_equals_int (ran, 2);
  wait_for_loop_threads (0);
}
GST_END_TEST;

typedef struct
{
  GstIceTimer timer;
  GstIceLoop *loop;
} Churn;

static gpointer
churn (gpointer data)
{
  Churn *self = data;
  int fd = ready_fd ();
  guint i, n = 0;

  self->timer.func = count_call;
  self->timer.user_data = &n;
  for (i = 0; i < 300; i++) {
    guint events = 0;
    GstIceWatch *watch =
        gst_ice_loop_watch (self->loop, fd, EPOLLIN, count_event, &events);

    gst_ice_loop_arm (self->loop, &self->timer,
        gst_ice_loop_now () + NET_USEC (i % 50));
    gst_ice_watch_remove (watch);
    gst_ice_loop_disarm (self->loop, &self->timer);
    fail_unless_equals_int (self->timer.index, 0);
  }
  close (fd);
  return NULL;
}

GST_START_TEST (watches_and_timers_come_and_go_from_many_threads)
{
  GstIceLoop *shared = gst_ice_loop_acquire (NULL);
  Churn churns[N_THREADS] = { 0 };
  GThread *threads[N_THREADS];
  guint i;

  for (i = 0; i < N_THREADS; i++) {
    churns[i].loop = shared;
    threads[i] = g_thread_new ("churn", churn, &churns[i]);
  }
  for (i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  gst_ice_loop_release (shared);
  wait_for_loop_threads (0);
}
GST_END_TEST;

static Suite *
loop_suite (void)
{
  Suite *suite = suite_create ("ice/loop");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, set_up, tear_down);
  tcase_add_test (tcase, a_context_has_one_loop_however_many_use_it);
  tcase_add_test (tcase, the_shared_thread_ends_with_its_last_user);
  tcase_add_test (tcase, the_shared_thread_may_drop_its_own_last_user);
  tcase_add_test (tcase, timers_fire_in_the_order_of_their_deadlines);
  tcase_add_test (tcase,
      a_deadline_is_never_early_and_finer_than_a_millisecond);
  tcase_add_test (tcase, an_earlier_deadline_wakes_a_waiting_context);
  tcase_add_test (tcase,
      a_timer_that_is_always_due_does_not_starve_the_sockets);
  tcase_add_test (tcase,
      a_removed_watch_is_not_called_for_an_event_already_fetched);
  tcase_add_test (tcase, a_file_cannot_be_watched);
  tcase_add_test (tcase, removing_a_watch_waits_for_its_running_callback);
  tcase_add_test (tcase, disarming_a_timer_waits_for_its_running_callback);
  tcase_add_test (tcase, invocations_run_once_each_in_the_order_of_their_calls);
  tcase_add_test (tcase, an_invocation_never_runs_inside_the_call);
  tcase_add_test (tcase, what_was_invoked_before_the_last_release_still_runs);
  tcase_add_test (tcase, watches_and_timers_come_and_go_from_many_threads);
  return suite;
}

GST_CHECK_MAIN (loop);
