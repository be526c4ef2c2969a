/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The inside of GstIceElement, for its own two files. */

#include "gsticeelement.h"
#include "gsticeproxy.h"
#include "gsticestore.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_ice_element_debug);

struct _GstIceElement
{
  GstElement *owner; /* not referenced: it owns this */
  gboolean sink;
  const GstIceElementFuncs *funcs;

  GRecMutex binding; /* held while an agent is chosen and connected */
  GMutex lock;       /* guards all below; never held while calling out */
  gchar *agent_id;
  GstIceAgent *given_agent;
  guint stream;
  guint component_id;
  gchar *uri;
  GError *uri_error; /* the URI was refused; told when there is a bus */
  GstIceStore *store;
  GPtrArray *complaints; /* warnings, for when there is a bus */

  GstIceAgent *agent; /* bound */
  GstIceProxy *proxy;
  GstIceComponent *component;
  GArray *handlers;        /* gulong: our own on the agent */
  GstStructure *last_pair; /* as it was last told */
  gboolean opened;
  gboolean started;
};

/* No lock held: posts the texts as warnings, or keeps them until there is a bus.
 * Takes what is in `complaints`. */
void gst_ice_element_complain (GstIceElement *self, GPtrArray *complaints);
/* (transfer full) (nullable): the bound agent, without making one. */
GstIceAgent *gst_ice_element_peek_agent (GstIceElement *self);
void gst_ice_element_unbind (GstIceElement *self);

G_END_DECLS
