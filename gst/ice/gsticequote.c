/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Refused input is shown to the user, who must be able to recognise it, and may
 * have come from anybody: it must not write to a terminal as it likes, nor carry
 * a password into a log. */

#include "gsticequote.h"

#include <string.h>

#define QUOTE_MAX 200
#define PWD_MARK "ice-pwd:"

gchar *
gst_ice_hide_passwords (const gchar *sdp)
{
  GString *out = g_string_new (NULL);
  const gchar *mark;

  while ((mark = strstr (sdp, PWD_MARK)) != NULL) {
    mark += strlen (PWD_MARK);
    g_string_append_len (out, sdp, mark - sdp);
    g_string_append (out, "***");
    /* A fragment inside JSON ends its lines with a backslash escape. */
    sdp = mark + strspn (mark, " ");
    sdp += strcspn (sdp, "\r\n\\\" ");
  }
  g_string_append (out, sdp);
  return g_string_free (out, FALSE);
}

static void
append_escaped (GString *out, const gchar *text, gsize len)
{
  gsize i;

  for (i = 0; i < len; i++)
    g_string_append_printf (out, "\\x%02x", (guchar) text[i]);
}

gchar *
gst_ice_quote (const gchar *text)
{
  GString *out = g_string_new (NULL);
  g_autofree gchar *hidden = gst_ice_hide_passwords (text != NULL ? text : "");
  const gchar *at = hidden;

  while (*at != '\0' && out->len < QUOTE_MAX) {
    gunichar c = g_utf8_get_char_validated (at, -1);

    if (c == (gunichar) -1 || c == (gunichar) -2) {
      append_escaped (out, at, 1);
      at++;
    } else if (!g_unichar_isprint (c)) {
      append_escaped (out, at, g_utf8_skip[(guchar) *at]);
      at = g_utf8_next_char (at);
    } else {
      g_string_append_unichar (out, c);
      at = g_utf8_next_char (at);
    }
  }
  if (*at != '\0')
    g_string_append (out, "…");
  return g_string_free (out, FALSE);
}
