/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sorting datagrams that share one socket (RFC 7983). The look goes only as far
 * as telling the protocols apart takes; whether the STUN message is a good one
 * is decided in stun/msg. */

#include "demux.h"

#define STUN_HEADER 20
#define STUN_COOKIE 0x2112a442u
#define CHANNEL_FIRST 0x40
#define CHANNEL_LAST 0x4f

/* RFC 8489 §5 [STUN-5-1]: the three marks that no other protocol carries all
 * at once, so that payload of any format may start with any byte. */
static bool
is_stun (NetBytes datagram)
{
  size_t total = datagram.len;
  uint16_t type, len;
  uint32_t cookie;

  if (total < STUN_HEADER || !net_bytes_get_u16 (&datagram, &type) ||
      !net_bytes_get_u16 (&datagram, &len) ||
      !net_bytes_get_u32 (&datagram, &cookie))
    return false;
  return (type & 0xc000) == 0 && cookie == STUN_COOKIE && len % 4 == 0 &&
      total == STUN_HEADER + (size_t) len;
}

/* RFC 8656 §12.4: over UDP there may be padding, so the datagram may be longer
 * than the length field says, but never shorter. */
static bool
is_channel_data (NetBytes datagram)
{
  uint16_t number, len;

  if (!net_bytes_get_u16 (&datagram, &number) ||
      !net_bytes_get_u16 (&datagram, &len))
    return false;
  return number >> 8 >= CHANNEL_FIRST && number >> 8 <= CHANNEL_LAST &&
      len <= datagram.len;
}

/* RFC 7983 §7 [MUX-7983-1] [MUX-9443-1]: between peers the first byte alone
 * decides nothing but STUN; DTLS, RTP and QUIC are all payload here. */
NetDemux
net_demux_peer (NetBytes datagram)
{
  if (datagram.len == 0)
    return NET_DEMUX_DROP;
  return is_stun (datagram) ? NET_DEMUX_STUN : NET_DEMUX_PAYLOAD;
}

/* RFC 7983 §7 [MUX-7983-3]: 64..79 is a channel only when a TURN server sent
 * it, and from there nothing else but STUN exists. */
NetDemux
net_demux_server (NetBytes datagram)
{
  if (is_stun (datagram))
    return NET_DEMUX_STUN;
  return is_channel_data (datagram) ? NET_DEMUX_CHANNEL : NET_DEMUX_DROP;
}
