/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a carrier reads: bytes cut into lines, lines read as messages. Cutting
 * must not depend on how the bytes came; a message that was accepted comes back
 * the same when it is written and read again; a refusal is printable. The first
 * byte says where the bytes are split. */

#include <string.h>

#include <glib.h>

#include "carrier-lines.h"
#include "signal-message.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
read_again (const GstIceSignalMessage *message)
{
  g_auto (GstIceSignalMessage) again = { .type = GST_ICE_SIGNAL_UNKNOWN };
  g_autofree gchar *complaint = NULL;
  g_autofree gchar *line = NULL;
  gboolean accepted;

  if (message->type == GST_ICE_SIGNAL_UNKNOWN)
    return;
  line = gst_ice_signal_message_to_line (message);
  accepted =
      gst_ice_signal_message_parse (line, strlen (line), &again, &complaint);
  g_assert (accepted);
  g_assert (again.type == message->type);
  g_assert (again.stream == message->stream);
  /* What was made printable stays so, but may be cut once more. */
  if (message->type != GST_ICE_SIGNAL_BYE)
    g_assert (g_strcmp0 (again.text, message->text) == 0);
  g_assert (g_strcmp0 (again.to, message->to) == 0);
}

static void
read_line (const gchar *line, gsize length)
{
  g_auto (GstIceSignalMessage) message = { .type = GST_ICE_SIGNAL_UNKNOWN };
  g_autofree gchar *complaint = NULL;

  if (gst_ice_signal_message_parse (line, length, &message, &complaint)) {
    read_again (&message);
    return;
  }
  g_assert (g_utf8_validate (complaint, -1, NULL));
  g_assert (strlen (complaint) < 256);
}

/* Returns how many lines came out. */
static guint
take (GstIceCarrierLines *lines, gboolean read)
{
  const gchar *line;
  gsize length;
  guint count = 0;

  while (gst_ice_carrier_lines_next (lines, &line, &length) !=
      GST_ICE_CARRIER_LINE_NONE) {
    count++;
    if (read)
      read_line (line, length);
  }
  return count;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  GstIceCarrierLines whole, split;
  guint n_whole, n_split;
  gsize middle;

  if (size == 0)
    return 0;
  middle = data[0] % size;
  data++;
  size--;
  gst_ice_carrier_lines_init (&whole);
  gst_ice_carrier_lines_init (&split);
  gst_ice_carrier_lines_push (&whole, data, size);
  n_whole = take (&whole, TRUE);
  gst_ice_carrier_lines_push (&split, data, middle);
  n_split = take (&split, FALSE);
  gst_ice_carrier_lines_push (&split, data + middle, size - middle);
  n_split += take (&split, FALSE);
  g_assert (n_whole == n_split);
  gst_ice_carrier_lines_clear (&whole);
  gst_ice_carrier_lines_clear (&split);
  return 0;
}
