/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pace of the whole process: one word that agents on any thread move ahead
 * by one gap each. Only the word itself is shared, nothing is published with
 * it, so relaxed order is enough. */

#include "pacer.h"

NetTime
ice_pacer_reserve (IcePacer *pacer, NetTime now)
{
  uint64_t next = atomic_load_explicit (&pacer->next, memory_order_relaxed);
  NetTime slot;

  /* RFC 8445 §14.2 [ICE-14.2-2]: a past slot is not made up for, or a burst
   * would follow every pause. On a lost race `next` is the winner's. */
  do {
    slot = net_time_max (now, next);
  } while (!atomic_compare_exchange_weak_explicit (&pacer->next, &next,
      slot + ICE_PACER_GAP, memory_order_relaxed, memory_order_relaxed));
  return slot;
}
