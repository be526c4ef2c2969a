/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fd:IN,OUT, fd:BOTH and stdio: the application, or a shell, has connected the
 * two ends already. The descriptors are not ours: they are not closed, so that
 * the pipeline can be started again, nor made non-blocking, which others who
 * share them would feel. What comes after their end cannot come back. */

#include "carrier-stream.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <string.h>
#include <unistd.h>

typedef struct _GstIceCarrierFd GstIceCarrierFd;
typedef GstIceCarrierStreamClass GstIceCarrierFdClass;

struct _GstIceCarrierFd
{
  GstIceCarrierStream parent;

  int in;
  int out;
};

static GType gst_ice_carrier_fd_get_type (void);

G_DEFINE_TYPE (GstIceCarrierFd, gst_ice_carrier_fd, GST_TYPE_ICE_CARRIER_STREAM)

/* unwanted: the access mode in which it is of no use. */
static gboolean
check_descriptor (int fd, int unwanted, GError **error)
{
  int flags = fcntl (fd, F_GETFL);

  if (flags >= 0 && (flags & O_ACCMODE) != unwanted)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      "descriptor %d is not open for %s", fd,
      unwanted == O_WRONLY ? "reading" : "writing");
  return FALSE;
}

static gboolean
gst_ice_carrier_fd_open (GstIceCarrier *carrier, GError **error)
{
  GstIceCarrierFd *self = (GstIceCarrierFd *) carrier;
  g_autoptr (GInputStream) in = NULL;
  g_autoptr (GOutputStream) out = NULL;
  g_autoptr (GIOStream) both = NULL;

  if (!check_descriptor (self->in, O_WRONLY, error) ||
      !check_descriptor (self->out, O_RDONLY, error))
    return FALSE;
  /* GSocket ignores SIGPIPE for the process once it exists; a pipe whose reader
   * has gone must not end the process either. */
  g_type_class_unref (g_type_class_ref (G_TYPE_SOCKET));
  in = g_unix_input_stream_new (self->in, FALSE);
  out = g_unix_output_stream_new (self->out, FALSE);
  both = g_simple_io_stream_new (in, out);
  gst_ice_carrier_stream_take (GST_ICE_CARRIER_STREAM (self), both);
  gst_ice_carrier_wait (carrier, "nobody has said hello on descriptor %d yet",
      self->in);
  return TRUE;
}

/* A peer that was there may have connected: the path between us needs no
 * carrier. One that never came will not come. */
static void
gst_ice_carrier_fd_lost (GstIceCarrierStream *stream, gboolean joined)
{
  g_autoptr (GError) error = NULL;

  if (joined)
    return;
  error = g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED,
      "descriptor %d was closed before anyone said hello",
      ((GstIceCarrierFd *) stream)->in);
  gst_ice_carrier_fail (GST_ICE_CARRIER (stream), error);
}

static void
gst_ice_carrier_fd_class_init (GstIceCarrierFdClass *klass)
{
  GST_ICE_CARRIER_CLASS (klass)->open = gst_ice_carrier_fd_open;
  klass->lost = gst_ice_carrier_fd_lost;
}

static void
gst_ice_carrier_fd_init (GstIceCarrierFd *self)
{
  (void) self;
}

static gboolean
parse_descriptor (const gchar *text, int *out_fd)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &value, NULL))
    return FALSE;
  *out_fd = (int) value;
  return TRUE;
}

static gboolean
parse_descriptors (const gchar *text, int *out_in, int *out_out)
{
  g_auto (GStrv) words = g_strsplit (text, ",", 3);
  guint n_words = g_strv_length (words);

  if (n_words == 0 || n_words > 2)
    return FALSE;
  return parse_descriptor (words[0], out_in) &&
      parse_descriptor (words[n_words - 1], out_out);
}

GstIceSignaller *
gst_ice_carrier_fd_new (GUri *uri, GError **error)
{
  gboolean standard = g_str_equal (g_uri_get_scheme (uri), "stdio");
  const gchar *path = g_uri_get_path (uri);
  int in = STDIN_FILENO, out = STDOUT_FILENO;
  GstIceCarrierFd *self;

  if (standard ? *path != '\0' && !g_str_equal (path, "/")
               : !parse_descriptors (path, &in, &out)) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "a carrier over open descriptors is written fd:3,4 (in, out), fd:3 "
        "(both) or stdio:");
    return NULL;
  }
  self = g_object_new (gst_ice_carrier_fd_get_type (), NULL);
  self->in = in;
  self->out = out;
  /* gst-launch prints its own lines there, warnings included: two of them would
   * go on telling each other about their warnings. */
  if (standard)
    gst_ice_carrier_expect_noise (GST_ICE_CARRIER (self));
  return GST_ICE_SIGNALLER (self);
}
