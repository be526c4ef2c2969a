/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The data path's end, between a real kernel and an agent that the test plays:
 * routes, consent, who may speak, and what blocks whom (nobody). */

#define _GNU_SOURCE
#include <gst/check/gstcheck.h>
#include <gst/net/net.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

#include "gst/ice/gsticecomponent-private.h"
#include "gst/ice/queue.h"
#include "gst/ice/sockaddr.h"
#include "kernel.h"
#include "locks.h"

#define FLOW 7
#define MTU 1500

/* What the owner was told. */
static gint n_stun;   /* atomic */
static gint n_errors; /* atomic */
static int last_error;
static NetAddr last_error_to;

static GstIceComponent *component;
static GstIceUdp *udp;  /* the component's */
static GstIceUdp *peer; /* validated */
static IceRoute route;

static void
on_stun (gpointer owner, guint32 flow, NetAddr from, NetBytes bytes)
{
  fail_unless (owner == &route);
  fail_unless_equals_int (flow, FLOW);
  fail_unless_equals_int (bytes.len, 20);
  fail_if (net_addr_is_none (from));
  g_atomic_int_inc (&n_stun);
}

static void
on_send_error (gpointer owner, guint32 flow, NetAddr to, int error)
{
  fail_unless (owner == &route);
  fail_unless_equals_int (flow, FLOW);
  last_error = error;
  last_error_to = to;
  g_atomic_int_inc (&n_errors);
}

static const GstIceComponentOwner owner_funcs = { on_stun, on_send_error };

static GstIceUdp *
open_udp (void)
{
  GstIceUdpConfig config = { .dscp = -1 };
  GstIceUdp *opened;
  int error = 0;

  fail_unless (net_addr_parse ("127.0.0.1", &config.local));
  gst_ice_component_fill_udp_config (component, &config);
  opened = gst_ice_udp_open (&config, &error);
  fail_unless (opened != NULL, "%s", g_strerror (error));
  return opened;
}

static GstIceUdp *
open_plain (void)
{
  GstIceUdpConfig config = { .dscp = -1 };
  int error = 0;

  fail_unless (net_addr_parse ("127.0.0.1", &config.local));
  return gst_ice_udp_open (&config, &error);
}

static IceRoute
route_to (GstIceUdp *remote)
{
  return (IceRoute){
    .usable = TRUE,
    .flow = FLOW,
    .local = gst_ice_udp_local (udp),
    .remote = gst_ice_udp_local (remote),
    .consent_until = gst_ice_loop_now () + NET_SEC (30),
    .n_sources = 1,
    .sources = { { FLOW, gst_ice_udp_local (remote) } },
  };
}

static void
set_up (void)
{
  kernel_refuses_sorting = kernel_refuses_sends = 0;
  kernel_refuse_count = -1;
  n_stun = n_errors = 0;
  component = gst_ice_component_new (0, 1, &owner_funcs, &route);
  udp = open_udp ();
  peer = open_plain ();
  gst_ice_component_add_flow (component, FLOW, udp);
  route = route_to (peer);
}

static void
tear_down (void)
{
  gst_ice_component_disown (component);
  gst_object_unref (component);
  gst_ice_udp_unref (udp);
  gst_ice_udp_unref (peer);
}

static void
publish (void)
{
  gst_ice_component_publish (component, &route);
}

static GstBufferList *
list_of (guint n, gsize size)
{
  GstBufferList *list = gst_buffer_list_new ();
  guint i;

  for (i = 0; i < n; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

    gst_buffer_memset (buffer, 0, 0x80, size);
    gst_buffer_list_add (list, buffer);
  }
  return list;
}

static GstIceComponentCounters
counters (void)
{
  GstIceComponentCounters now;

  gst_ice_component_read_counters (component, &now);
  return now;
}

static void
send_to_component (GstIceUdp *from, gconstpointer data, gsize len)
{
  fail_unless_equals_int (gst_ice_udp_send (from, gst_ice_udp_local (udp),
                              NET_BYTES (data, len)),
      0);
}

static const guint8 rtp[20] = { 0x80, 0x60, 0x00, 0x01 };
static const guint8 stun[20] = { 0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4,
  0x42 };

static void
start (void)
{
  gst_ice_component_start_receiving (component, MTU, 0, TRUE, TRUE);
}

/* Reads until n buffers came; their buffers. */
static GPtrArray *
receive (guint n)
{
  GPtrArray *buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);

  while (buffers->len < n) {
    GstBufferList *list = NULL;
    guint i;

    fail_unless_equals_int (gst_ice_component_receive_list (component,
                                10 * G_USEC_PER_SEC, &list),
        GST_FLOW_OK);
    fail_unless (gst_buffer_list_length (list) > 0);
    for (i = 0; i < gst_buffer_list_length (list); i++)
      g_ptr_array_add (buffers, gst_buffer_ref (gst_buffer_list_get (list, i)));
    gst_buffer_list_unref (list);
  }
  fail_unless_equals_int (buffers->len, n);
  return buffers;
}

static void
expect_nothing (void)
{
  GstBufferList *list = NULL;

  fail_unless_equals_int (gst_ice_component_receive_list (component, 2000,
                              &list),
      GST_FLOW_CUSTOM_SUCCESS);
  fail_unless (list == NULL);
}

/* --- sending ------------------------------------------------------------ */

/* [CF-5.1-1] */
GST_START_TEST (without_a_route_nothing_leaves_and_all_is_counted)
{
  g_autoptr (GstBufferList) list = list_of (5, 100);
  guint dropped = 0;

  fail_if (gst_ice_component_is_writable (component));
  fail_if (gst_ice_component_send_list (component, list, &dropped));
  fail_unless_equals_int (dropped, 5);
  route.usable = FALSE;
  publish ();
  fail_if (gst_ice_component_send_list (component, list, &dropped));
  fail_if (gst_ice_component_send_buffer (component,
      gst_buffer_list_get (list, 0), NULL));
  fail_unless_equals_uint64 (counters ().dropped_no_route, 11);
  fail_unless_equals_uint64 (counters ().packets_sent, 0);
  fail_unless_equals_int (gst_ice_component_get_path_mtu (component), 0);
}
GST_END_TEST;

GST_START_TEST (with_a_route_a_list_leaves_and_is_counted)
{
  g_autoptr (GstBufferList) list = list_of (5, 100);
  guint64 packets, bytes, dropped_packets, received, received_bytes;
  guint dropped = 9;

  publish ();
  fail_unless (gst_ice_component_is_writable (component));
  fail_unless (gst_ice_component_send_list (component, list, &dropped));
  fail_unless_equals_int (dropped, 0);
  fail_unless (gst_ice_component_send_buffer (component,
      gst_buffer_list_get (list, 0), &dropped));
  gst_ice_component_get_counters (component, &packets, &bytes, &dropped_packets,
      &received, &received_bytes);
  fail_unless_equals_uint64 (packets, 6);
  fail_unless_equals_uint64 (bytes, 600);
  fail_unless_equals_uint64 (dropped_packets, 0);
  fail_unless (gst_ice_component_get_path_mtu (component) > 1000);
}
GST_END_TEST;

/* [CF-5.1-2]: by the clock, though nobody has published anything since. */
GST_START_TEST (past_the_end_of_consent_nothing_leaves)
{
  g_autoptr (GstBufferList) list = list_of (1, 100);

  route.consent_until = gst_ice_loop_now () + NET_MSEC (20);
  publish ();
  while (gst_ice_loop_now () < route.consent_until) {
    guint64 before = counters ().packets_sent;

    if (gst_ice_component_send_list (component, list, NULL))
      fail_unless_equals_uint64 (counters ().packets_sent, before + 1);
  }
  fail_if (gst_ice_component_is_writable (component));
  fail_if (gst_ice_component_send_list (component, list, NULL));
  fail_unless (counters ().packets_sent > 0);
  fail_unless (counters ().dropped_no_route > 0);
}
GST_END_TEST;

GST_START_TEST (the_way_to_the_kernel_is_one_call_and_no_allocation)
{
  g_autoptr (GstBufferList) list = list_of (40, 1000);
  gboolean sent;

  publish ();
  /* The locks under the thread sanitizer are made at their first use. */
  fail_unless (gst_ice_component_send_list (component, list, NULL));
  count_calls ();
  sent = gst_ice_component_send_list (component, list, NULL);
  stop_counting ();
  fail_unless (sent);
  fail_unless_equals_int (n_syscalls, 1);
  fail_unless_equals_int (n_allocations, 0);
}
GST_END_TEST;

GST_START_TEST (a_hard_send_error_is_told_once_a_list)
{
  g_autoptr (GstBufferList) list = list_of (150, 100);
  guint dropped = 0;

  publish ();
  kernel_refuses_sends = EHOSTUNREACH;
  fail_if (gst_ice_component_send_list (component, list, &dropped));
  fail_unless_equals_int (dropped, 150);
  fail_unless_equals_int (n_errors, 1);
  fail_unless_equals_int (last_error, EHOSTUNREACH);
  fail_unless (net_addr_equal (last_error_to, route.remote));
  fail_unless_equals_uint64 (counters ().dropped_send, 150);
}
GST_END_TEST;

GST_START_TEST (a_full_socket_is_a_counted_loss_and_no_error)
{
  g_autoptr (GstBufferList) list = list_of (10, 100);

  publish ();
  kernel_refuses_sends = EAGAIN;
  fail_if (gst_ice_component_send_list (component, list, NULL));
  fail_unless_equals_int (n_errors, 0);
  fail_unless_equals_uint64 (counters ().dropped_send, 10);
}
GST_END_TEST;

GST_START_TEST (nobody_is_told_after_the_owner_has_left)
{
  g_autoptr (GstBufferList) list = list_of (1, 100);

  publish ();
  gst_ice_component_disown (component);
  kernel_refuses_sends = EHOSTUNREACH;
  fail_if (gst_ice_component_send_list (component, list, NULL));
  fail_unless_equals_int (n_errors, 0);
}
GST_END_TEST;

GST_START_TEST (a_route_without_its_flow_is_not_writable)
{
  g_autoptr (GstBufferList) list = list_of (1, 100);

  publish ();
  gst_ice_component_remove_flow (component, FLOW);
  fail_if (gst_ice_component_is_writable (component));
  fail_if (gst_ice_component_send_list (component, list, NULL));
  gst_ice_component_add_flow (component, FLOW, udp);
  fail_unless (gst_ice_component_send_list (component, list, NULL));
}
GST_END_TEST;

/* --- waiting ------------------------------------------------------------ */

typedef struct
{
  gboolean result;
  gint64 timeout_us;
  gint64 took_us;
} Wait;

static gpointer
wait_writable (gpointer data)
{
  Wait *wait = data;
  gint64 before = g_get_monotonic_time ();

  wait->result = gst_ice_component_wait_writable (component, wait->timeout_us);
  wait->took_us = g_get_monotonic_time () - before;
  return NULL;
}

GST_START_TEST (waiting_for_a_route_ends_with_one)
{
  Wait wait = { .timeout_us = -1 };
  GThread *thread = g_thread_new ("wait", wait_writable, &wait);

  publish ();
  g_thread_join (thread);
  fail_unless (wait.result);
}
GST_END_TEST;

GST_START_TEST (waiting_for_a_route_ends_in_time_or_by_a_flush)
{
  Wait wait = { .timeout_us = 5000 };
  Wait endless = { .timeout_us = -1 };
  GThread *thread;

  wait_writable (&wait);
  fail_if (wait.result);
  fail_unless (wait.took_us >= 5000);
  thread = g_thread_new ("wait", wait_writable, &endless);
  gst_ice_component_set_flushing (component, FALSE, TRUE);
  g_thread_join (thread);
  fail_if (endless.result);
  publish ();
  wait_writable (&wait);
  fail_if (wait.result);
  gst_ice_component_set_flushing (component, FALSE, FALSE);
  wait_writable (&wait);
  fail_unless (wait.result);
}
GST_END_TEST;

/* --- receiving ---------------------------------------------------------- */

GST_START_TEST (media_comes_as_lists_with_sender_and_time)
{
  g_autoptr (GPtrArray) buffers = NULL;
  GstReferenceTimestampMeta *clock;
  GstNetAddressMeta *sender;
  guint i;

  start ();
  publish ();
  for (i = 0; i < 100; i++)
    send_to_component (peer, rtp, 1 + i % sizeof rtp);
  buffers = receive (100);
  for (i = 0; i < 100; i++) {
    GstBuffer *buffer = buffers->pdata[i];

    fail_unless_equals_int (gst_buffer_get_size (buffer), 1 + i % sizeof rtp);
    fail_unless (gst_buffer_memcmp (buffer, 0, rtp, 1 + i % sizeof rtp) == 0);
    sender = gst_buffer_get_net_address_meta (buffer);
    fail_unless (sender != NULL);
    fail_unless_equals_int (
        g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (sender->addr)),
        gst_ice_udp_local (peer).port);
    clock = gst_buffer_get_reference_timestamp_meta (buffer, NULL);
    fail_unless (clock != NULL && clock->timestamp > 0);
    fail_unless_equals_string (
        gst_structure_get_name (gst_caps_get_structure (clock->reference, 0)),
        "timestamp/x-unix");
  }
  fail_unless_equals_uint64 (counters ().packets_received, 100);
}
GST_END_TEST;

/* RFC 8445 §12.2 [ICE-12.2-2]: rtpsession drops an SSRC that moves. */
GST_START_TEST (a_new_path_is_no_new_sender)
{
  GstIceUdp *second = open_plain ();
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  GstNetAddressMeta *sender;

  start ();
  publish ();
  send_to_component (peer, rtp, sizeof rtp);
  before = receive (1);
  route = route_to (second);
  publish ();
  send_to_component (second, rtp, sizeof rtp);
  after = receive (1);
  sender = gst_buffer_get_net_address_meta (after->pdata[0]);
  fail_unless_equals_int (
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (sender->addr)),
      gst_ice_udp_local (peer).port);
  gst_ice_udp_unref (second);
}
GST_END_TEST;

GST_START_TEST (metas_come_only_when_asked_for)
{
  g_autoptr (GPtrArray) buffers = NULL;

  gst_ice_component_start_receiving (component, MTU, 0, FALSE, FALSE);
  publish ();
  send_to_component (peer, rtp, sizeof rtp);
  buffers = receive (1);
  fail_unless (gst_buffer_get_net_address_meta (buffers->pdata[0]) == NULL);
  fail_unless (gst_buffer_get_reference_timestamp_meta (buffers->pdata[0],
                   NULL) == NULL);
}
GST_END_TEST;

/* [CF-5.1-1] is the sender's side of it. */
GST_START_TEST (strangers_are_dropped_and_counted)
{
  GstIceUdp *stranger = open_plain ();
  g_autoptr (GPtrArray) buffers = NULL;

  start ();
  send_to_component (peer, rtp, sizeof rtp);
  expect_nothing ();
  fail_unless_equals_uint64 (counters ().dropped_unvalidated, 1);
  publish ();
  send_to_component (stranger, rtp, sizeof rtp);
  send_to_component (peer, rtp, sizeof rtp);
  buffers = receive (1);
  fail_unless_equals_uint64 (counters ().dropped_unvalidated, 2);
  gst_ice_udp_unref (stranger);
}
GST_END_TEST;

/* The end of the wait is kept although each wake-up finds something. */
GST_START_TEST (a_flood_of_strangers_does_not_put_off_the_timeout)
{
  GstIceUdp *stranger = open_plain ();
  GstBufferList *list = NULL;
  guint i;

  start ();
  publish ();
  for (i = 0; i < 2000; i++)
    send_to_component (stranger, rtp, sizeof rtp);
  fail_unless_equals_int (gst_ice_component_receive_list (component, 1, &list),
      GST_FLOW_CUSTOM_SUCCESS);
  fail_unless (counters ().dropped_unvalidated < 2000);
  gst_ice_udp_unref (stranger);
}
GST_END_TEST;

GST_START_TEST (what_is_longer_than_the_mtu_is_dropped_and_counted)
{
  g_autoptr (GPtrArray) buffers = NULL;
  guint8 big[MTU + 1] = { 0x80 };

  start ();
  publish ();
  send_to_component (peer, big, MTU + 1);
  send_to_component (peer, big, MTU);
  buffers = receive (1);
  fail_unless_equals_int (gst_buffer_get_size (buffers->pdata[0]), MTU);
  fail_unless_equals_uint64 (counters ().dropped_truncated, 1);
}
GST_END_TEST;

GST_START_TEST (a_stun_message_glued_behind_media_reaches_the_owner)
{
  guint8 glued[2 * sizeof stun];
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_storage to;
  socklen_t len = gst_ice_sockaddr_from_net (gst_ice_udp_local (udp), &to);
  const int segment = sizeof stun;
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  memcpy (glued, rtp, sizeof rtp);
  memcpy (glued + sizeof rtp, stun, sizeof stun);
  start ();
  publish ();
  fail_unless (fd >= 0);
  fail_unless (setsockopt (fd, IPPROTO_UDP, UDP_SEGMENT, &segment,
                   sizeof segment) == 0);
  fail_unless (sendto (fd, glued, sizeof glued, 0, (struct sockaddr *) &to,
                   len) == sizeof glued);
  while (g_atomic_int_get (&n_stun) == 0) {
    fail_unless (g_get_monotonic_time () < end);
    expect_nothing ();
  }
  fail_unless_equals_int (n_stun, 1);
  fail_unless_equals_uint64 (counters ().dropped_unvalidated, 1);
  close (fd);
}
GST_END_TEST;

GST_START_TEST (an_icmp_error_on_the_media_socket_is_told)
{
  guint i;

  start ();
  publish ();
  for (i = 0; i < 20; i++) {
    GstIceUdp *gone = open_plain ();
    NetAddr to = gst_ice_udp_local (gone);
    gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

    gst_ice_udp_unref (gone);
    /* By hash half of them come to the other socket, which nobody watches
     * here. */
    gst_ice_udp_send (udp, to, NET_BYTES (rtp, sizeof rtp));
    expect_nothing ();
    fail_unless (g_get_monotonic_time () < end);
  }
  fail_unless (n_errors > 0);
  fail_unless_equals_int (last_error, ECONNREFUSED);
}
GST_END_TEST;

/* --- where the kernel does not sort ------------------------------------- */

GST_START_TEST (what_the_loop_delivers_is_read_like_the_rest)
{
  g_autoptr (GPtrArray) buffers = NULL;
  guint i;

  start ();
  publish ();
  for (i = 0; i < 10; i++)
    gst_ice_component_deliver (component, FLOW, route.remote,
        NET_BYTES (rtp, sizeof rtp));
  buffers = receive (10);
  fail_unless (gst_buffer_get_net_address_meta (buffers->pdata[9]) != NULL);
  fail_unless_equals_uint64 (counters ().packets_received, 10);
  fail_unless_equals_uint64 (counters ().bytes_received, 10 * sizeof rtp);
}
GST_END_TEST;

GST_START_TEST (the_queue_is_bounded_and_drops_the_oldest)
{
  g_autoptr (GPtrArray) buffers = NULL;
  guint8 big[MTU + 1] = { 0 };
  guint i;

  start ();
  for (i = 0; i < GST_ICE_QUEUE_DATAGRAMS + 10; i++)
    gst_ice_component_deliver (component, FLOW, route.remote,
        NET_BYTES (&i, sizeof i));
  gst_ice_component_deliver (component, FLOW, route.remote,
      NET_BYTES (big, sizeof big));
  fail_unless_equals_uint64 (counters ().dropped_queue, 10);
  fail_unless_equals_uint64 (counters ().dropped_truncated, 1);
  buffers = receive (GST_ICE_QUEUE_DATAGRAMS);
  i = 10;
  fail_unless (gst_buffer_memcmp (buffers->pdata[0], 0, &i, sizeof i) == 0);
}
GST_END_TEST;

GST_START_TEST (the_queue_is_bounded_in_bytes_too)
{
  const gsize size = 60000;
  g_autofree guint8 *big = g_malloc0 (size);
  const guint fit = GST_ICE_QUEUE_BYTES / size;
  guint i;

  gst_ice_component_start_receiving (component, 65535, 0, FALSE, FALSE);
  for (i = 0; i < fit + 3; i++)
    gst_ice_component_deliver (component, FLOW, route.remote,
        NET_BYTES (big, size));
  fail_unless_equals_uint64 (counters ().dropped_queue, 3);
  gst_ice_component_stop_receiving (component);
  fail_unless_equals_uint64 (counters ().dropped_queue, fit + 3);
}
GST_END_TEST;

GST_START_TEST (payload_that_nobody_reads_is_counted)
{
  gst_ice_component_deliver (component, FLOW, route.remote,
      NET_BYTES (rtp, sizeof rtp));
  fail_unless_equals_uint64 (counters ().dropped_queue, 1);
}
GST_END_TEST;

GST_START_TEST (overflows_of_the_kernels_queue_are_counted_past_the_flow)
{
  guint8 big[1200] = { 0x80 };
  guint64 lost;
  guint i;

  gst_ice_component_start_receiving (component, MTU, 4096, FALSE, FALSE);
  for (i = 0; i < 100; i++)
    send_to_component (peer, big, sizeof big);
  lost = counters ().dropped_queue;
  fail_unless (lost > 0);
  gst_ice_component_remove_flow (component, FLOW);
  fail_unless_equals_uint64 (counters ().dropped_queue, lost);
}
GST_END_TEST;

static guint n_pushed;

static void
count_pushed (GstIceComponent *self, GstBufferList *list, gpointer user_data)
{
  fail_unless (self == component);
  fail_unless (user_data == &n_pushed);
  n_pushed += gst_buffer_list_length (list);
  gst_buffer_list_unref (list);
}

static void
reset_pushed (gpointer user_data)
{
  *(guint *) user_data = 0;
}

static void
remove_itself (GstIceComponent *self, GstBufferList *list, gpointer user_data)
{
  gst_ice_component_set_receiver (self, NULL, NULL, NULL);
  count_pushed (self, list, user_data);
}

GST_START_TEST (a_receiver_is_pushed_what_the_loop_reads)
{
  NetBytes payload = NET_BYTES (rtp, sizeof rtp);

  n_pushed = 0;
  gst_ice_component_set_receiver (component, count_pushed, &n_pushed,
      reset_pushed);
  gst_ice_component_deliver (component, FLOW, route.remote, payload);
  fail_unless_equals_int (n_pushed, 1);
  gst_ice_component_set_receiver (component, remove_itself, &n_pushed,
      reset_pushed);
  fail_unless_equals_int (n_pushed, 0);
  /* It lives until it returns. */
  gst_ice_component_deliver (component, FLOW, route.remote, payload);
  fail_unless_equals_int (n_pushed, 0);
  gst_ice_component_deliver (component, FLOW, route.remote, payload);
  fail_unless_equals_int (n_pushed, 0);
  fail_unless_equals_uint64 (counters ().packets_received, 2);
  fail_unless_equals_uint64 (counters ().dropped_queue, 1);
}
GST_END_TEST;

/* --- a streaming thread beside ------------------------------------------ */

typedef struct
{
  gint n_received; /* atomic */
  gint waiting;    /* atomic: about to wait */
  gint64 left_at;  /* the time when it was refused */
} Reader;

static gpointer
read_until_refused (gpointer data)
{
  Reader *reader = data;
  GstFlowReturn result;

  do {
    GstBufferList *list = NULL;

    g_atomic_int_set (&reader->waiting, TRUE);
    result = gst_ice_component_receive_list (component, -1, &list);
    if (list != NULL) {
      g_atomic_int_add (&reader->n_received,
          (gint) gst_buffer_list_length (list));
      gst_buffer_list_unref (list);
    }
  } while (result == GST_FLOW_OK);
  reader->left_at = g_get_monotonic_time ();
  fail_unless_equals_int (result, GST_FLOW_FLUSHING);
  return NULL;
}

static GThread *
start_reader (Reader *reader)
{
  GThread *thread = g_thread_new ("reader", read_until_refused, reader);

  while (!g_atomic_int_get (&reader->waiting))
    g_thread_yield ();
  return thread;
}

static void
wait_received (Reader *reader, gint n)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (g_atomic_int_get (&reader->n_received) < n) {
    fail_unless (g_get_monotonic_time () < end, "%d of %d",
        g_atomic_int_get (&reader->n_received), n);
    g_thread_yield ();
  }
}

GST_START_TEST (a_flush_ends_the_wait_within_ten_milliseconds)
{
  Reader reader = { 0 };
  GstBufferList *list = NULL;
  GThread *thread;
  gint64 before;

  start ();
  publish ();
  thread = start_reader (&reader);
  before = g_get_monotonic_time ();
  gst_ice_component_set_flushing (component, TRUE, TRUE);
  g_thread_join (thread);
  fail_unless (reader.left_at - before < 10 * 1000);
  fail_unless_equals_int (gst_ice_component_receive_list (component, -1, &list),
      GST_FLOW_FLUSHING);
  gst_ice_component_set_flushing (component, TRUE, FALSE);
  send_to_component (peer, rtp, sizeof rtp);
  g_ptr_array_unref (receive (1));
}
GST_END_TEST;

GST_START_TEST (stopping_sends_the_reader_home)
{
  Reader reader = { 0 };
  GThread *thread;

  start ();
  thread = start_reader (&reader);
  gst_ice_component_stop_receiving (component);
  g_thread_join (thread);
  fail_unless_equals_int (gst_ice_udp_media_fd (udp), -1);
}
GST_END_TEST;

GST_START_TEST (a_flow_that_is_added_while_the_reader_waits_is_heard)
{
  Reader reader = { 0 };
  GThread *thread;

  gst_ice_component_remove_flow (component, FLOW);
  start ();
  publish ();
  thread = start_reader (&reader);
  gst_ice_component_add_flow (component, FLOW, udp);
  fail_unless (gst_ice_udp_media_fd (udp) >= 0);
  send_to_component (peer, rtp, sizeof rtp);
  wait_received (&reader, 1);
  gst_ice_component_remove_flow (component, FLOW);
  gst_ice_component_set_flushing (component, TRUE, TRUE);
  g_thread_join (thread);
}
GST_END_TEST;

GST_START_TEST (new_flows_are_opened_as_the_reader_wants_them)
{
  GstIceUdpConfig config = { 0 };

  gst_ice_component_fill_udp_config (component, &config);
  fail_if (config.media);
  fail_unless_equals_int (config.dscp, -1);
  gst_ice_component_set_dscp (component, 46);
  gst_ice_component_start_receiving (component, MTU, 12345, TRUE, FALSE);
  gst_ice_component_fill_udp_config (component, &config);
  fail_unless (config.media);
  fail_unless (config.timestamps);
  fail_unless_equals_int (config.buffer_size, 12345);
  fail_unless_equals_int (config.dscp, 46);
}
GST_END_TEST;

/* --- all at once -------------------------------------------------------- */

#define ROUNDS 200

static gint hammering; /* atomic */

static gpointer
send_all_the_time (gpointer data)
{
  GstBufferList *list = list_of (8, 200);

  (void) data;
  while (g_atomic_int_get (&hammering)) {
    gst_ice_component_send_list (component, list, NULL);
    gst_ice_component_is_writable (component);
  }
  gst_buffer_list_unref (list);
  return NULL;
}

/* Two senders and a reader, while the agent publishes and flows come and go: for
 * the sanitizers, and none may be kept waiting by another for ever. */
GST_START_TEST (routes_change_under_senders_and_a_reader)
{
  Reader reader = { 0 };
  GThread *threads[3];
  guint i;

  start ();
  publish ();
  g_atomic_int_set (&hammering, TRUE);
  threads[0] = start_reader (&reader);
  threads[1] = g_thread_new ("sender", send_all_the_time, NULL);
  threads[2] = g_thread_new ("sender", send_all_the_time, NULL);
  for (i = 0; i < ROUNDS; i++) {
    GstIceUdp *passing = open_udp ();

    gst_ice_component_add_flow (component, 100 + i, passing);
    route.flow = i % 2 ? 100 + i : FLOW;
    publish ();
    send_to_component (peer, rtp, sizeof rtp);
    counters ();
    gst_ice_component_remove_flow (component, 100 + i);
    gst_ice_udp_unref (passing);
  }
  route.flow = FLOW;
  publish ();
  send_to_component (peer, rtp, sizeof rtp);
  wait_received (&reader, 1);
  g_atomic_int_set (&hammering, FALSE);
  gst_ice_component_stop_receiving (component);
  for (i = 0; i < 3; i++)
    g_thread_join (threads[i]);
}
GST_END_TEST;

static gint owner_is_slow;  /* atomic: inside the owner */
static gint owner_returned; /* atomic */

static void
slow_send_error (gpointer owner, guint32 flow, NetAddr to, int error)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 20;

  (void) owner;
  (void) flow;
  (void) to;
  (void) error;
  g_atomic_int_set (&owner_is_slow, TRUE);
  while (g_get_monotonic_time () < end)
    g_thread_yield ();
  g_atomic_int_set (&owner_returned, TRUE);
}

static gpointer
send_one (gpointer data)
{
  g_autoptr (GstBufferList) list = list_of (1, 100);

  gst_ice_component_send_list (data, list, NULL);
  return NULL;
}

GST_START_TEST (the_owner_leaves_after_its_last_call_has_returned)
{
  static const GstIceComponentOwner slow = { on_stun, slow_send_error };
  GstIceComponent *other = gst_ice_component_new (0, 1, &slow, &route);
  GThread *thread;

  gst_ice_component_add_flow (other, FLOW, udp);
  gst_ice_component_publish (other, &route);
  kernel_refuses_sends = EHOSTUNREACH;
  thread = g_thread_new ("sender", send_one, other);
  while (!g_atomic_int_get (&owner_is_slow))
    g_thread_yield ();
  gst_ice_component_disown (other);
  fail_unless (g_atomic_int_get (&owner_returned));
  g_thread_join (thread);
  gst_object_unref (other);
}
GST_END_TEST;

static Suite *
gsticecomponent_suite (void)
{
  Suite *suite = suite_create ("ice/gsticecomponent");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, set_up, tear_down);
  tcase_add_test (tcase, without_a_route_nothing_leaves_and_all_is_counted);
  tcase_add_test (tcase, with_a_route_a_list_leaves_and_is_counted);
  tcase_add_test (tcase, past_the_end_of_consent_nothing_leaves);
  tcase_add_test (tcase, the_way_to_the_kernel_is_one_call_and_no_allocation);
  tcase_add_test (tcase, a_hard_send_error_is_told_once_a_list);
  tcase_add_test (tcase, a_full_socket_is_a_counted_loss_and_no_error);
  tcase_add_test (tcase, nobody_is_told_after_the_owner_has_left);
  tcase_add_test (tcase, a_route_without_its_flow_is_not_writable);
  tcase_add_test (tcase, waiting_for_a_route_ends_with_one);
  tcase_add_test (tcase, waiting_for_a_route_ends_in_time_or_by_a_flush);
  tcase_add_test (tcase, media_comes_as_lists_with_sender_and_time);
  tcase_add_test (tcase, a_new_path_is_no_new_sender);
  tcase_add_test (tcase, metas_come_only_when_asked_for);
  tcase_add_test (tcase, strangers_are_dropped_and_counted);
  tcase_add_test (tcase, a_flood_of_strangers_does_not_put_off_the_timeout);
  tcase_add_test (tcase, what_is_longer_than_the_mtu_is_dropped_and_counted);
  tcase_add_test (tcase, a_stun_message_glued_behind_media_reaches_the_owner);
  tcase_add_test (tcase, an_icmp_error_on_the_media_socket_is_told);
  tcase_add_test (tcase, what_the_loop_delivers_is_read_like_the_rest);
  tcase_add_test (tcase, the_queue_is_bounded_and_drops_the_oldest);
  tcase_add_test (tcase, the_queue_is_bounded_in_bytes_too);
  tcase_add_test (tcase, payload_that_nobody_reads_is_counted);
  tcase_add_test (tcase,
      overflows_of_the_kernels_queue_are_counted_past_the_flow);
  tcase_add_test (tcase, a_receiver_is_pushed_what_the_loop_reads);
  tcase_add_test (tcase, a_flush_ends_the_wait_within_ten_milliseconds);
  tcase_add_test (tcase, stopping_sends_the_reader_home);
  tcase_add_test (tcase, a_flow_that_is_added_while_the_reader_waits_is_heard);
  tcase_add_test (tcase, new_flows_are_opened_as_the_reader_wants_them);
  tcase_add_test (tcase, routes_change_under_senders_and_a_reader);
  tcase_add_test (tcase, the_owner_leaves_after_its_last_call_has_returned);
  return suite;
}

GST_CHECK_MAIN (gsticecomponent);
