/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names to addresses through GResolver, never blocking. IP literals do not come
 * here. */

#include "loop.h"
#include "../icecore/net/addr.h"

typedef struct _GstIceLookup GstIceLookup;
/* error NULL: addrs[0..n) with port 0, v6 and v4 in the resolver's order; at
 * most 8. Called once in the loop's context, unless cancelled before. */
typedef void (*GstIceLookupFunc) (const NetAddr *addrs, guint n,
    const GError *error, gpointer user_data);
GstIceLookup *gst_ice_lookup_start (GstIceLoop *loop, const char *name,
    GstIceLookupFunc func, gpointer user_data);
/* From the loop's context; func will not be called. Also frees after func. */
void gst_ice_lookup_free (GstIceLookup *lookup);
