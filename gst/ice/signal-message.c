/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The JSON codec of the carriers. What it reads was written by anyone who can
 * reach the carrier, so nothing is believed: not its length (the caller bounds
 * that), its encoding, its nesting or its types. What it does not know it
 * passes over, so that a later version can say more. */

#include "signal-message.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* The parser below recurses for each bracket, and the largest line could hold
 * a quarter of a million of them. All are counted, not just the open ones: no
 * second scanner has to agree with the parser's about strings and comments. */
#define BRACKETS_MAX 256
#define SESSION_MAX 256
#define STREAM_MAX 65535
#define QUOTE_MAX 96

static const gchar *const type_names[] = {
  [GST_ICE_SIGNAL_HELLO] = "hello",
  [GST_ICE_SIGNAL_DESCRIPTION] = "description",
  [GST_ICE_SIGNAL_CANDIDATE] = "candidate",
  [GST_ICE_SIGNAL_RESTART] = "restart",
  [GST_ICE_SIGNAL_BYE] = "bye",
};
#define END_OF_CANDIDATES "end-of-candidates"

void
gst_ice_signal_message_clear (GstIceSignalMessage *message)
{
  g_free (message->text);
  g_free (message->to);
  *message = (GstIceSignalMessage){ .type = GST_ICE_SIGNAL_UNKNOWN };
}

gchar *
gst_ice_signal_message_quote (const gchar *bytes, gsize length)
{
  const gchar *end = bytes + length;
  GString *quoted = g_string_new (NULL);

  while (bytes < end && quoted->len < QUOTE_MAX) {
    gunichar letter = g_utf8_get_char_validated (bytes, end - bytes);

    if (letter < 0x80 && letter != 0 && g_ascii_isprint ((gchar) letter)) {
      g_string_append_c (quoted, *bytes++);
    } else if (letter >= 0x80 && letter <= 0x10ffff &&
        g_unichar_isprint (letter)) {
      g_string_append_unichar (quoted, letter);
      bytes = g_utf8_next_char (bytes);
    } else {
      g_string_append_printf (quoted, "\\x%02x", (guint8) *bytes++);
    }
  }
  if (bytes < end)
    g_string_append (quoted, "…");
  return g_string_free (quoted, FALSE);
}

/* What the parser must not be given at all; NULL when it may try. */
static const gchar *
find_poison (const gchar *line, gsize length)
{
  guint brackets = 0;
  gsize i;

  if (memchr (line, '\0', length) != NULL ||
      g_strstr_len (line, length, "\\u0000") != NULL)
    return "holds a NUL";
  if (!g_utf8_validate_len (line, length, NULL))
    return "is not UTF-8";
  for (i = 0; i < length; i++) {
    if (line[i] == '[' || line[i] == '{')
      brackets++;
  }
  if (brackets > BRACKETS_MAX)
    return "has too many brackets";
  for (i = 0; i < length && g_ascii_isspace (line[i]); i++)
    ;
  return i < length && line[i] == '{' ? NULL : "is not a JSON object";
}

/* NULL when there is no such member, or it is not text. Half of a surrogate
 * pair passes the parser and makes broken UTF-8. */
static const gchar *
get_text (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);
  const gchar *text;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  text = json_node_get_string (node);
  return text != NULL && g_utf8_validate (text, -1, NULL) ? text : NULL;
}

/* A missing stream is the first one: one m-line is what most peers have. */
static gboolean
get_stream (JsonObject *object, guint *out_stream)
{
  JsonNode *node = json_object_get_member (object, "stream");
  gint64 value;

  if (node == NULL) {
    *out_stream = 0;
    return TRUE;
  }
  if (!JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  value = json_node_get_int (node);
  if (value < 0 || value > STREAM_MAX)
    return FALSE;
  *out_stream = (guint) value;
  return TRUE;
}

static gboolean
is_session (const gchar *session)
{
  return session != NULL && *session != '\0' && strlen (session) <= SESSION_MAX;
}

static const gchar *
read_hello (JsonObject *object, GstIceSignalMessage *message)
{
  const gchar *session = get_text (object, "session");
  const gchar *to = get_text (object, "to");

  if (!is_session (session))
    return "hello has no session";
  message->text = g_strdup (session);
  if (is_session (to))
    message->to = g_strdup (to);
  return NULL;
}

static const gchar *
read_description (JsonObject *object, GstIceSignalMessage *message)
{
  const gchar *sdpfrag = get_text (object, "sdpfrag");

  if (sdpfrag == NULL || *sdpfrag == '\0')
    return "description has no sdpfrag";
  message->text = g_strdup (sdpfrag);
  return NULL;
}

static const gchar *
read_candidate (JsonObject *object, GstIceSignalMessage *message)
{
  const gchar *candidate = get_text (object, "candidate");

  if (candidate == NULL)
    return "candidate has no candidate";
  if (!get_stream (object, &message->stream))
    return "candidate has a broken stream";
  message->text = g_strdup (candidate);
  return NULL;
}

static const gchar *
read_end_of_candidates (JsonObject *object, GstIceSignalMessage *message)
{
  if (!get_stream (object, &message->stream))
    return END_OF_CANDIDATES " has a broken stream";
  message->text = g_strdup ("");
  return NULL;
}

/* The reason may end on a screen. A bye is a bye without one, too. */
static const gchar *
read_bye (JsonObject *object, GstIceSignalMessage *message)
{
  const gchar *reason = get_text (object, "reason");

  message->text = reason != NULL
      ? gst_ice_signal_message_quote (reason, strlen (reason))
      : g_strdup ("");
  return NULL;
}

/* NULL, or what is wrong. */
static const gchar *
read_object (JsonObject *object, GstIceSignalMessage *message)
{
  const gchar *type = get_text (object, "type");
  guint i;

  if (type == NULL)
    return "has no type";
  if (g_str_equal (type, END_OF_CANDIDATES)) {
    message->type = GST_ICE_SIGNAL_CANDIDATE;
    return read_end_of_candidates (object, message);
  }
  for (i = 0; i < G_N_ELEMENTS (type_names); i++) {
    if (g_str_equal (type, type_names[i]))
      message->type = (GstIceSignalType) i;
  }
  switch (message->type) {
    case GST_ICE_SIGNAL_HELLO:
      return read_hello (object, message);
    case GST_ICE_SIGNAL_DESCRIPTION:
      return read_description (object, message);
    case GST_ICE_SIGNAL_CANDIDATE:
      return read_candidate (object, message);
    case GST_ICE_SIGNAL_BYE:
      return read_bye (object, message);
    case GST_ICE_SIGNAL_RESTART:
    case GST_ICE_SIGNAL_UNKNOWN:
      break;
  }
  return NULL;
}

static const gchar *
read_line (const gchar *line, gsize length, GstIceSignalMessage *message)
{
  const gchar *wrong = find_poison (line, length);
  g_autoptr (JsonParser) parser = NULL;
  JsonNode *root;

  if (wrong != NULL)
    return wrong;
  parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, line, (gssize) length, NULL))
    return "is not JSON";
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return "is not a JSON object";
  return read_object (json_node_get_object (root), message);
}

gboolean
gst_ice_signal_message_parse (const gchar *line, gsize length,
    GstIceSignalMessage *out_message, gchar **out_complaint)
{
  g_auto (GstIceSignalMessage) message = { .type = GST_ICE_SIGNAL_UNKNOWN };
  const gchar *wrong = read_line (line, length, &message);

  if (wrong != NULL) {
    g_autofree gchar *quoted = gst_ice_signal_message_quote (line, length);
    *out_complaint = g_strdup_printf ("%s: “%s”", wrong, quoted);
    return FALSE;
  }
  *out_message = message;
  message = (GstIceSignalMessage){ .type = GST_ICE_SIGNAL_UNKNOWN };
  return TRUE;
}

static void
add_text (JsonBuilder *builder, const gchar *name, const gchar *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const gchar *name, guint number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_candidate (JsonBuilder *builder, const GstIceSignalMessage *message)
{
  gboolean end = *message->text == '\0';

  add_text (builder, "type", end ? END_OF_CANDIDATES : "candidate");
  add_number (builder, "stream", message->stream);
  if (!end)
    add_text (builder, "candidate", message->text);
}

static void
add_members (JsonBuilder *builder, const GstIceSignalMessage *message)
{
  if (message->type == GST_ICE_SIGNAL_CANDIDATE) {
    add_candidate (builder, message);
    return;
  }
  add_text (builder, "type", type_names[message->type]);
  if (message->type == GST_ICE_SIGNAL_HELLO) {
    add_number (builder, "version", 1);
    add_text (builder, "session", message->text);
    if (message->to != NULL)
      add_text (builder, "to", message->to);
  } else if (message->type == GST_ICE_SIGNAL_DESCRIPTION) {
    add_text (builder, "sdpfrag", message->text);
  } else if (message->type == GST_ICE_SIGNAL_BYE) {
    add_text (builder, "reason", message->text);
  }
}

gchar *
gst_ice_signal_message_to_line (const GstIceSignalMessage *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *json = NULL;

  g_assert (message->type != GST_ICE_SIGNAL_UNKNOWN);
  json_builder_begin_object (builder);
  add_members (builder, message);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  return g_strconcat (json, "\n", NULL);
}
