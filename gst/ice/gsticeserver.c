/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hand-written parser: "stun:host:port" has no "//", so that a generic URI
 * parser takes the host for a path (RFC 7064 §3.1). It is strict, since a typing
 * error found here is a message, and one found later only a silent server. */

#include "gsticeserver.h"

#include <string.h>

#include <gst/gst.h>

#include "gsticequote.h"
#include "../icecore/net/addr.h"

#define STUN_PORT 3478
#define ACCEPTED \
  "accepted: stun:host, stun:host:port or stun://host:port, with an IPv6 " \
  "address in brackets"
/* Longer than any list that a person or a service hands out. */
#define FILE_MAX (64 * 1024)
#define LIST_MAX 64

void
gst_ice_server_free (GstIceServer *server)
{
  g_free (server->uri);
  g_free (server->host);
  g_free (server);
}

static GstIceServer *
refuse (GError **error, const gchar *uri, const gchar *why)
{
  g_autofree gchar *quoted = gst_ice_quote (uri);

  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "\"%s\": %s", quoted, why);
  return NULL;
}

static const gchar *
skip_scheme (const gchar *uri, const gchar **out_why)
{
  gsize len = strcspn (uri, ":");

  if (uri[len] == ':') {
    if (len == 4 && g_ascii_strncasecmp (uri, "stun", 4) == 0)
      return uri + 5;
    if ((len == 5 && g_ascii_strncasecmp (uri, "stuns", 5) == 0) ||
        (len == 4 && g_ascii_strncasecmp (uri, "turn", 4) == 0) ||
        (len == 5 && g_ascii_strncasecmp (uri, "turns", 5) == 0)) {
      *out_why = "stuns:, turn: and turns: are not supported yet; " ACCEPTED;
      return NULL;
    }
  }
  *out_why = "no stun: URI; " ACCEPTED;
  return NULL;
}

/* What follows the host: nothing, or ":port". */
static gboolean
parse_port (const gchar *text, guint16 *out_port)
{
  guint64 port;

  if (*text == '\0') {
    *out_port = STUN_PORT;
    return TRUE;
  }
  if (*text != ':' || !g_ascii_isdigit (text[1]) ||
      !g_ascii_string_to_unsigned (text + 1, 10, 1, G_MAXUINT16, &port, NULL))
    return FALSE;
  *out_port = (guint16) port;
  return TRUE;
}

static gchar *
parse_bracketed (const gchar *text, const gchar **out_rest)
{
  const gchar *end = strchr (text, ']');
  g_autofree gchar *host = NULL;
  NetAddr addr;

  if (end == NULL)
    return NULL;
  host = g_strndup (text + 1, end - text - 1);
  if (!net_addr_parse (host, &addr) || addr.family != NET_FAMILY_IPV6)
    return NULL;
  *out_rest = end + 1;
  return g_steal_pointer (&host);
}

static gboolean
is_name (const gchar *text)
{
  gsize len = strlen (text);

  return len > 0 && len < 254 &&
      strspn (text,
          "abcdefghijklmnopqrstuvwxyz"
          "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") == len &&
      *text != '.' && *text != '-' && strstr (text, "..") == NULL;
}

/* RFC 7064 §3.1 [URI-7064-1]: a registered name may be percent-encoded UTF-8,
 * which the resolver wants as IDNA. */
static gchar *
parse_name (const gchar *text, const gchar **out_rest)
{
  gsize len = strcspn (text, ":/?#@");
  g_autofree gchar *decoded = g_uri_unescape_segment (text, text + len, NULL);
  g_autofree gchar *ascii = NULL;

  if (decoded == NULL || !g_utf8_validate (decoded, -1, NULL))
    return NULL;
  ascii = g_hostname_to_ascii (decoded);
  if (ascii == NULL || !is_name (ascii))
    return NULL;
  *out_rest = text + len;
  return g_steal_pointer (&ascii);
}

/* RFC 7064 §3 [URI-7064-1]: scheme in any case, no user, no path, no query. */
GstIceServer *
gst_ice_server_parse (const gchar *uri, GError **error)
{
  const gchar *why = NULL;
  const gchar *rest = skip_scheme (uri, &why);
  g_autofree gchar *host = NULL;
  GstIceServer *server;
  guint16 port;

  if (rest == NULL)
    return refuse (error, uri, why);
  if (g_str_has_prefix (rest, "//"))
    rest += 2;
  host =
      *rest == '[' ? parse_bracketed (rest, &rest) : parse_name (rest, &rest);
  if (host == NULL)
    return refuse (error, uri, "bad host; " ACCEPTED);
  if (*rest == '/' && rest[1] == '\0')
    rest++;
  if (!parse_port (rest, &port))
    return refuse (error, uri,
        "after the host there may be a port of 1..65535, and nothing "
        "else; " ACCEPTED);

  server = g_new0 (GstIceServer, 1);
  server->uri = g_strdup (uri);
  server->host = g_steal_pointer (&host);
  server->port = port;
  return server;
}

static gboolean
parse_entries (GPtrArray *servers, const gchar *text, GError **error)
{
  g_auto (GStrv) entries = g_strsplit (text, ",", LIST_MAX + 1);
  guint i;

  for (i = 0; entries[i] != NULL; i++) {
    GstIceServer *server;

    if (*g_strstrip (entries[i]) == '\0')
      continue;
    if (servers->len == LIST_MAX)
      return refuse (error, entries[i], "more than 64 servers") != NULL;
    server = gst_ice_server_parse (entries[i], error);
    if (server == NULL)
      return FALSE;
    g_ptr_array_add (servers, server);
  }
  return TRUE;
}

static gboolean
parse_file (GPtrArray *servers, const gchar *path, GError **error)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize len;
  guint i;

  if (!g_file_get_contents (path, &text, &len, error))
    return FALSE;
  if (len > FILE_MAX || strlen (text) != len)
    return refuse (error, path, "no list of servers") != NULL;
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] != NULL; i++) {
    lines[i][strcspn (lines[i], "#\r")] = '\0';
    if (!parse_entries (servers, lines[i], error))
      return FALSE;
  }
  return TRUE;
}

GPtrArray *
gst_ice_server_parse_list (const gchar *list, GError **error)
{
  g_autoptr (GPtrArray) servers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_ice_server_free);
  g_auto (GStrv) entries = g_strsplit (list, ",", -1);
  guint i;

  for (i = 0; entries[i] != NULL; i++) {
    const gchar *entry = g_strstrip (entries[i]);
    gboolean good = *entry == '@' ? parse_file (servers, entry + 1, error)
                                  : parse_entries (servers, entry, error);

    if (!good)
      return NULL;
  }
  return g_steal_pointer (&servers);
}
