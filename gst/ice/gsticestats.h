/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A picture of an agent at one moment, taken under its lock, and the statistics
 * made from it outside. */

#include <gst/gst.h>

#include "gsticecomponent-private.h"
#include "gsticetimeline.h"
#include "../icecore/ice/event.h"
#include "../icecore/ice/stats.h"

typedef struct
{
  guint stream;
  gboolean remote;
  IceCand cand;
} GstIceKnownCandidate;

/* What one server said to one local address. */
typedef struct
{
  gchar *uri;
  gboolean asked; /* FALSE: no result yet, `result` is empty */
  IceOutServer result;
  NetTime time;
} GstIceServerResult;

typedef struct
{
  guint stream;
  guint component;
  guint path_mtu;
  gboolean has_selected;
  IcePairInfo selected;
  GstIceComponentCounters counters;
} GstIceComponentPicture;

typedef struct
{
  NetTime now;
  NetTime started; /* of gathering; the timeline's zero */
  gint64 realtime; /* µs since 1970 */
  IceGathering gathering;
  IceState state;
  IceRole role;
  gchar *local_ufrag;
  IceSessionInfo info;
  GArray *pairs;      /* IcePairInfo */
  GArray *candidates; /* GstIceKnownCandidate, those of the pairs too */
  GArray *servers;    /* GstIceServerResult */
  GArray *components; /* GstIceComponentPicture */
  GArray *marks;      /* GstIceMark */
} GstIcePicture;

GstIcePicture *gst_ice_picture_new (void);
void gst_ice_picture_free (GstIcePicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstIcePicture, gst_ice_picture_free)
/* Adds it unless one with its address, stream and component is there. */
void gst_ice_picture_add_candidate (GstIcePicture *picture,
    const GstIceKnownCandidate *known);
/* Peer-reflexive ones are told by pairs only. */
void gst_ice_picture_complete (GstIcePicture *picture);

/* "local-candidate-0-1-192.0.2.1-5000": constant over the candidate's life. */
gchar *gst_ice_stats_candidate_id (const GstIceKnownCandidate *known);
gdouble gst_ice_stats_ms (const GstIcePicture *picture, NetTime time);

/* "application/x-ice-stats": one field an object, by its id; W3C's names
 * ("candidate-pair", "local-candidate", "remote-candidate", "transport") in
 * kebab-case, times in ms. (transfer full) */
GstStructure *gst_ice_stats_to_structure (const GstIcePicture *picture);
