/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Transport addresses: text in and out, comparison, and the questions about
 * ranges that candidate gathering, pairing and privacy rules ask (RFC 1918,
 * RFC 4193, RFC 4291, RFC 6598). */

#include "addr.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

static bool
parse_zone (const char *digits, uint32_t *out_scope)
{
  guint64 scope;

  if (!g_ascii_string_to_unsigned (digits, 10, 0, G_MAXUINT32, &scope, NULL))
    return false;
  *out_scope = (uint32_t) scope;
  return true;
}

static bool
parse_ipv6 (const char *text, NetAddr *out_addr)
{
  NetAddr addr = { .family = NET_FAMILY_IPV6 };
  const char *zone = strchr (text, '%');
  size_t len = zone ? (size_t) (zone - text) : strlen (text);
  char literal[INET6_ADDRSTRLEN];

  if (len >= sizeof literal)
    return false;
  memcpy (literal, text, len);
  literal[len] = '\0';
  if (inet_pton (AF_INET6, literal, addr.ip) != 1)
    return false;
  if (zone && !parse_zone (zone + 1, &addr.scope))
    return false;
  *out_addr = addr;
  return true;
}

bool
net_addr_parse (const char *text, NetAddr *out_addr)
{
  NetAddr addr = { .family = NET_FAMILY_IPV4 };

  if (strchr (text, ':'))
    return parse_ipv6 (text, out_addr);
  if (inet_pton (AF_INET, text, addr.ip) != 1)
    return false;
  *out_addr = addr;
  return true;
}

NetAddr
net_addr_any (NetFamily family)
{
  return (NetAddr){ .family = (uint8_t) family };
}

NetAddr
net_addr_with_port (NetAddr addr, uint16_t port)
{
  addr.port = port;
  return addr;
}

NetAddr
net_addr_unmap (NetAddr addr)
{
  NetAddr unmapped = { .family = NET_FAMILY_IPV4, .port = addr.port };

  if (!net_addr_is_v4_mapped (addr))
    return addr;
  memcpy (unmapped.ip, addr.ip + 12, 4);
  return unmapped;
}

const char *
net_addr_ip_text (NetAddr addr, char out_text[NET_ADDR_TEXT_MAX])
{
  int family = addr.family == NET_FAMILY_IPV4 ? AF_INET : AF_INET6;

  out_text[0] = '\0';
  if (!net_addr_is_none (addr))
    inet_ntop (family, addr.ip, out_text, NET_ADDR_TEXT_MAX);
  return out_text;
}

const char *
net_addr_format (NetAddr addr, char out_text[NET_ADDR_TEXT_MAX])
{
  char ip[NET_ADDR_TEXT_MAX];
  char zone[12] = "";

  net_addr_ip_text (addr, ip);
  if (addr.scope != 0)
    g_snprintf (zone, sizeof zone, "%%%u", addr.scope);
  switch ((NetFamily) addr.family) {
    case NET_FAMILY_IPV4:
      g_snprintf (out_text, NET_ADDR_TEXT_MAX, "%s:%u", ip, addr.port);
      return out_text;
    case NET_FAMILY_IPV6:
      g_snprintf (out_text, NET_ADDR_TEXT_MAX, "[%s%s]:%u", ip, zone,
          addr.port);
      return out_text;
    case NET_FAMILY_NONE:
      break;
  }
  g_strlcpy (out_text, "none", NET_ADDR_TEXT_MAX);
  return out_text;
}

bool
net_addr_equal_ip (NetAddr a, NetAddr b)
{
  if (a.family != b.family || memcmp (a.ip, b.ip, sizeof a.ip) != 0)
    return false;
  /* A peer never tells its zone, so one missing scope is no difference. */
  return a.scope == b.scope || a.scope == 0 || b.scope == 0;
}

bool
net_addr_equal (NetAddr a, NetAddr b)
{
  return a.port == b.port && net_addr_equal_ip (a, b);
}

/* FNV-1a. The scope stays out, as addresses that differ in it may be equal. */
uint32_t
net_addr_hash (NetAddr addr)
{
  uint32_t hash = 2166136261u;

  for (size_t i = 0; i < sizeof addr.ip; i++)
    hash = (hash ^ addr.ip[i]) * 16777619u;
  hash = (hash ^ addr.family) * 16777619u;
  hash = (hash ^ (addr.port & 0xff)) * 16777619u;
  return (hash ^ (addr.port >> 8)) * 16777619u;
}

static bool
has_prefix (NetAddr addr, NetFamily family, const char *prefix, unsigned bits)
{
  unsigned whole = bits / 8;
  unsigned rest = bits % 8;
  uint8_t mask = (uint8_t) (0xff00u >> rest);

  if (addr.family != family || memcmp (addr.ip, prefix, whole) != 0)
    return false;
  return rest == 0 || (addr.ip[whole] & mask) == (uint8_t) prefix[whole];
}

bool
net_addr_is_none (NetAddr addr)
{
  return addr.family != NET_FAMILY_IPV4 && addr.family != NET_FAMILY_IPV6;
}

bool
net_addr_is_any (NetAddr addr)
{
  static const uint8_t zero[16];

  return !net_addr_is_none (addr) && memcmp (addr.ip, zero, sizeof zero) == 0;
}

bool
net_addr_is_loopback (NetAddr addr)
{
  static const char one[16] = { [15] = 1 };

  return has_prefix (addr, NET_FAMILY_IPV4, "\x7f", 8) ||
      has_prefix (addr, NET_FAMILY_IPV6, one, 128);
}

bool
net_addr_is_link_local (NetAddr addr)
{
  return has_prefix (addr, NET_FAMILY_IPV4, "\xa9\xfe", 16) ||
      has_prefix (addr, NET_FAMILY_IPV6, "\xfe\x80", 10);
}

bool
net_addr_is_multicast (NetAddr addr)
{
  return has_prefix (addr, NET_FAMILY_IPV4, "\xe0", 4) ||
      has_prefix (addr, NET_FAMILY_IPV4, "\xff\xff\xff\xff", 32) ||
      has_prefix (addr, NET_FAMILY_IPV6, "\xff", 8);
}

/* RFC 6598 [SEC-6598-1]: the carrier's 100.64/10 is as little public as the
 * ranges of RFC 1918 are. */
bool
net_addr_is_private (NetAddr addr)
{
  return has_prefix (addr, NET_FAMILY_IPV4, "\x0a", 8) ||
      has_prefix (addr, NET_FAMILY_IPV4, "\xac\x10", 12) ||
      has_prefix (addr, NET_FAMILY_IPV4, "\xc0\xa8", 16) ||
      has_prefix (addr, NET_FAMILY_IPV4, "\x64\x40", 10) ||
      has_prefix (addr, NET_FAMILY_IPV6, "\xfc", 7);
}

bool
net_addr_is_v4_mapped (NetAddr addr)
{
  static const char prefix[12] = { [10] = '\xff', [11] = '\xff' };

  return has_prefix (addr, NET_FAMILY_IPV6, prefix, 96);
}

bool
net_addr_is_v4_compatible (NetAddr addr)
{
  static const char prefix[12];

  return has_prefix (addr, NET_FAMILY_IPV6, prefix, 96) &&
      !net_addr_is_any (addr) && !net_addr_is_loopback (addr);
}

bool
net_addr_is_site_local (NetAddr addr)
{
  return has_prefix (addr, NET_FAMILY_IPV6, "\xfe\xc0", 10);
}
