/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One agent under test on the loopback interface, with an element that posts for
 * it. What it says arrives on a bus, which is also how a test waits: for a
 * message, until a deadline. */

#include <gst/check/gstcheck.h>

#include <gst/ice/ice.h>

#define SIDE_DEADLINE (20 * GST_SECOND)

typedef struct
{
  GstIceAgent *agent;
  GstElement *poster;
  GstBus *bus;
  gboolean started;
} Side;

static inline void
side_init (Side *side, GstIceRole role)
{
  *side = (Side){ .agent = gst_ice_agent_new (NULL),
    .poster = gst_bin_new (NULL),
    .bus = gst_bus_new () };
  gst_object_ref_sink (side->poster);
  gst_element_set_bus (side->poster, side->bus);
  g_object_set (side->agent, "interfaces", "lo", "ip-family",
      GST_ICE_IP_FAMILY_IPV4, "ice-role", role, NULL);
}

static inline void
side_start (Side *side)
{
  g_autoptr (GError) error = NULL;

  fail_unless (gst_ice_agent_start (side->agent, side->poster, TRUE, &error),
      "%s", error != NULL ? error->message : "");
  side->started = TRUE;
}

static inline void
side_stop (Side *side)
{
  if (side->started)
    gst_ice_agent_stop (side->agent, side->poster);
  side->started = FALSE;
}

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean gone;
} SideDeath;

static inline void
side_on_death (gpointer data, GObject *where)
{
  SideDeath *death = data;

  (void) where;
  g_mutex_lock (&death->lock);
  death->gone = TRUE;
  g_cond_signal (&death->cond);
  g_mutex_unlock (&death->lock);
}

/* Nobody but the test holds the agent, save the loop for the moment that it takes
 * to run what was invoked. */
static inline void
side_let_go (GstIceAgent *agent)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;
  SideDeath death = { .gone = FALSE };

  g_object_weak_ref (G_OBJECT (agent), side_on_death, &death);
  gst_object_unref (agent);
  g_mutex_lock (&death.lock);
  while (!death.gone)
    fail_unless (g_cond_wait_until (&death.cond, &death.lock, deadline),
        "the agent leaks");
  g_mutex_unlock (&death.lock);
}

static inline void
side_clear (Side *side)
{
  side_stop (side);
  side_let_go (side->agent);
  gst_bus_set_flushing (side->bus, TRUE);
  gst_element_set_bus (side->poster, NULL);
  gst_object_unref (side->bus);
  gst_object_unref (side->poster);
}

static inline void
side_hand_candidate (GstIceAgent *agent, guint stream, const gchar *text,
    GstIceAgent *other)
{
  (void) agent;
  gst_ice_agent_add_candidate (other, stream, text);
}

static inline void
side_hand_description (GstIceAgent *agent, const gchar *text,
    GstIceAgent *other)
{
  (void) agent;
  gst_ice_agent_set_remote_description (other, text);
}

static inline void
side_link_one (Side *from, Side *to)
{
  g_signal_connect (from->agent, "on-ice-candidate",
      G_CALLBACK (side_hand_candidate), to->agent);
  g_signal_connect (from->agent, "on-local-description",
      G_CALLBACK (side_hand_description), to->agent);
}

/* Each hears at once what the other has to say. */
static inline void
side_link (Side *one, Side *other)
{
  side_link_one (one, other);
  side_link_one (other, one);
}

static inline void
side_unlink (Side *one, Side *other)
{
  g_signal_handlers_disconnect_by_data (one->agent, other->agent);
  g_signal_handlers_disconnect_by_data (other->agent, one->agent);
}

/* The next message of the type; fails at the deadline. */
static inline GstMessage *
side_wait (Side *side, GstMessageType type)
{
  GstMessage *message =
      gst_bus_timed_pop_filtered (side->bus, SIDE_DEADLINE, type);

  fail_unless (message != NULL, "no message of type %s",
      gst_message_type_get_name (type));
  return message;
}

/* The next ELEMENT message of the name. (transfer full) */
static inline GstStructure *
side_wait_element (Side *side, const gchar *name)
{
  for (;;) {
    GstMessage *message = side_wait (side, GST_MESSAGE_ELEMENT);
    GstStructure *structure =
        gst_structure_copy (gst_message_get_structure (message));

    gst_message_unref (message);
    if (gst_structure_has_name (structure, name))
      return structure;
    gst_structure_free (structure);
  }
}

static inline void
side_wait_field (Side *side, const gchar *field, const gchar *value)
{
  gboolean there = FALSE;

  while (!there) {
    GstStructure *structure = side_wait_element (side, "ice-state");

    there = g_strcmp0 (gst_structure_get_string (structure, field), value) == 0;
    gst_structure_free (structure);
  }
}

static inline void
side_wait_state (Side *side, const gchar *state)
{
  side_wait_field (side, "connection-state", state);
}

static inline void
side_wait_gathered (Side *side)
{
  side_wait_field (side, "gathering-state", "complete");
}

/* The next ERROR (or WARNING): its text, and its cause. */
static inline gchar *
side_wait_trouble (Side *side, GstMessageType type, const gchar *cause)
{
  GstMessage *message = side_wait (side, type);
  g_autoptr (GError) error = NULL;
  const GstStructure *details = NULL;
  gchar *text;

  if (type == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    gst_message_parse_error_details (message, &details);
  } else {
    gst_message_parse_warning (message, &error, NULL);
    gst_message_parse_warning_details (message, &details);
  }
  fail_unless (details != NULL, "%s", error->message);
  if (cause != NULL)
    fail_unless_equals_string (gst_structure_get_string (details, "cause"),
        cause);
  text = g_strdup (error->message);
  gst_message_unref (message);
  return text;
}

/* Two agents that are connected. */
static inline void
side_connect (Side *one, Side *other)
{
  side_init (one, GST_ICE_ROLE_CONTROLLING);
  side_init (other, GST_ICE_ROLE_CONTROLLED);
  side_link (one, other);
  side_start (one);
  side_start (other);
  side_wait_state (one, "completed");
  side_wait_state (other, "completed");
}

static inline void
side_clear_both (Side *one, Side *other)
{
  side_unlink (one, other);
  side_clear (one);
  side_clear (other);
}
