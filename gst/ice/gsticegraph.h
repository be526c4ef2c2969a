/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Pictures for people and programs, made from a GstIcePicture. All return new
 * text. */

#include "gsticestats.h"

/* Candidates as boxes, pairs as lines: colour is the state, the label the round
 * trip time, bold is nominated. */
gchar *gst_ice_graph_dot (const GstIcePicture *picture);
/* A timeline: a row per server and pair, a mark per datagram and event. */
gchar *gst_ice_graph_svg (const GstIcePicture *picture);
gchar *gst_ice_graph_json (const GstIcePicture *picture);
