/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Addresses in tables: what parses, how it prints, and which ranges each
 * question is true for, at both ends of each range. */

#include <gst/check/gstcheck.h>

#include "net/addr.h"

static NetAddr
parse (const char *text)
{
  NetAddr addr = NET_ADDR_NONE;

  fail_unless (net_addr_parse (text, &addr), "%s does not parse", text);
  return addr;
}

typedef bool (*Question) (NetAddr addr);

static void
expect (Question question, const char *name, const char *const *yes,
    const char *const *no)
{
  for (; *yes != NULL; yes++)
    fail_unless (question (parse (*yes)), "%s (%s) is false", name, *yes);
  for (; *no != NULL; no++)
    fail_if (question (parse (*no)), "%s (%s) is true", name, *no);
  fail_if (question (NET_ADDR_NONE), "%s is true of no address", name);
}

#define EXPECT(question, yes, no) expect (question, #question, yes, no)
#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

GST_START_TEST (literals_print_in_the_canonical_form)
{
  static const struct
  {
    const char *in;
    const char *out;
  } rows[] = {
    { "192.0.2.1", "192.0.2.1" },
    { "0.0.0.0", "0.0.0.0" },
    { "255.255.255.255", "255.255.255.255" },
    { "::", "::" },
    { "::1", "::1" },
    { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
    { "2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1" },
    { "2001:0db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6" },
    { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
    { "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
    { "fe80::1%3", "fe80::1" },
  };
  char text[NET_ADDR_TEXT_MAX];

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless_equals_string (net_addr_ip_text (parse (rows[i].in), text),
        rows[i].out);
  fail_unless_equals_string (net_addr_ip_text (NET_ADDR_NONE, text), "");
}
GST_END_TEST;

GST_START_TEST (what_is_no_literal_does_not_parse)
{
  static const char *const rows[] = { "", " ", "192.0.2", "192.0.2.1.2",
    "192.0.2.256", "192.0.2.1 ", " 192.0.2.1", "192.0.2.1:80", "192.0.2.01",
    "192.0.2.1%1", "0x7f.1", "127.1", "example.org", "a.local", ":",
    ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::12345", "[::1]", "::1 ",
    "fe80::1%", "fe80::1%eth0", "fe80::1%-1", "fe80::1% 1",
    "fe80::1%4294967296", "fe80::1%1%2", "%1", "::1%3x",
    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    NetAddr addr = { .port = 7 };
    fail_if (net_addr_parse (rows[i], &addr), "\"%s\" parses", rows[i]);
    fail_unless (addr.port == 7 && addr.family == NET_FAMILY_NONE);
  }
}
GST_END_TEST;

GST_START_TEST (people_see_port_and_zone)
{
  char text[NET_ADDR_TEXT_MAX];
  NetAddr longest = parse ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

  fail_unless_equals_string (
      net_addr_format (net_addr_with_port (parse ("192.0.2.1"), 80), text),
      "192.0.2.1:80");
  fail_unless_equals_string (
      net_addr_format (net_addr_with_port (parse ("2001:db8::1"), 80), text),
      "[2001:db8::1]:80");
  fail_unless_equals_string (net_addr_format (parse ("fe80::1%3"), text),
      "[fe80::1%3]:0");
  longest.port = 65535;
  longest.scope = G_MAXUINT32;
  fail_unless_equals_string (net_addr_format (longest, text),
      "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535");
  fail_unless_equals_string (net_addr_format (NET_ADDR_NONE, text), "none");
}
GST_END_TEST;

GST_START_TEST (mapped_addresses_become_what_they_are)
{
  NetAddr mapped = net_addr_with_port (parse ("::ffff:192.0.2.1"), 80);
  NetAddr plain = net_addr_with_port (parse ("192.0.2.1"), 80);
  NetAddr other = net_addr_with_port (parse ("2001:db8::1"), 80);

  fail_if (net_addr_equal (mapped, plain));
  fail_unless (net_addr_equal (net_addr_unmap (mapped), plain));
  fail_unless (net_addr_equal (net_addr_unmap (plain), plain));
  fail_unless (net_addr_equal (net_addr_unmap (other), other));
}
GST_END_TEST;

GST_START_TEST (a_missing_zone_is_no_difference)
{
  NetAddr here = parse ("fe80::1%3");
  NetAddr there = parse ("fe80::1%4");
  NetAddr anywhere = parse ("fe80::1");

  fail_unless (net_addr_equal (here, here));
  fail_if (net_addr_equal (here, there));
  fail_unless (net_addr_equal (here, anywhere));
  fail_unless (net_addr_equal (anywhere, there));
  fail_unless (net_addr_hash (here) == net_addr_hash (anywhere));
}
GST_END_TEST;

GST_START_TEST (equal_is_address_and_port)
{
  NetAddr a = net_addr_with_port (parse ("192.0.2.1"), 80);
  NetAddr b = net_addr_with_port (parse ("192.0.2.1"), 81);
  NetAddr c = net_addr_with_port (parse ("192.0.2.2"), 80);

  fail_if (net_addr_equal (a, b));
  fail_unless (net_addr_equal_ip (a, b));
  fail_if (net_addr_equal_ip (a, c));
  fail_if (net_addr_equal_ip (net_addr_any (NET_FAMILY_IPV4),
      net_addr_any (NET_FAMILY_IPV6)));
  fail_if (net_addr_hash (a) == net_addr_hash (b));
  fail_if (net_addr_hash (a) == net_addr_hash (c));
}
GST_END_TEST;

GST_START_TEST (ranges_begin_and_end_where_they_should)
{
  EXPECT (net_addr_is_any, LIST ("0.0.0.0", "::"),
      LIST ("0.0.0.1", "::1", "127.0.0.1"));
  EXPECT (net_addr_is_loopback, LIST ("127.0.0.0", "127.255.255.255", "::1"),
      LIST ("126.255.255.255", "128.0.0.0", "::", "::2", "fe80::1"));
  EXPECT (net_addr_is_link_local,
      LIST ("169.254.0.0", "169.254.255.255", "fe80::", "febf:ffff::"),
      LIST ("169.253.255.255", "169.255.0.0", "fec0::", "fe7f:ffff::"));
  EXPECT (net_addr_is_multicast,
      LIST ("224.0.0.0", "239.255.255.255", "255.255.255.255",
          "ff00::", "ffff::"),
      LIST ("223.255.255.255", "240.0.0.0", "255.255.255.254", "feff::"));
  EXPECT (net_addr_is_v4_mapped,
      LIST ("::ffff:0.0.0.0", "::ffff:255.255.255.255"),
      LIST ("::fffe:192.0.2.1", "::192.0.2.1", "192.0.2.1", "::1:ffff:0:0"));
  EXPECT (net_addr_is_v4_compatible, LIST ("::192.0.2.1", "::0.0.0.2"),
      LIST ("::", "::1", "::ffff:192.0.2.1", "192.0.2.1", "::1:0:1"));
  EXPECT (net_addr_is_site_local, LIST ("fec0::", "feff:ffff::"),
      LIST ("febf::", "ff00::", "192.168.0.1"));
}
GST_END_TEST;

/* RFC 1918, RFC 4193, RFC 6598 [SEC-6598-1] */
GST_START_TEST (the_carriers_range_is_as_private_as_rfc_1918)
{
  EXPECT (net_addr_is_private,
      LIST ("10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255",
          "192.168.0.0", "192.168.255.255", "100.64.0.0", "100.127.255.255",
          "fc00::", "fdff:ffff::"),
      LIST ("9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0",
          "192.167.255.255", "192.169.0.0", "100.63.255.255", "100.128.0.0",
          "fbff:ffff::", "fe00::", "2001:db8::1"));
}
GST_END_TEST;

static Suite *
addr_suite (void)
{
  Suite *suite = suite_create ("net/addr");
  TCase *tcase = tcase_create ("addr");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, literals_print_in_the_canonical_form);
  tcase_add_test (tcase, what_is_no_literal_does_not_parse);
  tcase_add_test (tcase, people_see_port_and_zone);
  tcase_add_test (tcase, mapped_addresses_become_what_they_are);
  tcase_add_test (tcase, a_missing_zone_is_no_difference);
  tcase_add_test (tcase, equal_is_address_and_port);
  tcase_add_test (tcase, ranges_begin_and_end_where_they_should);
  tcase_add_test (tcase, the_carriers_range_is_as_private_as_rfc_1918);
  return suite;
}

GST_CHECK_MAIN (addr)
