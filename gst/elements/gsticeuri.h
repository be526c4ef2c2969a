/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* ice+unix:///path?stun-server=… : a carrier and settings in one string, for
 * urisourcebin, `gst-launch-1.0 playbin uri=…` and the `uri` property. */

#include <gst/gst.h>

G_BEGIN_DECLS

/* NULL-terminated, for GstURIHandler. */
const gchar *const *gst_ice_uri_protocols (void);
/* Sets the element's `signalling` and every property that the query names.
 * Nothing is set when anything in it is wrong. */
gboolean
gst_ice_uri_apply (const gchar *uri, GstElement *element, GError **error);

G_END_DECLS
