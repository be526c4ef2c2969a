/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one place where bytes of the wire are counted. Readers never move past
 * their end and writers never past their capacity, so that nobody above has to
 * do sums with pointers and lengths (RFC 8445 §19 [SEC-8445-4]). */

#include "bytes.h"

#include <glib.h>
#include <string.h>

NetBytes
net_bytes_from_text (const char *text)
{
  return NET_BYTES (text, strlen (text));
}

static bool
get_number (NetBytes *bytes, size_t size, uint64_t *out_value)
{
  uint64_t value = 0;

  if (bytes->len < size)
    return false;
  for (size_t i = 0; i < size; i++)
    value = value << 8 | bytes->data[i];
  bytes->data += size;
  bytes->len -= size;
  *out_value = value;
  return true;
}

bool
net_bytes_get_u8 (NetBytes *bytes, uint8_t *out_value)
{
  uint64_t value;

  if (!get_number (bytes, 1, &value))
    return false;
  *out_value = (uint8_t) value;
  return true;
}

bool
net_bytes_get_u16 (NetBytes *bytes, uint16_t *out_value)
{
  uint64_t value;

  if (!get_number (bytes, 2, &value))
    return false;
  *out_value = (uint16_t) value;
  return true;
}

bool
net_bytes_get_u32 (NetBytes *bytes, uint32_t *out_value)
{
  uint64_t value;

  if (!get_number (bytes, 4, &value))
    return false;
  *out_value = (uint32_t) value;
  return true;
}

bool
net_bytes_get_u64 (NetBytes *bytes, uint64_t *out_value)
{
  return get_number (bytes, 8, out_value);
}

bool
net_bytes_take (NetBytes *bytes, size_t len, NetBytes *out_slice)
{
  NetBytes slice = { bytes->data, len };

  if (bytes->len < len)
    return false;
  /* A NULL reader of no bytes is a legal empty one; NULL + 0 is not C. */
  if (len > 0)
    bytes->data += len;
  bytes->len -= len;
  *out_slice = slice;
  return true;
}

bool
net_bytes_equal (NetBytes a, NetBytes b)
{
  if (a.len != b.len)
    return false;
  return a.len == 0 || memcmp (a.data, b.data, a.len) == 0;
}

void
net_writer_init (NetWriter *writer, uint8_t *data, size_t cap)
{
  *writer = (NetWriter){ .data = data, .cap = cap };
}

/* NULL, and `overflow` from then on, when `count` bytes do not fit. */
static uint8_t *
reserve (NetWriter *writer, size_t count)
{
  uint8_t *place;

  if (writer->overflow || count > writer->cap - writer->len) {
    writer->overflow = true;
    return NULL;
  }
  place = writer->data + writer->len;
  writer->len += count;
  return place;
}

static void
put_number (NetWriter *writer, size_t size, uint64_t value)
{
  uint8_t *place = reserve (writer, size);

  if (place == NULL)
    return;
  for (size_t i = 0; i < size; i++)
    place[i] = (uint8_t) (value >> (8 * (size - 1 - i)));
}

void
net_writer_u8 (NetWriter *writer, uint8_t value)
{
  put_number (writer, 1, value);
}

void
net_writer_u16 (NetWriter *writer, uint16_t value)
{
  put_number (writer, 2, value);
}

void
net_writer_u32 (NetWriter *writer, uint32_t value)
{
  put_number (writer, 4, value);
}

void
net_writer_u64 (NetWriter *writer, uint64_t value)
{
  put_number (writer, 8, value);
}

void
net_writer_bytes (NetWriter *writer, NetBytes bytes)
{
  uint8_t *place;

  if (bytes.len == 0)
    return;
  place = reserve (writer, bytes.len);
  if (place != NULL)
    memcpy (place, bytes.data, bytes.len);
}

void
net_writer_fill (NetWriter *writer, uint8_t value, size_t count)
{
  uint8_t *place;

  if (count == 0)
    return;
  place = reserve (writer, count);
  if (place != NULL)
    memset (place, value, count);
}

void
net_writer_patch_u16 (NetWriter *writer, size_t at, uint16_t value)
{
  /* After an overflow the place may never have been written: that is a full
   * buffer, not a bug. */
  if (writer->overflow)
    return;
  g_assert (writer->len >= 2 && at <= writer->len - 2);
  writer->data[at] = (uint8_t) (value >> 8);
  writer->data[at + 1] = (uint8_t) value;
}
