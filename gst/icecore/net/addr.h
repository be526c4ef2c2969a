/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A transport address as a plain value: compared, copied and hashed freely. The
 * numbers of the families are those of STUN's address attributes (RFC 8489
 * §14.1). IPv4-mapped IPv6 never lives in a NetAddr that came from
 * net_addr_unmap; every address from a socket passes through it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
  NET_FAMILY_NONE = 0,
  NET_FAMILY_IPV4 = 1,
  NET_FAMILY_IPV6 = 2,
} NetFamily;

typedef struct
{
  uint8_t family; /* NetFamily */
  uint8_t reserved;
  uint16_t port;  /* host byte order */
  uint32_t scope; /* IPv6 link-local: the interface's index; else 0 */
  uint8_t ip[16]; /* network byte order; IPv4 in the first four, rest 0 */
} NetAddr;

/* Longest text of net_addr_format, with its NUL: "[v6%4294967295]:65535". */
#define NET_ADDR_TEXT_MAX 64

#define NET_ADDR_NONE ((NetAddr){ 0 })

/* An IP literal without port, brackets or zone ("192.0.2.1", "2001:db8::1"; an
 * IPv6 zone index in digits, "fe80::1%3", is taken too). The port is 0. */
bool net_addr_parse (const char *text, NetAddr *out_addr);
NetAddr net_addr_any (NetFamily family);
NetAddr net_addr_with_port (NetAddr addr, uint16_t port);
/* ::ffff:a.b.c.d becomes a.b.c.d; anything else is returned as it is. */
NetAddr net_addr_unmap (NetAddr addr);

/* IP only, without port, brackets or zone: the form of RFC 8839 §5.1. */
const char *net_addr_ip_text (NetAddr addr, char out_text[NET_ADDR_TEXT_MAX]);
/* "192.0.2.1:80", "[2001:db8::1]:80", for people. */
const char *net_addr_format (NetAddr addr, char out_text[NET_ADDR_TEXT_MAX]);

/* Address and port; the scope counts only when both sides have one. */
bool net_addr_equal (NetAddr a, NetAddr b);
bool net_addr_equal_ip (NetAddr a, NetAddr b);
uint32_t net_addr_hash (NetAddr addr);

bool net_addr_is_none (NetAddr addr);
bool net_addr_is_any (NetAddr addr);        /* 0.0.0.0, :: */
bool net_addr_is_loopback (NetAddr addr);   /* 127/8, ::1 */
bool net_addr_is_link_local (NetAddr addr); /* 169.254/16, fe80::/10 */
bool net_addr_is_multicast (NetAddr addr);  /* 224/4 and broadcast, ff00::/8 */
bool net_addr_is_private (NetAddr addr);    /* RFC 1918, 100.64/10, fc00::/7 */
bool net_addr_is_v4_mapped (NetAddr addr);  /* ::ffff:0:0/96 */
bool net_addr_is_v4_compatible (NetAddr addr); /* ::a.b.c.d, not :: or ::1 */
bool net_addr_is_site_local (NetAddr addr);    /* fec0::/10 */
