/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hazard pointers in their smallest form. The order of the two stores and loads
 * is what makes it right: a reader that still finds its snapshot current after
 * it has announced it was seen by every writer that replaces it later. GLib's
 * atomics are sequentially consistent. */

#include "publish.h"

void
gst_ice_publisher_init (GstIcePublisher *publisher, GDestroyNotify free_func)
{
  *publisher = (GstIcePublisher){ .free_func = free_func };
  g_mutex_init (&publisher->lock);
  publisher->retired = g_ptr_array_new ();
}

static gboolean
is_read (GstIcePublisher *publisher, gconstpointer snapshot)
{
  guint i;

  for (i = 0; i < GST_ICE_PUBLISH_SLOTS; i++) {
    if (g_atomic_pointer_get (&publisher->slots[i]) == snapshot)
      return TRUE;
  }
  return FALSE;
}

/* Lock held. */
static void
sweep (GstIcePublisher *publisher)
{
  guint i = 0;

  while (i < publisher->retired->len) {
    gpointer snapshot = g_ptr_array_index (publisher->retired, i);

    if (is_read (publisher, snapshot)) {
      i++;
      continue;
    }
    g_ptr_array_remove_index_fast (publisher->retired, i);
    publisher->free_func (snapshot);
  }
  g_atomic_int_set (&publisher->n_retired, (gint) publisher->retired->len);
}

void
gst_ice_publisher_set (GstIcePublisher *publisher, gpointer snapshot)
{
  gpointer old = g_atomic_pointer_exchange (&publisher->current, snapshot);

  if (old == NULL)
    return;
  g_mutex_lock (&publisher->lock);
  g_ptr_array_add (publisher->retired, old);
  sweep (publisher);
  g_mutex_unlock (&publisher->lock);
}

void
gst_ice_publisher_clear (GstIcePublisher *publisher)
{
  gst_ice_publisher_set (publisher, NULL);
  g_assert (publisher->retired->len == 0);
  g_ptr_array_unref (publisher->retired);
  g_mutex_clear (&publisher->lock);
}

gpointer
gst_ice_publisher_enter (GstIcePublisher *publisher, guint slot)
{
  gpointer snapshot;

  do {
    snapshot = g_atomic_pointer_get (&publisher->current);
    g_atomic_pointer_set (&publisher->slots[slot], snapshot);
  } while (g_atomic_pointer_get (&publisher->current) != snapshot);
  return snapshot;
}

/* When the writer holds the lock just now, the next to leave does it. */
void
gst_ice_publisher_leave (GstIcePublisher *publisher, guint slot)
{
  g_atomic_pointer_set (&publisher->slots[slot], NULL);
  if (g_atomic_int_get (&publisher->n_retired) == 0 ||
      !g_mutex_trylock (&publisher->lock))
    return;
  sweep (publisher);
  g_mutex_unlock (&publisher->lock);
}
