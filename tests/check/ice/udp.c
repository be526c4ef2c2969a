/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UDP flows over the real kernel's loopback: what is sorted where, which errors
 * come back, and what a packet of a list costs. */

#define _GNU_SOURCE
#include <gst/check/gstcheck.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "gst/ice/sockaddr.h"
#include "gst/ice/udp.h"
#include "kernel.h"
#include "locks.h"

static GMainContext *context;
static GstIceLoop *loop;

/* What the handler saw. */
static GPtrArray *datagrams; /* GBytes */
static NetAddr last_from;
static NetAddr refused_to;
static int refused_error;
static guint n_refused;

static void
set_up (void)
{
  context = g_main_context_new ();
  loop = gst_ice_loop_acquire (context);
  datagrams = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  n_refused = 0;
  kernel_refuses_sorting = kernel_refuses_sends = 0;
  kernel_refuse_count = -1;
}

static void
tear_down (void)
{
  g_ptr_array_unref (datagrams);
  gst_ice_loop_release (loop);
  g_main_context_unref (context);
}

static void
on_datagram (GstIceUdp *udp, NetAddr from, NetBytes bytes, gpointer user_data)
{
  (void) udp;
  (void) user_data;
  last_from = from;
  g_ptr_array_add (datagrams, g_bytes_new (bytes.data, bytes.len));
}

static void
on_icmp_error (GstIceUdp *udp, NetAddr to, int error, gpointer user_data)
{
  (void) udp;
  (void) user_data;
  refused_to = to;
  refused_error = error;
  n_refused++;
}

static const GstIceUdpHandler handler = { on_datagram, on_icmp_error };

static NetAddr
localhost (NetFamily family)
{
  NetAddr addr = NET_ADDR_NONE;

  fail_unless (net_addr_parse (family == NET_FAMILY_IPV6 ? "::1" : "127.0.0.1",
      &addr));
  return addr;
}

static GstIceUdp *
open_on (NetFamily family, gboolean media)
{
  GstIceUdpConfig config = { .local = localhost (family),
    .dscp = -1,
    .media = media };
  int error = 0;
  GstIceUdp *udp = gst_ice_udp_open (&config, &error);

  fail_unless (udp != NULL, "%s", g_strerror (error));
  return udp;
}

static gint64
in_ten_seconds (void)
{
  return g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
}

static void
run_until_datagrams (guint n)
{
  gint64 end = in_ten_seconds ();

  while (datagrams->len < n) {
    fail_unless (g_get_monotonic_time () < end, "%u of %u", datagrams->len, n);
    g_main_context_iteration (context, FALSE);
  }
}

static void
run_dry (void)
{
  while (g_main_context_iteration (context, FALSE))
    continue;
}

static const guint8 stun[20] = { 0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4,
  0x42 };
static const guint8 rtp[20] = { 0x80, 0x60, 0x00, 0x01 };

static void
send_bytes (GstIceUdp *from, GstIceUdp *to, gconstpointer data, gsize len)
{
  fail_unless_equals_int (gst_ice_udp_send (from, gst_ice_udp_local (to),
                              NET_BYTES (data, len)),
      0);
}

/* Reads the media socket until n datagrams came; returns how many there were
 * when nothing more did. */
static guint
read_media (GstIceUdp *udp, guint n)
{
  guint8 memory[32][64];
  GstMapInfo maps[32];
  GstIceReceived received[32];
  gint64 end = in_ten_seconds ();
  guint i, total = 0;

  for (i = 0; i < 32; i++) {
    maps[i].data = memory[i];
    maps[i].size = sizeof memory[i];
  }
  for (;;) {
    int got = gst_ice_udp_receive_media (udp, maps, received, 32);

    fail_unless (got >= 0);
    for (i = 0; i < (guint) got; i++)
      fail_unless (received[i].len > 0 && memory[i][0] >= 0x40);
    total += (guint) got;
    if (got == 0 && total >= n)
      return total;
    fail_unless (g_get_monotonic_time () < end, "%u of %u", total, n);
  }
}

/* --- opening ------------------------------------------------------------ */

/* [ICE-5.1.1.1-1] */
GST_START_TEST (a_flow_is_bound_to_its_own_address)
{
  GstIceUdp *v4 = open_on (NET_FAMILY_IPV4, FALSE);
  GstIceUdp *v6 = open_on (NET_FAMILY_IPV6, FALSE);
  NetAddr local = gst_ice_udp_local (v4);

  fail_unless (net_addr_equal_ip (local, localhost (NET_FAMILY_IPV4)));
  fail_unless (local.port != 0);
  local = gst_ice_udp_local (v6);
  fail_unless (net_addr_equal_ip (local, localhost (NET_FAMILY_IPV6)));
  fail_unless (local.port != 0);
  gst_ice_udp_unref (v4);
  gst_ice_udp_unref (v6);
}
GST_END_TEST;

GST_START_TEST (a_port_range_is_used_up_to_its_last_port)
{
  /* A stretch of ports that is free now: found by asking for one. */
  GstIceUdp *probe = open_on (NET_FAMILY_IPV4, FALSE);
  guint16 first = gst_ice_udp_local (probe).port;
  GstIceUdpConfig config = { .local = localhost (NET_FAMILY_IPV4),
    .port_min = first,
    .port_max = first,
    .dscp = -1 };
  GstIceUdp *udp;
  int error = 0;

  fail_unless (gst_ice_udp_open (&config, &error) == NULL);
  fail_unless_equals_int (error, EADDRINUSE);
  gst_ice_udp_unref (probe);
  udp = gst_ice_udp_open (&config, &error);
  fail_unless (udp != NULL);
  fail_unless_equals_int (gst_ice_udp_local (udp).port, first);
  gst_ice_udp_unref (udp);
}
GST_END_TEST;

GST_START_TEST (a_taken_port_of_a_range_is_passed_over)
{
  GstIceUdp *taken = open_on (NET_FAMILY_IPV4, TRUE);
  guint16 port = gst_ice_udp_local (taken).port;
  guint i;

  for (i = 0; i < 20; i++) {
    GstIceUdpConfig config = { .local = localhost (NET_FAMILY_IPV4),
      .port_min = (guint16) (port - 2),
      .port_max = (guint16) (port + 2),
      .dscp = -1 };
    int error = 0;
    GstIceUdp *udp = gst_ice_udp_open (&config, &error);
    guint16 got;

    fail_unless (udp != NULL, "%s", g_strerror (error));
    got = gst_ice_udp_local (udp).port;
    fail_unless (got != port && got >= port - 2 && got <= port + 2);
    gst_ice_udp_unref (udp);
  }
  gst_ice_udp_unref (taken);
}
GST_END_TEST;

GST_START_TEST (an_address_that_is_not_ours_is_refused_with_its_errno)
{
  GstIceUdpConfig config = { .dscp = -1 };
  int error = 0;

  fail_unless (net_addr_parse ("192.0.2.1", &config.local));
  fail_unless (gst_ice_udp_open (&config, &error) == NULL);
  fail_unless_equals_int (error, EADDRNOTAVAIL);
}
GST_END_TEST;

/* They share ports with a second socket of their own, never with each other. */
GST_START_TEST (no_two_flows_get_the_same_port)
{
  GstIceUdp *udps[200];
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (udps); i++) {
    udps[i] = open_on (NET_FAMILY_IPV4, i % 2);
    for (j = 0; j < i; j++)
      fail_if (net_addr_equal (gst_ice_udp_local (udps[i]),
          gst_ice_udp_local (udps[j])));
  }
  for (i = 0; i < G_N_ELEMENTS (udps); i++)
    gst_ice_udp_unref (udps[i]);
}
GST_END_TEST;

/* --- receiving ---------------------------------------------------------- */

GST_START_TEST (without_a_media_socket_the_handler_gets_everything)
{
  GstIceUdp *a = open_on (NET_FAMILY_IPV4, FALSE);
  GstIceUdp *b = open_on (NET_FAMILY_IPV4, FALSE);

  fail_unless_equals_int (gst_ice_udp_media_fd (b), -1);
  gst_ice_udp_attach (b, loop, &handler, NULL);
  send_bytes (a, b, stun, sizeof stun);
  send_bytes (a, b, rtp, sizeof rtp);
  run_until_datagrams (2);
  fail_unless (net_addr_equal (last_from, gst_ice_udp_local (a)));
  gst_ice_udp_detach (b);
  send_bytes (a, b, stun, sizeof stun);
  run_dry ();
  fail_unless_equals_int (datagrams->len, 2);
  gst_ice_udp_unref (a);
  gst_ice_udp_unref (b);
}
GST_END_TEST;

/* From many addresses, because without the program the kernel would share them
 * out by a hash of the sender. */
static void
check_sorting (NetFamily family, gboolean at_once)
{
  GstIceUdp *to = open_on (family, at_once);
  guint i;

  gst_ice_udp_attach (to, loop, &handler, NULL);
  if (!at_once)
    fail_unless (gst_ice_udp_open_media (to, 0, FALSE));
  for (i = 0; i < 50; i++) {
    GstIceUdp *from = open_on (family, FALSE);

    send_bytes (from, to, stun, sizeof stun);
    send_bytes (from, to, rtp, sizeof rtp);
    send_bytes (from, to, "G", 1);
    gst_ice_udp_unref (from);
  }
  fail_unless_equals_int (read_media (to, 100), 100);
  run_until_datagrams (50);
  run_dry ();
  fail_unless_equals_int (datagrams->len, 50);
  for (i = 0; i < 50; i++)
    fail_unless (memcmp (g_bytes_get_data (datagrams->pdata[i], NULL), stun,
                     sizeof stun) == 0);
  gst_ice_udp_detach (to);
  gst_ice_udp_unref (to);
}

/* [MUX-7983-1] */
GST_START_TEST (the_kernel_sorts_stun_from_media)
{
  check_sorting (NET_FAMILY_IPV4, TRUE);
}
GST_END_TEST;

/* [MUX-7983-1] */
GST_START_TEST (the_kernel_sorts_ipv6_too)
{
  check_sorting (NET_FAMILY_IPV6, TRUE);
}
GST_END_TEST;

GST_START_TEST (a_media_socket_may_join_later)
{
  check_sorting (NET_FAMILY_IPV4, FALSE);
}
GST_END_TEST;

/* Payload of every first byte, of a length short of STUN's header, and with the
 * cookie in place but other type bits: none of it is the loop's. */
GST_START_TEST (only_what_has_all_marks_of_stun_goes_to_the_loop)
{
  GstIceUdp *from = open_on (NET_FAMILY_IPV4, FALSE);
  GstIceUdp *to = open_on (NET_FAMILY_IPV4, TRUE);
  guint8 datagram[32];
  guint first, n_media = 0, n_stun = 0;

  gst_ice_udp_attach (to, loop, &handler, NULL);
  for (first = 0; first < 256; first++) {
    memset (datagram, 0, sizeof datagram);
    memcpy (datagram, stun, sizeof stun);
    datagram[0] = (guint8) first;
    send_bytes (from, to, datagram, 20);
    if (first < 64)
      n_stun++;
    else
      n_media++;
    run_dry ();
  }
  fail_unless_equals_int (read_media (to, n_media), n_media);
  run_until_datagrams (n_stun);
  run_dry ();
  fail_unless_equals_int (datagrams->len, n_stun);
  send_bytes (from, to, "GGGG", 4);
  fail_unless_equals_int (read_media (to, 1), 1);
  gst_ice_udp_detach (to);
  gst_ice_udp_unref (from);
  gst_ice_udp_unref (to);
}
GST_END_TEST;

/* Sent all the while: what came before the second socket joined is the loop's,
 * what came after is the reader's, and no STUN message ever strays. */
GST_START_TEST (no_stun_message_strays_while_a_media_socket_joins)
{
  guint round, i;

  for (round = 0; round < 50; round++) {
    GstIceUdp *from = open_on (NET_FAMILY_IPV4, FALSE);
    GstIceUdp *to = open_on (NET_FAMILY_IPV4, FALSE);

    g_ptr_array_set_size (datagrams, 0);
    gst_ice_udp_attach (to, loop, &handler, NULL);
    for (i = 0; i < 5; i++)
      send_bytes (from, to, stun, sizeof stun);
    fail_unless (gst_ice_udp_open_media (to, 0, FALSE));
    for (i = 0; i < 5; i++)
      send_bytes (from, to, stun, sizeof stun);
    run_until_datagrams (10);
    fail_unless_equals_int (read_media (to, 0), 0);
    gst_ice_udp_detach (to);
    gst_ice_udp_unref (from);
    gst_ice_udp_unref (to);
  }
}
GST_END_TEST;

GST_START_TEST (a_closed_media_socket_gives_payload_back_to_the_loop)
{
  GstIceUdp *from = open_on (NET_FAMILY_IPV4, FALSE);
  GstIceUdp *to = open_on (NET_FAMILY_IPV4, TRUE);

  gst_ice_udp_attach (to, loop, &handler, NULL);
  gst_ice_udp_close_media (to);
  fail_unless_equals_int (gst_ice_udp_media_fd (to), -1);
  send_bytes (from, to, rtp, sizeof rtp);
  run_until_datagrams (1);
  fail_unless (gst_ice_udp_open_media (to, 0, FALSE));
  send_bytes (from, to, rtp, sizeof rtp);
  send_bytes (from, to, stun, sizeof stun);
  fail_unless_equals_int (read_media (to, 1), 1);
  run_until_datagrams (2);
  gst_ice_udp_detach (to);
  gst_ice_udp_unref (from);
  gst_ice_udp_unref (to);
}
GST_END_TEST;

GST_START_TEST (a_kernel_that_does_not_sort_leaves_all_to_the_loop)
{
  GstIceUdp *from = open_on (NET_FAMILY_IPV4, FALSE);
  GstIceUdp *to;
  guint i;

  kernel_refuses_sorting = TRUE;
  to = open_on (NET_FAMILY_IPV4, TRUE);
  gst_ice_udp_attach (to, loop, &handler, NULL);
  fail_unless_equals_int (gst_ice_udp_media_fd (to), -1);
  kernel_refuses_sorting = FALSE;
  fail_if (gst_ice_udp_open_media (to, 0, FALSE));
  for (i = 0; i < 20; i++) {
    send_bytes (from, to, stun, sizeof stun);
    send_bytes (from, to, rtp, sizeof rtp);
  }
  run_until_datagrams (40);
  gst_ice_udp_detach (to);
  gst_ice_udp_unref (from);
  gst_ice_udp_unref (to);
}
GST_END_TEST;

GST_START_TEST (media_carries_its_time_and_tells_what_was_cut)
{
  GstIceUdpConfig config = { .local = localhost (NET_FAMILY_IPV4),
    .dscp = -1,
    .media = TRUE,
    .timestamps = TRUE };
  GstIceUdp *from = open_on (NET_FAMILY_IPV4, FALSE);
  guint8 memory[2][16];
  GstMapInfo maps[2] = { { .data = memory[0], .size = 16 },
    { .data = memory[1], .size = 16 } };
  GstIceReceived received[2];
  gint64 before = g_get_real_time () * 1000;
  gint64 end = in_ten_seconds ();
  int error = 0, n;
  GstIceUdp *to = gst_ice_udp_open (&config, &error);

  fail_unless (to != NULL);
  send_bytes (from, to, rtp, 16);
  send_bytes (from, to, rtp, 17);
  do {
    n = gst_ice_udp_receive_media (to, maps, received, 2);
    fail_unless (g_get_monotonic_time () < end);
  } while (n == 0);
  fail_unless_equals_int (n, 2);
  fail_unless_equals_int (received[0].len, 16);
  fail_if (received[0].truncated);
  fail_unless (received[1].truncated);
  fail_unless (net_addr_equal (received[0].from, gst_ice_udp_local (from)));
  fail_unless (received[0].realtime >= (guint64) before);
  fail_unless (received[0].realtime <=
      (guint64) g_get_real_time () * 1000 + 1000);
  gst_ice_udp_unref (from);
  gst_ice_udp_unref (to);
}
GST_END_TEST;

GST_START_TEST (what_the_kernel_threw_away_is_counted)
{
  GstIceUdpConfig config = { .local = localhost (NET_FAMILY_IPV4),
    .dscp = -1,
    .media = TRUE,
    .buffer_size = 4096 };
  GstIceUdp *from = open_on (NET_FAMILY_IPV4, FALSE);
  guint8 big[1200] = { 0x80 };
  guint i, read = 0;
  int error = 0, n;
  GstIceUdp *to = gst_ice_udp_open (&config, &error);
  guint8 memory[1200];
  GstMapInfo map = { .data = memory, .size = sizeof memory };
  GstIceReceived received;

  for (i = 0; i < 100; i++)
    send_bytes (from, to, big, sizeof big);
  while ((n = gst_ice_udp_receive_media (to, &map, &received, 1)) > 0)
    read += (guint) n;
  fail_unless (read < 100);
  fail_unless_equals_int (gst_ice_udp_overflows (to), 100 - read);
  gst_ice_udp_unref (from);
  gst_ice_udp_unref (to);
}
GST_END_TEST;

/* --- errors ------------------------------------------------------------- */

/* A port on which nobody listens any more. */
static NetAddr
closed_port (NetFamily family)
{
  GstIceUdp *udp = open_on (family, FALSE);
  NetAddr addr = gst_ice_udp_local (udp);

  gst_ice_udp_unref (udp);
  return addr;
}

static void
check_icmp (NetFamily family, gboolean media)
{
  GstIceUdp *good = open_on (family, FALSE);
  GstIceUdp *udp = open_on (family, media);
  guint i;

  gst_ice_udp_attach (udp, loop, &handler, NULL);
  gst_ice_udp_attach (good, loop, &handler, NULL);
  /* Several ports: which socket the kernel files it with is a hash of them. */
  for (i = 0; i < 20; i++) {
    NetAddr bad = closed_port (family);
    gint64 end = in_ten_seconds ();

    fail_unless_equals_int (gst_ice_udp_send (udp, bad,
                                NET_BYTES (stun, sizeof stun)),
        0);
    /* The error that is pending now belongs to the other destination. */
    send_bytes (udp, good, stun, sizeof stun);
    while (n_refused < i + 1) {
      fail_unless (g_get_monotonic_time () < end);
      g_main_context_iteration (context, FALSE);
    }
    fail_unless_equals_int (refused_error, ECONNREFUSED);
    fail_unless (net_addr_equal (refused_to, bad));
  }
  run_until_datagrams (20);
  fail_unless_equals_int (n_refused, 20);
  gst_ice_udp_detach (udp);
  gst_ice_udp_detach (good);
  gst_ice_udp_unref (udp);
  gst_ice_udp_unref (good);
}

/* [ICE-7.2.5.2.2-1] */
GST_START_TEST (an_icmp_error_names_its_destination_and_spares_the_others)
{
  check_icmp (NET_FAMILY_IPV4, FALSE);
}
GST_END_TEST;

/* [ICE-7.2.5.2.2-1] */
GST_START_TEST (an_icmp_error_is_heard_on_either_of_two_sockets)
{
  check_icmp (NET_FAMILY_IPV4, TRUE);
}
GST_END_TEST;

/* [ICE-7.2.5.2.2-1] */
GST_START_TEST (an_icmpv6_error_is_heard_too)
{
  check_icmp (NET_FAMILY_IPV6, TRUE);
}
GST_END_TEST;

/* --- sending ------------------------------------------------------------ */

static GstBuffer *
buffer_of (guint8 tag, guint n_memories, gsize size)
{
  GstBuffer *buffer = gst_buffer_new ();
  guint i;

  for (i = 0; i < n_memories; i++)
    gst_buffer_append_memory (buffer, gst_allocator_alloc (NULL, size, NULL));
  gst_buffer_memset (buffer, 0, 0, size * n_memories);
  gst_buffer_memset (buffer, 0, 0x80, 1);
  gst_buffer_memset (buffer, size * n_memories - 1, tag, 1);
  return buffer;
}

GST_START_TEST (a_list_arrives_whole_and_in_order)
{
  GstIceUdp *from = open_on (NET_FAMILY_IPV4, FALSE);
  GstIceUdp *to = open_on (NET_FAMILY_IPV4, FALSE);
  GstBufferList *list = gst_buffer_list_new ();
  GstIceSent sent;
  guint i;

  gst_ice_udp_attach (to, loop, &handler, NULL);
  for (i = 0; i < 200; i++)
    gst_buffer_list_add (list, buffer_of ((guint8) i, 1 + i % 16, 10));
  gst_ice_udp_send_list (from, gst_ice_udp_local (to), list, &sent);
  fail_unless_equals_int (sent.packets, 200);
  fail_unless_equals_int (sent.dropped, 0);
  fail_unless_equals_int (sent.error, 0);
  run_until_datagrams (200);
  for (i = 0; i < 200; i++) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagrams->pdata[i], &size);

    fail_unless_equals_int (size, (1 + i % 16) * 10);
    fail_unless_equals_int (data[size - 1], i);
    sent.bytes -= size;
  }
  fail_unless_equals_uint64 (sent.bytes, 0);
  gst_buffer_list_unref (list);
  gst_ice_udp_detach (to);
  gst_ice_udp_unref (from);
  gst_ice_udp_unref (to);
}
GST_END_TEST;

GST_START_TEST (a_list_costs_one_system_call_and_no_allocation)
{
  GstIceUdp *from = open_on (NET_FAMILY_IPV4, FALSE);
  GstIceUdp *to = open_on (NET_FAMILY_IPV4, TRUE);
  GstBufferList *list = gst_buffer_list_new ();
  GstBuffer *single = buffer_of (0, 2, 100);
  GstIceSent sent;
  guint i;

  for (i = 0; i < 64; i++)
    gst_buffer_list_add (list, buffer_of ((guint8) i, 1 + i % 3, 100));
  count_calls ();
  gst_ice_udp_send_list (from, gst_ice_udp_local (to), list, &sent);
  stop_counting ();
  fail_unless_equals_int (sent.packets, 64);
  fail_unless_equals_int (n_syscalls, 1);
  fail_unless_equals_int (n_allocations, 0);
  count_calls ();
  gst_ice_udp_send_buffer (from, gst_ice_udp_local (to), single, &sent);
  stop_counting ();
  fail_unless_equals_int (sent.packets, 1);
  fail_unless_equals_int (n_syscalls, 1);
  fail_unless_equals_int (n_allocations, 0);
  gst_buffer_unref (single);
  gst_buffer_list_unref (list);
  gst_ice_udp_unref (from);
  gst_ice_udp_unref (to);
}
GST_END_TEST;

/* So that the zeros above mean something. */
GST_START_TEST (the_counters_of_this_test_do_count)
{
  GstIceUdp *udp = open_on (NET_FAMILY_IPV4, FALSE);

  count_calls ();
  g_free (g_malloc (100));
  send_bytes (udp, udp, rtp, sizeof rtp);
  stop_counting ();
  fail_unless (n_allocations >= 1);
  fail_unless_equals_int (n_syscalls, 1);
  gst_ice_udp_unref (udp);
}
GST_END_TEST;

GST_START_TEST (a_datagram_that_is_too_long_is_the_only_one_lost)
{
  GstIceUdp *from = open_on (NET_FAMILY_IPV4, FALSE);
  GstIceUdp *to = open_on (NET_FAMILY_IPV4, FALSE);
  GstBufferList *list = gst_buffer_list_new ();
  GstIceSent sent;

  gst_ice_udp_attach (to, loop, &handler, NULL);
  gst_buffer_list_add (list, buffer_of (1, 1, 100));
  gst_buffer_list_add (list, buffer_of (2, 7, 10000));
  gst_buffer_list_add (list, buffer_of (3, 1, 100));
  gst_ice_udp_send_list (from, gst_ice_udp_local (to), list, &sent);
  fail_unless_equals_int (sent.packets, 2);
  fail_unless_equals_int (sent.dropped, 1);
  fail_unless_equals_int (sent.error, EMSGSIZE);
  run_until_datagrams (2);
  gst_buffer_list_unref (list);
  gst_ice_udp_detach (to);
  gst_ice_udp_unref (from);
  gst_ice_udp_unref (to);
}
GST_END_TEST;

static void
check_refusal (int error, guint times, const GstIceSent *expected)
{
  GstIceUdp *udp = open_on (NET_FAMILY_IPV4, FALSE);
  GstBufferList *list = gst_buffer_list_new ();
  GstIceSent sent;
  guint i;

  for (i = 0; i < 10; i++)
    gst_buffer_list_add (list, buffer_of ((guint8) i, 1, 100));
  kernel_refuses_sends = error;
  kernel_refuse_count = (gint) times;
  gst_ice_udp_send_list (udp, gst_ice_udp_local (udp), list, &sent);
  fail_unless_equals_int (sent.packets, expected->packets);
  fail_unless_equals_int (sent.dropped, expected->dropped);
  fail_unless_equals_int (sent.error, expected->error);
  kernel_refuses_sends = 0;
  gst_buffer_list_unref (list);
  gst_ice_udp_unref (udp);
}

GST_START_TEST (a_full_socket_drops_and_never_waits)
{
  check_refusal (EAGAIN, 1, &(GstIceSent){ .dropped = 10, .error = EAGAIN });
  check_refusal (ENOBUFS, 1, &(GstIceSent){ .dropped = 10, .error = ENOBUFS });
  fail_unless (gst_ice_udp_error_is_loss (EAGAIN));
}
GST_END_TEST;

GST_START_TEST (one_refusal_may_be_an_echo_and_is_not_believed)
{
  check_refusal (ECONNREFUSED, 1, &(GstIceSent){ .packets = 10 });
  check_refusal (EINTR, 5, &(GstIceSent){ .packets = 10 });
}
GST_END_TEST;

GST_START_TEST (a_lasting_refusal_ends_the_list)
{
  check_refusal (EHOSTUNREACH, 100,
      &(GstIceSent){ .dropped = 10, .error = EHOSTUNREACH });
  fail_if (gst_ice_udp_error_is_loss (EHOSTUNREACH));
}
GST_END_TEST;

/* --- options ------------------------------------------------------------ */

static int
received_tos (int fd)
{
  guint8 data[64], control[64] __attribute__ ((aligned (8)));
  struct iovec iov = { data, sizeof data };
  struct msghdr msg = { .msg_iov = &iov,
    .msg_iovlen = 1,
    .msg_control = control,
    .msg_controllen = sizeof control };
  struct cmsghdr *cmsg;

  fail_unless (recvmsg (fd, &msg, 0) >= 0);
  cmsg = CMSG_FIRSTHDR (&msg);
  fail_unless (cmsg != NULL && cmsg->cmsg_type == IP_TOS);
  return *CMSG_DATA (cmsg);
}

/* [ICE-7.2.3-1] [ICE-7.3-6] [CF-6-1] */
GST_START_TEST (checks_and_media_carry_one_marking)
{
  GstIceUdpConfig config = { .local = localhost (NET_FAMILY_IPV4), .dscp = 46 };
  struct sockaddr_in name = { .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof name;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  int error = 0;
  GstIceUdp *udp = gst_ice_udp_open (&config, &error);
  GstBuffer *buffer = buffer_of (0, 1, 20);
  GstIceSent sent;
  NetAddr to;

  fail_unless (bind (fd, (struct sockaddr *) &name, len) == 0);
  fail_unless (getsockname (fd, (struct sockaddr *) &name, &len) == 0);
  fail_unless (setsockopt (fd, IPPROTO_IP, IP_RECVTOS, &one, sizeof one) == 0);
  to = net_addr_with_port (config.local, ntohs (name.sin_port));
  gst_ice_udp_send (udp, to, NET_BYTES (stun, sizeof stun));
  fail_unless_equals_int (received_tos (fd), 46 << 2);
  gst_ice_udp_send_buffer (udp, to, buffer, &sent);
  fail_unless_equals_int (received_tos (fd), 46 << 2);
  gst_ice_udp_set_dscp (udp, 10);
  gst_ice_udp_send_buffer (udp, to, buffer, &sent);
  fail_unless_equals_int (received_tos (fd), 10 << 2);
  gst_buffer_unref (buffer);
  gst_ice_udp_unref (udp);
  close (fd);
}
GST_END_TEST;

GST_START_TEST (the_path_mtu_is_the_routes_less_the_headers)
{
  GstIceUdp *v4 = open_on (NET_FAMILY_IPV4, FALSE);
  GstIceUdp *v6 = open_on (NET_FAMILY_IPV6, FALSE);
  g_autofree char *text = NULL;
  guint lo;

  fail_unless (g_file_get_contents ("/sys/class/net/lo/mtu", &text, NULL,
      NULL));
  lo = (guint) g_ascii_strtoull (text, NULL, 10);
  fail_unless_equals_int (gst_ice_udp_path_mtu (v4, gst_ice_udp_local (v4)),
      MIN (lo, 65535) - 28);
  fail_unless_equals_int (gst_ice_udp_path_mtu (v6, gst_ice_udp_local (v6)),
      lo - 48);
  gst_ice_udp_unref (v4);
  gst_ice_udp_unref (v6);
}
GST_END_TEST;

/* [ICE-5.1.1.1-6] */
GST_START_TEST (a_mapped_address_from_a_socket_is_unmapped)
{
  struct sockaddr_storage storage = { 0 };
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) &storage;
  NetAddr expected, addr;

  *v6 =
      (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons (9) };
  v6->sin6_addr.s6_addr[10] = v6->sin6_addr.s6_addr[11] = 0xff;
  v6->sin6_addr.s6_addr[12] = 192;
  v6->sin6_addr.s6_addr[14] = 2;
  v6->sin6_addr.s6_addr[15] = 1;
  fail_unless (net_addr_parse ("192.0.2.1", &expected));
  addr = gst_ice_sockaddr_to_net (&storage);
  fail_unless (net_addr_equal (addr, net_addr_with_port (expected, 9)));
}
GST_END_TEST;

GST_START_TEST (addresses_survive_the_way_to_the_kernel_and_back)
{
  const char *texts[] = { "192.0.2.7", "2001:db8::7", "fe80::1%3" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    struct sockaddr_storage storage;
    g_autoptr (GSocketAddress) gio = NULL;
    NetAddr addr;

    fail_unless (net_addr_parse (texts[i], &addr));
    addr.port = 4711;
    fail_unless (gst_ice_sockaddr_from_net (addr, &storage) > 0);
    fail_unless (net_addr_equal (gst_ice_sockaddr_to_net (&storage), addr));
    fail_unless_equals_int (gst_ice_sockaddr_to_net (&storage).scope,
        addr.scope);
    gio = gst_ice_sockaddr_to_gio (addr);
    fail_unless_equals_int (
        g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (gio)), 4711);
  }
}
GST_END_TEST;

static Suite *
udp_suite (void)
{
  Suite *suite = suite_create ("ice/udp");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, set_up, tear_down);
  tcase_add_test (tcase, a_flow_is_bound_to_its_own_address);
  tcase_add_test (tcase, a_port_range_is_used_up_to_its_last_port);
  tcase_add_test (tcase, a_taken_port_of_a_range_is_passed_over);
  tcase_add_test (tcase, an_address_that_is_not_ours_is_refused_with_its_errno);
  tcase_add_test (tcase, no_two_flows_get_the_same_port);
  tcase_add_test (tcase, without_a_media_socket_the_handler_gets_everything);
  tcase_add_test (tcase, the_kernel_sorts_stun_from_media);
  tcase_add_test (tcase, the_kernel_sorts_ipv6_too);
  tcase_add_test (tcase, a_media_socket_may_join_later);
  tcase_add_test (tcase, only_what_has_all_marks_of_stun_goes_to_the_loop);
  tcase_add_test (tcase, no_stun_message_strays_while_a_media_socket_joins);
  tcase_add_test (tcase, a_closed_media_socket_gives_payload_back_to_the_loop);
  tcase_add_test (tcase, a_kernel_that_does_not_sort_leaves_all_to_the_loop);
  tcase_add_test (tcase, media_carries_its_time_and_tells_what_was_cut);
  tcase_add_test (tcase, what_the_kernel_threw_away_is_counted);
  tcase_add_test (tcase,
      an_icmp_error_names_its_destination_and_spares_the_others);
  tcase_add_test (tcase, an_icmp_error_is_heard_on_either_of_two_sockets);
  tcase_add_test (tcase, an_icmpv6_error_is_heard_too);
  tcase_add_test (tcase, a_list_arrives_whole_and_in_order);
  tcase_add_test (tcase, a_list_costs_one_system_call_and_no_allocation);
  tcase_add_test (tcase, the_counters_of_this_test_do_count);
  tcase_add_test (tcase, a_datagram_that_is_too_long_is_the_only_one_lost);
  tcase_add_test (tcase, a_full_socket_drops_and_never_waits);
  tcase_add_test (tcase, one_refusal_may_be_an_echo_and_is_not_believed);
  tcase_add_test (tcase, a_lasting_refusal_ends_the_list);
  tcase_add_test (tcase, checks_and_media_carry_one_marking);
  tcase_add_test (tcase, the_path_mtu_is_the_routes_less_the_headers);
  tcase_add_test (tcase, a_mapped_address_from_a_socket_is_unmapped);
  tcase_add_test (tcase, addresses_survive_the_way_to_the_kernel_and_back);
  return suite;
}

GST_CHECK_MAIN (udp);
