/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The packet path out: mapped memories become iovecs on the stack, a whole list
 * one sendmmsg. Nothing is allocated and nothing copied. The caller is a
 * streaming thread and is never kept waiting: what a full socket does not take
 * is dropped and counted. */

#define _GNU_SOURCE /* sendmmsg, recvmmsg */
#include "udp-private.h"

#include <errno.h>
#include <sys/socket.h>

#include "sockaddr.h"

/* Messages and memories in one system call. A buffer holds at most 16 memories
 * (gst_buffer_get_max_memory), so any buffer fits an empty batch. */
#define BATCH_MESSAGES 64
#define BATCH_MEMORIES 256

typedef struct
{
  GstIceUdp *udp;
  struct sockaddr_storage to;
  socklen_t to_len;
  guint n_msgs;
  guint n_iovs;
  GstIceSent sent;
  struct mmsghdr msgs[BATCH_MESSAGES];
  struct iovec iovs[BATCH_MEMORIES];
  GstMapInfo maps[BATCH_MEMORIES];
} Batch;

gboolean
gst_ice_udp_error_is_loss (int error)
{
  return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS ||
      error == ENOMEM || error == EINTR;
}

int
gst_ice_udp_send (GstIceUdp *udp, NetAddr to, NetBytes bytes)
{
  struct sockaddr_storage storage;
  socklen_t len = gst_ice_sockaddr_from_net (to, &storage);
  guint attempt;
  int error = 0;

  /* The first refusal may be the echo of an earlier datagram's ICMP error, and
   * so, rarely, the second. */
  for (attempt = 0; attempt < 3; attempt++) {
    if (sendto (udp->fd, bytes.data, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL,
            (struct sockaddr *) &storage, len) >= 0)
      return 0;
    error = errno;
    if (error != EINTR && gst_ice_udp_error_is_loss (error))
      return error;
  }
  return error;
}

static void
refuse (Batch *batch, guint n, int error)
{
  batch->sent.dropped += n;
  if (batch->sent.error == 0)
    batch->sent.error = error;
}

static void
count_sent (Batch *batch, guint first, guint n)
{
  guint i;

  batch->sent.packets += n;
  for (i = first; i < first + n; i++)
    batch->sent.bytes += batch->msgs[i].msg_len;
}

/* Too long, or an option the kernel dislikes in this one: the next may pass.
 * Anything else is about the destination or the socket. */
static gboolean
concerns_one_message (int error)
{
  return error == EMSGSIZE;
}

static void
transmit (Batch *batch)
{
  guint done = 0, attempt = 0;

  while (done < batch->n_msgs) {
    int n = sendmmsg (batch->udp->fd, batch->msgs + done, batch->n_msgs - done,
        MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n > 0) {
      count_sent (batch, done, (guint) n);
      done += (guint) n;
      attempt = 0;
    } else if (errno == EINTR ||
        (!gst_ice_udp_error_is_loss (errno) && attempt++ < 2)) {
      continue; /* perhaps an earlier datagram's ICMP error: see udp.c */
    } else if (concerns_one_message (errno)) {
      refuse (batch, 1, errno);
      done++;
      attempt = 0;
    } else {
      refuse (batch, batch->n_msgs - done, errno);
      return;
    }
  }
}

static void
flush (Batch *batch)
{
  guint i;

  transmit (batch);
  for (i = 0; i < batch->n_iovs; i++)
    gst_memory_unmap (batch->maps[i].memory, &batch->maps[i]);
  batch->n_msgs = batch->n_iovs = 0;
}

/* FALSE: one of the memories is not readable. */
static gboolean
map_memories (Batch *batch, GstBuffer *buffer, guint n)
{
  guint i, at = batch->n_iovs;

  for (i = 0; i < n; i++, at++) {
    GstMemory *memory = gst_buffer_peek_memory (buffer, i);

    if (!gst_memory_map (memory, &batch->maps[at], GST_MAP_READ))
      break;
    batch->iovs[at] =
        (struct iovec){ batch->maps[at].data, batch->maps[at].size };
  }
  if (i == n)
    return TRUE;
  while (i-- > 0)
    gst_memory_unmap (batch->maps[batch->n_iovs + i].memory,
        &batch->maps[batch->n_iovs + i]);
  return FALSE;
}

static void
append (Batch *batch, GstBuffer *buffer)
{
  guint n = gst_buffer_n_memory (buffer);

  if (batch->n_msgs == BATCH_MESSAGES || batch->n_iovs + n > BATCH_MEMORIES)
    flush (batch);
  if (!map_memories (batch, buffer, n)) {
    refuse (batch, 1, EFAULT);
    return;
  }
  batch->msgs[batch->n_msgs++].msg_hdr = (struct msghdr){
    .msg_name = &batch->to,
    .msg_namelen = batch->to_len,
    .msg_iov = &batch->iovs[batch->n_iovs],
    .msg_iovlen = n,
  };
  batch->n_iovs += n;
}

/* Not an initialiser: it would clear 40 KiB of arrays for each list. */
static void
begin (Batch *batch, GstIceUdp *udp, NetAddr to)
{
  batch->udp = udp;
  batch->to_len = gst_ice_sockaddr_from_net (to, &batch->to);
  batch->n_msgs = batch->n_iovs = 0;
  batch->sent = (GstIceSent){ 0 };
}

void
gst_ice_udp_send_list (GstIceUdp *udp, NetAddr to, GstBufferList *list,
    GstIceSent *out_sent)
{
  guint i, n = gst_buffer_list_length (list);
  Batch batch;

  begin (&batch, udp, to);
  for (i = 0; i < n; i++)
    append (&batch, gst_buffer_list_get (list, i));
  flush (&batch);
  *out_sent = batch.sent;
}

void
gst_ice_udp_send_buffer (GstIceUdp *udp, NetAddr to, GstBuffer *buffer,
    GstIceSent *out_sent)
{
  Batch batch;

  begin (&batch, udp, to);
  append (&batch, buffer);
  flush (&batch);
  *out_sent = batch.sent;
}
