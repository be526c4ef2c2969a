/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The files of a mailbox directory. A side's file is both its letters and its
 * sign of life: the owner holds flock() on it, which the kernel releases when
 * the process dies, however it dies. So that nobody ever sees one that is not
 * locked or has no first line yet, it is made under a private name and gets its
 * own by link(), which fails when another side has it, or, for one's own second
 * one, by rename(). A file that can be locked by others is dead; whoever finds
 * it removes it, after a look whether it still has the name. */

#include "carrier-mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The letters hold ICE passwords. */
#define MODE 0600
#define CLAIMS_AT_ONCE 3

static gchar *
get_path (const gchar *room, GstIceMailboxRole role)
{
  return g_build_filename (room,
      role == GST_ICE_MAILBOX_A ? "a.jsonl" : "b.jsonl", NULL);
}

/* A probe of another process may hold the lock for a moment and make a dead
 * file look alive; then the next look is right. */
static gboolean
is_locked (int fd)
{
  if (flock (fd, LOCK_SH | LOCK_NB) < 0)
    return TRUE;
  flock (fd, LOCK_UN);
  return FALSE;
}

static gboolean
has_name (int fd, const gchar *path)
{
  struct stat by_fd, by_name;

  return fstat (fd, &by_fd) == 0 && lstat (path, &by_name) == 0 &&
      by_fd.st_dev == by_name.st_dev && by_fd.st_ino == by_name.st_ino;
}

static int
open_for_reading (const gchar *path)
{
  struct stat file;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

  if (fd >= 0 && (fstat (fd, &file) < 0 || !S_ISREG (file.st_mode))) {
    close (fd);
    return -1;
  }
  return fd;
}

/* While we hold its lock nobody else removes it, and so nobody makes a new one
 * under its name between the look and the removal. */
static void
remove_if_dead (const gchar *path)
{
  int fd = open_for_reading (path);

  if (fd < 0)
    return;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0 && has_name (fd, path))
    g_unlink (path);
  close (fd);
}

static void
set_error (GError **error, const gchar *room)
{
  int number = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number),
      "cannot write to the mailbox %s: %s", room, g_strerror (number));
}

gboolean
gst_ice_mailbox_append (const gchar *room, int fd, const gchar *line,
    GError **error)
{
  gsize length = strlen (line);

  while (length > 0) {
    gssize written = write (fd, line, length);

    if (written < 0 && errno != EINTR) {
      set_error (error, room);
      return FALSE;
    }
    line += MAX (written, 0);
    length -= (gsize) MAX (written, 0);
  }
  return TRUE;
}

static int
make_private_file (const gchar *room, const gchar *path, const gchar *line,
    GError **error)
{
  int fd =
      open (path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, MODE);

  if (fd < 0) {
    set_error (error, room);
    return -1;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) < 0) {
    set_error (error, room);
  } else if (gst_ice_mailbox_append (room, fd, line, error)) {
    return fd;
  }
  g_unlink (path);
  close (fd);
  return -1;
}

static gboolean
give_name (const gchar *private_path, const gchar *path, gboolean replace)
{
  guint i;

  if (replace)
    return rename (private_path, path) == 0;
  for (i = 0; i < CLAIMS_AT_ONCE; i++) {
    remove_if_dead (path);
    if (link (private_path, path) == 0)
      return TRUE;
    if (errno != EEXIST)
      return FALSE;
  }
  return FALSE;
}

int
gst_ice_mailbox_publish (const gchar *room, GstIceMailboxRole role,
    const gchar *line, gboolean replace, GError **error)
{
  g_autofree gchar *path = get_path (room, role);
  g_autofree gchar *name = g_strdup_printf (".new-%08x", g_random_int ());
  g_autofree gchar *private_path = g_build_filename (room, name, NULL);
  int fd = make_private_file (room, private_path, line, error);

  if (fd < 0)
    return -1;
  if (!give_name (private_path, path, replace)) {
    set_error (error, room);
    close (fd);
    fd = -1;
  }
  g_unlink (private_path);
  return fd;
}

int
gst_ice_mailbox_open (const gchar *room, GstIceMailboxRole role)
{
  g_autofree gchar *path = get_path (room, role);
  int fd = open_for_reading (path);

  if (fd >= 0 && !is_locked (fd)) {
    close (fd);
    remove_if_dead (path);
    return -1;
  }
  return fd;
}

GstIceMailboxState
gst_ice_mailbox_look (const gchar *room, GstIceMailboxRole role, int fd)
{
  g_autofree gchar *path = get_path (room, role);

  if (!has_name (fd, path))
    return g_file_test (path, G_FILE_TEST_EXISTS) ? GST_ICE_MAILBOX_REPLACED
                                                  : GST_ICE_MAILBOX_GONE;
  return is_locked (fd) ? GST_ICE_MAILBOX_LIVE : GST_ICE_MAILBOX_GONE;
}

gboolean
gst_ice_mailbox_is_ours (const gchar *room, GstIceMailboxRole role, int fd)
{
  g_autofree gchar *path = get_path (room, role);
  return has_name (fd, path);
}

void
gst_ice_mailbox_withdraw (const gchar *room, GstIceMailboxRole role, int fd)
{
  g_autofree gchar *path = get_path (room, role);

  if (has_name (fd, path))
    g_unlink (path);
  close (fd);
}
