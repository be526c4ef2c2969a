/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One end of a carrier under test: writes down what its signals say, one line
 * each, so that a test compares stories; and waits for a line of it, turning
 * the context until the deadline. */

#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <gst/ice/gsticesignaller.h>

#define DEADLINE (20 * G_USEC_PER_SEC)

typedef struct
{
  GMainContext *context;
  GstIceSignaller *signaller;
  GString *story;
  /* The signal at which this end stops itself, or NULL. */
  const gchar *stop_at;
  guint n_refused;
} End;

static inline void
end_write (End *end, const gchar *name, const gchar *text)
{
  fail_unless (end->signaller != NULL, "%s after stop", name);
  g_string_append_printf (end->story, "%s%s%s\n", name, text != NULL ? " " : "",
      text != NULL ? text : "");
  if (g_strcmp0 (name, end->stop_at) != 0)
    return;
  gst_ice_signaller_stop (end->signaller);
  g_clear_object (&end->signaller);
}

static inline void
end_on_joined (GstIceSignaller *signaller, const gchar *session, End *end)
{
  (void) signaller;
  fail_unless (session != NULL && *session != '\0');
  end_write (end, "joined", NULL);
}

static inline void
end_on_left (GstIceSignaller *signaller, End *end)
{
  (void) signaller;
  end_write (end, "left", NULL);
}

static inline void
end_on_description (GstIceSignaller *signaller, const gchar *text, End *end)
{
  (void) signaller;
  end_write (end, "description", text);
}

static inline void
end_on_candidate (GstIceSignaller *signaller, guint stream, const gchar *text,
    End *end)
{
  g_autofree gchar *both = g_strdup_printf ("%u %s", stream, text);

  (void) signaller;
  end_write (end, "candidate", both);
}

static inline void
end_on_bye (GstIceSignaller *signaller, const gchar *reason, End *end)
{
  (void) signaller;
  end_write (end, "bye", reason);
}

static inline void
end_on_failed (GstIceSignaller *signaller, const GError *error, End *end)
{
  (void) signaller;
  end_write (end, "failed", error->message);
}

static inline void
end_on_refused (GstIceSignaller *signaller, const gchar *what, End *end)
{
  (void) signaller;
  end->n_refused++;
  end_write (end, "refused", what);
}

static inline void
end_on_waiting (GstIceSignaller *signaller, const gchar *where, End *end)
{
  (void) signaller;
  end_write (end, "waiting", where);
}

static inline void
end_listen (End *end)
{
#define LISTEN(signal, handler) \
  g_signal_connect (end->signaller, signal, G_CALLBACK (handler), end)
  LISTEN ("peer-joined", end_on_joined);
  LISTEN ("peer-left", end_on_left);
  LISTEN ("description", end_on_description);
  LISTEN ("candidate", end_on_candidate);
  LISTEN ("bye", end_on_bye);
  LISTEN ("failed", end_on_failed);
  LISTEN ("refused", end_on_refused);
  LISTEN ("waiting", end_on_waiting);
#undef LISTEN
}

static inline void
end_init (End *end, GMainContext *context, const gchar *uri)
{
  g_autoptr (GError) error = NULL;

  *end = (End){ .context = context, .story = g_string_new (NULL) };
  end->signaller = gst_ice_signaller_new_for_uri (uri, &error);
  fail_unless (end->signaller != NULL, "%s", error ? error->message : "");
  end_listen (end);
}

/* The context is the thread's own only while it starts, as it may be with an
 * application's: later work must find it again by itself. */
static inline gboolean
end_try_start (End *end, GError **error)
{
  gboolean started;

  g_main_context_push_thread_default (end->context);
  started = gst_ice_signaller_start (end->signaller, error);
  g_main_context_pop_thread_default (end->context);
  return started;
}

static inline void
end_start (End *end)
{
  g_autoptr (GError) error = NULL;
  fail_unless (end_try_start (end, &error), "%s",
      error != NULL ? error->message : "no error");
}

static inline void
end_stop (End *end)
{
  if (end->signaller != NULL)
    gst_ice_signaller_stop (end->signaller);
}

/* An end that is dropped stops by itself; nobody may hold on to it. */
static inline void
end_clear (End *end)
{
  if (end->signaller != NULL) {
    gpointer alive = end->signaller;

    g_object_add_weak_pointer (G_OBJECT (end->signaller), &alive);
    g_signal_handlers_disconnect_by_data (end->signaller, end);
    g_clear_object (&end->signaller);
    fail_unless (alive == NULL, "somebody still holds the carrier");
  }
  g_string_free (end->story, TRUE);
}

static inline void
end_forget (End *end)
{
  g_string_truncate (end->story, 0);
}

static inline gboolean
end_has (End *end, const gchar *text)
{
  return strstr (end->story->str, text) != NULL;
}

static inline gboolean
wake_up (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

/* Turns the context until `done` says so; what never comes fails the test. */
static inline gboolean
turn_until (GMainContext *context, gboolean (*done) (gpointer), gpointer data)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  g_autoptr (GSource) tick = g_timeout_source_new (20);

  g_source_set_callback (tick, wake_up, NULL, NULL);
  g_source_attach (tick, context);
  while (!done (data) && g_get_monotonic_time () < deadline)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (tick);
  return done (data);
}

typedef struct
{
  End *end;
  const gchar *text;
} Wish;

static inline gboolean
is_fulfilled (gpointer data)
{
  Wish *wish = data;
  return end_has (wish->end, wish->text);
}

static inline void
end_wait (End *end, const gchar *text)
{
  Wish wish = { end, text };

  fail_unless (turn_until (end->context, is_fulfilled, &wish),
      "“%s” never came; the story is:\n%s", text, end->story->str);
}

static inline void
end_description (End *end, const gchar *text)
{
  gst_ice_signaller_send_description (end->signaller, text);
}

/* What happened but for the waiting, which depends on who was first. */
static inline gchar *
end_tell (End *end)
{
  g_auto (GStrv) lines = g_strsplit (end->story->str, "\n", -1);
  GString *told = g_string_new (NULL);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    if (*lines[i] != '\0' && !g_str_has_prefix (lines[i], "waiting "))
      g_string_append_printf (told, "%s\n", lines[i]);
  }
  return g_string_free (told, FALSE);
}

static inline void
end_assert_story (End *end, const gchar *expected)
{
  g_autofree gchar *told = end_tell (end);
  fail_unless_equals_string (told, expected);
}
