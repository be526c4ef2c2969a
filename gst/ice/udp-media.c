/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Received media: a second socket on the flow's own port, into which the kernel
 * sorts all that is not STUN, so that checks and consent are answered whatever
 * the streaming thread does, and media reaches that thread without another one
 * between. (SO_REUSEPORT group of two, classic BPF program over the payload.)
 *
 * The group is made, and the program put in place, right after the first bind,
 * with a socket that is thrown away again unless media is wanted at once: a group
 * of one delivers all to the first socket. When the media socket joins later,
 * under traffic, there is not one datagram that is not sorted. SO_REUSEPORT is
 * set after the first bind, so that the port was ours alone when we got it. */

#define _GNU_SOURCE /* sendmmsg, recvmmsg */
#include "udp-private.h"

#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sockaddr.h"

#define BATCH_MAX 64
#define STUN_HEADER 20
#define STUN_COOKIE 0x2112a442
#define LOOP_SOCKET 0
#define MEDIA_SOCKET 1

/* RFC 7983 §7 [MUX-7983-1], as far as it decides the reader; what it lets
 * through to the loop is looked at again there. */
static gboolean
attach_program (int fd)
{
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_LEN, 0),
    BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, STUN_HEADER, 0, 5),
    BPF_STMT (BPF_LD | BPF_B | BPF_ABS, 0),
    BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, 0xc0, 3, 0),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, 4),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, STUN_COOKIE, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, LOOP_SOCKET),
    BPF_STMT (BPF_RET | BPF_K, MEDIA_SOCKET),
  };
  struct sock_fprog program = { G_N_ELEMENTS (code), code };

  return setsockopt (fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
             sizeof program) == 0;
}

static gboolean
share_port (int fd)
{
  const int one = 1;

  return setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) == 0;
}

/* -1: the kernel refused. */
static int
join (GstIceUdp *udp, gint buffer_size)
{
  int fd = gst_ice_udp_socket (udp->local, buffer_size);

  if (fd < 0)
    return -1;
  if (share_port (fd) && gst_ice_udp_bind (fd, udp->local) == 0)
    return fd;
  close (fd);
  return -1;
}

static void
adopt_media (GstIceUdp *udp, int fd, gboolean timestamps)
{
  const int one = 1;

  udp->timestamps = timestamps &&
      setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) == 0;
  g_atomic_int_set (&udp->media_fd, fd);
  gst_ice_udp_watch_media (udp);
}

void
gst_ice_udp_prepare_sorting (GstIceUdp *udp, const GstIceUdpConfig *config)
{
  int fd = share_port (udp->fd) ? join (udp, config->buffer_size) : -1;

  if (fd < 0)
    return;
  udp->sorting = attach_program (udp->fd);
  if (udp->sorting && config->media)
    adopt_media (udp, fd, config->timestamps);
  else
    close (fd);
}

gboolean
gst_ice_udp_open_media (GstIceUdp *udp, gint buffer_size, gboolean timestamps)
{
  int fd;

  g_mutex_lock (&udp->lock);
  if (udp->sorting && g_atomic_int_get (&udp->media_fd) < 0) {
    fd = join (udp, buffer_size);
    if (fd >= 0)
      adopt_media (udp, fd, timestamps);
  }
  fd = g_atomic_int_get (&udp->media_fd);
  g_mutex_unlock (&udp->lock);
  return fd >= 0;
}

void
gst_ice_udp_close_media (GstIceUdp *udp)
{
  GstIceWatch *watch;
  int fd;

  g_mutex_lock (&udp->lock);
  fd = g_atomic_int_get (&udp->media_fd);
  g_atomic_int_set (&udp->media_fd, -1);
  watch = g_steal_pointer (&udp->media_watch);
  g_mutex_unlock (&udp->lock);
  if (watch != NULL)
    gst_ice_watch_remove (watch);
  if (fd >= 0)
    close (fd);
}

int
gst_ice_udp_media_fd (const GstIceUdp *udp)
{
  return g_atomic_int_get (&udp->media_fd);
}

static guint64
realtime_of (struct msghdr *msg)
{
  struct cmsghdr *cmsg;
  struct timespec at;

  for (cmsg = CMSG_FIRSTHDR (msg); cmsg != NULL;
       cmsg = CMSG_NXTHDR (msg, cmsg)) {
    if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SO_TIMESTAMPNS)
      continue;
    memcpy (&at, CMSG_DATA (cmsg), sizeof at);
    return (guint64) at.tv_sec * GST_SECOND + (guint64) at.tv_nsec;
  }
  return 0;
}

/* A pending ICMP error takes the place of the datagrams once: ask again. */
static int
receive_some (int fd, struct mmsghdr *msgs, guint n)
{
  guint attempt;

  for (attempt = 0; attempt < 4; attempt++) {
    int received = recvmmsg (fd, msgs, n, MSG_DONTWAIT, NULL);

    if (received >= 0)
      return received;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return 0;
  }
  return -1;
}

int
gst_ice_udp_receive_media (GstIceUdp *udp, GstMapInfo *maps,
    GstIceReceived *out_received, guint max)
{
  struct mmsghdr msgs[BATCH_MAX];
  struct iovec iovs[BATCH_MAX];
  struct sockaddr_storage names[BATCH_MAX];
  guint8 controls[BATCH_MAX][64] __attribute__ ((aligned (8)));
  int i, n;

  max = MIN (max, BATCH_MAX);
  for (i = 0; i < (int) max; i++) {
    iovs[i] = (struct iovec){ maps[i].data, maps[i].size };
    msgs[i].msg_hdr = (struct msghdr){
      .msg_name = &names[i],
      .msg_namelen = sizeof names[i],
      .msg_iov = &iovs[i],
      .msg_iovlen = 1,
      .msg_control = udp->timestamps ? controls[i] : NULL,
      .msg_controllen = udp->timestamps ? sizeof controls[i] : 0,
    };
  }
  n = receive_some (g_atomic_int_get (&udp->media_fd), msgs, max);
  for (i = 0; i < n; i++) {
    out_received[i] = (GstIceReceived){
      .len = msgs[i].msg_len,
      .truncated = (msgs[i].msg_hdr.msg_flags & MSG_TRUNC) != 0,
      .from = gst_ice_sockaddr_to_net (&names[i]),
      .realtime = udp->timestamps ? realtime_of (&msgs[i].msg_hdr) : 0,
    };
  }
  return n;
}
