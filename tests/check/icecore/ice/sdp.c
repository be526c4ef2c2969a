/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Candidate lines in tables: what real peers write, what must be refused and
 * why, and the exact form of what we write. */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "ice/sdp.h"

static NetAddr
addr (const char *text, uint16_t port)
{
  NetAddr addr = NET_ADDR_NONE;

  fail_unless (net_addr_parse (text, &addr), "%s does not parse", text);
  return net_addr_with_port (addr, port);
}

static IceSdpCand
parse (const char *text)
{
  const char *why = "?";
  IceSdpCand cand;

  fail_unless (ice_sdp_parse_cand (text, &cand, &why) == ICE_SDP_OK,
      "\"%s\": %s", text, why);
  return cand;
}

#define ADDR(ip) "candidate:1 1 UDP 1 " ip " 5000 typ host"

/* RFC 8839 §5.1 [SDP-5.1-1] */
GST_START_TEST (every_field_arrives)
{
  IceSdpCand sdp = parse ("candidate:Ab+/9 2 UDP 1694498815 192.0.2.3 45664 "
                          "typ srflx raddr 10.0.1.1 rport 8998");
  const IceCand *cand = &sdp.cand;

  fail_unless_equals_string (cand->foundation, "Ab+/9");
  fail_unless_equals_int (cand->component, 2);
  fail_unless_equals_int (cand->transport, ICE_TRANSPORT_UDP);
  fail_unless_equals_uint64 (cand->priority, 1694498815);
  fail_unless (net_addr_equal (cand->addr, addr ("192.0.2.3", 45664)));
  fail_unless_equals_int (cand->type, ICE_CAND_SRFLX);
  fail_unless (net_addr_equal (cand->related, addr ("10.0.1.1", 8998)));
  fail_unless_equals_string (sdp.name, "");
  fail_unless_equals_string (sdp.ufrag, "");
}
GST_END_TEST;

typedef struct
{
  const char *text;
  IceCandType type;
  IceTransport transport;
  const char *ip; /* NULL: a name */
  uint16_t port;
  const char *name;
  const char *ufrag;
} Good;

/* Lines as browsers, libnice, aioice, pjsip, mediasoup and the RFCs write
 * them. RFC 8839 §5.1 [SDP-5.1-4]: extensions in any order. */
static const Good good_lines[] = {
  { "candidate:842163049 1 udp 1677729535 203.0.113.7 54321 typ srflx raddr "
    "192.168.1.5 rport 54321 generation 0 ufrag EsAw network-id 1 network-cost "
    "10",
      ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "203.0.113.7", 54321, "", "EsAw" },
  { "candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host "
    "generation 0 network-id 1 network-cost 10 ufrag x",
      ICE_CAND_HOST, ICE_TRANSPORT_UDP, "192.168.0.196", 46243, "", "x" },
  { "a=candidate:1 1 UDP 2130706431 10.0.1.1 8998 typ host\r\n", ICE_CAND_HOST,
      ICE_TRANSPORT_UDP, "10.0.1.1", 8998, "", "" },
  { "1 1 UDP 2130706431 10.0.1.1 8998 typ host", ICE_CAND_HOST,
      ICE_TRANSPORT_UDP, "10.0.1.1", 8998, "", "" },
  { "A=CANDIDATE:1 1 Udp 2130706431 10.0.1.1 8998 TYP HOST", ICE_CAND_HOST,
      ICE_TRANSPORT_UDP, "10.0.1.1", 8998, "", "" },
  { " \tcandidate: 1  1\tUDP 2130706431 10.0.1.1 8998 typ  host \t",
      ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.1.1", 8998, "", "" },
  /* Firefox: a host candidate behind mDNS */
  { "candidate:0 1 UDP 2122252543 8ef2e4c8-1d4b-4c2b-9d3c-0d1f6d7a5a10.local "
    "49203 typ host",
      ICE_CAND_HOST, ICE_TRANSPORT_UDP, NULL, 49203,
      "8ef2e4c8-1d4b-4c2b-9d3c-0d1f6d7a5a10.local", "" },
  { "candidate:1 1 UDP 1 host.example.org. 5000 typ host", ICE_CAND_HOST,
      ICE_TRANSPORT_UDP, NULL, 5000, "host.example.org.", "" },
  /* Safari and Chrome hide the related address */
  { "candidate:2 1 udp 1686052607 203.0.113.7 61764 typ srflx raddr 0.0.0.0 "
    "rport 0 generation 0 ufrag abcd network-cost 999",
      ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "203.0.113.7", 61764, "", "abcd" },
  /* pjsip, mediasoup, aioice */
  { "candidate:Hc0a80164 1 UDP 2130706431 192.168.1.100 4000 typ host",
      ICE_CAND_HOST, ICE_TRANSPORT_UDP, "192.168.1.100", 4000, "", "" },
  { "candidate:udpcandidate 1 udp 1076302079 203.0.113.1 40127 typ host",
      ICE_CAND_HOST, ICE_TRANSPORT_UDP, "203.0.113.1", 40127, "", "" },
  { "6b7f0dcb8f6a3e3f0f1d35c2e47d8a01 1 udp 2130706431 2001:db8::5 40127 typ "
    "host",
      ICE_CAND_HOST, ICE_TRANSPORT_UDP, "2001:db8::5", 40127, "", "" },
  /* libnice: port 0 of an active TCP candidate; RFC 6544 */
  { "candidate:10 1 TCP 1015021823 192.168.0.196 0 typ host tcptype active",
      ICE_CAND_HOST, ICE_TRANSPORT_TCP_ACTIVE, "192.168.0.196", 0, "", "" },
  { "candidate:10 1 tcp 1518280447 192.168.0.196 9 typ host tcptype active "
    "generation 0",
      ICE_CAND_HOST, ICE_TRANSPORT_TCP_ACTIVE, "192.168.0.196", 9, "", "" },
  { "candidate:2 1 TCP 2124414975 192.0.2.1 8998 typ host tcptype PASSIVE",
      ICE_CAND_HOST, ICE_TRANSPORT_TCP_PASSIVE, "192.0.2.1", 8998, "", "" },
  { "candidate:3 1 TCP 1688207359 192.0.2.1 8999 typ srflx raddr 10.0.0.1 "
    "rport "
    "8999 tcptype so",
      ICE_CAND_SRFLX, ICE_TRANSPORT_TCP_SO, "192.0.2.1", 8999, "", "" },
  /* IPv6: case, zone of a link-local, mapped */
  { ADDR ("2001:DB8:0:0:0:0:0:5"), ICE_CAND_HOST, ICE_TRANSPORT_UDP,
      "2001:db8::5", 5000, "", "" },
  { ADDR ("fe80::1%eth0"), ICE_CAND_HOST, ICE_TRANSPORT_UDP, "fe80::1", 5000,
      "", "" },
  { ADDR ("fe80::1%12"), ICE_CAND_HOST, ICE_TRANSPORT_UDP, "fe80::1", 5000, "",
      "" },
  { ADDR ("::ffff:192.0.2.1"), ICE_CAND_HOST, ICE_TRANSPORT_UDP, "192.0.2.1",
      5000, "", "" },
  { "candidate:1 256 UDP 4294967295 192.0.2.1 65535 typ relay raddr 192.0.2.9 "
    "rport 65535",
      ICE_CAND_RELAY, ICE_TRANSPORT_UDP, "192.0.2.1", 65535, "", "" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ prflx", ICE_CAND_PRFLX,
      ICE_TRANSPORT_UDP, "192.0.2.1", 5000, "", "" },
  /* a known word as an unknown one's value; empty values; an odd tail */
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ host x ufrag y tcptype ufrag real",
      ICE_CAND_HOST, ICE_TRANSPORT_UDP, "192.0.2.1", 5000, "", "real" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ host x  ufrag real y ",
      ICE_CAND_HOST, ICE_TRANSPORT_UDP, "192.0.2.1", 5000, "", "real" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ host x "
    "!\"#$%&'()*,-.:;<>?@[]^`{|}~ "
    "ufrag real",
      ICE_CAND_HOST, ICE_TRANSPORT_UDP, "192.0.2.1", 5000, "", "real" },
};

GST_START_TEST (lines_of_real_peers_are_understood)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_lines); i++) {
    const Good *good = &good_lines[i];
    IceSdpCand sdp = parse (good->text);

    fail_unless (sdp.cand.type == good->type, "%s", good->text);
    fail_unless (sdp.cand.transport == good->transport, "%s", good->text);
    fail_unless (sdp.cand.addr.port == good->port, "%s", good->text);
    fail_unless_equals_string (sdp.name, good->name);
    fail_unless_equals_string (sdp.ufrag, good->ufrag);
    if (good->ip == NULL)
      fail_unless (net_addr_is_none (sdp.cand.addr), "%s", good->text);
    else
      fail_unless (net_addr_equal (sdp.cand.addr, addr (good->ip, good->port)),
          "%s", good->text);
    fail_unless_equals_uint64 (sdp.cand.addr.scope, 0);
  }
}
GST_END_TEST;

typedef struct
{
  const char *text;
  IceSdpResult result;
  const char *why; /* a part of it */
} Bad;

/* RFC 8839 §5.1 [SDP-5.1-2] [SDP-5.1-3] [SDP-5.1-6] and RFC 8445 §5.1.2.1
 * [ICE-5.1.2.1-4], RFC 6544 §4.5 [TCP-4.5-1] */
static const Bad bad_lines[] = {
  { "hello", ICE_SDP_MALFORMED, "ends before" },
  { "candidate:", ICE_SDP_MALFORMED, "ends before" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000", ICE_SDP_MALFORMED, "ends before" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ", ICE_SDP_MALFORMED,
      "ends before" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 type host", ICE_SDP_MALFORMED, "typ" },
  { "candidate:123456789012345678901234567890123 1 UDP 1 192.0.2.1 5000 typ "
    "host",
      ICE_SDP_MALFORMED, "foundation" },
  { "candidate:a*b 1 UDP 1 192.0.2.1 5000 typ host", ICE_SDP_MALFORMED,
      "foundation" },
  { "candidate:1 0 UDP 1 192.0.2.1 5000 typ host", ICE_SDP_MALFORMED,
      "component" },
  { "candidate:1 257 UDP 1 192.0.2.1 5000 typ host", ICE_SDP_MALFORMED,
      "component" },
  { "candidate:1 65537 UDP 1 192.0.2.1 5000 typ host", ICE_SDP_MALFORMED,
      "component" },
  { "candidate:1 -1 UDP 1 192.0.2.1 5000 typ host", ICE_SDP_MALFORMED,
      "component" },
  { "candidate:1 1 UDP 0 192.0.2.1 5000 typ host", ICE_SDP_MALFORMED,
      "priority" },
  { "candidate:1 1 UDP 4294967296 192.0.2.1 5000 typ host", ICE_SDP_MALFORMED,
      "priority" },
  { "candidate:1 1 UDP 99999999999 192.0.2.1 5000 typ host", ICE_SDP_MALFORMED,
      "priority" },
  { "candidate:1 1 UDP 18446744073709551617 192.0.2.1 5000 typ host",
      ICE_SDP_MALFORMED, "priority" },
  { "candidate:1 1 UDP 1.5 192.0.2.1 5000 typ host", ICE_SDP_MALFORMED,
      "priority" },
  { "candidate:1 1 UDP 1 192.0.2.1 65536 typ host", ICE_SDP_MALFORMED, "port" },
  { "candidate:1 1 UDP 1 192.0.2.1 70000 typ host", ICE_SDP_MALFORMED, "port" },
  { "candidate:1 1 UDP 1 192.0.2.1 -5 typ host", ICE_SDP_MALFORMED, "port" },
  { "candidate:1 1 UDP 1 192.0.2.1 0 typ host", ICE_SDP_IGNORED, "port 0" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx raddr 10.0.0.1 rport 65536",
      ICE_SDP_MALFORMED, "rport" },
  { ADDR ("192.0.2.256"), ICE_SDP_MALFORMED, "neither" },
  { ADDR ("192.0.2"), ICE_SDP_MALFORMED, "neither" },
  { ADDR ("192.0.2.1."), ICE_SDP_MALFORMED, "neither" },
  { ADDR ("a/b.example"), ICE_SDP_MALFORMED, "neither" },
  { ADDR ("."), ICE_SDP_MALFORMED, "neither" },
  { ADDR (".."), ICE_SDP_MALFORMED, "neither" },
  { ADDR ("2001:db8::g"), ICE_SDP_MALFORMED, "IPv6" },
  { ADDR ("[2001:db8::1]"), ICE_SDP_MALFORMED, "IPv6" },
  { ADDR ("1:2:3:4:5:6:7:8:9"), ICE_SDP_MALFORMED, "IPv6" },
  { ADDR ("2001:db8::1%eth0"), ICE_SDP_MALFORMED, "zone" },
  { ADDR ("169.254.1.1%eth0"), ICE_SDP_MALFORMED, "zone" },
  { ADDR ("name%eth0"), ICE_SDP_MALFORMED, "zone" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ host\ncandidate:2",
      ICE_SDP_MALFORMED, "control" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ host x \033[2J", ICE_SDP_MALFORMED,
      "control" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ host ufrag a*c", ICE_SDP_MALFORMED,
      "ufrag" },
  /* well-formed, and of no use */
  { "candidate:1 1 SCTP 1 192.0.2.1 5000 typ host", ICE_SDP_IGNORED,
      "transport" },
  { "candidate:1 1 ssltcp 1 192.0.2.1 443 typ host", ICE_SDP_IGNORED,
      "transport" },
  { "candidate:1 1 UDP 1 192.0.2.1 5000 typ local", ICE_SDP_IGNORED, "type" },
  { "candidate:1 1 TCP 1 192.0.2.1 5000 typ host", ICE_SDP_IGNORED, "tcptype" },
  { "candidate:1 1 TCP 1 192.0.2.1 5000 typ host tcptype both", ICE_SDP_IGNORED,
      "tcptype" },
  { "candidate:1 1 TCP 1 192.0.2.1 0 typ host tcptype passive", ICE_SDP_IGNORED,
      "port 0" },
  /* broken besides */
  { "candidate:1 1 SCTP 1 192.0.2.1 99999 typ host", ICE_SDP_MALFORMED,
      "port" },
};

GST_START_TEST (bad_lines_are_refused_with_a_reason)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_lines); i++) {
    const Bad *bad = &bad_lines[i];
    const char *why = "";
    IceSdpCand cand;
    IceSdpCand untouched;
    IceSdpResult result;

    memset (&cand, 0x55, sizeof cand);
    untouched = cand;
    result = ice_sdp_parse_cand (bad->text, &cand, &why);
    fail_unless (result == bad->result, "\"%s\" gives %d, \"%s\"", bad->text,
        result, why);
    fail_unless (strstr (why, bad->why) != NULL, "\"%s\" says \"%s\"",
        bad->text, why);
    fail_unless (memcmp (&cand, &untouched, sizeof cand) == 0);
    fail_unless (ice_sdp_parse_cand (bad->text, &cand, NULL) == bad->result);
  }
}
GST_END_TEST;

GST_START_TEST (the_longest_of_everything_fits)
{
  g_autofree char *label = g_strnfill (255, 'a');
  g_autofree char *ufrag = g_strnfill (256, 'u');
  g_autofree char *text =
      g_strdup_printf ("candidate:12345678901234567890123456789012 256 UDP "
                       "4294967295 %s 65535 "
                       "typ host ufrag %s",
          label, ufrag);
  g_autofree char *long_name =
      g_strdup_printf ("candidate:1 1 UDP 1 %sa 5000 typ host", label);
  g_autofree char *long_ufrag =
      g_strdup_printf ("candidate:1 1 UDP 1 192.0.2.1 5000 typ host ufrag %su",
          ufrag);
  IceSdpCand sdp = parse (text);

  fail_unless_equals_string (sdp.name, label);
  fail_unless_equals_string (sdp.ufrag, ufrag);
  fail_unless_equals_int (strlen (sdp.cand.foundation), 32);
  fail_unless_equals_int (ice_sdp_parse_cand (long_name, &sdp, NULL),
      ICE_SDP_MALFORMED);
  fail_unless_equals_int (ice_sdp_parse_cand (long_ufrag, &sdp, NULL),
      ICE_SDP_MALFORMED);
}
GST_END_TEST;

GST_START_TEST (nothing_at_all_is_the_end_of_candidates)
{
  static const char *const texts[] = { "", " ", "\r\n",
    "a=", "end-of-candidates", "a=end-of-candidates\r\n",
    "A=End-Of-Candidates" };
  IceSdpCand cand;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    fail_unless (ice_sdp_parse_cand (texts[i], &cand, NULL) == ICE_SDP_END,
        "\"%s\"", texts[i]);
}
GST_END_TEST;

/* RFC 8839 §5.1 [SDP-5.1-3]: each line stands for itself. */
GST_START_TEST (a_bad_line_between_good_ones_costs_only_itself)
{
  IceSdpCand cand;

  for (gsize i = 0; i < G_N_ELEMENTS (bad_lines); i++) {
    parse ("candidate:1 1 UDP 1 192.0.2.1 5000 typ host");
    fail_if (ice_sdp_parse_cand (bad_lines[i].text, &cand, NULL) == ICE_SDP_OK);
    cand = parse ("candidate:2 1 UDP 1 192.0.2.2 5000 typ host");
    fail_unless_equals_string (cand.cand.foundation, "2");
  }
}
GST_END_TEST;

/* RFC 8839 §5.1 [SDP-5.1-4] */
GST_START_TEST (a_second_extension_of_a_name_overwrites_nothing)
{
  IceSdpCand sdp = parse ("candidate:1 1 TCP 1 192.0.2.1 5000 typ srflx "
                          "rport 7 tcptype so raddr 10.0.0.1 ufrag one "
                          "raddr 10.0.0.2 rport 8 tcptype active ufrag two "
                          "typ relay priority 9 foundation 3");

  fail_unless_equals_int (sdp.cand.transport, ICE_TRANSPORT_TCP_SO);
  fail_unless (net_addr_equal (sdp.cand.related, addr ("10.0.0.1", 7)));
  fail_unless_equals_string (sdp.ufrag, "one");
  fail_unless_equals_int (sdp.cand.type, ICE_CAND_SRFLX);
  fail_unless_equals_uint64 (sdp.cand.priority, 1);
  fail_unless_equals_string (sdp.cand.foundation, "1");
}
GST_END_TEST;

/* RFC 8839 §5.1 [SDP-5.1-5] */
GST_START_TEST (a_related_address_that_tells_nothing_is_none)
{
  static const char *const texts[] = {
    "candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx",
    "candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx rport 9",
    "candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx raddr 0.0.0.0 rport 9",
    "candidate:1 1 UDP 1 2001:db8::1 5000 typ relay raddr :: rport 9",
    "candidate:1 1 UDP 1 192.0.2.1 5000 typ srflx raddr a.local rport 9",
    "candidate:1 1 UDP 1 192.0.2.1 5000 typ host raddr 10.0.0.1 rport 9",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    IceSdpCand sdp = parse (texts[i]);

    fail_unless (net_addr_is_none (sdp.cand.related), "%s", texts[i]);
  }
}
GST_END_TEST;

static void
expect_written (const IceCand *cand, const char *ufrag, const char *expected)
{
  g_autofree char *text = ice_sdp_write_cand (cand, ufrag);

  fail_unless_equals_string (text, expected);
}

/* RFC 8839 §5.1 [SDP-5.1-1] [SDP-5.1-5] [SDP-5.1-6] */
GST_START_TEST (lines_are_written_exactly)
{
  IceCand cand = { .type = ICE_CAND_HOST,
    .component = 1,
    .priority = 2130706431,
    .foundation = "Ab+/" };

  cand.addr = addr ("192.0.2.1", 5000);
  cand.related = addr ("10.0.0.1", 4000);
  expect_written (&cand, NULL,
      "candidate:Ab+/ 1 UDP 2130706431 192.0.2.1 5000 typ host");
  expect_written (&cand, "EsAw",
      "candidate:Ab+/ 1 UDP 2130706431 192.0.2.1 5000 typ host ufrag EsAw");
  cand.type = ICE_CAND_SRFLX;
  cand.component = 256;
  expect_written (&cand, NULL,
      "candidate:Ab+/ 256 UDP 2130706431 192.0.2.1 5000 typ srflx raddr "
      "10.0.0.1 rport 4000");
  cand.type = ICE_CAND_RELAY;
  cand.related = NET_ADDR_NONE;
  expect_written (&cand, NULL,
      "candidate:Ab+/ 256 UDP 2130706431 192.0.2.1 5000 typ relay raddr "
      "0.0.0.0 rport 9");
  cand.type = ICE_CAND_PRFLX;
  cand.addr = addr ("fe80::1%3", 5000);
  expect_written (&cand, NULL,
      "candidate:Ab+/ 256 UDP 2130706431 fe80::1 5000 typ prflx raddr :: rport "
      "9");
  cand.transport = ICE_TRANSPORT_TCP_ACTIVE;
  cand.related = addr ("2001:db8::9", 1);
  expect_written (&cand, "EsAw",
      "candidate:Ab+/ 256 TCP 2130706431 fe80::1 9 typ prflx raddr "
      "2001:db8::9 rport 1 tcptype active ufrag EsAw");
}
GST_END_TEST;

GST_START_TEST (what_was_read_is_written_and_read_again_the_same)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_lines); i++) {
    IceSdpCand before = parse (good_lines[i].text);
    IceSdpCand after;
    g_autofree char *text = NULL;
    g_autofree char *again = NULL;

    if (good_lines[i].ip == NULL)
      continue;
    if (before.cand.transport == ICE_TRANSPORT_TCP_ACTIVE)
      before.cand.addr.port = 9;
    text = ice_sdp_write_cand (&before.cand,
        before.ufrag[0] == '\0' ? NULL : before.ufrag);
    after = parse (text);
    fail_unless (memcmp (&before, &after, sizeof before) == 0, "%s became %s",
        good_lines[i].text, text);
    again = ice_sdp_write_cand (&after.cand,
        after.ufrag[0] == '\0' ? NULL : after.ufrag);
    fail_unless_equals_string (text, again);
  }
}
GST_END_TEST;

/* RFC 8839 §5.4 [SDP-5.4-2] */
GST_START_TEST (credentials_have_bounds_and_an_alphabet)
{
  g_autofree char *longest = g_strnfill (256, 'x');
  g_autofree char *longer = g_strnfill (257, 'x');
  g_autofree char *ufrag = g_strndup (longest, 4);
  g_autofree char *pwd = g_strndup (longest, 22);

  fail_unless (ice_sdp_is_ufrag (ufrag, false));
  fail_unless (ice_sdp_is_ufrag (longest, false));
  fail_if (ice_sdp_is_ufrag (longer, false));
  fail_if (ice_sdp_is_ufrag ("abc", true));
  fail_if (ice_sdp_is_ufrag ("", true));
  fail_unless (ice_sdp_is_ufrag ("aZ9+/", false));
  fail_if (ice_sdp_is_ufrag ("ab-d", false));
  fail_unless (ice_sdp_is_ufrag ("ab-_=", true));
  fail_if (ice_sdp_is_ufrag ("ab d", true));
  fail_if (ice_sdp_is_ufrag ("ab:d", true));
  fail_if (ice_sdp_is_ufrag ("ab\xc3\xa4", true));
  fail_unless (ice_sdp_is_pwd (pwd, false));
  fail_unless (ice_sdp_is_pwd (longest, false));
  fail_if (ice_sdp_is_pwd (longer, false));
  fail_if (ice_sdp_is_pwd ("xxxxxxxxxxxxxxxxxxxxx", true));
  fail_if (ice_sdp_is_pwd ("xxxxxxxxxxxxxxxxxxxxx=", false));
  fail_unless (ice_sdp_is_pwd ("xxxxxxxxxxxxxxxxxxxxx=", true));
}
GST_END_TEST;

static Suite *
sdp_suite (void)
{
  Suite *suite = suite_create ("ice/sdp");
  TCase *tcase = tcase_create ("sdp");

  tcase_add_test (tcase, every_field_arrives);
  tcase_add_test (tcase, lines_of_real_peers_are_understood);
  tcase_add_test (tcase, bad_lines_are_refused_with_a_reason);
  tcase_add_test (tcase, the_longest_of_everything_fits);
  tcase_add_test (tcase, nothing_at_all_is_the_end_of_candidates);
  tcase_add_test (tcase, a_bad_line_between_good_ones_costs_only_itself);
  tcase_add_test (tcase, a_second_extension_of_a_name_overwrites_nothing);
  tcase_add_test (tcase, a_related_address_that_tells_nothing_is_none);
  tcase_add_test (tcase, lines_are_written_exactly);
  tcase_add_test (tcase, what_was_read_is_written_and_read_again_the_same);
  tcase_add_test (tcase, credentials_have_bounds_and_an_alphabet);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (sdp);
