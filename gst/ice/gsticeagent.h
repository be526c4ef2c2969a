/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/ice/gsticesignaller.h>
#include <gst/ice/gsticestream.h>

G_BEGIN_DECLS

/**
 * GstIceAgent:
 *
 * An ICE agent (RFC 8445) on a GLib main context. Properties, signals and
 * actions are those marked [S] in the elements' documentation; this header adds
 * the functions that need no GObject machinery. Thread-safe.
 *
 * Since: 0.1
 */
#define GST_TYPE_ICE_AGENT (gst_ice_agent_get_type ())
GST_ICE_API
G_DECLARE_FINAL_TYPE (GstIceAgent, gst_ice_agent, GST, ICE_AGENT, GstObject)

/* (transfer full). context NULL: the shared thread "gst-ice". */
GST_ICE_API
GstIceAgent *gst_ice_agent_new (GMainContext *context);
/* (transfer full): the agent that the process shares under this id, made when
 * nobody holds one. */
GST_ICE_API
GstIceAgent *gst_ice_agent_get_shared (const gchar *id);

/* (transfer full) (nullable): makes it when it is not there; NULL beyond the
 * limit of 64 streams. */
GST_ICE_API
GstIceStream *gst_ice_agent_get_stream (GstIceAgent *agent, guint index);

/* Elements: judges the properties as start does; the error names the bad one and
 * says what is accepted. */
GST_ICE_API
gboolean gst_ice_agent_check_settings (GstIceAgent *agent, GError **error);

/* Elements: the agent starts gathering and its carrier with the first
 * gst_ice_agent_start, and closes with the last gst_ice_agent_stop (bounded
 * time). `poster` gets the bus messages; it is not referenced and must have
 * called stop before it dies. `controlling`: what ice-role=auto means for it. */
GST_ICE_API
gboolean gst_ice_agent_start (GstIceAgent *agent, GstElement *poster,
    gboolean controlling, GError **error);
GST_ICE_API
void gst_ice_agent_stop (GstIceAgent *agent, GstElement *poster);
/* icesink's end of stream: the carrier's bye. */
GST_ICE_API
void gst_ice_agent_send_bye (GstIceAgent *agent, const gchar *reason);

GST_ICE_API
gboolean gst_ice_agent_add_candidate (GstIceAgent *agent, guint stream,
    const gchar *candidate);
GST_ICE_API
gboolean gst_ice_agent_set_remote_credentials (GstIceAgent *agent,
    const gchar *ufrag, const gchar *pwd);
GST_ICE_API
gboolean
gst_ice_agent_set_remote_description (GstIceAgent *agent, const gchar *sdpfrag);
GST_ICE_API
gchar *gst_ice_agent_get_local_description (GstIceAgent *agent);
GST_ICE_API
gboolean gst_ice_agent_add_server (GstIceAgent *agent, const gchar *uri);
GST_ICE_API
void gst_ice_agent_gather_candidates (GstIceAgent *agent);
GST_ICE_API
void gst_ice_agent_restart (GstIceAgent *agent);
GST_ICE_API
GstStructure *gst_ice_agent_get_stats (GstIceAgent *agent);
/* format: "dot", "svg" or "json"; (transfer full) (nullable). */
GST_ICE_API
gchar *gst_ice_agent_get_graph (GstIceAgent *agent, const gchar *format);
/* (transfer full) (nullable): the path of one component, as on-selected-pair
 * tells it. */
GST_ICE_API
GstStructure *gst_ice_agent_get_selected_pair (GstIceAgent *agent, guint stream,
    guint component);
GST_ICE_API
void gst_ice_agent_close (GstIceAgent *agent);

G_END_DECLS
