/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One line of the carriers' protocol (docs/signalling.md), from JSON and to
 * JSON. A value: it knows no peer, no stream and no state. */

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GST_ICE_SIGNAL_HELLO,
  GST_ICE_SIGNAL_DESCRIPTION,
  GST_ICE_SIGNAL_CANDIDATE,
  GST_ICE_SIGNAL_RESTART,
  GST_ICE_SIGNAL_BYE,
  /* A type that a later version knows: to be ignored, not refused. */
  GST_ICE_SIGNAL_UNKNOWN,
} GstIceSignalType;

typedef struct
{
  GstIceSignalType type;
  /* hello: the session; description: the fragment; candidate: its text, "" for
   * end-of-candidates; bye: the reason. Never NULL for these. */
  gchar *text;
  /* hello: the session it answers, or NULL. */
  gchar *to;
  guint stream;
} GstIceSignalMessage;

void gst_ice_signal_message_clear (GstIceSignalMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstIceSignalMessage,
    gst_ice_signal_message_clear)

/* FALSE with what is wrong, the line quoted, in out_complaint. */
gboolean gst_ice_signal_message_parse (const gchar *line, gsize length,
    GstIceSignalMessage *out_message, gchar **out_complaint);
/* With the newline that ends it. */
gchar *gst_ice_signal_message_to_line (const GstIceSignalMessage *message);

/* The beginning of bytes from outside, fit for a person's eyes: printable,
 * valid UTF-8, bounded. */
gchar *gst_ice_signal_message_quote (const gchar *bytes, gsize length);

G_END_DECLS
