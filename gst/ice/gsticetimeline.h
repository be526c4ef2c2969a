/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What happened when: marks for the statistics and for the timeline picture. A
 * ring that grows to its limit; then the oldest marks go first. */

#include <glib.h>

#include "../icecore/ice/config.h"
#include "../icecore/net/bytes.h"
#include "../icecore/net/time.h"

typedef enum
{
  /* Datagrams; only until the pair is selected, consent would fill the ring. */
  GST_ICE_MARK_REQUEST_SENT,
  GST_ICE_MARK_RESPONSE_SENT,
  GST_ICE_MARK_REQUEST_RECEIVED,
  GST_ICE_MARK_RESPONSE_RECEIVED,
  GST_ICE_MARK_ERROR_RECEIVED,
  /* Milestones. */
  GST_ICE_MARK_GATHERING,   /* value: IceGathering */
  GST_ICE_MARK_STATE,       /* value: IceState */
  GST_ICE_MARK_CREDENTIALS, /* the peer's are known */
  GST_ICE_MARK_LOCAL_CANDIDATE,
  GST_ICE_MARK_REMOTE_CANDIDATE,
  GST_ICE_MARK_SERVER_OK,
  GST_ICE_MARK_SERVER_FAILED,
  GST_ICE_MARK_SELECTED,
  GST_ICE_MARK_RESTART,
  GST_ICE_MARK_NETWORK,
} GstIceMarkKind;

typedef struct
{
  NetTime time;
  guint8 kind;
  guint8 value;
  guint16 stream;
  guint16 component;
  NetAddr local;
  NetAddr remote;
} GstIceMark;

#define GST_ICE_TIMELINE_MAX 1024

typedef struct
{
  guint64 added; /* ever; the ring holds the last GST_ICE_TIMELINE_MAX */
  GArray *marks; /* GstIceMark; NULL: none yet */
} GstIceTimeline;

void gst_ice_timeline_clear (GstIceTimeline *timeline);
void gst_ice_timeline_add (GstIceTimeline *timeline, const GstIceMark *mark);
/* Oldest first; array of GstIceMark. */
GArray *gst_ice_timeline_read (const GstIceTimeline *timeline);

/* What a STUN datagram is, by its class bits; FALSE: an indication. */
gboolean gst_ice_timeline_kind_of (NetBytes stun, gboolean sent,
    GstIceMarkKind *out_kind);
gboolean gst_ice_mark_is_milestone (const GstIceMark *mark);
/* "server-ok", and for states the state: "state connected". */
gchar *gst_ice_mark_name (const GstIceMark *mark);

const gchar *gst_ice_state_name (IceState state);
const gchar *gst_ice_gathering_name (IceGathering gathering);
