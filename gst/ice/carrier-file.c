/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* file:///directory: two processes that share nothing but a directory. Each
 * has a file in it (carrier-mailbox.c) to which it appends the same lines that
 * other carriers send, and reads the other's from the beginning.
 *
 * What stands in a file may have been meant for someone who was here before. So
 * a file begins anew whenever another peer says hello, and a peer has joined
 * only when its hello answers ours: all behind that line is for us.
 *
 * A file monitor tells of changes; a slow timer looks for what no monitor
 * tells, which on a network file system is everything. */

#include "carrier.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "carrier-lines.h"
#include "carrier-mailbox.h"

#define POLL_MS 250
#define POLL_ALONE_MS 100
/* Between two turns at a file in which more stands than one turn takes. */
#define TURN_MS 5
#define READ_SIZE (16 * 1024)
#define LINES_PER_TURN 64
#define MONITOR_INTERVAL_MS 10

typedef struct _GstIceCarrierFile GstIceCarrierFile;
typedef GstIceCarrierClass GstIceCarrierFileClass;

struct _GstIceCarrierFile
{
  GstIceCarrier parent;

  gchar *room;
  gboolean made_room;
  GFileMonitor *monitor;
  GSource *timer;
  /* Ours and the peer's file; -1 while there is none. */
  GstIceMailboxRole role;
  int own;
  int other;
  /* Ours holds lines for somebody. */
  gboolean answered;
  GstIceCarrierLines lines;
  /* Noticed while sending, told from the timer. */
  GError *write_error;
  gboolean failed;
};

static GType gst_ice_carrier_file_get_type (void);

G_DEFINE_TYPE (GstIceCarrierFile, gst_ice_carrier_file, GST_TYPE_ICE_CARRIER)

static gboolean on_timer (gpointer data);

static GstIceMailboxRole
get_other_role (GstIceCarrierFile *self)
{
  return self->role == GST_ICE_MAILBOX_A ? GST_ICE_MAILBOX_B
                                         : GST_ICE_MAILBOX_A;
}

static gboolean
is_running (GstIceCarrierFile *self)
{
  return gst_ice_carrier_get_context (GST_ICE_CARRIER (self)) != NULL;
}

static void
look_in (GstIceCarrierFile *self, guint milliseconds)
{
  gst_ice_carrier_cancel (&self->timer);
  self->timer =
      gst_ice_carrier_after (GST_ICE_CARRIER (self), milliseconds, on_timer);
}

/* The first peer that we answer reads on in the file that it has found. Only a
 * later one needs a new file: one that we left at once, it might never open. */
static gboolean
begin_in_same_file (GstIceCarrierFile *self, const gchar *hello)
{
  if (self->own < 0 || self->answered)
    return FALSE;
  self->answered = TRUE;
  gst_ice_mailbox_append (self->room, self->own, hello, &self->write_error);
  return TRUE;
}

/* Takes a free role, or says hello to another peer. */
static void
gst_ice_carrier_file_begin (GstIceCarrier *carrier, const gchar *hello)
{
  GstIceCarrierFile *self = (GstIceCarrierFile *) carrier;
  gboolean replace = self->own >= 0;
  int fd;

  if (self->write_error != NULL || begin_in_same_file (self, hello))
    return;
  fd = gst_ice_mailbox_publish (self->room, self->role, hello, replace,
      &self->write_error);
  if (fd < 0)
    return;
  if (replace)
    close (self->own);
  self->own = fd;
  self->answered = replace;
}

static void
gst_ice_carrier_file_write (GstIceCarrier *carrier, const gchar *line)
{
  GstIceCarrierFile *self = (GstIceCarrierFile *) carrier;

  if (self->own < 0 || self->write_error != NULL)
    return;
  if (!gst_ice_mailbox_append (self->room, self->own, line, &self->write_error))
    look_in (self, 0);
}

static gboolean
make_room (GstIceCarrierFile *self, GError **error)
{
  int number;

  if (g_mkdir (self->room, 0700) == 0) {
    self->made_room = TRUE;
    return TRUE;
  }
  number = errno;
  if (number == EEXIST)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number),
      "cannot make the mailbox %s: %s", self->room, g_strerror (number));
  return FALSE;
}

/* FALSE when both have living owners, or with a write_error. */
static gboolean
claim_role (GstIceCarrierFile *self)
{
  static const GstIceMailboxRole roles[] = { GST_ICE_MAILBOX_A,
    GST_ICE_MAILBOX_B };
  guint i;

  if (!make_room (self, &self->write_error))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (roles); i++) {
    g_clear_error (&self->write_error);
    self->role = roles[i];
    gst_ice_carrier_connected (GST_ICE_CARRIER (self));
    if (self->own >= 0)
      return TRUE;
    if (!g_error_matches (self->write_error, G_IO_ERROR, G_IO_ERROR_EXISTS))
      return FALSE;
  }
  g_clear_error (&self->write_error);
  return FALSE;
}

static void
close_other (GstIceCarrierFile *self)
{
  if (self->other < 0)
    return;
  close (self->other);
  self->other = -1;
  gst_ice_carrier_lines_clear (&self->lines);
}

/* Somebody emptied the room: whoever comes back to it finds another run. */
static void
leave_lost_room (GstIceCarrierFile *self)
{
  GstIceCarrier *carrier = GST_ICE_CARRIER (self);

  close (self->own);
  self->own = -1;
  close_other (self);
  gst_ice_carrier_renew (carrier);
  gst_ice_carrier_disconnected (carrier);
}

static gboolean
take_next_line (GstIceCarrierFile *self)
{
  GstIceCarrier *carrier = GST_ICE_CARRIER (self);
  const gchar *line;
  gsize length;

  switch (gst_ice_carrier_lines_next (&self->lines, &line, &length)) {
    case GST_ICE_CARRIER_LINE_WHOLE:
      gst_ice_carrier_receive (carrier, line, length);
      return TRUE;
    case GST_ICE_CARRIER_LINE_TOO_LONG:
      gst_ice_carrier_receive_too_long (carrier, line, length);
      return TRUE;
    case GST_ICE_CARRIER_LINE_NONE:
      break;
  }
  return FALSE;
}

/* TRUE when nothing is left to read for now. */
static gboolean
read_turn (GstIceCarrierFile *self)
{
  guint8 buffer[READ_SIZE];
  gssize length;
  guint i;

  for (i = 0; i < LINES_PER_TURN && self->other >= 0; i++) {
    if (!take_next_line (self))
      break;
  }
  if (i == LINES_PER_TURN || self->other < 0)
    return self->other < 0;
  length = read (self->other, buffer, sizeof buffer);
  if (length <= 0)
    return TRUE;
  gst_ice_carrier_lines_push (&self->lines, buffer, (gsize) length);
  return FALSE;
}

static void
open_other (GstIceCarrierFile *self)
{
  self->other = gst_ice_mailbox_open (self->room, get_other_role (self));
  if (self->other >= 0)
    gst_ice_carrier_lines_init (&self->lines);
  else
    gst_ice_carrier_wait (GST_ICE_CARRIER (self), "nobody else is in file://%s",
        self->room);
}

/* The state is looked at before the last lines are read: a bye is written
 * before its file goes. */
static gboolean
read_other (GstIceCarrierFile *self)
{
  GstIceMailboxState state;

  if (self->other < 0)
    open_other (self);
  if (self->other < 0)
    return TRUE;
  state = gst_ice_mailbox_look (self->room, get_other_role (self), self->other);
  if (!read_turn (self))
    return FALSE;
  if (state == GST_ICE_MAILBOX_LIVE || self->other < 0)
    return TRUE;
  close_other (self);
  if (state == GST_ICE_MAILBOX_GONE)
    gst_ice_carrier_disconnected (GST_ICE_CARRIER (self));
  return FALSE;
}

static gboolean
hold_role (GstIceCarrierFile *self)
{
  if (self->own >= 0 &&
      !gst_ice_mailbox_is_ours (self->room, self->role, self->own))
    leave_lost_room (self);
  if (!is_running (self))
    return FALSE;
  return self->own >= 0 || claim_role (self);
}

/* TRUE when nothing is to be done before the next poll. */
static gboolean
take_turn (GstIceCarrierFile *self)
{
  if (self->write_error == NULL && hold_role (self))
    return read_other (self);
  if (!is_running (self))
    return TRUE;
  if (self->write_error != NULL) {
    g_autoptr (GError) error = g_steal_pointer (&self->write_error);

    self->failed = TRUE;
    gst_ice_carrier_fail (GST_ICE_CARRIER (self), error);
  } else {
    gst_ice_carrier_wait (GST_ICE_CARRIER (self),
        "two others are in file://%s, trying again", self->room);
  }
  return TRUE;
}

static gboolean
on_timer (gpointer data)
{
  g_autoptr (GstIceCarrier) carrier = g_object_ref (data);
  GstIceCarrierFile *self = (GstIceCarrierFile *) carrier;
  gboolean done;

  gst_ice_carrier_cancel (&self->timer);
  done = take_turn (self);
  if (!is_running (self))
    return G_SOURCE_REMOVE;
  if (!done)
    look_in (self, TURN_MS);
  else
    look_in (self,
        gst_ice_carrier_has_peer (carrier) ? POLL_MS : POLL_ALONE_MS);
  return G_SOURCE_REMOVE;
}

static void
on_changed (GFileMonitor *monitor, GFile *file, GFile *other_file,
    GFileMonitorEvent event, gpointer data)
{
  (void) monitor;
  (void) file;
  (void) other_file;
  (void) event;
  look_in (data, 0);
}

static void
watch_room (GstIceCarrierFile *self)
{
  g_autoptr (GFile) room = g_file_new_for_path (self->room);

  self->monitor =
      g_file_monitor_directory (room, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor == NULL)
    return;
  g_file_monitor_set_rate_limit (self->monitor, MONITOR_INTERVAL_MS);
  g_signal_connect (self->monitor, "changed", G_CALLBACK (on_changed), self);
}

static gboolean
gst_ice_carrier_file_open (GstIceCarrier *carrier, GError **error)
{
  GstIceCarrierFile *self = (GstIceCarrierFile *) carrier;

  self->failed = FALSE;
  self->made_room = FALSE;
  if (!claim_role (self) && self->write_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&self->write_error));
    return FALSE;
  }
  watch_room (self);
  look_in (self, 0);
  return TRUE;
}

static void
gst_ice_carrier_file_close (GstIceCarrier *carrier)
{
  GstIceCarrierFile *self = (GstIceCarrierFile *) carrier;

  gst_ice_carrier_cancel (&self->timer);
  if (self->monitor != NULL) {
    g_signal_handlers_disconnect_by_data (self->monitor, self);
    g_file_monitor_cancel (self->monitor);
  }
  g_clear_object (&self->monitor);
  close_other (self);
  if (self->own >= 0)
    gst_ice_mailbox_withdraw (self->room, self->role, self->own);
  self->own = -1;
  g_clear_error (&self->write_error);
  /* Fails, as it should, while the other end is in it. */
  if (self->made_room)
    g_rmdir (self->room);
}

static void
gst_ice_carrier_file_finalize (GObject *object)
{
  g_free (((GstIceCarrierFile *) object)->room);
  G_OBJECT_CLASS (gst_ice_carrier_file_parent_class)->finalize (object);
}

static void
gst_ice_carrier_file_class_init (GstIceCarrierFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_ice_carrier_file_finalize;
  klass->open = gst_ice_carrier_file_open;
  klass->close = gst_ice_carrier_file_close;
  klass->write = gst_ice_carrier_file_write;
  klass->begin = gst_ice_carrier_file_begin;
  klass->addressed = TRUE;
}

static void
gst_ice_carrier_file_init (GstIceCarrierFile *self)
{
  self->own = -1;
  self->other = -1;
}

GstIceSignaller *
gst_ice_carrier_file_new (GUri *uri, GError **error)
{
  const gchar *host = g_uri_get_host (uri);
  const gchar *path = g_uri_get_path (uri);
  GstIceCarrierFile *self;

  if ((host != NULL && *host != '\0') || *path != '/' || path[1] == '\0') {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "a mailbox is written file:///path/of/a/directory");
    return NULL;
  }
  self = g_object_new (gst_ice_carrier_file_get_type (), NULL);
  self->room = g_strdup (path);
  return GST_ICE_SIGNALLER (self);
}
