/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/ice/gsticetypes.h>

G_BEGIN_DECLS

/**
 * GstIceComponent:
 *
 * One component of one stream (RTP is 1, RTCP is 2): the end of the data path.
 * Sending and receiving never take the agent's lock.
 *
 * Since: 0.1
 */
#define GST_TYPE_ICE_COMPONENT (gst_ice_component_get_type ())
GST_ICE_API
G_DECLARE_FINAL_TYPE (GstIceComponent, gst_ice_component, GST, ICE_COMPONENT,
    GstObject)

/**
 * GstIceReceiver:
 * @component: the component
 * @list: (transfer full): what arrived, one or more datagrams
 * @user_data: as given
 *
 * Called in the agent's main context, no lock held.
 *
 * Since: 0.1
 */
typedef void (*GstIceReceiver) (GstIceComponent *component, GstBufferList *list,
    gpointer user_data);

GST_ICE_API
guint gst_ice_component_get_id (GstIceComponent *component);

/* May media be sent now: a valid pair with consent. Any thread, no lock. */
GST_ICE_API
gboolean gst_ice_component_is_writable (GstIceComponent *component);
/* Waits until writable (TRUE), or timeout_us went by (-1: for ever), or
 * gst_ice_component_set_flushing (TRUE) was called: FALSE. */
GST_ICE_API
gboolean
gst_ice_component_wait_writable (GstIceComponent *component, gint64 timeout_us);

/* Streaming thread; list is (transfer none). Without a route or consent all is
 * dropped and counted. FALSE when nothing could be handed to the kernel. */
GST_ICE_API
gboolean gst_ice_component_send_list (GstIceComponent *component,
    GstBufferList *list, guint *out_dropped);
GST_ICE_API
gboolean gst_ice_component_send_buffer (GstIceComponent *component,
    GstBuffer *buffer, guint *out_dropped);

/* For use without elements: payload is pushed to func from the agent's
 * context. NULL func removes it. */
GST_ICE_API
void gst_ice_component_set_receiver (GstIceComponent *component,
    GstIceReceiver func, gpointer user_data, GDestroyNotify notify);

/* For one streaming thread (icesrc): open the media sockets; from then on the
 * payload waits in the kernel for gst_ice_component_receive_list. buffer_size 0:
 * as large as allowed. */
GST_ICE_API
void gst_ice_component_start_receiving (GstIceComponent *component, guint mtu,
    gint buffer_size, gboolean timestamps, gboolean sender_address);
GST_ICE_API
void gst_ice_component_stop_receiving (GstIceComponent *component);
/* Blocks until datagrams came (GST_FLOW_OK), flushing (GST_FLOW_FLUSHING) or
 * timeout_us went by (GST_FLOW_CUSTOM_SUCCESS; -1: never). Buffers have no
 * timestamps yet; GstReferenceTimestampMeta and GstNetAddressMeta as asked; the
 * latter names the peer by the address it was first heard from. */
GST_ICE_API
GstFlowReturn gst_ice_component_receive_list (GstIceComponent *component,
    gint64 timeout_us, GstBufferList **out_list);
/* Wakes and refuses waiters in receive_list and wait_writable; any thread. */
GST_ICE_API
void gst_ice_component_set_flushing (GstIceComponent *component,
    gboolean receive, gboolean flushing);

/* Before the agent starts: the kernel's buffers of the sockets to come, for a
 * component that nobody reads (a lone icesink). 0: as large as allowed. */
GST_ICE_API
void gst_ice_component_set_buffer_size (GstIceComponent *component,
    gint buffer_size);
GST_ICE_API
void gst_ice_component_set_dscp (GstIceComponent *component, gint dscp);

/* Payload bytes that fit the selected path; 0 before there is one. */
GST_ICE_API
guint gst_ice_component_get_path_mtu (GstIceComponent *component);

/* Counters of the data path since start. */
GST_ICE_API
void gst_ice_component_get_counters (GstIceComponent *component,
    guint64 *packets_sent, guint64 *bytes_sent, guint64 *packets_dropped,
    guint64 *packets_received, guint64 *bytes_received);

G_END_DECLS
