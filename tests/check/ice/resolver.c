/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups over a GResolver of the test's own, which answers what the name asks
 * for: "many", "none", or nothing at all until it is cancelled. */

#include <gst/check/gstcheck.h>
#include <string.h>

#include "gst/ice/resolver.h"

typedef GResolver FakeResolver;
typedef GResolverClass FakeResolverClass;

GType fake_resolver_get_type (void);
G_DEFINE_TYPE (FakeResolver, fake_resolver, G_TYPE_RESOLVER)

static guint n_cancelled;

static void
free_addresses (gpointer addresses)
{
  g_resolver_free_addresses (addresses);
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  (void) cancellable;
  n_cancelled++;
  g_task_return_error_if_cancelled (user_data);
}

static void
look_up (GResolver *resolver, const gchar *name, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task =
      g_task_new (resolver, cancellable, callback, user_data);
  GList *found = NULL;
  guint i;

  if (strcmp (name, "hangs.example") == 0) {
    g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (on_cancelled),
        g_steal_pointer (&task),
        (GClosureNotify) (void (*) (void)) g_object_unref, 0);
    return;
  }
  if (strcmp (name, "none.example") == 0) {
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
        "no such name");
    return;
  }
  for (i = 0; i < 12; i++) {
    g_autofree char *text =
        g_strdup_printf (i % 2 ? "192.0.2.%u" : "2001:db8::%u", i + 1);

    found = g_list_append (found, g_inet_address_new_from_string (text));
  }
  g_task_return_pointer (task, found, free_addresses);
}

static GList *
look_up_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  (void) resolver;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_resolver_class_init (FakeResolverClass *klass)
{
  klass->lookup_by_name_async = look_up;
  klass->lookup_by_name_finish = look_up_finish;
}

static void
fake_resolver_init (FakeResolver *self)
{
  (void) self;
}

static GMainContext *context;
static GstIceLoop *loop;
static guint n_answers;
static guint n_addrs;
static NetAddr first, second;
static gboolean failed;

static void
set_up (void)
{
  g_autoptr (GResolver) resolver =
      g_object_new (fake_resolver_get_type (), NULL);

  g_resolver_set_default (resolver);
  context = g_main_context_new ();
  loop = gst_ice_loop_acquire (context);
  n_answers = n_addrs = n_cancelled = 0;
  failed = FALSE;
}

static void
tear_down (void)
{
  while (g_main_context_iteration (context, FALSE))
    continue;
  gst_ice_loop_release (loop);
  g_main_context_unref (context);
}

static void
on_answer (const NetAddr *addrs, guint n, const GError *error,
    gpointer user_data)
{
  fail_unless (user_data == &n_answers);
  fail_unless (gst_ice_loop_is_current (loop));
  failed = error != NULL;
  n_addrs = n;
  if (n > 1) {
    first = addrs[0];
    second = addrs[1];
  }
  n_answers++;
}

static void
run_until_answer (void)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (n_answers == 0) {
    fail_unless (g_get_monotonic_time () < end);
    g_main_context_iteration (context, FALSE);
  }
}

GST_START_TEST (addresses_come_in_the_resolvers_order_up_to_eight)
{
  GstIceLookup *lookup =
      gst_ice_lookup_start (loop, "many.example", on_answer, &n_answers);
  NetAddr v6, v4;

  fail_unless_equals_int (n_answers, 0);
  run_until_answer ();
  fail_if (failed);
  fail_unless_equals_int (n_addrs, 8);
  fail_unless (net_addr_parse ("2001:db8::1", &v6));
  fail_unless (net_addr_parse ("192.0.2.2", &v4));
  fail_unless (net_addr_equal (first, v6));
  fail_unless (net_addr_equal (second, v4));
  gst_ice_lookup_free (lookup);
}
GST_END_TEST;

GST_START_TEST (an_unknown_name_is_an_answer_with_an_error)
{
  GstIceLookup *lookup =
      gst_ice_lookup_start (loop, "none.example", on_answer, &n_answers);

  run_until_answer ();
  fail_unless (failed);
  fail_unless_equals_int (n_addrs, 0);
  gst_ice_lookup_free (lookup);
}
GST_END_TEST;

GST_START_TEST (a_freed_lookup_is_cancelled_and_never_answers)
{
  GstIceLookup *lookup =
      gst_ice_lookup_start (loop, "hangs.example", on_answer, &n_answers);

  while (g_main_context_iteration (context, FALSE))
    continue;
  gst_ice_lookup_free (lookup);
  while (g_main_context_iteration (context, FALSE))
    continue;
  fail_unless_equals_int (n_cancelled, 1);
  fail_unless_equals_int (n_answers, 0);
}
GST_END_TEST;

GST_START_TEST (a_lookup_freed_before_it_began_asks_nobody)
{
  gst_ice_lookup_free (gst_ice_lookup_start (loop, "many.example", on_answer,
      &n_answers));
  while (g_main_context_iteration (context, FALSE))
    continue;
  fail_unless_equals_int (n_answers, 0);
}
GST_END_TEST;

GST_START_TEST (a_name_that_hangs_does_not_hold_up_another)
{
  GstIceLookup *hangs =
      gst_ice_lookup_start (loop, "hangs.example", on_answer, &n_answers);
  GstIceLookup *many =
      gst_ice_lookup_start (loop, "many.example", on_answer, &n_answers);

  run_until_answer ();
  fail_unless_equals_int (n_addrs, 8);
  gst_ice_lookup_free (hangs);
  gst_ice_lookup_free (many);
}
GST_END_TEST;

static Suite *
resolver_suite (void)
{
  Suite *suite = suite_create ("ice/resolver");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, set_up, tear_down);
  tcase_add_test (tcase, addresses_come_in_the_resolvers_order_up_to_eight);
  tcase_add_test (tcase, an_unknown_name_is_an_answer_with_an_error);
  tcase_add_test (tcase, a_freed_lookup_is_cancelled_and_never_answers);
  tcase_add_test (tcase, a_lookup_freed_before_it_began_asks_nobody);
  tcase_add_test (tcase, a_name_that_hangs_does_not_hold_up_another);
  return suite;
}

GST_CHECK_MAIN (resolver);
