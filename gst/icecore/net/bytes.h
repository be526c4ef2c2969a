/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Bytes from and for the wire. Every read and every write is bounds-checked
 * here and nowhere else; numbers are big-endian. A reader consumes from its
 * front and leaves the out parameter untouched when the bytes run out. A writer
 * that runs out of room sets `overflow` and ignores all further writes, so that
 * one check at the end is enough. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct
{
  const uint8_t *data;
  size_t len;
} NetBytes;

typedef struct
{
  uint8_t *data;
  size_t cap;
  size_t len;
  bool overflow;
} NetWriter;

#define NET_BYTES(p, n) ((NetBytes){ (const uint8_t *) (p), (n) })

NetBytes net_bytes_from_text (const char *text);
bool net_bytes_get_u8 (NetBytes *bytes, uint8_t *out_value);
bool net_bytes_get_u16 (NetBytes *bytes, uint16_t *out_value);
bool net_bytes_get_u32 (NetBytes *bytes, uint32_t *out_value);
bool net_bytes_get_u64 (NetBytes *bytes, uint64_t *out_value);
/* A slice of the reader's own memory, not a copy. */
bool net_bytes_take (NetBytes *bytes, size_t len, NetBytes *out_slice);
bool net_bytes_equal (NetBytes a, NetBytes b);

void net_writer_init (NetWriter *writer, uint8_t *data, size_t cap);
void net_writer_u8 (NetWriter *writer, uint8_t value);
void net_writer_u16 (NetWriter *writer, uint16_t value);
void net_writer_u32 (NetWriter *writer, uint32_t value);
void net_writer_u64 (NetWriter *writer, uint64_t value);
void net_writer_bytes (NetWriter *writer, NetBytes bytes);
void net_writer_fill (NetWriter *writer, uint8_t value, size_t count);
/* Overwrites two bytes that were written before; `at` must lie inside them. */
void net_writer_patch_u16 (NetWriter *writer, size_t at, uint16_t value);
