/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The forms in which candidates leave the library: plain types only, so that an
 * application in any language reads them without a typelib. */

#include "gsticecandidate.h"

static const gchar *
protocol_name (IceTransport transport)
{
  return transport == ICE_TRANSPORT_UDP ? "udp" : "tcp";
}

static void
set_address (GstStructure *structure, const gchar *prefix, NetAddr addr)
{
  g_autofree gchar *address = g_strconcat (prefix, "address", NULL);
  g_autofree gchar *port = g_strconcat (prefix, "port", NULL);
  char text[NET_ADDR_TEXT_MAX];

  gst_structure_set (structure, address, G_TYPE_STRING,
      net_addr_ip_text (addr, text), port, G_TYPE_UINT, (guint) addr.port,
      NULL);
}

GstStructure *
gst_ice_candidate_to_structure (const IceCand *cand, guint stream,
    gboolean remote)
{
  GstStructure *structure = gst_structure_new ("ice-candidate", "stream",
      G_TYPE_UINT, stream, "component", G_TYPE_UINT, (guint) cand->component,
      "type", G_TYPE_STRING, ice_cand_type_name (cand->type), "protocol",
      G_TYPE_STRING, protocol_name (cand->transport), "priority", G_TYPE_UINT,
      cand->priority, "foundation", G_TYPE_STRING, cand->foundation, "remote",
      G_TYPE_BOOLEAN, remote, NULL);

  set_address (structure, "", cand->addr);
  if (!net_addr_is_none (cand->related))
    set_address (structure, "related-", cand->related);
  return structure;
}

GstStructure *
gst_ice_candidate_selected_pair (const IceOutSelected *selected)
{
  GstStructure *structure = gst_structure_new ("ice-selected-pair", "stream",
      G_TYPE_UINT, (guint) selected->stream, "component", G_TYPE_UINT,
      (guint) selected->component, "local-type", G_TYPE_STRING,
      ice_cand_type_name (selected->local.type), "remote-type", G_TYPE_STRING,
      ice_cand_type_name (selected->remote.type), "protocol", G_TYPE_STRING,
      protocol_name (selected->local.transport), "rtt", G_TYPE_DOUBLE,
      GST_ICE_TIME_AS_MS (selected->rtt), NULL);

  set_address (structure, "local-", selected->local.addr);
  set_address (structure, "remote-", selected->remote.addr);
  return structure;
}

const gchar *
gst_ice_candidate_path_name (const IceCand *local, const IceCand *remote)
{
  return local->type == ICE_CAND_RELAY || remote->type == ICE_CAND_RELAY
      ? "relayed"
      : "direct";
}

gchar *
gst_ice_candidate_time_text (NetTime time)
{
  gdouble ms = GST_ICE_TIME_AS_MS (time);

  if (ms < 1)
    return g_strdup_printf ("%.2f ms", ms);
  if (ms < 10)
    return g_strdup_printf ("%.1f ms", ms);
  return g_strdup_printf ("%.0f ms", ms);
}
