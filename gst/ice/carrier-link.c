/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One connection of a carrier. Writes go out at once as far as the kernel takes
 * them, so that a bye leaves before the close behind it; the rest waits for the
 * stream to be writable. Reads stop for a moment after each full buffer or
 * number of lines: a peer that floods us is slowed down by its own full pipe,
 * nothing of what it says is lost, and checks and consent of the same context
 * are served in between.
 *
 * RFC 8838 §9 [TRK-9-2]: what is handed to a connected peer arrives once and in
 * the order of the calls; a line never overtakes another, and one that cannot be
 * kept ends the connection instead of leaving a gap. */

#include "carrier-link.h"

#include <limits.h>
#include <string.h>

#include "carrier-lines.h"

#define READ_SIZE (16 * 1024)
#define LINES_PER_TURN 64
#define PAUSE_MS 5
/* A pipe that polls as writable takes this much without blocking. */
#define WRITE_SIZE PIPE_BUF
/* A peer that reads nothing for so long is none. */
#define UNSENT_MAX (1024 * 1024)
/* What a peer sent while we close is read and dropped up to here: TCP resets a
 * connection that is closed with unread data, and the bye would be lost. */
#define DRAIN_MAX (16 * READ_SIZE)

struct _GstIceCarrierLink
{
  GMainContext *context;
  GIOStream *connection;
  GPollableInputStream *in;
  GPollableOutputStream *out;
  const GstIceCarrierLinkFuncs *funcs;
  /* Not referenced; NULL once closed. */
  GObject *owner;

  GstIceCarrierLines lines;
  GByteArray *unsent;
  /* Exactly one of readable, resume and failure while open. */
  GSource *readable;
  GSource *resume;
  GSource *failure;
  GSource *writable;
};

static void listen_for_more (GstIceCarrierLink *link);

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
drop_sources (GstIceCarrierLink *link)
{
  drop_source (&link->readable);
  drop_source (&link->resume);
  drop_source (&link->failure);
  drop_source (&link->writable);
}

static void
free_link (gpointer data)
{
  GstIceCarrierLink *link = data;

  drop_sources (link);
  gst_ice_carrier_lines_clear (&link->lines);
  g_byte_array_unref (link->unsent);
  g_main_context_unref (link->context);
  g_object_unref (link->connection);
}

static void
release (GstIceCarrierLink *link)
{
  g_rc_box_release_full (link, free_link);
}

static void
attach (GstIceCarrierLink *link, GSource *source, GSourceFunc function)
{
  g_source_set_callback (source, function, g_rc_box_acquire (link),
      (GDestroyNotify) release);
  g_source_attach (source, link->context);
}

static void
lose (GstIceCarrierLink *link)
{
  g_autoptr (GObject) owner = NULL;

  drop_sources (link);
  if (link->owner == NULL)
    return;
  owner = g_object_ref (link->owner);
  link->funcs->lost (owner);
}

static gboolean
on_failure (gpointer data)
{
  lose (data);
  return G_SOURCE_REMOVE;
}

/* Not from within a send: its caller expects no signal from it. */
static void
lose_later (GstIceCarrierLink *link)
{
  drop_sources (link);
  link->failure = g_idle_source_new ();
  g_source_set_priority (link->failure, G_PRIORITY_DEFAULT);
  attach (link, link->failure, on_failure);
}

static gboolean
on_resume (gpointer data)
{
  GstIceCarrierLink *link = data;

  drop_source (&link->resume);
  listen_for_more (link);
  return G_SOURCE_REMOVE;
}

static void
pause_reading (GstIceCarrierLink *link)
{
  drop_source (&link->readable);
  link->resume = g_timeout_source_new (PAUSE_MS);
  attach (link, link->resume, on_resume);
}

/* FALSE when the turn is over and lines are left, or the link was closed. */
static gboolean
deliver (GstIceCarrierLink *link)
{
  g_autoptr (GObject) owner = g_object_ref (link->owner);
  guint i;

  for (i = 0; i < LINES_PER_TURN; i++) {
    const gchar *line;
    gsize length;

    switch (gst_ice_carrier_lines_next (&link->lines, &line, &length)) {
      case GST_ICE_CARRIER_LINE_NONE:
        return TRUE;
      case GST_ICE_CARRIER_LINE_WHOLE:
        link->funcs->line (owner, line, length);
        break;
      case GST_ICE_CARRIER_LINE_TOO_LONG:
        link->funcs->too_long (owner, line, length);
        break;
    }
    if (link->owner == NULL || link->failure != NULL)
      return FALSE;
  }
  return FALSE;
}

static gboolean
is_open (GstIceCarrierLink *link)
{
  return link->owner != NULL && link->failure == NULL;
}

static gboolean
on_readable (GObject *stream, gpointer data)
{
  GstIceCarrierLink *link = data;
  guint8 buffer[READ_SIZE];
  g_autoptr (GError) error = NULL;
  gssize length;

  (void) stream;
  length = g_pollable_input_stream_read_nonblocking (link->in, buffer,
      sizeof buffer, NULL, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (length <= 0) {
    lose (link);
    return G_SOURCE_REMOVE;
  }
  gst_ice_carrier_lines_push (&link->lines, buffer, (gsize) length);
  if (deliver (link) && length < READ_SIZE)
    return G_SOURCE_CONTINUE;
  if (is_open (link))
    pause_reading (link);
  return G_SOURCE_REMOVE;
}

static gboolean
on_file_readable (gpointer data)
{
  return on_readable (NULL, data);
}

static void
listen_for_more (GstIceCarrierLink *link)
{
  if (!deliver (link)) {
    if (is_open (link))
      pause_reading (link);
    return;
  }
  /* A regular file as stdin is always ready, and epoll will not have it. */
  if (g_pollable_input_stream_can_poll (link->in)) {
    link->readable = g_pollable_input_stream_create_source (link->in, NULL);
    attach (link, link->readable, G_SOURCE_FUNC (on_readable));
  } else {
    link->readable = g_timeout_source_new (0);
    attach (link, link->readable, on_file_readable);
  }
}

/* FALSE when the stream is broken. */
static gboolean
write_some (GstIceCarrierLink *link)
{
  while (link->unsent->len > 0) {
    g_autoptr (GError) error = NULL;
    gssize length = g_pollable_output_stream_write_nonblocking (link->out,
        link->unsent->data, MIN (link->unsent->len, WRITE_SIZE), NULL, &error);

    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return TRUE;
    if (length < 0)
      return FALSE;
    g_byte_array_remove_range (link->unsent, 0, (guint) length);
  }
  return TRUE;
}

static gboolean
on_writable (GObject *stream, gpointer data)
{
  GstIceCarrierLink *link = data;

  (void) stream;
  if (!write_some (link)) {
    lose (link);
    return G_SOURCE_REMOVE;
  }
  if (link->unsent->len > 0)
    return G_SOURCE_CONTINUE;
  drop_source (&link->writable);
  return G_SOURCE_REMOVE;
}

void
gst_ice_carrier_link_send (GstIceCarrierLink *link, const gchar *line)
{
  if (!is_open (link))
    return;
  g_byte_array_append (link->unsent, (const guint8 *) line,
      (guint) strlen (line));
  if (link->writable != NULL) {
    if (link->unsent->len > UNSENT_MAX)
      lose_later (link);
    return;
  }
  if (!write_some (link)) {
    lose_later (link);
  } else if (link->unsent->len > 0) {
    link->writable = g_pollable_output_stream_create_source (link->out, NULL);
    attach (link, link->writable, G_SOURCE_FUNC (on_writable));
  }
}

GstIceCarrierLink *
gst_ice_carrier_link_new (GMainContext *context, GIOStream *connection,
    const GstIceCarrierLinkFuncs *funcs, GObject *owner)
{
  GstIceCarrierLink *link = g_rc_box_new0 (GstIceCarrierLink);

  link->context = g_main_context_ref (context);
  link->connection = g_object_ref (connection);
  link->in =
      G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (connection));
  link->out =
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (connection));
  link->funcs = funcs;
  link->owner = owner;
  link->unsent = g_byte_array_new ();
  gst_ice_carrier_lines_init (&link->lines);
  listen_for_more (link);
  return link;
}

static void
drain (GstIceCarrierLink *link)
{
  guint8 buffer[READ_SIZE];
  gsize drained = 0;
  gssize length;

  g_socket_shutdown (
      g_socket_connection_get_socket (G_SOCKET_CONNECTION (link->connection)),
      FALSE, TRUE, NULL);
  do {
    length = g_pollable_input_stream_read_nonblocking (link->in, buffer,
        sizeof buffer, NULL, NULL);
    drained += (gsize) MAX (length, 0);
  } while (length > 0 && drained < DRAIN_MAX);
}

void
gst_ice_carrier_link_close (GstIceCarrierLink *link)
{
  link->owner = NULL;
  drop_sources (link);
  write_some (link);
  if (G_IS_SOCKET_CONNECTION (link->connection))
    drain (link);
  g_io_stream_close (link->connection, NULL, NULL);
  release (link);
}
