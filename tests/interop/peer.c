/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lines of a peer program and the counting of its payloads. The end of
 * standard input ends it, so that no peer outlives the test that started it. */

#include "peer.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "payload.h"

#define STREAMS_MAX 4
#define COMPONENTS_MAX 2
/* A payload every few milliseconds, as media comes. */
#define SEND_INTERVAL_MS 4

typedef struct
{
  guint stream;
  guint component;
  /* To be sent: sequence numbers next..end. */
  guint32 next;
  guint32 end;
  GHashTable *seen;
  guint duplicates;
  guint bad;
  guint expected;
} Channel;

static const PeerAgent *peer;
static Channel channels[STREAMS_MAX][COMPONENTS_MAX];
static GMainLoop *main_loop;
static GString *input;

void
peer_say (const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  printf ("%" G_GINT64_FORMAT " ", g_get_monotonic_time ());
  vprintf (format, args);
  putchar ('\n');
  va_end (args);
  fflush (stdout);
}

static guint8
tag_of (const Channel *channel)
{
  return (guint8) (channel->stream * 16 + channel->component);
}

static void
tell_arrival (Channel *channel)
{
  if (channel->expected == 0 ||
      g_hash_table_size (channel->seen) < channel->expected)
    return;
  channel->expected = 0;
  peer_say ("arrived %u %u %u", channel->stream, channel->component,
      g_hash_table_size (channel->seen));
}

void
peer_received (guint stream, guint component, const guint8 *bytes, gsize length)
{
  Channel *channel = &channels[stream][component - 1];
  guint32 sequence;

  if (!payload_read (bytes, length, tag_of (channel), &sequence))
    channel->bad++;
  else if (!g_hash_table_add (channel->seen, GUINT_TO_POINTER (sequence)))
    channel->duplicates++;
  tell_arrival (channel);
}

static gboolean
send_next (gpointer user_data)
{
  Channel *channel = user_data;
  guint8 bytes[PAYLOAD_MAX];
  gsize length = payload_write (bytes, tag_of (channel), channel->next);

  if (!peer->send (channel->stream, channel->component, bytes, length))
    peer_say ("unsent %u %u %u", channel->stream, channel->component,
        channel->next);
  if (++channel->next < channel->end)
    return G_SOURCE_CONTINUE;
  peer_say ("sent %u %u %u", channel->stream, channel->component,
      channel->next);
  return G_SOURCE_REMOVE;
}

static void
report (const Channel *channel)
{
  peer_say ("received %u %u %u %u %u", channel->stream, channel->component,
      g_hash_table_size (channel->seen), channel->duplicates, channel->bad);
}

static void
forget (Channel *channel)
{
  g_hash_table_remove_all (channel->seen);
  channel->duplicates = 0;
  channel->bad = 0;
  channel->expected = 0;
  channel->next = 0;
  channel->end = 0;
}

static gboolean
run_payload_command (gchar **words, guint count)
{
  guint stream = count > 2 ? (guint) atoi (words[1]) : 0;
  guint component = count > 2 ? (guint) atoi (words[2]) : 0;
  Channel *channel;

  if (stream >= STREAMS_MAX || component < 1 || component > COMPONENTS_MAX)
    return FALSE;
  channel = &channels[stream][component - 1];
  if (g_str_equal (words[0], "send") && count > 3) {
    channel->end += (guint32) atoi (words[3]);
    g_timeout_add (SEND_INTERVAL_MS, send_next, channel);
  } else if (g_str_equal (words[0], "expect") && count > 3) {
    channel->expected = (guint) atoi (words[3]);
    tell_arrival (channel);
  } else if (g_str_equal (words[0], "report")) {
    report (channel);
  } else if (g_str_equal (words[0], "forget")) {
    forget (channel);
  } else {
    return FALSE;
  }
  return TRUE;
}

static gboolean
run_remote_command (gchar **words, guint count)
{
  guint stream = count > 1 ? (guint) atoi (words[1]) : 0;

  if (stream >= STREAMS_MAX)
    return FALSE;
  if (g_str_equal (words[0], "remote-credentials") && count > 3) {
    gboolean lite = count > 4 && g_str_equal (words[4], "lite");

    peer->set_credentials (stream, words[2], words[3], lite);
  } else if (g_str_equal (words[0], "remote-end") && count > 1) {
    peer->end_candidates (stream);
    peer_say ("fed %u", stream);
  } else {
    return FALSE;
  }
  return TRUE;
}

static gboolean
add_candidate (const gchar *line)
{
  guint stream;
  int offset = 0;

  if (sscanf (line, "remote-candidate %u %n", &stream, &offset) != 1 ||
      stream >= STREAMS_MAX)
    return FALSE;
  if (!peer->add_candidate (stream, line + offset))
    peer_say ("refused %u %s", stream, line + offset);
  return TRUE;
}

static void
run_command (const gchar *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint count = g_strv_length (words);

  if (count == 0)
    return;
  if (g_str_equal (words[0], "gather")) {
    peer_say ("gathering");
    peer->gather ();
  } else if (g_str_equal (words[0], "restart")) {
    peer->restart ();
  } else if (g_str_equal (words[0], "quit")) {
    g_main_loop_quit (main_loop);
  } else if (!add_candidate (line) && !run_remote_command (words, count) &&
      !run_payload_command (words, count)) {
    peer_say ("unknown %s", line);
  }
}

static gboolean
read_commands (gint fd, GIOCondition condition, gpointer user_data)
{
  char bytes[4096];
  ssize_t length = read (fd, bytes, sizeof bytes);
  gchar *end;

  (void) condition;
  (void) user_data;
  if (length < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (length <= 0) {
    g_main_loop_quit (main_loop);
    return G_SOURCE_REMOVE;
  }
  g_string_append_len (input, bytes, length);
  while ((end = memchr (input->str, '\n', input->len)) != NULL) {
    g_autofree gchar *line = g_strndup (input->str, (gsize) (end - input->str));

    g_string_erase (input, 0, end - input->str + 1);
    run_command (line);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
parse_options (int *argc, char ***argv, PeerOptions *options)
{
  const GOptionEntry entries[] = { { "controlled", 0, 0, G_OPTION_ARG_NONE,
                                       &options->controlled, NULL, NULL },
    { "lite", 0, 0, G_OPTION_ARG_NONE, &options->lite, NULL, NULL },
    { "regular", 0, 0, G_OPTION_ARG_NONE, &options->regular, NULL, NULL },
    { "aggressive", 0, 0, G_OPTION_ARG_NONE, &options->aggressive, NULL, NULL },
    { "consent", 0, 0, G_OPTION_ARG_NONE, &options->consent, NULL, NULL },
    { "tcp", 0, 0, G_OPTION_ARG_NONE, &options->tcp, NULL, NULL },
    { "streams", 0, 0, G_OPTION_ARG_INT, &options->streams, NULL, "1" },
    { "components", 0, 0, G_OPTION_ARG_INT, &options->components, NULL, "1" },
    { "stun", 0, 0, G_OPTION_ARG_STRING, &options->stun_server, NULL,
        "HOST:PORT" },
    { NULL, 0, 0, 0, NULL, NULL, NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new ("< COMMANDS");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  if (options->streams < 1 || options->streams > STREAMS_MAX ||
      options->components < 1 || options->components > COMPONENTS_MAX) {
    g_printerr ("at most %d streams of %d components\n", STREAMS_MAX,
        COMPONENTS_MAX);
    return FALSE;
  }
  return TRUE;
}

static void
open_channels (void)
{
  guint stream;
  guint index;

  for (stream = 0; stream < STREAMS_MAX; stream++) {
    for (index = 0; index < COMPONENTS_MAX; index++)
      channels[stream][index] = (Channel){ .stream = stream,
        .component = index + 1,
        .seen = g_hash_table_new (NULL, NULL) };
  }
}

static void
close_channels (void)
{
  guint stream;
  guint index;

  for (stream = 0; stream < STREAMS_MAX; stream++) {
    for (index = 0; index < COMPONENTS_MAX; index++)
      g_hash_table_unref (channels[stream][index].seen);
  }
}

int
peer_run (int argc, char **argv, const PeerAgent *agent)
{
  PeerOptions options = { .streams = 1, .components = 1 };

  if (!parse_options (&argc, &argv, &options))
    return 2;
  peer = agent;
  main_loop = g_main_loop_new (NULL, FALSE);
  input = g_string_new (NULL);
  open_channels ();
  peer->open (&options);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, read_commands, NULL);
  g_main_loop_run (main_loop);
  peer->close ();
  close_channels ();
  g_string_free (input, TRUE);
  g_main_loop_unref (main_loop);
  g_free (options.stun_server);
  return 0;
}
