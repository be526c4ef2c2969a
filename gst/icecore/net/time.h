/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Time as the core knows it: nanoseconds on a monotonic clock that only the
 * caller can read. Every call that needs the time takes it as an argument. */

#include <stdint.h>

typedef uint64_t NetTime;

#define NET_NEVER UINT64_MAX
#define NET_USEC(n) ((NetTime) (n) *1000u)
#define NET_MSEC(n) ((NetTime) (n) *1000000u)
#define NET_SEC(n) ((NetTime) (n) *1000000000u)

static inline NetTime
net_time_min (NetTime a, NetTime b)
{
  return a < b ? a : b;
}

static inline NetTime
net_time_max (NetTime a, NetTime b)
{
  return a > b ? a : b;
}
