/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A UDP flow's life, and the side of it that the event loop sees: STUN, without
 * a media socket everything, and the ICMP errors that the kernel keeps for us.
 *
 * Asking for ICMP errors (IP_RECVERR) has a price: the next call on the socket
 * fails with the error of an earlier datagram, whoever that went to. So no errno
 * of a first attempt is believed here; what is in the error queue names the
 * destination. */

#include "udp-private.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "sockaddr.h"

#define BUFFER_SIZE_MAX (4 * 1024 * 1024)
#define DATAGRAM_MAX 65536
/* A flood on one socket leaves the loop to the others after so many. */
#define DATAGRAMS_PER_TURN 32
#define ETHERNET_MTU 1500
#define UDP_HEADER 8
#define IPV4_HEADER 20
#define IPV6_HEADER 40

/* --- opening ------------------------------------------------------------ */

static void
set_int (int fd, int level, int option, int value)
{
  /* None of these is worth losing the socket for. */
  (void) setsockopt (fd, level, option, &value, sizeof value);
}

int
gst_ice_udp_socket (NetAddr local, gint buffer_size)
{
  gboolean v6 = local.family == NET_FAMILY_IPV6;
  int fd = socket (v6 ? AF_INET6 : AF_INET,
      SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);

  if (fd < 0)
    return -1;
  if (buffer_size <= 0)
    buffer_size = BUFFER_SIZE_MAX; /* the kernel cuts it to what it allows */
  set_int (fd, SOL_SOCKET, SO_RCVBUF, buffer_size);
  set_int (fd, SOL_SOCKET, SO_SNDBUF, buffer_size);
  if (v6) {
    set_int (fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    set_int (fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
  } else {
    set_int (fd, IPPROTO_IP, IP_RECVERR, 1);
  }
  return fd;
}

int
gst_ice_udp_bind (int fd, NetAddr local)
{
  struct sockaddr_storage storage;
  socklen_t len = gst_ice_sockaddr_from_net (local, &storage);

  return bind (fd, (struct sockaddr *) &storage, len) == 0 ? 0 : errno;
}

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-1]: bound to the address itself, never to the
 * wildcard. A range is walked once from a random start, so that a port says
 * nothing about the ones before it. */
static int
bind_in_range (int fd, const GstIceUdpConfig *config)
{
  guint count, start, i;
  int error = EADDRINUSE;

  if (config->port_min == 0 || config->port_max < config->port_min)
    return gst_ice_udp_bind (fd, config->local);
  count = config->port_max - config->port_min + 1u;
  start = (guint) g_random_int_range (0, (gint32) count);
  for (i = 0; i < count && error == EADDRINUSE; i++) {
    guint port = config->port_min + (start + i) % count;

    error = gst_ice_udp_bind (fd,
        net_addr_with_port (config->local, (guint16) port));
  }
  return error;
}

static NetAddr
local_addr (int fd)
{
  struct sockaddr_storage storage = { .ss_family = AF_UNSPEC };
  socklen_t len = sizeof storage;

  if (getsockname (fd, (struct sockaddr *) &storage, &len) < 0)
    return NET_ADDR_NONE;
  return gst_ice_sockaddr_to_net (&storage);
}

GstIceUdp *
gst_ice_udp_open (const GstIceUdpConfig *config, int *out_errno)
{
  int fd = gst_ice_udp_socket (config->local, config->buffer_size);
  int error = fd < 0 ? errno : bind_in_range (fd, config);
  GstIceUdp *udp;

  if (error != 0) {
    if (fd >= 0)
      close (fd);
    *out_errno = error;
    return NULL;
  }
  udp = g_new0 (GstIceUdp, 1);
  g_atomic_ref_count_init (&udp->ref_count);
  g_mutex_init (&udp->lock);
  udp->fd = fd;
  udp->media_fd = -1;
  udp->local = local_addr (fd);
  if (config->dscp >= 0)
    gst_ice_udp_set_dscp (udp, config->dscp);
  gst_ice_udp_prepare_sorting (udp, config);
  return udp;
}

GstIceUdp *
gst_ice_udp_ref (GstIceUdp *udp)
{
  g_atomic_ref_count_inc (&udp->ref_count);
  return udp;
}

void
gst_ice_udp_unref (GstIceUdp *udp)
{
  if (!g_atomic_ref_count_dec (&udp->ref_count))
    return;
  gst_ice_udp_detach (udp);
  if (udp->media_fd >= 0)
    close (udp->media_fd);
  close (udp->fd);
  g_mutex_clear (&udp->lock);
  g_free (udp);
}

NetAddr
gst_ice_udp_local (const GstIceUdp *udp)
{
  return udp->local;
}

/* RFC 8445 §7.2.3, §7.3 and RFC 7675 §6 [ICE-7.2.3-1] [ICE-7.3-6] [CF-6-1]: one
 * socket sends checks, answers, consent and media, so one marking covers all. */
void
gst_ice_udp_set_dscp (GstIceUdp *udp, gint dscp)
{
  int tos = dscp < 0 ? 0 : (dscp & 0x3f) << 2;

  if (udp->local.family == NET_FAMILY_IPV6)
    set_int (udp->fd, IPPROTO_IPV6, IPV6_TCLASS, tos);
  else
    set_int (udp->fd, IPPROTO_IP, IP_TOS, tos);
}

/* --- the loop's side ---------------------------------------------------- */

/* The destination was too big a step for one packet, not for the path. */
static gboolean
tells_path_failed (const struct sock_extended_err *report)
{
  return report->ee_errno != 0 && report->ee_errno != EMSGSIZE &&
      (report->ee_origin == SO_EE_ORIGIN_ICMP ||
          report->ee_origin == SO_EE_ORIGIN_ICMP6);
}

static const struct sock_extended_err *
find_report (struct msghdr *msg)
{
  struct cmsghdr *cmsg;

  for (cmsg = CMSG_FIRSTHDR (msg); cmsg != NULL;
       cmsg = CMSG_NXTHDR (msg, cmsg)) {
    if ((cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_RECVERR) ||
        (cmsg->cmsg_level == IPPROTO_IPV6 && cmsg->cmsg_type == IPV6_RECVERR))
      return (const struct sock_extended_err *) CMSG_DATA (cmsg);
  }
  return NULL;
}

/* RFC 8445 §7.2.5.2.2 [ICE-7.2.5.2.2-1]: the kernel has matched the quoted
 * header to this socket's own address and port; to whom the datagram went is
 * passed on, for the session to compare with what it sent. */
static void
drain_errors (GstIceUdp *udp, int fd,
    void (*func) (GstIceUdp *, NetAddr, int, gpointer), gpointer user_data)
{
  for (;;) {
    guint8 control[256] __attribute__ ((aligned (8)));
    struct sockaddr_storage to = { .ss_family = AF_UNSPEC };
    struct msghdr msg = {
      .msg_name = &to,
      .msg_namelen = sizeof to,
      .msg_control = control,
      .msg_controllen = sizeof control,
    };
    const struct sock_extended_err *report;

    if (recvmsg (fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
      if (errno == EINTR)
        continue;
      return;
    }
    report = find_report (&msg);
    if (report != NULL && tells_path_failed (report))
      func (udp, gst_ice_sockaddr_to_net (&to), (int) report->ee_errno,
          user_data);
  }
}

static void
handle_error (GstIceUdp *udp, NetAddr to, int error, gpointer user_data)
{
  if (g_atomic_int_get (&udp->attached))
    udp->handler.icmp_error (udp, to, error, user_data);
}

static void
receive (GstIceUdp *udp)
{
  guint8 datagram[DATAGRAM_MAX];
  guint i;

  for (i = 0; i < DATAGRAMS_PER_TURN; i++) {
    struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
    socklen_t from_len = sizeof from;
    gssize len = recvfrom (udp->fd, datagram, sizeof datagram, MSG_DONTWAIT,
        (struct sockaddr *) &from, &from_len);

    if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return;
    /* Any other error belongs to something sent before: read on. */
    if (len < 0)
      continue;
    if (!g_atomic_int_get (&udp->attached))
      return;
    udp->handler.datagram (udp, gst_ice_sockaddr_to_net (&from),
        NET_BYTES (datagram, (size_t) len), udp->user_data);
  }
}

/* The handler may let go of the flow. */
static void
on_ready (guint32 events, gpointer user_data)
{
  GstIceUdp *udp = gst_ice_udp_ref (user_data);

  if (events & EPOLLERR)
    drain_errors (udp, udp->fd, handle_error, udp->user_data);
  if (events & EPOLLIN)
    receive (udp);
  gst_ice_udp_unref (udp);
}

static void
on_media_error (guint32 events, gpointer user_data)
{
  GstIceUdp *udp = gst_ice_udp_ref (user_data);
  int fd = g_atomic_int_get (&udp->media_fd);

  (void) events;
  if (fd >= 0)
    drain_errors (udp, fd, handle_error, udp->user_data);
  gst_ice_udp_unref (udp);
}

/* Which of the two sockets gets an ICMP error is up to a hash in the kernel.
 * EPOLLERR is always reported; nothing else is asked for. */
void
gst_ice_udp_watch_media (GstIceUdp *udp)
{
  int fd = g_atomic_int_get (&udp->media_fd);

  if (udp->loop != NULL && udp->media_watch == NULL && fd >= 0)
    udp->media_watch =
        gst_ice_loop_watch (udp->loop, fd, 0, on_media_error, udp);
}

void
gst_ice_udp_drain_media_errors (GstIceUdp *udp,
    void (*func) (GstIceUdp *udp, NetAddr to, int error, gpointer user_data),
    gpointer user_data)
{
  int fd = g_atomic_int_get (&udp->media_fd);

  if (fd >= 0)
    drain_errors (udp, fd, func, user_data);
}

void
gst_ice_udp_attach (GstIceUdp *udp, GstIceLoop *loop,
    const GstIceUdpHandler *handler, gpointer user_data)
{
  g_mutex_lock (&udp->lock);
  udp->loop = gst_ice_loop_ref (loop);
  udp->handler = *handler;
  udp->user_data = user_data;
  g_atomic_int_set (&udp->attached, TRUE);
  udp->watch = gst_ice_loop_watch (loop, udp->fd, EPOLLIN, on_ready, udp);
  gst_ice_udp_watch_media (udp);
  g_mutex_unlock (&udp->lock);
}

void
gst_ice_udp_detach (GstIceUdp *udp)
{
  GstIceWatch *watch, *media_watch;
  GstIceLoop *loop;

  g_mutex_lock (&udp->lock);
  g_atomic_int_set (&udp->attached, FALSE);
  watch = g_steal_pointer (&udp->watch);
  media_watch = g_steal_pointer (&udp->media_watch);
  loop = g_steal_pointer (&udp->loop);
  g_mutex_unlock (&udp->lock);
  if (watch != NULL)
    gst_ice_watch_remove (watch);
  if (media_watch != NULL)
    gst_ice_watch_remove (media_watch);
  if (loop != NULL)
    gst_ice_loop_release (loop);
}

/* --- questions ---------------------------------------------------------- */

static guint
overflows (int fd)
{
  guint32 info[SK_MEMINFO_VARS] = { 0 };
  socklen_t len = sizeof info;

  if (fd < 0 || getsockopt (fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0)
    return 0;
  return info[SK_MEMINFO_DROPS];
}

guint
gst_ice_udp_overflows (const GstIceUdp *udp)
{
  return overflows (udp->fd) + overflows (g_atomic_int_get (&udp->media_fd));
}

/* The kernel tells the MTU of connected sockets only, so one is connected for
 * the question. */
guint
gst_ice_udp_path_mtu (const GstIceUdp *udp, NetAddr to)
{
  gboolean v6 = udp->local.family == NET_FAMILY_IPV6;
  guint headers = UDP_HEADER + (v6 ? IPV6_HEADER : IPV4_HEADER);
  int fd = gst_ice_udp_socket (udp->local, 0);
  struct sockaddr_storage storage;
  socklen_t len = gst_ice_sockaddr_from_net (to, &storage);
  int mtu = ETHERNET_MTU;
  socklen_t mtu_len = sizeof mtu;

  if (fd < 0)
    return ETHERNET_MTU - headers;
  if (gst_ice_udp_bind (fd, net_addr_with_port (udp->local, 0)) == 0 &&
      connect (fd, (struct sockaddr *) &storage, len) == 0)
    (void) getsockopt (fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
        v6 ? IPV6_MTU : IP_MTU, &mtu, &mtu_len);
  close (fd);
  return (guint) mtu > headers ? (guint) mtu - headers : 0;
}
