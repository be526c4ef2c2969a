/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bounds: every reader at, before and behind its end, and every writer at its
 * capacity. The buffers are exact allocations, so that the address sanitizer
 * sees one byte too far [SEC-8445-4]. */

#include <gst/check/gstcheck.h>

#include "net/bytes.h"

static NetBytes
exact (const char *text, uint8_t **out_memory)
{
  size_t len = strlen (text);

  *out_memory = g_memdup2 (text, len);
  return NET_BYTES (*out_memory, len);
}

GST_START_TEST (numbers_are_big_endian)
{
  uint8_t *memory;
  NetBytes in = exact ("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d"
                       "\x0e\x0f",
      &memory);
  uint8_t u8;
  uint16_t u16;
  uint32_t u32;
  uint64_t u64;

  fail_unless (net_bytes_get_u8 (&in, &u8));
  fail_unless (net_bytes_get_u16 (&in, &u16));
  fail_unless (net_bytes_get_u32 (&in, &u32));
  fail_unless (net_bytes_get_u64 (&in, &u64));
  fail_unless_equals_int_hex (u8, 0x01);
  fail_unless_equals_int_hex (u16, 0x0203);
  fail_unless_equals_int_hex (u32, 0x04050607);
  fail_unless (u64 == G_GUINT64_CONSTANT (0x08090a0b0c0d0e0f));
  fail_unless_equals_uint64 (in.len, 0);
  g_free (memory);
}
GST_END_TEST;

GST_START_TEST (a_reader_that_runs_out_changes_nothing)
{
  uint8_t *memory;
  NetBytes in = exact ("\x01\x02\x03\x04\x05\x06\x07", &memory);
  NetBytes slice = { NULL, 99 };
  uint8_t u8 = 99;
  uint16_t u16 = 99;
  uint32_t u32 = 99;
  uint64_t u64 = 99;

  fail_if (net_bytes_get_u64 (&in, &u64));
  fail_unless_equals_uint64 (in.len, 7);
  fail_if (net_bytes_take (&in, 8, &slice));
  fail_if (net_bytes_take (&in, SIZE_MAX, &slice));
  in.len = 3;
  fail_if (net_bytes_get_u32 (&in, &u32));
  in.len = 1;
  fail_if (net_bytes_get_u16 (&in, &u16));
  in.len = 0;
  fail_if (net_bytes_get_u8 (&in, &u8));
  fail_unless (in.data == memory);
  fail_unless (u8 == 99 && u16 == 99 && u32 == 99 && u64 == 99);
  fail_unless (slice.data == NULL && slice.len == 99);
  g_free (memory);
}
GST_END_TEST;

GST_START_TEST (a_slice_is_the_readers_own_memory)
{
  uint8_t *memory;
  NetBytes in = exact ("abcdef", &memory);
  NetBytes slice;

  fail_unless (net_bytes_take (&in, 2, &slice));
  fail_unless (slice.data == memory && slice.len == 2);
  fail_unless (net_bytes_take (&in, 4, &slice));
  fail_unless (slice.data == memory + 2 && slice.len == 4);
  fail_unless (net_bytes_take (&in, 0, &slice));
  fail_unless_equals_uint64 (slice.len, 0);
  fail_if (net_bytes_take (&in, 1, &slice));
  g_free (memory);
}
GST_END_TEST;

GST_START_TEST (no_bytes_at_all_are_a_legal_reader)
{
  NetBytes in = { NULL, 0 };
  NetBytes slice;
  uint8_t u8;

  fail_unless (net_bytes_take (&in, 0, &slice));
  fail_if (net_bytes_get_u8 (&in, &u8));
  fail_unless (net_bytes_equal (in, net_bytes_from_text ("")));
}
GST_END_TEST;

GST_START_TEST (bytes_are_equal_by_content_and_length)
{
  NetBytes abc = net_bytes_from_text ("abc");

  fail_unless (net_bytes_equal (abc, net_bytes_from_text ("abc")));
  fail_if (net_bytes_equal (abc, net_bytes_from_text ("abd")));
  fail_if (net_bytes_equal (abc, net_bytes_from_text ("ab")));
  fail_if (net_bytes_equal (abc, net_bytes_from_text ("")));
}
GST_END_TEST;

GST_START_TEST (a_writer_fills_its_buffer_to_the_last_byte)
{
  uint8_t *memory = g_malloc (18);
  NetWriter writer;

  net_writer_init (&writer, memory, 18);
  net_writer_u8 (&writer, 0x01);
  net_writer_u16 (&writer, 0x0203);
  net_writer_u32 (&writer, 0x04050607);
  net_writer_u64 (&writer, G_GUINT64_CONSTANT (0x08090a0b0c0d0e0f));
  net_writer_bytes (&writer, net_bytes_from_text ("ab"));
  net_writer_bytes (&writer, NET_BYTES (NULL, 0));
  net_writer_fill (&writer, 0x20, 1);
  net_writer_fill (&writer, 0x20, 0);
  net_writer_patch_u16 (&writer, 16, 0xfffe);
  fail_if (writer.overflow);
  fail_unless_equals_uint64 (writer.len, 18);
  fail_unless (memcmp (memory,
                   "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e"
                   "\x0f\x61\xff\xfe",
                   18) == 0);
  g_free (memory);
}
GST_END_TEST;

GST_START_TEST (a_writer_that_ran_out_ignores_all_that_follows)
{
  uint8_t *memory = g_malloc0 (3);
  NetWriter writer;

  net_writer_init (&writer, memory, 3);
  net_writer_u16 (&writer, 0x0102);
  net_writer_u16 (&writer, 0x0304);
  fail_unless (writer.overflow);
  net_writer_u8 (&writer, 0x05);
  net_writer_fill (&writer, 0x06, 1);
  net_writer_bytes (&writer, net_bytes_from_text ("a"));
  net_writer_patch_u16 (&writer, 0, 0xffff);
  fail_unless_equals_uint64 (writer.len, 2);
  fail_unless (memcmp (memory, "\x01\x02\x00", 3) == 0);
  g_free (memory);
}
GST_END_TEST;

GST_START_TEST (a_huge_write_does_not_wrap_around)
{
  uint8_t memory[4];
  NetWriter writer;

  net_writer_init (&writer, memory, sizeof memory);
  net_writer_u8 (&writer, 1);
  net_writer_fill (&writer, 0, SIZE_MAX);
  fail_unless (writer.overflow);
  fail_unless_equals_uint64 (writer.len, 1);
}
GST_END_TEST;

static Suite *
bytes_suite (void)
{
  Suite *suite = suite_create ("net/bytes");
  TCase *tcase = tcase_create ("bytes");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, numbers_are_big_endian);
  tcase_add_test (tcase, a_reader_that_runs_out_changes_nothing);
  tcase_add_test (tcase, a_slice_is_the_readers_own_memory);
  tcase_add_test (tcase, no_bytes_at_all_are_a_legal_reader);
  tcase_add_test (tcase, bytes_are_equal_by_content_and_length);
  tcase_add_test (tcase, a_writer_fills_its_buffer_to_the_last_byte);
  tcase_add_test (tcase, a_writer_that_ran_out_ignores_all_that_follows);
  tcase_add_test (tcase, a_huge_write_does_not_wrap_around);
  return suite;
}

GST_CHECK_MAIN (bytes)
