/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event loop of all agents on one GMainContext. To GLib it is one source
 * with one descriptor: an epoll set that holds every socket, a timerfd for the
 * earliest deadline (g_poll would round it up to the next millisecond) and an
 * eventfd for what other threads ask for. What it costs follows the traffic, not
 * the number of agents.
 *
 * Locks: `registry` guards the table of loops and their reference counts;
 * loop->lock guards everything else in a loop. Neither is held while a callback
 * runs. A callback that must not run again is waited for, so whoever removes a
 * watch or a timer from another thread must not hold a lock that the callback
 * takes. */

#include "loop.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "timerheap.h"

/* More than this many ready sockets wait for the next turn, so that a flood on
 * some of them delays a timer by one turn at most. */
#define EVENTS_PER_TURN 32

struct _GstIceWatch
{
  GstIceLoop *loop;
  int fd;
  GstIceWatchFunc func;
  gpointer user_data;
  gboolean removed;
};

typedef struct
{
  GSourceFunc func;
  gpointer user_data;
  GDestroyNotify notify;
} Invocation;

struct _GstIceLoop
{
  GSource source; /* first: GLib allocates and frees it */
  guint users;    /* guarded by registry */
  GMainContext *context;
  GThread *thread; /* of the shared loop; NULL: the application's context */
  gint quit;       /* atomic: the shared thread is to end */

  int epoll_fd;
  int timer_fd;
  int event_fd;

  GMutex lock;
  GCond idle;           /* a callback has returned */
  GThread *dispatching; /* whose callbacks run at present */
  gpointer running;     /* the watch or timer whose callback runs */
  GPtrArray *timers;    /* heap, see timerheap.h */
  NetTime armed;        /* what the timerfd is set to */
  GQueue invocations;
  GPtrArray *graveyard; /* watches that epoll events may still point to */
};

static GMutex registry;
static GHashTable *loops;       /* GMainContext → GstIceLoop */
static GstIceLoop *shared_loop; /* the thread "gst-ice" */

NetTime
gst_ice_loop_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return NET_SEC (now.tv_sec) + (NetTime) now.tv_nsec;
}

/* --- deadlines ---------------------------------------------------------- */

/* A deadline that moved away is left armed: waking once for nothing costs less
 * than a system call at each of an agent's steps. */
static void
set_timerfd (GstIceLoop *loop)
{
  NetTime head = gst_ice_timer_heap_deadline (loop->timers);
  struct itimerspec when = { { 0, 0 }, { 0, 0 } };

  if (head >= loop->armed)
    return;
  loop->armed = head;
  /* Zero would disarm it. */
  head = MAX (head, 1);
  when.it_value.tv_sec = (time_t) (head / NET_SEC (1));
  when.it_value.tv_nsec = (long) (head % NET_SEC (1));
  timerfd_settime (loop->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void
gst_ice_loop_arm (GstIceLoop *loop, GstIceTimer *timer, NetTime deadline)
{
  g_mutex_lock (&loop->lock);
  gst_ice_timer_heap_remove (loop->timers, timer);
  if (deadline != NET_NEVER) {
    gst_ice_timer_heap_insert (loop->timers, timer, deadline);
    set_timerfd (loop);
  }
  g_mutex_unlock (&loop->lock);
}

static void
wait_until_idle (GstIceLoop *loop, gconstpointer subject)
{
  while (loop->running == subject && loop->dispatching != g_thread_self ())
    g_cond_wait (&loop->idle, &loop->lock);
}

void
gst_ice_loop_disarm (GstIceLoop *loop, GstIceTimer *timer)
{
  g_mutex_lock (&loop->lock);
  wait_until_idle (loop, timer);
  /* After the wait: the callback may have set the timer anew. */
  gst_ice_timer_heap_remove (loop->timers, timer);
  g_mutex_unlock (&loop->lock);
}

/* --- one turn ----------------------------------------------------------- */

static void
set_running (GstIceLoop *loop, gpointer subject)
{
  loop->running = subject;
  if (subject == NULL)
    g_cond_broadcast (&loop->idle);
}

static void
drain_counter (int fd)
{
  guint64 count;

  while (read (fd, &count, sizeof count) < 0 && errno == EINTR)
    continue;
}

static void
run_watch (GstIceLoop *loop, GstIceWatch *watch, guint32 events)
{
  if (watch->removed)
    return;
  set_running (loop, watch);
  g_mutex_unlock (&loop->lock);
  watch->func (events, watch->user_data);
  g_mutex_lock (&loop->lock);
  set_running (loop, NULL);
}

static void
run_sockets (GstIceLoop *loop)
{
  struct epoll_event events[EVENTS_PER_TURN];
  int i, n;

  n = epoll_wait (loop->epoll_fd, events, G_N_ELEMENTS (events), 0);
  for (i = 0; i < n; i++) {
    if (events[i].data.ptr == &loop->timer_fd) {
      drain_counter (loop->timer_fd);
      loop->armed = NET_NEVER;
    } else if (events[i].data.ptr == &loop->event_fd) {
      drain_counter (loop->event_fd);
    } else {
      run_watch (loop, events[i].data.ptr, events[i].events);
    }
  }
}

/* Only what was due at the start of the turn, and no more often than there are
 * timers: one that keeps setting itself to the past must not starve the sockets.
 */
static void
run_timers (GstIceLoop *loop)
{
  NetTime now = gst_ice_loop_now ();
  guint left = gst_ice_timer_heap_length (loop->timers);
  GstIceTimer *timer;

  for (; left > 0; left--) {
    timer = gst_ice_timer_heap_pop_due (loop->timers, now);
    if (timer == NULL)
      break;
    set_running (loop, timer);
    g_mutex_unlock (&loop->lock);
    timer->func (timer->user_data);
    g_mutex_lock (&loop->lock);
    set_running (loop, NULL);
  }
  set_timerfd (loop);
}

/* Each invocation holds a user's reference, so the loop outlives its queue. The
 * queue's length is taken first: what a function invokes runs next turn. */
static void
run_invocations (GstIceLoop *loop)
{
  guint left = loop->invocations.length;
  guint ran = left;

  for (; left > 0; left--) {
    Invocation *invocation = g_queue_pop_head (&loop->invocations);

    g_mutex_unlock (&loop->lock);
    invocation->func (invocation->user_data);
    if (invocation->notify != NULL)
      invocation->notify (invocation->user_data);
    g_free (invocation);
    g_mutex_lock (&loop->lock);
  }
  g_mutex_unlock (&loop->lock);
  for (; ran > 0; ran--)
    gst_ice_loop_release (loop);
  g_mutex_lock (&loop->lock);
}

static gboolean
dispatch (GSource *source, GSourceFunc unused, gpointer unused_data)
{
  GstIceLoop *loop = (GstIceLoop *) source;

  (void) unused;
  (void) unused_data;
  g_mutex_lock (&loop->lock);
  loop->dispatching = g_thread_self ();
  run_sockets (loop);
  run_timers (loop);
  run_invocations (loop);
  loop->dispatching = NULL;
  g_ptr_array_set_size (loop->graveyard, 0);
  g_mutex_unlock (&loop->lock);
  return G_SOURCE_CONTINUE;
}

/* --- life --------------------------------------------------------------- */

static void
finalize (GSource *source)
{
  GstIceLoop *loop = (GstIceLoop *) source;

  close (loop->epoll_fd);
  close (loop->timer_fd);
  close (loop->event_fd);
  g_ptr_array_unref (loop->timers);
  g_ptr_array_unref (loop->graveyard);
  g_mutex_clear (&loop->lock);
  g_cond_clear (&loop->idle);
}

static GSourceFuncs source_funcs = {
  .dispatch = dispatch,
  .finalize = finalize,
};

static void
watch_own (GstIceLoop *loop, int *fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = fd };

  epoll_ctl (loop->epoll_fd, EPOLL_CTL_ADD, *fd, &event);
}

static GstIceLoop *
loop_new (GMainContext *context)
{
  GSource *source = g_source_new (&source_funcs, sizeof (GstIceLoop));
  GstIceLoop *loop = (GstIceLoop *) source;

  loop->users = 1;
  loop->context = g_main_context_ref (context);
  loop->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  loop->timer_fd = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  loop->event_fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  /* Out of descriptors before the first socket: nothing could work. */
  if (loop->epoll_fd < 0 || loop->timer_fd < 0 || loop->event_fd < 0)
    g_error ("no descriptors for an event loop: %s", g_strerror (errno));
  g_mutex_init (&loop->lock);
  g_cond_init (&loop->idle);
  loop->timers = gst_ice_timer_heap_new ();
  loop->graveyard = g_ptr_array_new_with_free_func (g_free);
  loop->armed = NET_NEVER;
  g_queue_init (&loop->invocations);
  watch_own (loop, &loop->timer_fd);
  watch_own (loop, &loop->event_fd);
  g_source_set_static_name (source, "gst-ice");
  g_source_add_unix_fd (source, loop->epoll_fd, G_IO_IN);
  g_source_attach (source, context);
  return loop;
}

static gpointer
run_shared (gpointer data)
{
  GstIceLoop *loop = data;
  GMainContext *context = g_main_context_ref (loop->context);

  g_main_context_push_thread_default (context);
  while (!g_atomic_int_get (&loop->quit))
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_source_destroy (&loop->source);
  g_source_unref (&loop->source);
  g_main_context_unref (context);
  return NULL;
}

static GstIceLoop *
acquire_shared (void)
{
  g_autoptr (GMainContext) context = NULL;

  if (shared_loop != NULL) {
    shared_loop->users++;
    return shared_loop;
  }
  context = g_main_context_new ();
  shared_loop = loop_new (context);
  g_source_ref (&shared_loop->source); /* the thread's */
  shared_loop->thread = g_thread_new ("gst-ice", run_shared, shared_loop);
  return shared_loop;
}

static GstIceLoop *
acquire_for (GMainContext *context)
{
  GstIceLoop *loop;

  if (loops == NULL)
    loops = g_hash_table_new (NULL, NULL);
  loop = g_hash_table_lookup (loops, context);
  if (loop != NULL) {
    loop->users++;
    return loop;
  }
  loop = loop_new (context);
  g_hash_table_insert (loops, context, loop);
  return loop;
}

GstIceLoop *
gst_ice_loop_acquire (GMainContext *context)
{
  GstIceLoop *loop;

  g_mutex_lock (&registry);
  loop = context != NULL ? acquire_for (context) : acquire_shared ();
  g_mutex_unlock (&registry);
  return loop;
}

GstIceLoop *
gst_ice_loop_ref (GstIceLoop *loop)
{
  g_mutex_lock (&registry);
  loop->users++;
  g_mutex_unlock (&registry);
  return loop;
}

static void
retire (GstIceLoop *loop)
{
  if (loop == shared_loop) {
    shared_loop = NULL;
    return;
  }
  g_hash_table_remove (loops, loop->context);
  if (g_hash_table_size (loops) == 0)
    g_clear_pointer (&loops, g_hash_table_unref);
}

/* The shared thread may itself drop the last reference; it then ends by itself
 * a moment later instead of being waited for. */
static void
end_thread (GstIceLoop *loop)
{
  GThread *thread = loop->thread;

  g_atomic_int_set (&loop->quit, TRUE);
  g_main_context_wakeup (loop->context);
  if (thread == g_thread_self ())
    g_thread_unref (thread);
  else
    g_thread_join (thread);
}

/* The context outlives the source that it holds: GLib locks the one while it
 * frees the other. */
void
gst_ice_loop_release (GstIceLoop *loop)
{
  GMainContext *context = loop->context;
  gboolean last;

  g_mutex_lock (&registry);
  last = --loop->users == 0;
  if (last)
    retire (loop);
  g_mutex_unlock (&registry);
  if (!last)
    return;
  if (loop->thread != NULL)
    end_thread (loop);
  else
    g_source_destroy (&loop->source);
  g_source_unref (&loop->source);
  g_main_context_unref (context);
}

GMainContext *
gst_ice_loop_context (GstIceLoop *loop)
{
  return loop->context;
}

gboolean
gst_ice_loop_is_current (GstIceLoop *loop)
{
  return g_main_context_is_owner (loop->context);
}

/* --- watches and invocations -------------------------------------------- */

GstIceWatch *
gst_ice_loop_watch (GstIceLoop *loop, int fd, guint32 epoll_events,
    GstIceWatchFunc func, gpointer user_data)
{
  GstIceWatch *watch = g_new0 (GstIceWatch, 1);
  struct epoll_event event = { .events = epoll_events, .data.ptr = watch };

  *watch = (GstIceWatch){ .loop = loop,
    .fd = fd,
    .func = func,
    .user_data = user_data };
  if (epoll_ctl (loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
    return watch;
  g_free (watch);
  return NULL;
}

void
gst_ice_watch_remove (GstIceWatch *watch)
{
  GstIceLoop *loop = watch->loop;

  g_mutex_lock (&loop->lock);
  wait_until_idle (loop, watch);
  epoll_ctl (loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
  watch->removed = TRUE;
  if (loop->dispatching != NULL)
    g_ptr_array_add (loop->graveyard, watch);
  else
    g_free (watch);
  g_mutex_unlock (&loop->lock);
}

void
gst_ice_loop_invoke (GstIceLoop *loop, GSourceFunc func, gpointer user_data,
    GDestroyNotify notify)
{
  Invocation *invocation = g_new (Invocation, 1);
  const guint64 one = 1;

  *invocation = (Invocation){ func, user_data, notify };
  gst_ice_loop_ref (loop);
  g_mutex_lock (&loop->lock);
  g_queue_push_tail (&loop->invocations, invocation);
  /* Cannot fail: the counter is far from its end. */
  while (write (loop->event_fd, &one, sizeof one) < 0 && errno == EINTR)
    continue;
  g_mutex_unlock (&loop->lock);
}
