/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine's addresses: this machine's loopback, and a network namespace of
 * the test's own, with whatever addresses it likes. */

#define _GNU_SOURCE
#include <gst/check/gstcheck.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gst/ice/netif.h"

static const IceIface *
find (const IceIface *ifaces, guint n, const char *text)
{
  NetAddr addr;
  guint i;

  fail_unless (net_addr_parse (text, &addr));
  for (i = 0; i < n; i++) {
    if (net_addr_equal_ip (ifaces[i].addr, addr))
      return &ifaces[i];
  }
  return NULL;
}

static void
put (const char *path, const char *text)
{
  FILE *file = fopen (path, "w");

  fail_unless (file != NULL, "%s: %s", path, g_strerror (errno));
  fputs (text, file);
  fail_unless (fclose (file) == 0, "%s: %s", path, g_strerror (errno));
}

/* A namespace where this process may do as it likes; each test is a process.
 * Without root it becomes that of a user namespace of its own. */
static void
enter_namespace (void)
{
  g_autofree char *map = g_strdup_printf ("0 %u 1", (guint) geteuid ());
  gboolean root = geteuid () == 0;

  fail_unless (unshare (root ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) ==
          0,
      "no network namespace for the test: %s", g_strerror (errno));
  if (!root)
    put ("/proc/self/uid_map", map);
}

static void
ip (const char *commands)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, "ip", "-batch",
          "-", NULL);

  fail_unless (process != NULL, "%s", error->message);
  fail_unless (g_subprocess_communicate_utf8 (process, commands, NULL, NULL,
      NULL, &error));
  fail_unless (g_subprocess_get_successful (process), "ip: %s", commands);
}

GST_START_TEST (loopback_is_there_and_is_known_for_what_it_is)
{
  guint n = 0;
  g_autofree IceIface *ifaces = gst_ice_netif_snapshot (&n);
  const IceIface *lo = find (ifaces, n, "127.0.0.1");

  fail_unless (lo != NULL);
  fail_unless_equals_string (lo->name, "lo");
  fail_unless_equals_int (lo->prefix_len, 8);
  fail_unless (lo->index > 0);
  fail_unless (lo->flags & ICE_IFACE_UP);
  fail_unless (lo->flags & ICE_IFACE_LOOPBACK);
  fail_if (lo->flags & (ICE_IFACE_BRIDGE | ICE_IFACE_POINT_TO_POINT));
  fail_unless_equals_int (lo->addr.port, 0);
}
GST_END_TEST;

/* [ICE-5.1.1.1-7] [SEC-8835-1] [SEC-6724-1]: what the choice is made from */
GST_START_TEST (addresses_carry_their_flags)
{
  g_autofree IceIface *ifaces = NULL;
  const IceIface *iface;
  guint n = 0;

  enter_namespace ();
  ip ("link set lo up\n"
      "address add 10.1.2.3/24 dev lo\n"
      "address add fd00::1/64 dev lo nodad\n"
      "address add fd00::2/64 dev lo preferred_lft 0\n"
      "address add fe80::1/64 dev lo\n");
  ifaces = gst_ice_netif_snapshot (&n);
  iface = find (ifaces, n, "10.1.2.3");
  fail_unless (iface != NULL);
  fail_unless_equals_int (iface->prefix_len, 24);
  fail_if (iface->flags & ICE_ADDR_DEPRECATED);
  iface = find (ifaces, n, "fd00::1");
  fail_unless (iface != NULL);
  fail_if (iface->flags &
      (ICE_ADDR_DEPRECATED | ICE_ADDR_TENTATIVE | ICE_ADDR_FAILED));
  fail_unless_equals_int (iface->addr.scope, 0);
  iface = find (ifaces, n, "fd00::2");
  fail_unless (iface != NULL && (iface->flags & ICE_ADDR_DEPRECATED));
  iface = find (ifaces, n, "fe80::1");
  fail_unless (iface != NULL);
  fail_unless_equals_int (iface->addr.scope, iface->index);
}
GST_END_TEST;

/* By its kind whatever the name, by its name whatever the kind. */
GST_START_TEST (bridges_and_tunnels_are_told_apart)
{
  g_autofree IceIface *ifaces = NULL;
  const IceIface *iface;
  guint n = 0;

  enter_namespace ();
  ip ("link add docker0 type veth peer name plain0\n"
      "link add tun7 type veth peer name eth7\n"
      "address add 10.0.0.1/24 dev docker0\n"
      "address add 10.0.1.1/24 dev plain0\n"
      "address add 10.0.2.1/24 dev tun7\n"
      "link set plain0 up\n");
  ifaces = gst_ice_netif_snapshot (&n);
  iface = find (ifaces, n, "10.0.0.1");
  fail_unless (iface != NULL && (iface->flags & ICE_IFACE_BRIDGE));
  fail_if (iface->flags & ICE_IFACE_UP);
  iface = find (ifaces, n, "10.0.1.1");
  fail_unless (iface != NULL && (iface->flags & ICE_IFACE_UP));
  fail_if (iface->flags & (ICE_IFACE_BRIDGE | ICE_IFACE_POINT_TO_POINT));
  iface = find (ifaces, n, "10.0.2.1");
  fail_unless (iface != NULL && (iface->flags & ICE_IFACE_POINT_TO_POINT));
}
GST_END_TEST;

GST_START_TEST (a_thousand_addresses_are_all_seen)
{
  g_autoptr (GString) commands = g_string_new ("link set lo up\n");
  g_autofree IceIface *ifaces = NULL;
  guint i, n = 0;

  enter_namespace ();
  for (i = 0; i < 1000; i++)
    g_string_append_printf (commands, "address add 10.9.%u.%u/32 dev lo\n",
        i / 250, 1 + i % 250);
  ip (commands->str);
  ifaces = gst_ice_netif_snapshot (&n);
  fail_unless (n >= 1000);
  for (i = 0; i < 1000; i++) {
    g_autofree char *text =
        g_strdup_printf ("10.9.%u.%u", i / 250, 1 + i % 250);

    fail_unless (find (ifaces, n, text) != NULL, "%s", text);
  }
}
GST_END_TEST;

static void
count (gpointer user_data)
{
  guint *n = user_data;

  ++*n;
}

/* Fifty changes in one burst are told once or twice, not fifty times. */
GST_START_TEST (a_burst_of_changes_is_told_once)
{
  g_autoptr (GString) commands = g_string_new ("link set lo up\n");
  GMainContext *context = g_main_context_new ();
  GstIceLoop *loop = gst_ice_loop_acquire (context);
  guint i, n_told = 0;
  GstIceNetif *netif;
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  enter_namespace ();
  netif = gst_ice_netif_watch (loop, count, &n_told);
  while (g_main_context_iteration (context, FALSE))
    continue;
  fail_unless_equals_int (n_told, 0);
  for (i = 0; i < 50; i++)
    g_string_append_printf (commands, "address add 10.9.0.%u/32 dev lo\n", i);
  ip (commands->str);
  while (n_told == 0) {
    fail_unless (g_get_monotonic_time () < end);
    g_main_context_iteration (context, TRUE);
  }
  fail_unless_equals_int (n_told, 1);
  gst_ice_netif_unwatch (netif);
  gst_ice_loop_release (loop);
  g_main_context_unref (context);
}
GST_END_TEST;

/* Nor does a machine that never comes to rest keep the news to itself. */
GST_START_TEST (changes_without_end_are_told_while_they_last)
{
  GMainContext *context = g_main_context_new ();
  GstIceLoop *loop = gst_ice_loop_acquire (context);
  guint i, n_told = 0;
  GstIceNetif *netif;
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  enter_namespace ();
  netif = gst_ice_netif_watch (loop, count, &n_told);
  ip ("link set lo up\n");
  for (i = 0; n_told < 2; i++) {
    fail_unless (g_get_monotonic_time () < end);
    ip (i % 2 ? "address del 10.9.0.1/32 dev lo\n"
              : "address add 10.9.0.1/32 dev lo\n");
    while (g_main_context_iteration (context, FALSE))
      continue;
  }
  gst_ice_netif_unwatch (netif);
  gst_ice_loop_release (loop);
  g_main_context_unref (context);
}
GST_END_TEST;

static Suite *
netif_suite (void)
{
  Suite *suite = suite_create ("ice/netif");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, loopback_is_there_and_is_known_for_what_it_is);
  tcase_add_test (tcase, addresses_carry_their_flags);
  tcase_add_test (tcase, bridges_and_tunnels_are_told_apart);
  tcase_add_test (tcase, a_thousand_addresses_are_all_seen);
  tcase_add_test (tcase, a_burst_of_changes_is_told_once);
  tcase_add_test (tcase, changes_without_end_are_told_while_they_last);
  return suite;
}

GST_CHECK_MAIN (netif);
