/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Payloads that a careless peer takes for something else: each tells by its own
 * bytes which it is and whether it is whole. peer-aioice.py makes the same. */

#include <glib.h>

#define PAYLOAD_MAX 1200

/* Returns the length. The tag says the stream and component it is meant for. */
gsize payload_write (guint8 *bytes, guint8 tag, guint32 sequence);
/* FALSE when a single byte is not as it was written. */
gboolean payload_read (const guint8 *bytes, gsize length, guint8 tag,
    guint32 *out_sequence);
