/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names through GResolver: its threads wait for the name server, we do not. The
 * answer comes back in the context that was the default one when the question
 * was put, so the question is put from the loop's context. A lookup that was
 * freed lives on until GResolver has let go of it. */

#include "resolver.h"

#include "sockaddr.h"

#define MAX_ADDRS 8

struct _GstIceLookup
{
  gatomicrefcount ref_count; /* the caller, and each step in flight */
  GstIceLoop *loop;
  char *name;
  GCancellable *cancellable;
  GstIceLookupFunc func; /* NULL: freed, or answered */
  gpointer user_data;
};

static void
lookup_unref (gpointer data)
{
  GstIceLookup *lookup = data;

  if (!g_atomic_ref_count_dec (&lookup->ref_count))
    return;
  gst_ice_loop_release (lookup->loop);
  g_object_unref (lookup->cancellable);
  g_free (lookup->name);
  g_free (lookup);
}

static NetAddr
addr_from_inet (GInetAddress *inet)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (inet, 0);
  struct sockaddr_storage storage = { .ss_family = AF_UNSPEC };

  if (!g_socket_address_to_native (address, &storage, sizeof storage, NULL))
    return NET_ADDR_NONE;
  return gst_ice_sockaddr_to_net (&storage);
}

static void
answer (GObject *resolver, GAsyncResult *result, gpointer user_data)
{
  GstIceLookup *lookup = user_data;
  GstIceLookupFunc func = lookup->func;
  g_autoptr (GError) error = NULL;
  NetAddr addrs[MAX_ADDRS];
  GList *found, *item;
  guint n = 0;

  found =
      g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);
  for (item = found; item != NULL && n < MAX_ADDRS; item = item->next) {
    NetAddr addr = addr_from_inet (item->data);

    if (!net_addr_is_none (addr))
      addrs[n++] = addr;
  }
  g_resolver_free_addresses (found);
  lookup->func = NULL;
  if (func != NULL)
    func (addrs, n, error, lookup->user_data);
  lookup_unref (lookup);
}

static gboolean
ask (gpointer user_data)
{
  GstIceLookup *lookup = user_data;
  g_autoptr (GResolver) resolver = NULL;

  if (lookup->func == NULL)
    return G_SOURCE_REMOVE;
  g_atomic_ref_count_inc (&lookup->ref_count);
  resolver = g_resolver_get_default ();
  /* An application's context need not be its thread's default one. */
  g_main_context_push_thread_default (gst_ice_loop_context (lookup->loop));
  g_resolver_lookup_by_name_async (resolver, lookup->name, lookup->cancellable,
      answer, lookup);
  g_main_context_pop_thread_default (gst_ice_loop_context (lookup->loop));
  return G_SOURCE_REMOVE;
}

GstIceLookup *
gst_ice_lookup_start (GstIceLoop *loop, const char *name, GstIceLookupFunc func,
    gpointer user_data)
{
  GstIceLookup *lookup = g_new0 (GstIceLookup, 1);

  g_atomic_ref_count_init (&lookup->ref_count);
  /* The context's own reference, not a new loop. */
  lookup->loop = gst_ice_loop_ref (loop);
  lookup->name = g_strdup (name);
  lookup->cancellable = g_cancellable_new ();
  lookup->func = func;
  lookup->user_data = user_data;
  g_atomic_ref_count_inc (&lookup->ref_count);
  gst_ice_loop_invoke (loop, ask, lookup, lookup_unref);
  return lookup;
}

void
gst_ice_lookup_free (GstIceLookup *lookup)
{
  if (lookup == NULL)
    return;
  lookup->func = NULL;
  g_cancellable_cancel (lookup->cancellable);
  lookup_unref (lookup);
}
