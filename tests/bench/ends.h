/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A sink and a source that reach each other over loopback, made by one of the
 * three families that the bench compares. */

#include <gst/gst.h>

typedef struct _Ends Ends;
struct _Ends
{
  GstElement *sink;
  GstElement *src;
  /* Both are PLAYING: returns once packets can cross. */
  void (*connect) (Ends *ends);
  void (*clear) (Ends *ends); /* both are NULL */
  gpointer own;
};

/* FALSE: the elements are not installed. */
gboolean ends_of_udp (Ends *out_ends);
gboolean ends_of_ice (Ends *out_ends);
gboolean ends_of_nice (Ends *out_ends);

void ends_fail (const char *what);
