/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* udpsink and udpsrc, which know their addresses, and icesink and icesrc, which
 * are introduced to each other. */

#include "ends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE (4 * 1024 * 1024)

void
ends_fail (const char *what)
{
  fprintf (stderr, "%s\n", what);
  exit (1);
}

static gboolean
make (Ends *ends, const char *sink, const char *src)
{
  ends->sink = gst_element_factory_make (sink, NULL);
  ends->src = gst_element_factory_make (src, NULL);
  if (ends->sink != NULL && ends->src != NULL)
    return TRUE;
  gst_clear_object (&ends->sink);
  gst_clear_object (&ends->src);
  return FALSE;
}

static void
clear_nothing (Ends *ends)
{
  (void) ends;
}

/* --- udp ---------------------------------------------------------------- */

/* udpsrc says its port once it is open. */
static void
connect_udp (Ends *ends)
{
  int port = 0;

  g_object_get (ends->src, "port", &port, NULL);
  g_object_set (ends->sink, "port", port, NULL);
}

gboolean
ends_of_udp (Ends *out_ends)
{
  if (!make (out_ends, "udpsink", "udpsrc"))
    return FALSE;
  g_object_set (out_ends->src, "address", "127.0.0.1", "port", 0, "buffer-size",
      BUFFER_SIZE, NULL);
  g_object_set (out_ends->sink, "host", "127.0.0.1", "buffer-size", BUFFER_SIZE,
      "sync", FALSE, "async", FALSE, NULL);
  out_ends->connect = connect_udp;
  out_ends->clear = clear_nothing;
  return TRUE;
}

/* --- ice ---------------------------------------------------------------- */

static void
give (GstElement *from, guint stream, const char *candidate, gpointer to)
{
  (void) from;
  g_signal_emit_by_name (to, "add-ice-candidate", stream, candidate);
}

static void
introduce (GstElement *from, GstElement *to)
{
  g_autofree char *ufrag = NULL, *pwd = NULL;

  g_object_get (from, "local-ufrag", &ufrag, "local-pwd", &pwd, NULL);
  g_signal_emit_by_name (to, "set-remote-credentials", ufrag, pwd);
  g_signal_connect (from, "on-ice-candidate", G_CALLBACK (give), to);
}

static gboolean
is_completed (GstElement *element)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element),
      "ice-connection-state");
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  g_object_get_property (G_OBJECT (element), "ice-connection-state", &value);
  return strcmp (g_enum_get_value (g_type_class_peek (spec->value_type),
                     g_value_get_enum (&value))
                     ->value_nick,
             "completed") == 0;
}

static void
connect_ice (Ends *ends)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (!is_completed (ends->sink) || !is_completed (ends->src)) {
    if (g_get_monotonic_time () > end)
      ends_fail ("icesink and icesrc did not find each other");
    g_usleep (1000);
  }
}

gboolean
ends_of_ice (Ends *out_ends)
{
  if (!make (out_ends, "icesink", "icesrc"))
    return FALSE;
  /* IPv4 like the others: IPv6 costs the kernel more. */
  g_object_set (out_ends->sink, "sync", FALSE, "bind-address", "127.0.0.1",
      NULL);
  g_object_set (out_ends->src, "bind-address", "127.0.0.1", NULL);
  introduce (out_ends->sink, out_ends->src);
  introduce (out_ends->src, out_ends->sink);
  out_ends->connect = connect_ice;
  out_ends->clear = clear_nothing;
  return TRUE;
}
