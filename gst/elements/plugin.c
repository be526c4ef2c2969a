/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The plugin "ice": icesrc and icesink, one ICE agent (RFC 8445) each or one
 * between them. */

#include "gsticesink.h"
#include "gsticesrc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return gst_element_register (plugin, "icesrc", GST_RANK_PRIMARY,
             GST_TYPE_ICE_SRC) &&
      gst_element_register (plugin, "icesink", GST_RANK_PRIMARY,
          GST_TYPE_ICE_SINK);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, ice,
    "Media over a path that ICE (RFC 8445) found", plugin_init, VERSION, "LGPL",
    "gst-ice", "https://gstreamer.freedesktop.org")
