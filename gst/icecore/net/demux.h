/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a datagram is, by its first bytes (RFC 7983, as narrowed by this
 * project: between peers anything that is not STUN by type bits, length and
 * magic cookie is payload, so that MPEG-TS, KLV or raw bytes pass too). */

#include "bytes.h"

typedef enum
{
  NET_DEMUX_PAYLOAD,
  NET_DEMUX_STUN,
  NET_DEMUX_CHANNEL, /* ChannelData; only from a TURN server */
  NET_DEMUX_DROP,    /* what a TURN server must not send; and empty input */
} NetDemux;

/* From a peer: STUN or payload. A datagram of 20 bytes or more, first two bits
 * 00, magic cookie in place and a length field that is a multiple of four and
 * matches the datagram is STUN. Empty input is NET_DEMUX_DROP. */
NetDemux net_demux_peer (NetBytes datagram);

/* From a TURN server's address: STUN or ChannelData, everything else drops
 * (RFC 7983 §7, RFC 8656 §12.6). */
NetDemux net_demux_server (NetBytes datagram);
