/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a packet costs between GStreamer and the kernel: the component's send_list
 * and receive_list beside the plainest programs that do the same with one system
 * call a packet (sendto, recvfrom: what udpsink and udpsrc come down to) and with
 * one a batch into memory that is already there (sendmmsg, recvmmsg: the floor).
 * All in one process over loopback, in turns, so that a change in the machine's
 * mood meets all alike; medians of CPU time of this thread. */

#define _GNU_SOURCE
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gst/ice/gsticecomponent-private.h"
#include "gst/ice/sockaddr.h"

#define FLOW 1
#define SIZE 1200
#define BATCH_MAX 64
#define ROUNDS 41
#define BATCHES_PER_ROUND 200

typedef struct
{
  GstIceComponent *component;
  GstIceUdp *udp;  /* the component's */
  GstIceUdp *peer; /* with a media socket: what is sent ends there */
  struct sockaddr_storage to_peer;
  socklen_t to_len;
  int plain; /* an ordinary socket that plays the other programs */
  guint batch;
  GstBufferList *list;
  struct mmsghdr msgs[BATCH_MAX];
  struct iovec iovs[BATCH_MAX];
  guint8 memory[BATCH_MAX][SIZE];
} Bench;

typedef void (*Step) (Bench *bench);

typedef struct
{
  const char *name;
  Step step;
  gdouble rounds[ROUNDS];
} Way;

static guint64
cpu_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (guint64) now.tv_sec * GST_SECOND + (guint64) now.tv_nsec;
}

static void
fail (const char *what)
{
  fprintf (stderr, "%s\n", what);
  exit (1);
}

/* --- the ways to send --------------------------------------------------- */

static void
send_each (Bench *bench)
{
  guint i;

  for (i = 0; i < bench->batch; i++)
    if (sendto (bench->plain, bench->memory[i], SIZE, 0,
            (struct sockaddr *) &bench->to_peer, bench->to_len) != SIZE)
      fail ("sendto");
}

static void
send_batch (Bench *bench)
{
  guint i;

  for (i = 0; i < bench->batch; i++) {
    bench->iovs[i] = (struct iovec){ bench->memory[i], SIZE };
    bench->msgs[i].msg_hdr = (struct msghdr){ .msg_name = &bench->to_peer,
      .msg_namelen = bench->to_len,
      .msg_iov = &bench->iovs[i],
      .msg_iovlen = 1 };
  }
  if (sendmmsg (bench->plain, bench->msgs, bench->batch, 0) !=
      (int) bench->batch)
    fail ("sendmmsg");
}

static void
send_list (Bench *bench)
{
  guint dropped;

  if (!gst_ice_component_send_list (bench->component, bench->list, &dropped) ||
      dropped > 0)
    fail ("send_list");
}

static void
send_buffers (Bench *bench)
{
  guint i, dropped;

  for (i = 0; i < bench->batch; i++)
    if (!gst_ice_component_send_buffer (bench->component,
            gst_buffer_list_get (bench->list, i), &dropped))
      fail ("send_buffer");
}

/* --- the ways to receive ------------------------------------------------ */

static void
receive_each (Bench *bench)
{
  guint i;

  for (i = 0; i < bench->batch; i++) {
    struct sockaddr_storage from;
    socklen_t len = sizeof from;

    if (recvfrom (bench->plain, bench->memory[i], SIZE, MSG_DONTWAIT,
            (struct sockaddr *) &from, &len) != SIZE)
      fail ("recvfrom");
  }
}

/* As a source element must: a buffer for each, the address of each. */
static void
receive_buffers (Bench *bench)
{
  GstBufferList *list = gst_buffer_list_new_sized (bench->batch);
  guint i;

  for (i = 0; i < bench->batch; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, SIZE, NULL);
    struct sockaddr_storage from;
    socklen_t len = sizeof from;
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    if (recvfrom (bench->plain, map.data, map.size, MSG_DONTWAIT,
            (struct sockaddr *) &from, &len) != SIZE)
      fail ("recvfrom");
    gst_buffer_unmap (buffer, &map);
    gst_buffer_list_add (list, buffer);
  }
  gst_buffer_list_unref (list);
}

static void
receive_batch (Bench *bench)
{
  struct sockaddr_storage from[BATCH_MAX];
  guint i;

  for (i = 0; i < bench->batch; i++) {
    bench->iovs[i] = (struct iovec){ bench->memory[i], SIZE };
    bench->msgs[i].msg_hdr = (struct msghdr){ .msg_name = &from[i],
      .msg_namelen = sizeof from[i],
      .msg_iov = &bench->iovs[i],
      .msg_iovlen = 1 };
  }
  if (recvmmsg (bench->plain, bench->msgs, bench->batch, MSG_DONTWAIT, NULL) !=
      (int) bench->batch)
    fail ("recvmmsg");
}

static void
receive_list (Bench *bench)
{
  guint left = bench->batch;

  while (left > 0) {
    GstBufferList *list = NULL;

    if (gst_ice_component_receive_list (bench->component, G_USEC_PER_SEC,
            &list) != GST_FLOW_OK)
      fail ("receive_list");
    left -= gst_buffer_list_length (list);
    gst_buffer_list_unref (list);
  }
}

/* --- rounds ------------------------------------------------------------- */

/* Reads away what a send has left at the peer; not measured. */
static void
drain_peer (Bench *bench)
{
  GstMapInfo maps[BATCH_MAX];
  GstIceReceived received[BATCH_MAX];
  guint i;

  for (i = 0; i < BATCH_MAX; i++) {
    maps[i].data = bench->memory[i];
    maps[i].size = SIZE;
  }
  while (gst_ice_udp_receive_media (bench->peer, maps, received, BATCH_MAX) > 0)
    continue;
  for (i = 0; i < BATCH_MAX; i++)
    bench->memory[i][0] = 0x80;
}

/* Lays a batch before the reader; not measured. */
static void
fill_component (Bench *bench)
{
  guint i;

  for (i = 0; i < bench->batch; i++)
    gst_ice_udp_send (bench->peer, gst_ice_udp_local (bench->udp),
        NET_BYTES (bench->memory[i], SIZE));
}

static void
fill_plain (Bench *bench)
{
  struct sockaddr_storage to;
  socklen_t len = sizeof to;
  guint i;

  if (getsockname (bench->plain, (struct sockaddr *) &to, &len) < 0)
    fail ("getsockname");
  for (i = 0; i < bench->batch; i++)
    gst_ice_udp_send (bench->peer, gst_ice_sockaddr_to_net (&to),
        NET_BYTES (bench->memory[i], SIZE));
}

/* Nanoseconds of CPU a packet. */
static gdouble
run_round (Bench *bench, Step before, Step measured, Step after)
{
  guint64 spent = 0;
  guint i;

  for (i = 0; i < BATCHES_PER_ROUND; i++) {
    guint64 start;

    if (before != NULL)
      before (bench);
    start = cpu_now ();
    measured (bench);
    spent += cpu_now () - start;
    if (after != NULL)
      after (bench);
  }
  return (gdouble) spent / (BATCHES_PER_ROUND * bench->batch);
}

static int
compare (const void *a, const void *b)
{
  gdouble left = *(const gdouble *) a, right = *(const gdouble *) b;

  return left < right ? -1 : left > right;
}

static gdouble
median (Way *way)
{
  qsort (way->rounds, ROUNDS, sizeof way->rounds[0], compare);
  return way->rounds[ROUNDS / 2];
}

static void
print_ways (const Bench *bench, const char *what, Way *ways, guint n)
{
  gdouble first = median (&ways[0]);
  guint i;

  printf ("%s, lists of %u, %u bytes\n", what, bench->batch, SIZE);
  for (i = 0; i < n; i++) {
    gdouble ns = median (&ways[i]);

    printf ("  %-38s %7.0f ns/packet  %5.2f\n", ways[i].name, ns, ns / first);
  }
}

static void
bench_sending (Bench *bench)
{
  Way ways[] = {
    { .name = "sendto", .step = send_each },
    { .name = "sendmmsg", .step = send_batch },
    { .name = "gst_ice_component_send_list", .step = send_list },
    { .name = "gst_ice_component_send_buffer", .step = send_buffers },
  };
  guint round, i;

  for (round = 0; round < ROUNDS; round++)
    for (i = 0; i < G_N_ELEMENTS (ways); i++)
      ways[i].rounds[round] = run_round (bench, NULL, ways[i].step, drain_peer);
  print_ways (bench, "sending", ways, G_N_ELEMENTS (ways));
}

static void
bench_receiving (Bench *bench)
{
  Way ways[] = {
    { .name = "recvfrom", .step = receive_each },
    { .name = "recvfrom into new GstBuffers", .step = receive_buffers },
    { .name = "recvmmsg", .step = receive_batch },
    { .name = "gst_ice_component_receive_list", .step = receive_list },
  };
  guint round, i;

  for (round = 0; round < ROUNDS; round++)
    for (i = 0; i < G_N_ELEMENTS (ways); i++)
      ways[i].rounds[round] = run_round (bench,
          ways[i].step == receive_list ? fill_component : fill_plain,
          ways[i].step, NULL);
  print_ways (bench, "receiving", ways, G_N_ELEMENTS (ways));
}

/* --- the scene ---------------------------------------------------------- */

static GstIceUdp *
open_udp (gboolean media)
{
  GstIceUdpConfig config = { .dscp = -1, .media = media };
  int error = 0;
  GstIceUdp *udp;

  net_addr_parse ("127.0.0.1", &config.local);
  udp = gst_ice_udp_open (&config, &error);
  if (udp == NULL || (media && gst_ice_udp_media_fd (udp) < 0))
    fail ("no sockets for the bench");
  return udp;
}

static int
open_plain (void)
{
  struct sockaddr_storage name;
  NetAddr local;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int size = 4 * 1024 * 1024;
  socklen_t len;

  net_addr_parse ("127.0.0.1", &local);
  len = gst_ice_sockaddr_from_net (local, &name);
  if (fd < 0 || bind (fd, (struct sockaddr *) &name, len) < 0)
    fail ("no socket for the bench");
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  return fd;
}

static void
set_up (Bench *bench)
{
  static const GstIceComponentOwner nobody;
  IceRoute route = { .usable = TRUE, .flow = FLOW, .n_sources = 1 };

  bench->component = gst_ice_component_new (0, 1, &nobody, NULL);
  bench->udp = open_udp (TRUE);
  bench->peer = open_udp (TRUE);
  bench->plain = open_plain ();
  gst_ice_component_start_receiving (bench->component, SIZE, 0, FALSE, TRUE);
  gst_ice_component_add_flow (bench->component, FLOW, bench->udp);
  route.remote = gst_ice_udp_local (bench->peer);
  route.local = gst_ice_udp_local (bench->udp);
  route.consent_until = NET_NEVER;
  route.sources[0] = (IceSource){ FLOW, route.remote };
  gst_ice_component_publish (bench->component, &route);
  bench->to_len = gst_ice_sockaddr_from_net (route.remote, &bench->to_peer);
}

static void
set_batch (Bench *bench, guint batch)
{
  guint i;

  g_clear_pointer (&bench->list, gst_buffer_list_unref);
  bench->batch = batch;
  bench->list = gst_buffer_list_new_sized (batch);
  for (i = 0; i < batch; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, SIZE, NULL);

    gst_buffer_memset (buffer, 0, 0x80, SIZE);
    gst_buffer_list_add (bench->list, buffer);
    memset (bench->memory[i], 0x80, SIZE);
  }
}

static void
tear_down (Bench *bench)
{
  gst_buffer_list_unref (bench->list);
  gst_ice_component_disown (bench->component);
  gst_object_unref (bench->component);
  gst_ice_udp_unref (bench->udp);
  gst_ice_udp_unref (bench->peer);
  close (bench->plain);
  g_free (bench);
}

int
main (int argc, char **argv)
{
  static const guint batches[] = { 1, 16, 32 };
  Bench *bench = g_new0 (Bench, 1);
  guint i;

  gst_init (&argc, &argv);
  set_up (bench);
  for (i = 0; i < G_N_ELEMENTS (batches); i++) {
    set_batch (bench, batches[i]);
    bench_sending (bench);
    bench_receiving (bench);
  }
  tear_down (bench);
  return 0;
}
