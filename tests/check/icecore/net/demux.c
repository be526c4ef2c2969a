/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The first-byte table, all 256 values of it, from a peer and from a TURN
 * server (RFC 7983 §7, RFC 9443). */

#include <gst/check/gstcheck.h>

#include "net/demux.h"

static const uint8_t binding[20] = { 0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4,
  0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

static NetBytes
datagram_with_first (uint8_t first, uint8_t datagram[20])
{
  memcpy (datagram, binding, sizeof binding);
  datagram[0] = first;
  return NET_BYTES (datagram, sizeof binding);
}

/* [MUX-7983-1] [MUX-9443-1]: with everything else of a STUN header in place,
 * the two type bits alone decide between peers; QUIC, DTLS, RTP are payload. */
GST_START_TEST (every_first_byte_from_a_peer)
{
  uint8_t datagram[20];

  for (unsigned first = 0; first < 256; first++) {
    NetDemux expected = first < 0x40 ? NET_DEMUX_STUN : NET_DEMUX_PAYLOAD;
    fail_unless (net_demux_peer (datagram_with_first ((uint8_t) first,
                     datagram)) == expected,
        "first byte %u", first);
  }
}
GST_END_TEST;

/* [MUX-7983-3]: channels exist only from the server, which sends nothing but
 * them and STUN. */
GST_START_TEST (every_first_byte_from_a_server)
{
  uint8_t datagram[20];

  for (unsigned first = 0; first < 256; first++) {
    NetDemux expected = first < 0x40 ? NET_DEMUX_STUN
        : first < 0x50               ? NET_DEMUX_CHANNEL
                                     : NET_DEMUX_DROP;
    fail_unless (net_demux_server (datagram_with_first ((uint8_t) first,
                     datagram)) == expected,
        "first byte %u", first);
  }
}
GST_END_TEST;

/* [MUX-7983-2]: what only looks like STUN by its first byte is some format's
 * payload here, from a peer; from a server it is nothing. */
GST_START_TEST (stun_needs_cookie_and_length_too)
{
  static const struct
  {
    unsigned at;
    uint8_t value;
  } rows[] = {
    { 3, 4 },
    { 3, 1 },
    { 2, 1 },
    { 4, 0x20 },
    { 5, 0x13 },
    { 6, 0xa5 },
    { 7, 0x43 },
  };
  uint8_t datagram[20];

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    memcpy (datagram, binding, sizeof binding);
    datagram[rows[i].at] = rows[i].value;
    fail_unless (net_demux_peer (NET_BYTES (datagram, sizeof datagram)) ==
        NET_DEMUX_PAYLOAD);
    fail_unless (net_demux_server (NET_BYTES (datagram, sizeof datagram)) ==
        NET_DEMUX_DROP);
  }
}
GST_END_TEST;

GST_START_TEST (short_datagrams_are_payload_and_empty_ones_nothing)
{
  for (size_t len = 1; len < sizeof binding; len++) {
    fail_unless (net_demux_peer (NET_BYTES (binding, len)) ==
        NET_DEMUX_PAYLOAD);
    fail_unless (net_demux_server (NET_BYTES (binding, len)) == NET_DEMUX_DROP);
  }
  fail_unless (net_demux_peer (NET_BYTES (NULL, 0)) == NET_DEMUX_DROP);
  fail_unless (net_demux_server (NET_BYTES (NULL, 0)) == NET_DEMUX_DROP);
}
GST_END_TEST;

GST_START_TEST (trailing_bytes_make_it_payload)
{
  uint8_t datagram[24] = { 0 };

  memcpy (datagram, binding, sizeof binding);
  fail_unless (net_demux_peer (NET_BYTES (datagram, sizeof datagram)) ==
      NET_DEMUX_PAYLOAD);
  datagram[3] = 4;
  fail_unless (net_demux_peer (NET_BYTES (datagram, sizeof datagram)) ==
      NET_DEMUX_STUN);
}
GST_END_TEST;

GST_START_TEST (channel_data_may_be_padded_but_not_cut)
{
  static const uint8_t padded[] = { 0x40, 0x00, 0x00, 0x03, 'a', 'b', 'c', 0 };

  fail_unless (net_demux_server (NET_BYTES (padded, 8)) == NET_DEMUX_CHANNEL);
  fail_unless (net_demux_server (NET_BYTES (padded, 7)) == NET_DEMUX_CHANNEL);
  fail_unless (net_demux_server (NET_BYTES (padded, 6)) == NET_DEMUX_DROP);
  fail_unless (net_demux_server (NET_BYTES (padded, 3)) == NET_DEMUX_DROP);
}
GST_END_TEST;

/* [MUX-7983-4]: what a channel carries is a datagram from a peer. */
GST_START_TEST (a_check_inside_channel_data_is_stun_again)
{
  uint8_t datagram[24] = { 0x40, 0x01, 0x00, sizeof binding };
  NetBytes inner = NET_BYTES (datagram, sizeof datagram);
  NetBytes header;

  memcpy (datagram + 4, binding, sizeof binding);
  fail_unless (net_demux_server (inner) == NET_DEMUX_CHANNEL);
  fail_unless (net_bytes_take (&inner, 4, &header));
  fail_unless (net_demux_peer (inner) == NET_DEMUX_STUN);
}
GST_END_TEST;

static Suite *
demux_suite (void)
{
  Suite *suite = suite_create ("net/demux");
  TCase *tcase = tcase_create ("demux");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, every_first_byte_from_a_peer);
  tcase_add_test (tcase, every_first_byte_from_a_server);
  tcase_add_test (tcase, stun_needs_cookie_and_length_too);
  tcase_add_test (tcase, short_datagrams_are_payload_and_empty_ones_nothing);
  tcase_add_test (tcase, trailing_bytes_make_it_payload);
  tcase_add_test (tcase, channel_data_may_be_padded_but_not_cut);
  tcase_add_test (tcase, a_check_inside_channel_data_is_stun_again);
  return suite;
}

GST_CHECK_MAIN (demux)
