/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* unix:///path: two processes meet at a socket file. Whoever finds nobody there
 * binds it, the other connects; when one goes, the one that stays binds or
 * listens on for its return.
 *
 * Two that come at once must not both bind, and nobody may meet a file on which
 * nobody listens yet. So the socket is bound under a name of its own, listens,
 * and only then gets its public name by link(), which one of two wins. A file
 * whose process died refuses connections; it is removed under a lock on its
 * directory, as nothing else keeps a second process from removing the first
 * one's new file in the belief that it is the old one. */

#include "carrier-stream.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define TRIES_AT_ONCE 4
#define BACKLOG 8

typedef struct _GstIceCarrierUnix GstIceCarrierUnix;
typedef GstIceCarrierStreamClass GstIceCarrierUnixClass;

struct _GstIceCarrierUnix
{
  GstIceCarrierStream parent;

  gchar *path;
  /* The file that is ours to remove, while we listen. */
  GStatBuf file;
};

static GType gst_ice_carrier_unix_get_type (void);

G_DEFINE_TYPE (GstIceCarrierUnix, gst_ice_carrier_unix,
    GST_TYPE_ICE_CARRIER_STREAM)

typedef enum
{
  /* Connected, or bound and listening. */
  REACHED,
  /* Somebody else was faster; it is worth to look again at once. */
  CHANGED,
  /* Not now: a full queue, a lock that is held. */
  LATER,
  IMPOSSIBLE,
} Result;

/* The raw call's errno, with the path and what helps. */
static Result
fail (GstIceCarrierUnix *self, int number, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number),
      "cannot use unix://%s: %s", self->path,
      number == EEXIST ? "something else than a socket has this name"
                       : g_strerror (number));
  return IMPOSSIBLE;
}

static Result
connect_to_file (GstIceCarrierUnix *self, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->path);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) why = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);

  if (socket == NULL)
    return IMPOSSIBLE;
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_connect (socket, address, NULL, &why)) {
    if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return LATER;
    g_propagate_prefixed_error (error, g_steal_pointer (&why),
        "cannot use unix://%s: ", self->path);
    return IMPOSSIBLE;
  }
  connection = g_socket_connection_factory_create_connection (socket);
  gst_ice_carrier_stream_take (GST_ICE_CARRIER_STREAM (self),
      G_IO_STREAM (connection));
  return REACHED;
}

/* In the same directory, and never longer than needed: the path has an end. */
static gchar *
make_private_name (GstIceCarrierUnix *self)
{
  g_autofree gchar *directory = g_path_get_dirname (self->path);
  g_autofree gchar *name = g_strdup_printf (".ice-%08x", g_random_int ());

  return g_build_filename (directory, name, NULL);
}

static GSocket *
bind_to (const gchar *path, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);

  if (socket == NULL || !g_socket_bind (socket, address, FALSE, error))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_listen (socket, error)) {
    g_unlink (path);
    return NULL;
  }
  return g_steal_pointer (&socket);
}

static Result
bind_file (GstIceCarrierUnix *self, GError **error)
{
  g_autofree gchar *private_name = make_private_name (self);
  g_autoptr (GSocket) socket = bind_to (private_name, error);
  int linked, number;

  if (socket == NULL) {
    g_prefix_error (error, "cannot use unix://%s: ", self->path);
    return IMPOSSIBLE;
  }
  linked = link (private_name, self->path);
  number = errno;
  if (linked == 0)
    g_stat (self->path, &self->file);
  g_unlink (private_name);
  if (linked < 0)
    return number == EEXIST ? CHANGED : fail (self, number, error);
  gst_ice_carrier_stream_listen (GST_ICE_CARRIER_STREAM (self), socket);
  gst_ice_carrier_wait (GST_ICE_CARRIER (self),
      "nobody has come to unix://%s yet", self->path);
  return REACHED;
}

/* -1 when another process has the lock. */
static int
lock_directory (GstIceCarrierUnix *self)
{
  g_autofree gchar *directory = g_path_get_dirname (self->path);
  int lock = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (lock >= 0 && flock (lock, LOCK_EX | LOCK_NB) < 0) {
    close (lock);
    return -1;
  }
  return lock;
}

/* Nobody listened a moment ago; under the lock that is asked once more. */
static Result
remove_dead_file (GstIceCarrierUnix *self, GError **error)
{
  g_autoptr (GError) why = NULL;
  GStatBuf file;
  Result result;
  int lock;

  if (g_lstat (self->path, &file) == 0 && !S_ISSOCK (file.st_mode))
    return fail (self, EEXIST, error);
  lock = lock_directory (self);
  if (lock < 0)
    return LATER;
  result = connect_to_file (self, &why);
  if (result == IMPOSSIBLE) {
    result = CHANGED;
    if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) &&
        g_unlink (self->path) < 0 && errno != ENOENT)
      result = fail (self, errno, error);
  }
  close (lock);
  return result;
}

static Result
try_once (GstIceCarrierUnix *self, GError **error)
{
  g_autoptr (GError) why = NULL;
  Result result = connect_to_file (self, &why);

  if (result != IMPOSSIBLE)
    return result;
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return bind_file (self, error);
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return remove_dead_file (self, error);
  g_propagate_error (error, g_steal_pointer (&why));
  return IMPOSSIBLE;
}

static Result
try (GstIceCarrierUnix *self, GError **error)
{
  Result result = CHANGED;
  guint i;

  for (i = 0; i < TRIES_AT_ONCE && result == CHANGED; i++)
    result = try_once (self, error);
  if (result == CHANGED || result == LATER) {
    gst_ice_carrier_stream_try_later (GST_ICE_CARRIER_STREAM (self));
    gst_ice_carrier_wait (GST_ICE_CARRIER (self),
        "unix://%s is busy, trying again", self->path);
  }
  return result;
}

static void
gst_ice_carrier_unix_attempt (GstIceCarrierStream *stream)
{
  g_autoptr (GError) error = NULL;

  if (try ((GstIceCarrierUnix *) stream, &error) != IMPOSSIBLE)
    return;
  /* It worked once, so it may again: a directory comes back, for instance. */
  gst_ice_carrier_stream_try_later (stream);
  gst_ice_carrier_wait (GST_ICE_CARRIER (stream), "%s; trying again",
      error->message);
}

static void
gst_ice_carrier_unix_lost (GstIceCarrierStream *stream, gboolean joined)
{
  GstIceCarrierUnix *self = (GstIceCarrierUnix *) stream;

  (void) joined;
  if (gst_ice_carrier_stream_get_listener (stream) == NULL)
    gst_ice_carrier_stream_try_later (stream);
  else
    gst_ice_carrier_wait (GST_ICE_CARRIER (self),
        "nobody is at the other end of unix://%s", self->path);
}

static gboolean
gst_ice_carrier_unix_open (GstIceCarrier *carrier, GError **error)
{
  return try ((GstIceCarrierUnix *) carrier, error) != IMPOSSIBLE;
}

/* Removed before the socket is closed: a file on which nobody listens is a dead
 * one to others. */
static void
gst_ice_carrier_unix_close (GstIceCarrier *carrier)
{
  GstIceCarrierUnix *self = (GstIceCarrierUnix *) carrier;
  GstIceCarrierStream *stream = GST_ICE_CARRIER_STREAM (carrier);
  GStatBuf file;

  if (gst_ice_carrier_stream_get_listener (stream) != NULL &&
      g_lstat (self->path, &file) == 0 && file.st_ino == self->file.st_ino &&
      file.st_dev == self->file.st_dev)
    g_unlink (self->path);
  GST_ICE_CARRIER_CLASS (gst_ice_carrier_unix_parent_class)->close (carrier);
}

static void
gst_ice_carrier_unix_finalize (GObject *object)
{
  g_free (((GstIceCarrierUnix *) object)->path);
  G_OBJECT_CLASS (gst_ice_carrier_unix_parent_class)->finalize (object);
}

static void
gst_ice_carrier_unix_class_init (GstIceCarrierUnixClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_ice_carrier_unix_finalize;
  GST_ICE_CARRIER_CLASS (klass)->open = gst_ice_carrier_unix_open;
  GST_ICE_CARRIER_CLASS (klass)->close = gst_ice_carrier_unix_close;
  klass->attempt = gst_ice_carrier_unix_attempt;
  klass->lost = gst_ice_carrier_unix_lost;
}

static void
gst_ice_carrier_unix_init (GstIceCarrierUnix *self)
{
  (void) self;
}

GstIceSignaller *
gst_ice_carrier_unix_new (GUri *uri, GError **error)
{
  const gchar *host = g_uri_get_host (uri);
  const gchar *path = g_uri_get_path (uri);
  gsize longest = sizeof ((struct sockaddr_un *) NULL)->sun_path - 1;
  GstIceCarrierUnix *self;

  if ((host != NULL && *host != '\0') || *path != '/' ||
      g_str_has_suffix (path, "/")) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "a unix carrier is written unix:///path/of/a/socket");
    return NULL;
  }
  if (strlen (path) > longest) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "the path of a unix carrier has at most %u bytes: %s", (guint) longest,
        path);
    return NULL;
  }
  self = g_object_new (gst_ice_carrier_unix_get_type (), NULL);
  self->path = g_strdup (path);
  return GST_ICE_SIGNALLER (self);
}
