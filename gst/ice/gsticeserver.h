/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* URIs of STUN servers (RFC 7064), as users write them and webrtcbin takes them:
 * "stun:host", "stun:host:port" and "stun://host:port". */

#include <gio/gio.h>

typedef struct
{
  gchar *uri;  /* as written, for messages */
  gchar *host; /* IP literal without brackets, or a name in ASCII */
  guint16 port;
} GstIceServer;

void gst_ice_server_free (GstIceServer *server);

/* NULL and an error that quotes the text and says what is accepted. */
GstIceServer *gst_ice_server_parse (const gchar *uri, GError **error);

/* A comma list; "@/path" is replaced by the entries of that file, one a line or
 * comma-separated, "#" starting a comment. Array of GstIceServer. */
GPtrArray *gst_ice_server_parse_list (const gchar *list, GError **error);
