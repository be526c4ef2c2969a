/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* NetAddr to and from the kernel's and GIO's address types. */

#include <gio/gio.h>
#include <sys/socket.h>

#include "../icecore/net/addr.h"

/* Returns the length of the filled address. */
socklen_t
gst_ice_sockaddr_from_net (NetAddr addr, struct sockaddr_storage *out_sockaddr);
/* IPv4-mapped is unmapped; NET_ADDR_NONE for other families. */
NetAddr gst_ice_sockaddr_to_net (const struct sockaddr_storage *sockaddr);
GSocketAddress *gst_ice_sockaddr_to_gio (NetAddr addr); /* transfer full */
