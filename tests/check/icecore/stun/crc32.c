/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The check values that every description of this CRC is published with. */

#include <gst/check/gstcheck.h>

#include "stun/crc32.h"

GST_START_TEST (the_published_check_values_come_out)
{
  fail_unless_equals_int_hex (stun_crc32 (NET_BYTES (NULL, 0)), 0);
  fail_unless_equals_int_hex (stun_crc32 (net_bytes_from_text ("123456789")),
      0xcbf43926);
  fail_unless_equals_int_hex (
      stun_crc32 (net_bytes_from_text ("The quick brown fox jumps over the "
                                       "lazy dog")),
      0x414fa339);
  fail_unless_equals_int_hex (stun_crc32 (NET_BYTES ("\xff\xff\xff\xff", 4)),
      0xffffffff);
}
GST_END_TEST;

static Suite *
crc32_suite (void)
{
  Suite *suite = suite_create ("stun/crc32");
  TCase *tcase = tcase_create ("crc32");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, the_published_check_values_come_out);
  return suite;
}

GST_CHECK_MAIN (crc32)
