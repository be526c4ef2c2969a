/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place where our addresses meet the kernel's and GIO's. */

#include "sockaddr.h"

#include <netinet/in.h>
#include <string.h>

socklen_t
gst_ice_sockaddr_from_net (NetAddr addr, struct sockaddr_storage *out_sockaddr)
{
  if (addr.family == NET_FAMILY_IPV4) {
    struct sockaddr_in *v4 = (struct sockaddr_in *) out_sockaddr;

    *v4 = (struct sockaddr_in){
      .sin_family = AF_INET,
      .sin_port = g_htons (addr.port),
    };
    memcpy (&v4->sin_addr, addr.ip, sizeof v4->sin_addr);
    return sizeof *v4;
  }
  if (addr.family == NET_FAMILY_IPV6) {
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) out_sockaddr;

    *v6 = (struct sockaddr_in6){
      .sin6_family = AF_INET6,
      .sin6_port = g_htons (addr.port),
      .sin6_scope_id = addr.scope,
    };
    memcpy (&v6->sin6_addr, addr.ip, sizeof v6->sin6_addr);
    return sizeof *v6;
  }
  *out_sockaddr = (struct sockaddr_storage){ .ss_family = AF_UNSPEC };
  return sizeof (sa_family_t);
}

NetAddr
gst_ice_sockaddr_to_net (const struct sockaddr_storage *sockaddr)
{
  NetAddr addr = NET_ADDR_NONE;

  if (sockaddr->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *) sockaddr;

    addr.family = NET_FAMILY_IPV4;
    addr.port = g_ntohs (v4->sin_port);
    memcpy (addr.ip, &v4->sin_addr, sizeof v4->sin_addr);
    return addr;
  }
  if (sockaddr->ss_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) sockaddr;

    addr.family = NET_FAMILY_IPV6;
    addr.port = g_ntohs (v6->sin6_port);
    memcpy (addr.ip, &v6->sin6_addr, sizeof v6->sin6_addr);
    /* A scope means something for link-local addresses only; GIO's resolver
     * and some kernels fill it in for others too. */
    if (net_addr_is_link_local (addr))
      addr.scope = v6->sin6_scope_id;
    /* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-6]: never mapped, whatever the socket */
    return net_addr_unmap (addr);
  }
  return addr;
}

GSocketAddress *
gst_ice_sockaddr_to_gio (NetAddr addr)
{
  struct sockaddr_storage storage;
  socklen_t len = gst_ice_sockaddr_from_net (addr, &storage);

  return g_socket_address_new_from_native (&storage, len);
}
