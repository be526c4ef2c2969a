/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Cuts a stream of bytes into lines, however the bytes were split on their
 * way. Holds one line at most: a longer one is reported once, skipped to its
 * end, and the line after it is whole again. */

#include <glib.h>

G_BEGIN_DECLS

/* A description with some thousand candidates fits. */
#define GST_ICE_CARRIER_LINE_MAX (256 * 1024)

typedef struct
{
  GByteArray *bytes;
  /* What of bytes has been handed out, and what was searched for a newline:
   * a line that comes byte by byte is not searched again for each. */
  guint start;
  guint searched;
  gboolean skipping;
} GstIceCarrierLines;

typedef enum
{
  GST_ICE_CARRIER_LINE_NONE,
  GST_ICE_CARRIER_LINE_WHOLE,
  /* The line handed out is the beginning of one beyond the limit. */
  GST_ICE_CARRIER_LINE_TOO_LONG,
} GstIceCarrierLineResult;

void gst_ice_carrier_lines_init (GstIceCarrierLines *lines);
void gst_ice_carrier_lines_clear (GstIceCarrierLines *lines);

void gst_ice_carrier_lines_push (GstIceCarrierLines *lines, const guint8 *data,
    gsize length);
/* The line is valid until the next push or clear; empty lines are left out. */
GstIceCarrierLineResult gst_ice_carrier_lines_next (GstIceCarrierLines *lines,
    const gchar **out_line, gsize *out_length);

G_END_DECLS
