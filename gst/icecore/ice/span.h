/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A piece of somebody else's text, not NUL-terminated: what the parsers of
 * candidate lines, fragments and settings cut from. Words are separated by
 * blanks and tabs; letters match whatever their case. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct
{
  const char *text;
  size_t len;
} IceSpan;

IceSpan ice_span_new (const char *text);
/* Without white space at either end. */
IceSpan ice_span_strip (IceSpan span);
bool ice_span_is (IceSpan span, const char *word);
bool ice_span_has (IceSpan span, char c);
bool ice_span_skip_prefix (IceSpan *rest, const char *prefix);
/* Up to the next blank or the end; empty when there is a blank right here. */
IceSpan ice_span_take_word (IceSpan *rest);
/* The same behind any number of blanks; empty: no word left. */
IceSpan ice_span_next_word (IceSpan *rest);
/* Up to the separator, which is consumed too; false: nothing left. */
bool ice_span_next_part (IceSpan *rest, char separator, IceSpan *out_part);
/* False when it does not fit with its NUL. */
bool ice_span_copy (IceSpan span, size_t size, char *out_text);
/* Digits only, at most `max_digits` (up to 18) of them, at most `max`. */
bool ice_span_number (IceSpan span, size_t max_digits, uint32_t max,
    uint32_t *out_value);
/* Between `min` and `max` of RFC 8839's ice-chars; `lenient` also takes '-', '_'
 * and '=': some peers write base64url or padding. */
bool ice_span_is_ice_chars (IceSpan span, size_t min, size_t max, bool lenient);
