/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine's addresses from rtnetlink: one dump of the links, for names and
 * kinds, then one of the addresses, with the flags that getifaddrs would not
 * tell (temporary, deprecated, tentative). The watch listens to the same
 * socket's multicast groups and says no more than "changed": with a thousand
 * addresses a dump is cheaper than keeping a second copy right. */

#include "netif.h"
#include "../icecore/net/bytes.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A burst of changes (an interface that comes up brings five) is one event. */
#define DEBOUNCE NET_MSEC (50)
#define DUMP_BYTES 32768
/* A dump that the kernel says was inconsistent is taken again, within reason. */
#define DUMP_ATTEMPTS 4

typedef struct
{
  guint32 flags; /* IceIfaceFlags */
  char name[IFNAMSIZ];
} Link;

typedef struct
{
  GHashTable *links; /* index → Link */
  GArray *ifaces;    /* IceIface */
} Snapshot;

/* --- messages ----------------------------------------------------------- */

static const struct rtattr *
find_attr (const struct rtattr *attrs, int len, unsigned short type)
{
  const struct rtattr *attr;

  for (attr = attrs; RTA_OK (attr, len); attr = RTA_NEXT (attr, len)) {
    if ((attr->rta_type & NLA_TYPE_MASK) == type)
      return attr;
  }
  return NULL;
}

static guint32
attr_u32 (const struct rtattr *attr)
{
  guint32 value = 0;

  if (attr != NULL && RTA_PAYLOAD (attr) >= sizeof value)
    memcpy (&value, RTA_DATA (attr), sizeof value);
  return value;
}

static void
attr_text (const struct rtattr *attr, char *out_text, gsize size)
{
  if (attr != NULL)
    g_strlcpy (out_text, RTA_DATA (attr), MIN (size, RTA_PAYLOAD (attr) + 1));
}

static gboolean
name_is_one_of (const char *name, const char *const *prefixes)
{
  for (; *prefixes != NULL; prefixes++) {
    if (g_str_has_prefix (name, *prefixes))
      return TRUE;
  }
  return FALSE;
}

/* What kind of link the driver says it is: "bridge", "wireguard", … */
static void
link_kind (const struct rtattr *info, char *out_kind, gsize size)
{
  if (info == NULL)
    return;
  attr_text (find_attr (RTA_DATA (info), (int) RTA_PAYLOAD (info),
                 IFLA_INFO_KIND),
      out_kind, size);
}

/* Names count besides kinds: inside a container the driver is not seen, and a
 * veth is a bridge's other end by convention only. */
static guint32
link_flags (const struct ifinfomsg *info, const char *name, const char *kind)
{
  static const char *const bridges[] = { "docker", "br-", "virbr", "veth",
    "lxc", "lxdbr", "vmnet", "vboxnet", "cni", "podman", "cali", "flannel",
    NULL };
  static const char *const tunnels[] = { "tun", "wg", "ppp", "utun",
    "tailscale", "zt", NULL };
  guint32 flags = 0;

  if (info->ifi_flags & IFF_UP)
    flags |= ICE_IFACE_UP;
  if (info->ifi_flags & IFF_LOOPBACK)
    flags |= ICE_IFACE_LOOPBACK;
  if ((info->ifi_flags & IFF_POINTOPOINT) || strcmp (kind, "wireguard") == 0 ||
      strcmp (kind, "tun") == 0 || name_is_one_of (name, tunnels))
    flags |= ICE_IFACE_POINT_TO_POINT;
  if (strcmp (kind, "bridge") == 0 || name_is_one_of (name, bridges))
    flags |= ICE_IFACE_BRIDGE;
  return flags;
}

static void
take_link (Snapshot *snapshot, const struct nlmsghdr *header)
{
  const struct ifinfomsg *info = NLMSG_DATA (header);
  int len = (int) IFLA_PAYLOAD (header);
  const struct rtattr *attrs = IFLA_RTA (info);
  char kind[32] = "";
  Link *link;

  if (header->nlmsg_type != RTM_NEWLINK)
    return;
  link = g_new0 (Link, 1);
  attr_text (find_attr (attrs, len, IFLA_IFNAME), link->name,
      sizeof link->name);
  link_kind (find_attr (attrs, len, IFLA_LINKINFO), kind, sizeof kind);
  link->flags = link_flags (info, link->name, kind);
  g_hash_table_replace (snapshot->links, GINT_TO_POINTER (info->ifi_index),
      link);
}

/* RFC 8445 §5.1.1.1, RFC 8835 §3, RFC 6724 §4 [ICE-5.1.1.1-7] [SEC-8835-1]
 * [SEC-6724-1]: the flags by which addresses are preferred or left out. */
static guint32
addr_flags (guint32 flags)
{
  guint32 result = 0;

  if (flags & IFA_F_TEMPORARY)
    result |= ICE_ADDR_TEMPORARY;
  if (flags & IFA_F_DEPRECATED)
    result |= ICE_ADDR_DEPRECATED;
  /* An optimistic address may be used before the others have agreed. */
  if ((flags & IFA_F_TENTATIVE) && !(flags & IFA_F_OPTIMISTIC))
    result |= ICE_ADDR_TENTATIVE;
  if (flags & IFA_F_DADFAILED)
    result |= ICE_ADDR_FAILED;
  return result;
}

static gboolean
addr_value (const struct ifaddrmsg *info, const struct rtattr *attr,
    NetAddr *out_addr)
{
  NetAddr addr = NET_ADDR_NONE;
  gsize len = info->ifa_family == AF_INET ? 4 : 16;

  if (attr == NULL || RTA_PAYLOAD (attr) < len)
    return FALSE;
  addr.family = info->ifa_family == AF_INET ? NET_FAMILY_IPV4 : NET_FAMILY_IPV6;
  memcpy (addr.ip, RTA_DATA (attr), len);
  if (addr.family == NET_FAMILY_IPV6 && net_addr_is_link_local (addr))
    addr.scope = info->ifa_index;
  *out_addr = addr;
  return TRUE;
}

static void
take_addr (Snapshot *snapshot, const struct nlmsghdr *header)
{
  const struct ifaddrmsg *info = NLMSG_DATA (header);
  const struct rtattr *attrs = IFA_RTA (info);
  int len = (int) IFA_PAYLOAD (header);
  const struct rtattr *attr, *flags;
  IceIface iface = { 0 };
  const Link *link;

  if (header->nlmsg_type != RTM_NEWADDR ||
      (info->ifa_family != AF_INET && info->ifa_family != AF_INET6))
    return;
  /* On a tunnel IFA_ADDRESS is the other end's. */
  attr = find_attr (attrs, len, IFA_LOCAL);
  if (attr == NULL)
    attr = find_attr (attrs, len, IFA_ADDRESS);
  if (!addr_value (info, attr, &iface.addr))
    return;
  iface.index = info->ifa_index;
  iface.prefix_len = info->ifa_prefixlen;
  flags = find_attr (attrs, len, IFA_FLAGS);
  iface.flags = addr_flags (flags != NULL ? attr_u32 (flags) : info->ifa_flags);
  link = g_hash_table_lookup (snapshot->links,
      GINT_TO_POINTER ((int) iface.index));
  if (link != NULL) {
    iface.flags |= link->flags;
    g_strlcpy (iface.name, link->name, sizeof iface.name);
  }
  g_array_append_val (snapshot->ifaces, iface);
}

/* --- the dump ----------------------------------------------------------- */

typedef void (*TakeFunc) (Snapshot *snapshot, const struct nlmsghdr *header);

typedef enum
{
  DUMP_MORE,
  DUMP_DONE,
  DUMP_AGAIN, /* something changed while the kernel was listing */
  DUMP_FAILED,
} DumpResult;

static int
open_netlink (guint32 groups)
{
  struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_groups = groups };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
      NETLINK_ROUTE);

  if (fd < 0)
    return -1;
  if (bind (fd, (struct sockaddr *) &name, sizeof name) == 0)
    return fd;
  close (fd);
  return -1;
}

static DumpResult
take_messages (Snapshot *snapshot, NetBytes reply, TakeFunc take,
    gboolean *interrupted)
{
  const struct nlmsghdr *header = (const struct nlmsghdr *) reply.data;
  gsize len = reply.len;

  for (; NLMSG_OK (header, len); header = NLMSG_NEXT (header, len)) {
    if (header->nlmsg_flags & NLM_F_DUMP_INTR)
      *interrupted = TRUE;
    if (header->nlmsg_type == NLMSG_DONE)
      return *interrupted ? DUMP_AGAIN : DUMP_DONE;
    if (header->nlmsg_type == NLMSG_ERROR)
      return DUMP_FAILED;
    take (snapshot, header);
  }
  return DUMP_MORE;
}

/* The kernel answers a dump inside the calls themselves: there is nothing to
 * wait for, so the socket may be non-blocking. */
static DumpResult
dump (int fd, guint16 type, Snapshot *snapshot, TakeFunc take)
{
  struct
  {
    struct nlmsghdr header;
    struct ifinfomsg info;
  } request = {
    .header = {
        .nlmsg_len = sizeof request,
        .nlmsg_type = type,
        .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
    },
  };
  guint8 reply[DUMP_BYTES] __attribute__ ((aligned (NLMSG_ALIGNTO)));
  gboolean interrupted = FALSE;
  DumpResult result = DUMP_MORE;

  if (send (fd, &request, sizeof request, 0) < 0)
    return DUMP_FAILED;
  while (result == DUMP_MORE) {
    gssize len = recv (fd, reply, sizeof reply, 0);

    if (len < 0 && errno == EINTR)
      continue;
    if (len <= 0)
      return DUMP_FAILED;
    result = take_messages (snapshot, NET_BYTES (reply, (gsize) len), take,
        &interrupted);
  }
  return result;
}

static DumpResult
fill (Snapshot *snapshot)
{
  int fd = open_netlink (0);
  DumpResult result;

  if (fd < 0)
    return DUMP_FAILED;
  g_hash_table_remove_all (snapshot->links);
  g_array_set_size (snapshot->ifaces, 0);
  result = dump (fd, RTM_GETLINK, snapshot, take_link);
  if (result == DUMP_DONE)
    result = dump (fd, RTM_GETADDR, snapshot, take_addr);
  close (fd);
  return result;
}

IceIface *
gst_ice_netif_snapshot (guint *out_n)
{
  Snapshot snapshot = {
    .links = g_hash_table_new_full (NULL, NULL, NULL, g_free),
    .ifaces = g_array_new (FALSE, FALSE, sizeof (IceIface)),
  };
  guint attempt;

  for (attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
    if (fill (&snapshot) != DUMP_AGAIN)
      break;
  }
  g_hash_table_unref (snapshot.links);
  *out_n = snapshot.ifaces->len;
  return (IceIface *) g_array_free (snapshot.ifaces, FALSE);
}

/* --- the watch ---------------------------------------------------------- */

struct _GstIceNetif
{
  GstIceLoop *loop;
  GstIceNetifFunc func;
  gpointer user_data;
  int fd;
  GstIceWatch *watch;
  GstIceTimer timer;
  gboolean pending; /* the timer runs */
};

static void
tell (gpointer user_data)
{
  GstIceNetif *netif = user_data;

  netif->pending = FALSE;
  netif->func (netif->user_data);
}

/* What exactly changed is not read: even an overrun (ENOBUFS) only means that
 * much did. The first change starts the clock, later ones do not move it. */
static void
on_change (guint32 events, gpointer user_data)
{
  GstIceNetif *netif = user_data;
  guint8 unread[64];

  (void) events;
  while (recv (netif->fd, unread, sizeof unread, 0) >= 0 || errno == EINTR ||
      errno == ENOBUFS)
    continue;
  if (netif->pending)
    return;
  netif->pending = TRUE;
  gst_ice_loop_arm (netif->loop, &netif->timer, gst_ice_loop_now () + DEBOUNCE);
}

GstIceNetif *
gst_ice_netif_watch (GstIceLoop *loop, GstIceNetifFunc func, gpointer user_data)
{
  GstIceNetif *netif = g_new0 (GstIceNetif, 1);

  netif->loop = gst_ice_loop_ref (loop);
  netif->func = func;
  netif->user_data = user_data;
  netif->timer.func = tell;
  netif->timer.user_data = netif;
  netif->fd = open_netlink (RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
      RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
  if (netif->fd >= 0)
    netif->watch =
        gst_ice_loop_watch (loop, netif->fd, EPOLLIN, on_change, netif);
  return netif;
}

void
gst_ice_netif_unwatch (GstIceNetif *netif)
{
  if (netif->watch != NULL)
    gst_ice_watch_remove (netif->watch);
  gst_ice_loop_disarm (netif->loop, &netif->timer);
  if (netif->fd >= 0)
    close (netif->fd);
  gst_ice_loop_release (netif->loop);
  g_free (netif);
}
