/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What icesrc and icesink have in common: which agent, which component of it,
 * and the agent's whole face. Each of the two owns one and calls it from its
 * class_init, its property functions and its change_state. */

#include <gst/ice/ice.h>

G_BEGIN_DECLS

/* Where the ids of the common properties begin. */
#define GST_ICE_ELEMENT_FIRST_PROPERTY 0x100

typedef struct _GstIceElement GstIceElement;

/* After the element's own properties and signals are installed. */
void gst_ice_element_class_init (GstElementClass *klass);
void gst_ice_element_uri_handler_init (GstURIHandlerInterface *iface,
    GstURIType (*get_type) (GType type));

/* Called in the agent's context, no lock held; NULL where it does not matter. */
typedef struct
{
  /* The agent's state or the selected path may be another. */
  void (*changed) (GstElement *owner);
  /* The path leads elsewhere: another address of the peer, or another run of
   * it. */
  void (*moved) (GstElement *owner);
  /* It failed and on-failure=eos; or, for icesrc, the peer said goodbye at its
   * end of stream. */
  void (*ended) (GstElement *owner);
} GstIceElementFuncs;

GstIceElement *gst_ice_element_new (GstElement *owner, gboolean sink,
    const GstIceElementFuncs *funcs);
void gst_ice_element_free (GstIceElement *self);
GstIceElement *gst_ice_element_from (gpointer owner); /* transfer none */

/* For ids from GST_ICE_ELEMENT_FIRST_PROPERTY on. */
void gst_ice_element_set_property (GstIceElement *self, const GValue *value,
    GParamSpec *pspec);
void gst_ice_element_get_property (GstIceElement *self, GValue *value,
    GParamSpec *pspec);

/* (transfer full): chosen now if it was not yet. Reading local-ufrag is enough
 * to need it; an action needs its component as well. */
GstIceAgent *gst_ice_element_ref_agent (GstIceElement *self);
GstIceAgent *gst_ice_element_prepare_agent (GstIceElement *self);

/* NULL→READY: agent and component stand, settings are good; or FALSE and an
 * ERROR is on the bus. */
gboolean
gst_ice_element_open (GstIceElement *self, GstIceComponent **out_component);
/* READY→PAUSED: gathering begins. */
gboolean gst_ice_element_start (GstIceElement *self);
/* READY→NULL */
void gst_ice_element_close (GstIceElement *self);

/* From open to close. */
GstIceConnectionState gst_ice_element_get_state (GstIceElement *self);
/* icesink came to its end of stream: the last one of the agent says goodbye. */
void gst_ice_element_send_bye (GstIceElement *self);

G_END_DECLS
