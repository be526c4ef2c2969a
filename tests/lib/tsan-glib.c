/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Linked before GLib in the thread sanitizer's build. GLib's locks and
 * reference counts are made of futexes and atomics inside a library that the
 * sanitizer has not instrumented, so it would call all they guard a race. Each
 * function here is GLib's own, with the order that it promises told to the
 * sanitizer: what happened before a release is seen after the next acquire. */

#include <dlfcn.h>
#include <gst/gst.h>

void __tsan_acquire (void *addr);
void __tsan_release (void *addr);

/* The function this one stands before, looked up at the first call. */
#define NEXT(name) \
  static gpointer found; \
  if (g_atomic_pointer_get (&found) == NULL) \
    g_atomic_pointer_set (&found, dlsym (RTLD_NEXT, #name)); \
  __typeof__ (name) *next = (__typeof__ (name) *) g_atomic_pointer_get (&found)

#define LOCK(name, Type) \
  void name (Type *lock) \
  { \
    NEXT (name); \
    next (lock); \
    __tsan_acquire (lock); \
  }
#define TRY_LOCK(name, Type) \
  gboolean name (Type *lock) \
  { \
    NEXT (name); \
    gboolean held = next (lock); \
    if (held) \
      __tsan_acquire (lock); \
    return held; \
  }
#define UNLOCK(name, Type) \
  void name (Type *lock) \
  { \
    NEXT (name); \
    __tsan_release (lock); \
    next (lock); \
  }

LOCK (g_mutex_lock, GMutex)
TRY_LOCK (g_mutex_trylock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
TRY_LOCK (g_rec_mutex_trylock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)
LOCK (g_rw_lock_writer_lock, GRWLock)
TRY_LOCK (g_rw_lock_writer_trylock, GRWLock)
UNLOCK (g_rw_lock_writer_unlock, GRWLock)
LOCK (g_rw_lock_reader_lock, GRWLock)
TRY_LOCK (g_rw_lock_reader_trylock, GRWLock)
UNLOCK (g_rw_lock_reader_unlock, GRWLock)

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  NEXT (g_cond_wait);
  __tsan_release (mutex);
  next (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  NEXT (g_cond_wait_until);
  __tsan_release (mutex);
  gboolean woken = next (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return woken;
}

/* Whoever drops the last reference sees what the others did before theirs. */
#define UNREF(name, Type) \
  void name (Type *object) \
  { \
    NEXT (name); \
    __tsan_release (object); \
    __tsan_acquire (object); \
    next (object); \
  }

UNREF (g_object_unref, void)
UNREF (gst_object_unref, void)
UNREF (gst_mini_object_unref, GstMiniObject)
UNREF (g_bytes_unref, GBytes)
UNREF (g_source_unref, GSource)
UNREF (g_main_context_unref, GMainContext)
UNREF (g_main_loop_unref, GMainLoop)
UNREF (g_atomic_rc_box_release, void)

gboolean
g_atomic_ref_count_dec (gatomicrefcount *count)
{
  NEXT (g_atomic_ref_count_dec);
  __tsan_release (count);
  gboolean last = next (count);
  __tsan_acquire (count);
  return last;
}

/* What a context is given is seen by what it dispatches: a poll lies between. */
guint
g_source_attach (GSource *source, GMainContext *context)
{
  NEXT (g_source_attach);
  __tsan_release (source);
  __tsan_release (context != NULL ? context : g_main_context_default ());
  return next (source, context);
}

void
g_main_context_invoke_full (GMainContext *context, gint priority,
    GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  NEXT (g_main_context_invoke_full);
  __tsan_release (context != NULL ? context : g_main_context_default ());
  next (context, priority, function, data, notify);
}

void
g_main_context_wakeup (GMainContext *context)
{
  NEXT (g_main_context_wakeup);
  __tsan_release (context != NULL ? context : g_main_context_default ());
  next (context);
}

gboolean
g_main_context_iteration (GMainContext *context, gboolean may_block)
{
  NEXT (g_main_context_iteration);
  __tsan_acquire (context != NULL ? context : g_main_context_default ());
  return next (context, may_block);
}

/* GStreamer's own hands the call to a pool of GLib's; a thread of its own is
 * what the sanitizer can follow. */
typedef struct
{
  GstElement *element;
  GstElementCallAsyncFunc function;
  gpointer data;
  GDestroyNotify notify;
} Call;

static gpointer
run_call (gpointer data)
{
  Call *call = data;

  call->function (call->element, call->data);
  if (call->notify != NULL)
    call->notify (call->data);
  gst_object_unref (call->element);
  g_free (call);
  return NULL;
}

void
gst_element_call_async (GstElement *element, GstElementCallAsyncFunc function,
    gpointer data, GDestroyNotify notify)
{
  Call *call = g_new (Call, 1);

  *call = (Call){ gst_object_ref (element), function, data, notify };
  g_thread_unref (g_thread_new ("call-async", run_call, call));
}
