/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Foreign text made fit for a message to a person. */

#include <glib.h>

/* At most 200 bytes of it, control bytes and bad UTF-8 escaped, what follows
 * "ice-pwd:" hidden. NULL becomes "". */
gchar *gst_ice_quote (const gchar *text);

/* A copy of an SDP fragment with every password replaced by "***". */
gchar *gst_ice_hide_passwords (const gchar *sdp);
