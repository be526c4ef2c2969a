/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Words for people, on the bus of the element that the agent works for. All
 * functions take a NULL poster: an agent without an element has no bus. No lock
 * is held while posting. */

#include <gst/gst.h>

#include "../icecore/ice/event.h"

/* Causes of our own, beside ice_cause_name's. */
#define GST_ICE_CAUSE_SIGNALLING "signalling-timeout"
#define GST_ICE_CAUSE_PEER_CLOSED "peer-closed"

typedef struct
{
  const gchar *cause; /* a name of ice_cause_name, or one of the above */
  const gchar *what;  /* NULL, or what to say in place of the usual sentence */
  const gchar *table; /* NULL, or what was tried */
} GstIceVerdict;

/* The sentence, and the advice that goes with the cause. */
const gchar *gst_ice_report_text (const GstIceVerdict *verdict);
const gchar *gst_ice_report_advice (const gchar *cause);
/* "ice-failure": cause, text, debug; what the `failed` signal carries.
 * (transfer full) */
GstStructure *gst_ice_report_structure (const GstIceVerdict *verdict);
/* As ERROR (RESOURCE), or as WARNING when not `fatal`. */
void gst_ice_report_verdict (GstElement *poster, const GstIceVerdict *verdict,
    gboolean fatal);

void gst_ice_report_progress (GstElement *poster, GstProgressType type,
    const gchar *code, const gchar *text);
/* "what: quoted input" */
void gst_ice_report_refused (GstElement *poster, const gchar *what,
    const gchar *input);
/* Nobody came, nothing is lost yet. */
void gst_ice_report_waiting (GstElement *poster, const gchar *text,
    const gchar *advice);
void gst_ice_report_settings (GstElement *poster, const gchar *text);

/* "401 Unauthorized", "no answer", "its name did not resolve". g_free. */
gchar *gst_ice_report_server_reason (const IceOutServer *result);
/* "ice-server-error": url, code, text, local-address. (transfer full) */
GstStructure *
gst_ice_report_server_structure (const gchar *uri, const IceOutServer *result);
void gst_ice_report_server (GstElement *poster, const gchar *uri,
    const IceOutServer *result);

/* "connected in 184 ms, srflx to host, RTT 23 ms, direct" */
void gst_ice_report_connected (GstElement *poster, NetTime took, gboolean again,
    const IceOutSelected *selected);
/* As ELEMENT message; takes the structure. */
void gst_ice_report_element (GstElement *poster, GstStructure *structure);
