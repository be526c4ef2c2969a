/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files of a mailbox directory: a role is a file that its owner keeps
 * locked and appends to. Knows nothing of what the lines say. */

#include <gio/gio.h>

G_BEGIN_DECLS

/* A room has two places. */
typedef enum
{
  GST_ICE_MAILBOX_A,
  GST_ICE_MAILBOX_B,
} GstIceMailboxRole;

typedef enum
{
  /* There, and somebody lives who writes to it. */
  GST_ICE_MAILBOX_LIVE,
  /* Another file has the name now. */
  GST_ICE_MAILBOX_REPLACED,
  /* Removed, or its writer has died. */
  GST_ICE_MAILBOX_GONE,
} GstIceMailboxState;

/* A new, locked file with this first line gets the role's name. Returns its
 * descriptor, or -1; with `replace` it takes the place of our own earlier one,
 * without it a role that has a living owner is G_IO_ERROR_EXISTS. */
int gst_ice_mailbox_publish (const gchar *room, GstIceMailboxRole role,
    const gchar *line, gboolean replace, GError **error);
/* Opens the role's file for reading; -1 when nobody living has it. */
int gst_ice_mailbox_open (const gchar *room, GstIceMailboxRole role);
GstIceMailboxState
gst_ice_mailbox_look (const gchar *room, GstIceMailboxRole role, int fd);
/* TRUE while the file that we published still has the role's name. */
gboolean
gst_ice_mailbox_is_ours (const gchar *room, GstIceMailboxRole role, int fd);
/* Of a file that we published. */
void
gst_ice_mailbox_withdraw (const gchar *room, GstIceMailboxRole role, int fd);
/* FALSE when the disk is full, for instance. */
gboolean gst_ice_mailbox_append (const gchar *room, int fd, const gchar *line,
    GError **error);

G_END_DECLS
