/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The line splitter of all carriers; see the header. */

#include "carrier-lines.h"

#include <string.h>

void
gst_ice_carrier_lines_init (GstIceCarrierLines *lines)
{
  *lines = (GstIceCarrierLines){ .bytes = g_byte_array_new () };
}

void
gst_ice_carrier_lines_clear (GstIceCarrierLines *lines)
{
  g_clear_pointer (&lines->bytes, g_byte_array_unref);
  *lines = (GstIceCarrierLines){ .bytes = NULL };
}

void
gst_ice_carrier_lines_push (GstIceCarrierLines *lines, const guint8 *data,
    gsize length)
{
  if (lines->start > 0) {
    g_byte_array_remove_range (lines->bytes, 0, lines->start);
    lines->searched -= lines->start;
    lines->start = 0;
  }
  g_byte_array_append (lines->bytes, data, (guint) length);
}

/* Hands out bytes up to `end`, and passes over `skip` bytes behind them. */
static void
cut (GstIceCarrierLines *lines, guint end, guint skip, const gchar **out_line,
    gsize *out_length)
{
  const gchar *line = (const gchar *) lines->bytes->data + lines->start;
  gsize length = end - lines->start;

  if (skip > 0 && length > 0 && line[length - 1] == '\r')
    length--;
  lines->start = lines->searched = end + skip;
  *out_line = line;
  *out_length = length;
}

/* FALSE when no newline has come yet; then all was searched. */
static gboolean
find_end (GstIceCarrierLines *lines, guint *out_end)
{
  const guint8 *data = lines->bytes->data;
  const guint8 *newline = NULL;

  if (lines->searched < lines->bytes->len)
    newline = memchr (data + lines->searched, '\n',
        lines->bytes->len - lines->searched);
  if (newline == NULL) {
    lines->searched = lines->bytes->len;
    return FALSE;
  }
  *out_end = (guint) (newline - data);
  return TRUE;
}

GstIceCarrierLineResult
gst_ice_carrier_lines_next (GstIceCarrierLines *lines, const gchar **out_line,
    gsize *out_length)
{
  const gchar *line;
  gsize length;
  guint end;

  while (find_end (lines, &end)) {
    gboolean skipped = lines->skipping;

    lines->skipping = FALSE;
    cut (lines, end, 1, &line, &length);
    if (skipped || length == 0)
      continue;
    *out_line = line;
    *out_length = length;
    return length > GST_ICE_CARRIER_LINE_MAX ? GST_ICE_CARRIER_LINE_TOO_LONG
                                             : GST_ICE_CARRIER_LINE_WHOLE;
  }
  if (lines->bytes->len - lines->start <= GST_ICE_CARRIER_LINE_MAX)
    return GST_ICE_CARRIER_LINE_NONE;
  cut (lines, lines->bytes->len, 0, &line, &length);
  if (lines->skipping)
    return GST_ICE_CARRIER_LINE_NONE;
  lines->skipping = TRUE;
  *out_line = line;
  *out_length = length;
  return GST_ICE_CARRIER_LINE_TOO_LONG;
}
