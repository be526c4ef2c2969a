/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cutting text that comes from the peer or the user: no copy, no allocation, and
 * no locale. */

#include "span.h"

#include <string.h>

#include <glib.h>

IceSpan
ice_span_new (const char *text)
{
  return (IceSpan){ text, strlen (text) };
}

static void
advance (IceSpan *rest, size_t len)
{
  rest->text += len;
  rest->len -= len;
}

IceSpan
ice_span_strip (IceSpan span)
{
  while (span.len > 0 && g_ascii_isspace (span.text[span.len - 1]))
    span.len--;
  while (span.len > 0 && g_ascii_isspace (*span.text))
    advance (&span, 1);
  return span;
}

bool
ice_span_is (IceSpan span, const char *word)
{
  return span.len == strlen (word) &&
      g_ascii_strncasecmp (span.text, word, span.len) == 0;
}

bool
ice_span_has (IceSpan span, char c)
{
  return span.len > 0 && memchr (span.text, c, span.len) != NULL;
}

bool
ice_span_skip_prefix (IceSpan *rest, const char *prefix)
{
  size_t len = strlen (prefix);

  if (rest->len < len || g_ascii_strncasecmp (rest->text, prefix, len) != 0)
    return false;
  advance (rest, len);
  return true;
}

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

IceSpan
ice_span_take_word (IceSpan *rest)
{
  IceSpan word = { rest->text, 0 };

  while (word.len < rest->len && !is_blank (rest->text[word.len]))
    word.len++;
  advance (rest, word.len);
  return word;
}

IceSpan
ice_span_next_word (IceSpan *rest)
{
  while (rest->len > 0 && is_blank (*rest->text))
    advance (rest, 1);
  return ice_span_take_word (rest);
}

bool
ice_span_next_part (IceSpan *rest, char separator, IceSpan *out_part)
{
  const char *end;
  size_t len;

  if (rest->len == 0)
    return false;
  end = memchr (rest->text, separator, rest->len);
  len = end == NULL ? rest->len : (size_t) (end - rest->text);
  *out_part = (IceSpan){ rest->text, len };
  advance (rest, end == NULL ? len : len + 1);
  return true;
}

bool
ice_span_copy (IceSpan span, size_t size, char *out_text)
{
  if (span.len >= size)
    return false;
  memcpy (out_text, span.text, span.len);
  out_text[span.len] = '\0';
  return true;
}

bool
ice_span_number (IceSpan span, size_t max_digits, uint32_t max,
    uint32_t *out_value)
{
  uint64_t value = 0;
  size_t i;

  /* Few enough digits that the sum cannot wrap before it is compared. */
  g_assert (max_digits <= 18);
  if (span.len == 0 || span.len > max_digits)
    return false;
  for (i = 0; i < span.len; i++) {
    if (!g_ascii_isdigit (span.text[i]))
      return false;
    value = value * 10 + (uint64_t) (span.text[i] - '0');
  }
  if (value > max)
    return false;
  *out_value = (uint32_t) value;
  return true;
}

static bool
is_ice_char (char c, bool lenient)
{
  if (g_ascii_isalnum (c) || c == '+' || c == '/')
    return true;
  return lenient && (c == '-' || c == '_' || c == '=');
}

bool
ice_span_is_ice_chars (IceSpan span, size_t min, size_t max, bool lenient)
{
  size_t i;

  if (span.len < min || span.len > max)
    return false;
  for (i = 0; i < span.len; i++) {
    if (!is_ice_char (span.text[i], lenient))
      return false;
  }
  return true;
}
