/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* GLib's locks and reference counts in a form that the thread sanitizer sees:
 * GLib itself is not built with it, and without these every access under a GMutex
 * looks like a race. They take the place of GLib's for this program and what is
 * linked into it; elsewhere than under that sanitizer there is nothing here. */

#include <glib.h>

#if !defined(__SANITIZE_THREAD__) && defined(__has_feature)
#  if __has_feature(thread_sanitizer)
#    define __SANITIZE_THREAD__ 1
#  endif
#endif

#ifdef __SANITIZE_THREAD__

#  include <pthread.h>
#  include <stdlib.h>
#  include <time.h>

/* What an all-zero GMutex or GCond becomes at its first use. */
static gpointer
made (gpointer *place, gpointer (*make) (void))
{
  gpointer there = __atomic_load_n (place, __ATOMIC_ACQUIRE);
  gpointer fresh;

  if (there != NULL)
    return there;
  fresh = make ();
  if (__atomic_compare_exchange_n (place, &there, fresh, FALSE,
          __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return fresh;
  free (fresh);
  return there;
}

static gpointer
make_mutex (void)
{
  pthread_mutex_t *mutex = malloc (sizeof *mutex);

  pthread_mutex_init (mutex, NULL);
  return mutex;
}

static gpointer
make_cond (void)
{
  pthread_cond_t *cond = malloc (sizeof *cond);
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attr);
  pthread_condattr_destroy (&attr);
  return cond;
}

void
g_mutex_init (GMutex *mutex)
{
  mutex->p = NULL;
}

void
g_mutex_clear (GMutex *mutex)
{
  if (mutex->p != NULL)
    pthread_mutex_destroy (mutex->p);
  free (mutex->p);
  mutex->p = NULL;
}

void
g_mutex_lock (GMutex *mutex)
{
  pthread_mutex_lock (made (&mutex->p, make_mutex));
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  return pthread_mutex_trylock (made (&mutex->p, make_mutex)) == 0;
}

void
g_mutex_unlock (GMutex *mutex)
{
  pthread_mutex_unlock (made (&mutex->p, make_mutex));
}

void
g_cond_init (GCond *cond)
{
  cond->p = NULL;
}

void
g_cond_clear (GCond *cond)
{
  if (cond->p != NULL)
    pthread_cond_destroy (cond->p);
  free (cond->p);
  cond->p = NULL;
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  pthread_cond_wait (made (&cond->p, make_cond), made (&mutex->p, make_mutex));
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  struct timespec end = { end_time / G_USEC_PER_SEC,
    end_time % G_USEC_PER_SEC * 1000 };

  return pthread_cond_timedwait (made (&cond->p, make_cond),
             made (&mutex->p, make_mutex), &end) == 0;
}

void
g_cond_signal (GCond *cond)
{
  pthread_cond_signal (made (&cond->p, make_cond));
}

void
g_cond_broadcast (GCond *cond)
{
  pthread_cond_broadcast (made (&cond->p, make_cond));
}

void (g_atomic_ref_count_init) (gatomicrefcount *count)
{
  __atomic_store_n (count, 1, __ATOMIC_SEQ_CST);
}

void (g_atomic_ref_count_inc) (gatomicrefcount *count)
{
  __atomic_add_fetch (count, 1, __ATOMIC_SEQ_CST);
}

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  return __atomic_sub_fetch (count, 1, __ATOMIC_SEQ_CST) == 0;
}

#endif
