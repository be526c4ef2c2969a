/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two ends in one process, over every carrier, and raw peers that behave as no
 * end of ours would. Only descriptors, a private folder and loopback. */

#include "end.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

typedef enum
{
  UNIX,
  TCP,
  MAILBOX,
  SOCKET_PAIR,
  PIPES,
  N_KINDS,
  /* What can come back: descriptors cannot. */
  N_LASTING_KINDS = SOCKET_PAIR,
} Kind;

static GMainContext *context;
static gchar *folder;
static int fds[4];
static guint16 port;

/* Free a moment ago. A test that stops and starts a listener needs to know. */
static guint16
find_port (void)
{
  g_autoptr (GInetAddress) any =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);

  fail_unless (g_socket_bind (socket, address, TRUE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static void
set_up (void)
{
  context = g_main_context_new ();
  port = find_port ();
  folder = g_dir_make_tmp ("ice-carriers-XXXXXX", NULL);
  fds[0] = fds[1] = fds[2] = fds[3] = -1;
}

/* A test that leaves a file behind fails here. */
static void
tear_down (void)
{
  g_autofree gchar *room = g_build_filename (folder, "room", NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fds); i++) {
    if (fds[i] >= 0)
      close (fds[i]);
  }
  g_main_context_unref (context);
  /* Who made the room may have left it before the other. */
  g_rmdir (room);
  fail_unless (g_rmdir (folder) == 0, "something was left in %s", folder);
  g_free (folder);
}

static gchar *
in_folder (const gchar *name)
{
  return g_build_filename (folder, name, NULL);
}

static gchar *
make_unix_uri (void)
{
  return g_strdup_printf ("unix://%s/socket", folder);
}

static gchar *
make_room_uri (void)
{
  return g_strdup_printf ("file://%s/room", folder);
}

/* fds[0], fds[1] are the first end's in and out, the others the second's. */
static void
open_descriptors (Kind kind)
{
  int pair[2];

  if (kind == SOCKET_PAIR) {
    fail_unless (socketpair (AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    fds[0] = pair[0];
    fds[2] = pair[1];
    return;
  }
  fail_unless (pipe (pair) == 0);
  fds[0] = pair[0];
  fds[3] = pair[1];
  fail_unless (pipe (pair) == 0);
  fds[2] = pair[0];
  fds[1] = pair[1];
}

static gchar *
make_fd_uri (int in, int out)
{
  return out < 0 ? g_strdup_printf ("fd:%d", in)
                 : g_strdup_printf ("fd:%d,%d", in, out);
}

static gchar *
make_first_uri (Kind kind)
{
  switch (kind) {
    case UNIX:
      return make_unix_uri ();
    case TCP:
      return g_strdup_printf ("tcp-listen://127.0.0.1:%u", port);
    case MAILBOX:
      return make_room_uri ();
    default:
      open_descriptors (kind);
      return make_fd_uri (fds[0], fds[1]);
  }
}

static gchar *
make_second_uri (Kind kind)
{
  if (kind == TCP)
    return g_strdup_printf ("tcp://127.0.0.1:%u", port);
  if (kind >= N_LASTING_KINDS)
    return make_fd_uri (fds[2], fds[3]);
  return make_first_uri (kind);
}

/* Both started, both joined, their stories empty. */
static void
start_pair (Kind kind, End *first, End *second)
{
  g_autofree gchar *first_uri = make_first_uri (kind);
  g_autofree gchar *second_uri = NULL;

  end_init (first, context, first_uri);
  end_start (first);
  second_uri = make_second_uri (kind);
  end_init (second, context, second_uri);
  end_start (second);
  end_wait (first, "joined");
  end_wait (second, "joined");
  end_forget (first);
  end_forget (second);
}

static void
say_everything (End *end)
{
  GstIceSignaller *signaller = end->signaller;

  gst_ice_signaller_send_description (signaller, "a=ice-ufrag:one\r\n");
  gst_ice_signaller_send_candidate (signaller, 0, "candidate:1 1 UDP 7 ::1");
  gst_ice_signaller_send_candidate (signaller, 2, "candidate:2 \"ä\"");
  gst_ice_signaller_send_candidate (signaller, 2, "");
  gst_ice_signaller_send_description (signaller, "a=ice-ufrag:two\r\n");
  gst_ice_signaller_send_bye (signaller, "eos");
}

/* The empty line behind a fragment's own line end is left out by end_tell(). */
#define EVERYTHING \
  "description a=ice-ufrag:one\r\ncandidate 0 candidate:1 1 UDP 7 ::1\n" \
  "candidate 2 candidate:2 \"ä\"\ncandidate 2 \n" \
  "description a=ice-ufrag:two\r\nbye eos\n"

/* RFC 8838 §9 [TRK-9-2]: each once, in the order in which it was said. */
GST_START_TEST (both_ends_hear_everything_in_order)
{
  End first, second;

  start_pair (__i__, &first, &second);
  say_everything (&first);
  say_everything (&second);
  end_wait (&first, "bye");
  end_wait (&second, "bye");
  end_assert_story (&first, EVERYTHING);
  end_assert_story (&second, EVERYTHING);
  end_clear (&first);
  end_clear (&second);
}
GST_END_TEST

GST_START_TEST (a_bye_arrives_though_its_sender_stops_at_once)
{
  End first, second;

  start_pair (__i__, &first, &second);
  gst_ice_signaller_send_bye (second.signaller, "closed");
  end_stop (&second);
  end_wait (&first, "bye closed\n");
  end_clear (&first);
  end_clear (&second);
}
GST_END_TEST

GST_START_TEST (a_peer_that_stops_has_left)
{
  End first, second;

  start_pair (__i__, &first, &second);
  end_stop (&second);
  end_wait (&first, "left\n");
  end_assert_story (&first, "left\n");
  end_assert_story (&second, "");
  end_clear (&first);
  end_clear (&second);
}
GST_END_TEST

GST_START_TEST (a_peer_that_returns_joins_again)
{
  gboolean first_leaves = __i__ % 2;
  End first, second, *stays, *goes;

  start_pair (__i__ / 2, &first, &second);
  stays = first_leaves ? &second : &first;
  goes = first_leaves ? &first : &second;
  end_stop (goes);
  end_wait (stays, "left\n");
  end_start (goes);
  end_wait (stays, "joined\n");
  end_wait (goes, "joined\n");
  end_description (goes, "again");
  end_description (stays, "welcome");
  end_wait (stays, "description again\n");
  end_wait (goes, "description welcome\n");
  end_assert_story (stays, "left\njoined\ndescription again\n");
  end_clear (&first);
  end_clear (&second);
}
GST_END_TEST

static const gchar *const moments[] = { "joined", "description", "candidate",
  "bye", "waiting" };

GST_START_TEST (an_end_may_stop_inside_any_signal)
{
  const gchar *moment = moments[__i__ % G_N_ELEMENTS (moments)];
  Kind kind = __i__ / G_N_ELEMENTS (moments);
  g_autofree gchar *first_uri = make_first_uri (kind);
  g_autofree gchar *second_uri = NULL;
  End first, second;

  end_init (&first, context, first_uri);
  end_start (&first);
  second_uri = make_second_uri (kind);
  end_init (&second, context, second_uri);
  second.stop_at = moment;
  end_start (&second);
  if (!g_str_equal (moment, "waiting"))
    end_wait (&first, "joined");
  say_everything (&first);
  /* Waits for no one when the first has come already. */
  if (g_str_equal (moment, "waiting"))
    end_stop (&second);
  else
    end_wait (&second, moment);
  fail_unless (g_str_equal (moment, "waiting") || second.signaller == NULL);
  end_clear (&second);
  if (!g_str_equal (moment, "waiting"))
    end_wait (&first, "left");
  end_clear (&first);
}
GST_END_TEST

GST_START_TEST (nothing_is_kept_for_a_peer_that_is_not_there)
{
  g_autofree gchar *first_uri = make_first_uri (__i__);
  g_autofree gchar *second_uri = NULL;
  End first, second;

  end_init (&first, context, first_uri);
  end_start (&first);
  end_description (&first, "too early");
  second_uri = make_second_uri (__i__);
  end_init (&second, context, second_uri);
  end_start (&second);
  end_wait (&first, "joined");
  end_description (&first, "now");
  end_wait (&second, "description now\n");
  end_assert_story (&second, "joined\ndescription now\n");
  end_clear (&first);
  end_clear (&second);
}
GST_END_TEST

GST_START_TEST (a_third_is_told_to_wait_and_takes_the_free_place)
{
  g_autofree gchar *uri = NULL;
  End first, second, third;

  start_pair (__i__, &first, &second);
  end_forget (&first);
  uri = make_second_uri (__i__);
  end_init (&third, context, uri);
  end_start (&third);
  end_wait (&third, "waiting");
  end_wait (&third, "trying again\n");
  end_description (&first, "still yours");
  end_wait (&second, "description still yours\n");
  end_clear (&second);
  end_wait (&third, "joined\n");
  end_assert_story (&first, "left\njoined\n");
  end_clear (&first);
  end_clear (&third);
}
GST_END_TEST

/* A peer that the test plays itself, line by line. */

typedef struct
{
  int fd;
  GString *got;
  const gchar *text;
} Raw;

static gboolean
raw_has (gpointer data)
{
  Raw *raw = data;
  gchar buffer[4096];
  gssize length;

  while ((length = recv (raw->fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
    g_string_append_len (raw->got, buffer, length);
  return strstr (raw->got->str, raw->text) != NULL;
}

static void
raw_wait (Raw *raw, const gchar *text)
{
  raw->text = text;
  fail_unless (turn_until (context, raw_has, raw), "“%s” never came; got:\n%s",
      text, raw->got->str);
}

static void
raw_send (Raw *raw, const gchar *bytes, gsize length)
{
  fail_unless (send (raw->fd, bytes, length, MSG_NOSIGNAL) == (gssize) length);
}

static void
raw_say (Raw *raw, const gchar *text)
{
  raw_send (raw, text, strlen (text));
}

#define HELLO "{\"type\":\"hello\",\"version\":1,\"session\":\"raw\"}\n"
#define GOOD "{\"type\":\"description\",\"sdpfrag\":\"good\"}\n"

/* An end on one side of a socket pair, the test on the other; joined. */
static void
start_against_raw (End *end, Raw *raw)
{
  g_autofree gchar *uri = make_first_uri (SOCKET_PAIR);

  *raw = (Raw){ .fd = fds[2], .got = g_string_new (NULL) };
  end_init (end, context, uri);
  end_start (end);
  raw_say (raw, HELLO);
  end_wait (end, "joined");
  end_forget (end);
}

static void
clear_raw (End *end, Raw *raw)
{
  end_clear (end);
  g_string_free (raw->got, TRUE);
}

GST_START_TEST (what_is_sent_is_what_is_documented)
{
  End end;
  Raw raw;

  start_against_raw (&end, &raw);
  raw_wait (&raw, "{\"type\":\"hello\",\"version\":1,\"session\":\"");
  raw_wait (&raw, "\",\"to\":\"raw\"}\n");
  say_everything (&end);
  raw_wait (&raw, "{\"type\":\"bye\",\"reason\":\"eos\"}\n");
  fail_unless (
      g_str_has_suffix (raw.got->str,
          "{\"type\":\"description\",\"sdpfrag\":\"a=ice-ufrag:one\\r\\n\"}\n"
          "{\"type\":\"candidate\",\"stream\":0,\"candidate\":"
          "\"candidate:1 1 UDP 7 ::1\"}\n"
          "{\"type\":\"candidate\",\"stream\":2,\"candidate\":"
          "\"candidate:2 \\\"ä\\\"\"}\n"
          "{\"type\":\"end-of-candidates\",\"stream\":2}\n"
          "{\"type\":\"restart\"}\n"
          "{\"type\":\"description\",\"sdpfrag\":\"a=ice-ufrag:two\\r\\n\"}\n"
          "{\"type\":\"bye\",\"reason\":\"eos\"}\n"),
      "%s", raw.got->str);
  clear_raw (&end, &raw);
}
GST_END_TEST

GST_START_TEST (a_line_may_come_in_pieces_and_several_at_once)
{
  static const gchar lines[] =
      "\r\n\n{\"type\":\"candidate\",\"candidate\":\"ä\"}\r\n" GOOD
      "{\"type\":\"restart\"}\n{\"type\":\"something new\"}\n"
      "{\"type\":\"end-of-candidates\",\"stream\":1}\n";
  End end;
  Raw raw;
  gsize i;

  start_against_raw (&end, &raw);
  for (i = 0; i < sizeof lines - 1; i++) {
    raw_send (&raw, &lines[i], 1);
    while (g_main_context_iteration (context, FALSE))
      ;
  }
  raw_say (&raw, lines);
  end_wait (&end, "candidate 1 \ncandidate 0 ä\n");
  end_wait (&end,
      "good\ncandidate 1 \ncandidate 0 ä\ndescription good\n"
      "candidate 1 \n");
  end_assert_story (&end,
      "candidate 0 ä\ndescription good\ncandidate 1 \n"
      "candidate 0 ä\ndescription good\ncandidate 1 \n");
  clear_raw (&end, &raw);
}
GST_END_TEST

typedef struct
{
  const gchar *bytes;
  gsize length;
  const gchar *told;
} Hostile;

#define HOSTILE(bytes, told) \
  { \
    bytes, sizeof bytes - 1, told \
  }

static const Hostile hostile[] = {
  HOSTILE ("not json\n", "“not json”"),
  HOSTILE ("{\"type\":\"candidate\"\n", "“{\"type\":\"candidate\"”"),
  HOSTILE ("{\"type\":5}\n", "has no type"),
  HOSTILE ("{\"type\":\"description\",\"sdpfrag\":7}\n", "no sdpfrag"),
  HOSTILE ("{\"type\":\"bye\"}\0\n", "holds a NUL"),
  HOSTILE ("\0\0\0\0\n", "holds a NUL"),
  HOSTILE ("\xff\xfe\x80\n", "“\\xff\\xfe\\x80”"),
  HOSTILE ("{\"type\":\"\xc3\"}\n", "is not UTF-8"),
  HOSTILE ("GET / HTTP/1.1\r\n", "“GET / HTTP/1.1”"),
  HOSTILE ("\x16\x03\x01\x02\x00\x01\n", "\\x16\\x03"),
};

GST_START_TEST (a_hostile_line_is_told_and_the_next_is_heard)
{
  const Hostile *line = &hostile[__i__];
  End end;
  Raw raw;

  start_against_raw (&end, &raw);
  raw_send (&raw, line->bytes, line->length);
  raw_say (&raw, GOOD);
  end_wait (&end, "description good\n");
  fail_unless_equals_int (end.n_refused, 1);
  fail_unless (end_has (&end, line->told), "%s", end.story->str);
  clear_raw (&end, &raw);
}
GST_END_TEST

/* Sent as fast as it is taken, within one turn of the context each. */
static void
raw_pour (Raw *raw, const gchar *bytes, gsize length)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (length > 0 && g_get_monotonic_time () < deadline) {
    gssize sent = send (raw->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);

    bytes += MAX (sent, 0);
    length -= (gsize) MAX (sent, 0);
    g_main_context_iteration (context, FALSE);
  }
  fail_unless (length == 0, "it stopped reading");
}

GST_START_TEST (a_line_without_end_is_told_once_and_skipped)
{
  gsize length = 3 * 1024 * 1024;
  g_autofree gchar *filler = g_strnfill (length, 'x');
  End end;
  Raw raw;

  start_against_raw (&end, &raw);
  raw_pour (&raw, filler, length);
  raw_say (&raw, "\n" GOOD);
  end_wait (&end, "description good\n");
  fail_unless_equals_int (end.n_refused, 1);
  fail_unless (end_has (&end, "line is too long: “xxx"), "%s", end.story->str);
  clear_raw (&end, &raw);
}
GST_END_TEST

GST_START_TEST (a_description_with_thousands_of_candidates_is_heard)
{
  g_autofree gchar *filler = g_strnfill (255 * 1024, 'c');
  g_autofree gchar *wish = g_strdup_printf ("description %s\n", filler);
  End first, second;

  start_pair (__i__, &first, &second);
  end_description (&first, filler);
  end_wait (&second, wish);
  end_clear (&first);
  end_clear (&second);
}
GST_END_TEST

GST_START_TEST (a_flood_of_noise_is_told_in_part_and_loses_nothing)
{
  g_autoptr (GString) noise = g_string_new (NULL);
  End end;
  Raw raw;
  guint i;

  start_against_raw (&end, &raw);
  for (i = 0; i < 5000; i++)
    g_string_append (noise, "?\n");
  g_string_append (noise, GOOD);
  raw_pour (&raw, noise->str, noise->len);
  end_wait (&end, "description good\n");
  fail_unless (end.n_refused >= 8, "%u", end.n_refused);
  /* Eight and one a second; far from five thousand on any machine. */
  fail_unless (end.n_refused < 100, "%u", end.n_refused);
  clear_raw (&end, &raw);
}
GST_END_TEST

static gboolean
on_beat (gpointer data)
{
  (*(guint *) data)++;
  return G_SOURCE_CONTINUE;
}

/* The agent's checks are on the same context: a turn ends soon. */
GST_START_TEST (a_flood_leaves_the_context_to_others)
{
  g_autoptr (GString) flood = g_string_new (NULL);
  g_autoptr (GSource) beat = g_idle_source_new ();
  guint beats = 0, i;
  End end;
  Raw raw;

  start_against_raw (&end, &raw);
  for (i = 0; i < 4000; i++)
    g_string_append (flood, "{\"type\":\"restart\"}\n");
  g_string_append (flood, GOOD);
  g_source_set_callback (beat, on_beat, &beats, NULL);
  g_source_attach (beat, context);
  raw_pour (&raw, flood->str, flood->len);
  end_wait (&end, "description good\n");
  g_source_destroy (beat);
  fail_unless (beats >= 4000 / 64, "%u", beats);
  clear_raw (&end, &raw);
}
GST_END_TEST

static gboolean
has_left (gpointer data)
{
  g_autofree gchar *much = g_strnfill (64 * 1024, 'm');
  End *end = data;

  end_description (end, much);
  return end_has (end, "left");
}

GST_START_TEST (a_peer_that_never_reads_is_given_up)
{
  End end;
  Raw raw;

  start_against_raw (&end, &raw);
  fail_unless (turn_until (context, has_left, &end));
  end_assert_story (&end, "left\n");
  clear_raw (&end, &raw);
}
GST_END_TEST

GST_START_TEST (nothing_counts_before_hello)
{
  g_autofree gchar *uri = make_first_uri (SOCKET_PAIR);
  Raw raw = { .fd = fds[2], .got = g_string_new (NULL) };
  End end;

  end_init (&end, context, uri);
  end_start (&end);
  raw_say (&raw, GOOD HELLO "{\"type\":\"description\",\"sdpfrag\":\"2\"}\n");
  end_wait (&end, "description 2\n");
  end_assert_story (&end,
      "refused came before hello: a description or candidate\njoined\n"
      "description 2\n");
  clear_raw (&end, &raw);
}
GST_END_TEST

GST_START_TEST (a_carrier_that_ends_where_it_begins_is_told)
{
  g_autofree gchar *uri = make_first_uri (SOCKET_PAIR);
  Raw raw = { .fd = fds[2], .got = g_string_new (NULL) };
  End end;

  end_init (&end, context, uri);
  end_start (&end);
  raw_wait (&raw, "\n");
  raw_say (&raw, raw.got->str);
  end_wait (&end, "refused our own hello came back");
  clear_raw (&end, &raw);
}
GST_END_TEST

/* Somebody between us carries on while the peer behind it is started again. */
GST_START_TEST (another_session_on_one_connection_is_another_peer)
{
  End end;
  Raw raw;

  start_against_raw (&end, &raw);
  g_string_truncate (raw.got, 0);
  raw_say (&raw,
      HELLO HELLO "{\"type\":\"hello\",\"version\":1,\"session\":\"raw2\"}\n");
  end_wait (&end, "joined");
  end_assert_story (&end, "left\njoined\n");
  raw_wait (&raw, "\"to\":\"raw2\"");
  fail_unless (strstr (raw.got->str, "\"to\":\"raw\"") == NULL ||
      strstr (raw.got->str, "\"to\":\"raw\"") ==
          g_strrstr (raw.got->str, "\"to\":\"raw\""));
  clear_raw (&end, &raw);
}
GST_END_TEST

GST_START_TEST (a_descriptor_that_ends_before_hello_is_a_failure)
{
  g_autofree gchar *uri = make_first_uri (__i__);
  End end;

  end_init (&end, context, uri);
  end_start (&end);
  close (fds[2]);
  fds[2] = -1;
  if (fds[3] >= 0)
    close (fds[3]);
  fds[3] = -1;
  end_wait (&end, "failed");
  fail_unless (end_has (&end, "closed before anyone said hello"));
  end_clear (&end);
}
GST_END_TEST

/* The process's own standard descriptors are the end's for a moment. */
GST_START_TEST (what_else_is_printed_on_stdout_is_passed_over)
{
  int in = dup (STDIN_FILENO), out = dup (STDOUT_FILENO);
  Raw raw = { .got = g_string_new (NULL) };
  End end;

  open_descriptors (SOCKET_PAIR);
  raw.fd = fds[2];
  fflush (stdout);
  dup2 (fds[0], STDIN_FILENO);
  dup2 (fds[0], STDOUT_FILENO);
  end_init (&end, context, "stdio:");
  end_start (&end);
  raw_say (&raw, "Setting pipeline to PAUSED ...\n" HELLO "{nonsense\n" GOOD);
  end_wait (&end, "description good\n");
  end_assert_story (&end,
      "joined\nrefused is not JSON: “{nonsense”\ndescription good\n");
  raw_wait (&raw, "\"type\":\"hello\"");
  clear_raw (&end, &raw);
  dup2 (in, STDIN_FILENO);
  dup2 (out, STDOUT_FILENO);
  close (in);
  close (out);
}
GST_END_TEST

GST_START_TEST (descriptors_stay_open_for_their_owner)
{
  End first, second;

  start_pair (__i__, &first, &second);
  end_clear (&first);
  end_clear (&second);
  fail_unless (fcntl (fds[0], F_GETFD) >= 0);
  fail_unless (fcntl (fds[2], F_GETFD) >= 0);
  fail_if (fcntl (fds[0], F_GETFL) & O_NONBLOCK);
}
GST_END_TEST

GST_START_TEST (a_recorded_conversation_may_be_a_file)
{
  g_autofree gchar *path = in_folder ("recorded");
  g_autofree gchar *uri = NULL;
  End end;

  fail_unless (g_file_set_contents (path, HELLO GOOD, -1, NULL));
  fds[0] = open (path, O_RDONLY | O_CLOEXEC);
  fds[1] = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  g_unlink (path);
  uri = make_fd_uri (fds[0], fds[1]);
  end_init (&end, context, uri);
  end_start (&end);
  end_wait (&end, "left");
  end_assert_story (&end, "joined\ndescription good\nleft\n");
  end_clear (&end);
}
GST_END_TEST

static void
assert_cannot_start (const gchar *uri, const gchar *says)
{
  g_autoptr (GError) error = NULL;
  End end;

  end_init (&end, context, uri);
  fail_if (end_try_start (&end, &error), "%s was started", uri);
  fail_unless (strstr (error->message, says) != NULL, "%s: %s", uri,
      error->message);
  end_clear (&end);
}

GST_START_TEST (a_setting_that_cannot_work_fails_at_once)
{
  g_autofree gchar *no_folder = g_strdup_printf ("unix://%s/no/x", folder);
  g_autofree gchar *no_room = g_strdup_printf ("file://%s/no/x", folder);
  g_autofree gchar *path = in_folder ("plain");
  g_autofree gchar *plain = g_strconcat ("unix://", path, NULL);
  g_autofree gchar *plain_room = g_strconcat ("file://", path, NULL);

  assert_cannot_start (no_folder, "/no/x");
  assert_cannot_start (no_room, "/no/x");
  assert_cannot_start ("fd:900", "descriptor 900 is not open for reading");
  assert_cannot_start ("tcp-listen://192.0.2.1:5000", "port 5000");
  fail_unless (g_file_set_contents (path, "precious", -1, NULL));
  assert_cannot_start (plain, "something else than a socket");
  assert_cannot_start (plain_room, "mailbox");
  fail_unless (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_unlink (path);
}
GST_END_TEST

GST_START_TEST (a_descriptor_of_the_wrong_direction_fails_at_once)
{
  g_autofree gchar *wrong = NULL;

  open_descriptors (PIPES);
  wrong = make_fd_uri (fds[0], fds[2]);
  assert_cannot_start (wrong, "is not open for writing");
}
GST_END_TEST

GST_START_TEST (a_port_in_use_fails_at_once)
{
  g_autofree gchar *uri = g_strdup_printf ("tcp-listen://:%u", port);
  End end;

  end_init (&end, context, uri);
  end_start (&end);
  assert_cannot_start (uri, "cannot listen on TCP port");
  end_clear (&end);
}
GST_END_TEST

GST_START_TEST (a_port_of_its_own_choice_is_told)
{
  g_autofree gchar *uri = NULL;
  End listener, end;

  end_init (&listener, context, "tcp-listen://:0");
  end_start (&listener);
  uri = g_strdup_printf ("tcp://[::1]:%d",
      atoi (strstr (listener.story->str, "port ") + strlen ("port ")));
  end_init (&end, context, uri);
  end_start (&end);
  end_wait (&listener, "joined");
  end_clear (&listener);
  end_clear (&end);
}
GST_END_TEST

GST_START_TEST (who_connects_may_be_there_before_who_listens)
{
  g_autofree gchar *listener_uri = make_first_uri (TCP);
  g_autofree gchar *uri = make_second_uri (TCP);
  End listener, end;

  end_init (&end, context, uri);
  end_start (&end);
  end_wait (&end, "trying again");
  fail_unless (end_has (&end, "refused"), "%s", end.story->str);
  end_init (&listener, context, listener_uri);
  end_start (&listener);
  end_wait (&end, "joined");
  end_wait (&listener, "joined");
  end_clear (&end);
  end_clear (&listener);
}
GST_END_TEST

/* The name cannot even be asked for, so that no query leaves this host. */
GST_START_TEST (a_name_that_does_not_resolve_is_waited_for)
{
  End end;

  end_init (&end, context, "tcp://a..b:5000");
  end_start (&end);
  end_wait (&end, "nobody at tcp://a..b:5000, trying again");
  end_clear (&end);
}
GST_END_TEST

GST_START_TEST (a_caller_who_says_nothing_keeps_nobody_out)
{
  g_autoptr (GSocketConnection) scanner = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *listener_uri = make_first_uri (TCP);
  g_autofree gchar *uri = make_second_uri (TCP);
  End listener, end;

  end_init (&listener, context, listener_uri);
  end_start (&listener);
  scanner = g_socket_client_connect_to_host (client, uri + strlen ("tcp://"), 1,
      NULL, &error);
  fail_unless (scanner != NULL, "%s", error ? error->message : "");
  end_init (&end, context, uri);
  end_start (&end);
  end_wait (&end, "joined");
  end_wait (&listener, "joined");
  end_clear (&end);
  end_clear (&listener);
}
GST_END_TEST

/* A process that bound the path and died; what it leaves is a file. */
static GSocket *
bind_raw (const gchar *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);

  fail_unless (g_socket_bind (socket, address, FALSE, NULL));
  fail_unless (g_socket_listen (socket, NULL));
  return socket;
}

GST_START_TEST (the_file_of_a_dead_process_is_replaced)
{
  g_autofree gchar *path = in_folder ("socket");
  End first, second;

  g_object_unref (bind_raw (path));
  fail_unless (g_file_test (path, G_FILE_TEST_EXISTS));
  start_pair (UNIX, &first, &second);
  end_clear (&second);
  fail_unless (g_file_test (path, G_FILE_TEST_EXISTS));
  end_clear (&first);
  fail_if (g_file_test (path, G_FILE_TEST_EXISTS));
}
GST_END_TEST

GST_START_TEST (who_connected_takes_over_when_who_bound_dies)
{
  g_autofree gchar *path = in_folder ("socket");
  g_autofree gchar *uri = make_unix_uri ();
  GSocket *binder = bind_raw (path);
  GSocket *accepted;
  End end, returning;
  Raw raw;

  end_init (&end, context, uri);
  end_start (&end);
  accepted = g_socket_accept (binder, NULL, NULL);
  raw = (Raw){ .fd = g_socket_get_fd (accepted), .got = g_string_new (0) };
  raw_say (&raw, HELLO);
  end_wait (&end, "joined");
  end_forget (&end);
  g_object_unref (binder);
  g_object_unref (accepted);
  end_wait (&end, "left");
  end_wait (&end, "nobody has come to unix://");
  end_init (&returning, context, uri);
  end_start (&returning);
  end_wait (&returning, "joined");
  end_wait (&end, "joined");
  end_clear (&returning);
  clear_raw (&end, &raw);
}
GST_END_TEST

GST_START_TEST (a_lock_that_others_hold_is_waited_for)
{
  g_autofree gchar *path = in_folder ("socket");
  g_autofree gchar *uri = make_unix_uri ();
  int lock = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  End end;

  g_object_unref (bind_raw (path));
  fail_unless (flock (lock, LOCK_EX) == 0);
  end_init (&end, context, uri);
  end_start (&end);
  end_wait (&end, "is busy, trying again");
  close (lock);
  end_wait (&end, "nobody has come to");
  end_clear (&end);
}
GST_END_TEST

GST_START_TEST (a_file_that_is_not_ours_any_more_stays)
{
  g_autofree gchar *path = in_folder ("socket");
  g_autofree gchar *uri = make_unix_uri ();
  End end;

  end_init (&end, context, uri);
  end_start (&end);
  g_unlink (path);
  fail_unless (g_file_set_contents (path, "", 0, NULL));
  end_clear (&end);
  fail_unless (g_unlink (path) == 0);
}
GST_END_TEST

/* Each in its own thread, so that they really come at the same time. */
typedef struct
{
  gchar *uri;
  GMutex *gate;
  gboolean joined;
} Racer;

static gpointer
race (gpointer data)
{
  Racer *racer = data;
  g_autoptr (GMainContext) own = g_main_context_new ();
  End end;

  end_init (&end, own, racer->uri);
  g_mutex_lock (racer->gate);
  g_mutex_unlock (racer->gate);
  end_start (&end);
  end_wait (&end, "joined");
  end_description (&end, "met");
  end_wait (&end, "description met\n");
  racer->joined = TRUE;
  end_clear (&end);
  return NULL;
}

GST_START_TEST (two_that_come_at_once_meet)
{
  Kind kind = __i__ % 2 ? MAILBOX : UNIX;
  g_autofree gchar *path = in_folder ("socket");
  GMutex gate;
  Racer racers[2] = { { .gate = &gate }, { .gate = &gate } };
  GThread *threads[2];
  guint i;

  /* Half of them find a dead file. */
  if (kind == UNIX && __i__ % 4)
    g_object_unref (bind_raw (path));
  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  for (i = 0; i < 2; i++) {
    racers[i].uri = make_first_uri (kind);
    threads[i] = g_thread_new ("racer", race, &racers[i]);
  }
  g_mutex_unlock (&gate);
  for (i = 0; i < 2; i++) {
    g_thread_join (threads[i]);
    fail_unless (racers[i].joined);
    g_free (racers[i].uri);
  }
  g_mutex_clear (&gate);
}
GST_END_TEST

static gchar *
in_room (const gchar *name)
{
  return g_build_filename (folder, "room", name, NULL);
}

GST_START_TEST (letters_of_the_dead_are_not_read_and_are_removed)
{
  g_autofree gchar *room = in_folder ("room");
  g_autofree gchar *a = in_room ("a.jsonl");
  g_autofree gchar *b = in_room ("b.jsonl");
  g_autofree gchar *uri = make_room_uri ();
  g_autofree gchar *contents = NULL;
  End end;

  fail_unless (g_mkdir (room, 0700) == 0);
  fail_unless (g_file_set_contents (a, HELLO GOOD, -1, NULL));
  fail_unless (g_file_set_contents (b, HELLO GOOD, -1, NULL));
  end_init (&end, context, uri);
  end_start (&end);
  end_wait (&end, "nobody else is in file://");
  end_assert_story (&end, "");
  fail_if (g_file_test (b, G_FILE_TEST_EXISTS));
  fail_unless (g_file_get_contents (a, &contents, NULL, NULL));
  fail_if (strstr (contents, "raw") != NULL);
  end_clear (&end);
  fail_unless (g_rmdir (room) == 0);
}
GST_END_TEST

/* Plays a side of a mailbox: a locked file under the role's name. */
static int
write_letter (const gchar *path, const gchar *text)
{
  int fd = open (path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  fail_unless (flock (fd, LOCK_EX | LOCK_NB) == 0);
  fail_unless (write (fd, text, strlen (text)) == (gssize) strlen (text));
  return fd;
}

static gchar *
find_session (const gchar *path)
{
  g_autofree gchar *contents = NULL;
  const gchar *found;

  fail_unless (g_file_get_contents (path, &contents, NULL, NULL));
  found = strstr (contents, "\"session\":\"");
  fail_unless (found != NULL, "%s", contents);
  found += strlen ("\"session\":\"");
  return g_strndup (found, strcspn (found, "\""));
}

GST_START_TEST (a_letter_to_somebody_else_is_not_read)
{
  g_autofree gchar *a = in_room ("a.jsonl");
  g_autofree gchar *b = in_room ("b.jsonl");
  g_autofree gchar *uri = make_room_uri ();
  g_autofree gchar *session = NULL;
  g_autofree gchar *answer = NULL;
  End end;
  int fd;

  end_init (&end, context, uri);
  end_start (&end);
  session = find_session (a);
  fd = write_letter (b, HELLO GOOD);
  answer = g_strdup_printf ("{\"type\":\"hello\",\"session\":\"raw\",\"to\":"
                            "\"%s\"}\n{\"type\":\"bye\",\"reason\":\"x\"}\n",
      session);
  fail_unless (write (fd, answer, strlen (answer)) > 0);
  end_wait (&end, "bye x\n");
  end_assert_story (&end, "joined\nbye x\n");
  end_forget (&end);
  /* It dies: the kernel lets the lock go, the file stays. */
  close (fd);
  end_wait (&end, "left\nwaiting nobody else is in");
  fail_if (g_file_test (b, G_FILE_TEST_EXISTS));
  end_clear (&end);
}
GST_END_TEST

GST_START_TEST (another_peer_gets_a_new_file)
{
  g_autofree gchar *a = in_room ("a.jsonl");
  g_autofree gchar *contents = NULL;
  End first, second;

  start_pair (MAILBOX, &first, &second);
  end_description (&first, "stale");
  end_wait (&second, "description stale\n");
  end_stop (&second);
  end_wait (&first, "left\n");
  end_forget (&second);
  end_start (&second);
  end_wait (&second, "joined\n");
  fail_unless (g_file_get_contents (a, &contents, NULL, NULL));
  fail_if (strstr (contents, "stale") != NULL, "%s", contents);
  end_clear (&first);
  end_clear (&second);
}
GST_END_TEST

GST_START_TEST (letters_are_for_nobody_else_s_eyes)
{
  g_autofree gchar *room = in_folder ("room");
  g_autofree gchar *a = in_room ("a.jsonl");
  End first, second;
  GStatBuf file;

  start_pair (MAILBOX, &first, &second);
  fail_unless (g_stat (a, &file) == 0);
  fail_unless_equals_int (file.st_mode & 0777, 0600);
  fail_unless (g_stat (room, &file) == 0);
  fail_unless_equals_int (file.st_mode & 0777, 0700);
  end_clear (&second);
  end_clear (&first);
  fail_if (g_file_test (room, G_FILE_TEST_EXISTS));
}
GST_END_TEST

GST_START_TEST (two_in_an_emptied_room_meet_again)
{
  g_autofree gchar *room = in_folder ("room");
  g_autofree gchar *a = in_room ("a.jsonl");
  g_autofree gchar *b = in_room ("b.jsonl");
  End first, second;

  start_pair (MAILBOX, &first, &second);
  fail_unless (g_unlink (a) == 0 && g_unlink (b) == 0);
  fail_unless (g_rmdir (room) == 0);
  end_wait (&first, "joined");
  end_wait (&second, "joined");
  end_forget (&second);
  end_description (&first, "again");
  end_wait (&second, "description again\n");
  end_clear (&second);
  end_clear (&first);
  fail_if (g_file_test (room, G_FILE_TEST_EXISTS));
}
GST_END_TEST

static Suite *
carriers_suite (void)
{
  Suite *suite = suite_create ("carriers");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_loop_test (tc, both_ends_hear_everything_in_order, 0, N_KINDS);
  tcase_add_loop_test (tc, a_bye_arrives_though_its_sender_stops_at_once, 0,
      N_KINDS);
  tcase_add_loop_test (tc, a_peer_that_stops_has_left, 0, N_LASTING_KINDS);
  tcase_add_loop_test (tc, a_peer_that_returns_joins_again, 0,
      2 * N_LASTING_KINDS);
  tcase_add_loop_test (tc, an_end_may_stop_inside_any_signal, 0,
      N_LASTING_KINDS * G_N_ELEMENTS (moments));
  tcase_add_loop_test (tc, nothing_is_kept_for_a_peer_that_is_not_there, 0,
      N_KINDS);
  tcase_add_loop_test (tc, a_third_is_told_to_wait_and_takes_the_free_place, 0,
      N_LASTING_KINDS);
  tcase_add_test (tc, what_is_sent_is_what_is_documented);
  tcase_add_test (tc, a_line_may_come_in_pieces_and_several_at_once);
  tcase_add_loop_test (tc, a_hostile_line_is_told_and_the_next_is_heard, 0,
      G_N_ELEMENTS (hostile));
  tcase_add_test (tc, a_line_without_end_is_told_once_and_skipped);
  tcase_add_loop_test (tc, a_description_with_thousands_of_candidates_is_heard,
      0, N_KINDS);
  tcase_add_test (tc, a_flood_of_noise_is_told_in_part_and_loses_nothing);
  tcase_add_test (tc, a_flood_leaves_the_context_to_others);
  tcase_add_test (tc, a_peer_that_never_reads_is_given_up);
  tcase_add_test (tc, nothing_counts_before_hello);
  tcase_add_test (tc, a_carrier_that_ends_where_it_begins_is_told);
  tcase_add_test (tc, another_session_on_one_connection_is_another_peer);
  tcase_add_loop_test (tc, a_descriptor_that_ends_before_hello_is_a_failure,
      SOCKET_PAIR, N_KINDS);
  tcase_add_test (tc, what_else_is_printed_on_stdout_is_passed_over);
  tcase_add_loop_test (tc, descriptors_stay_open_for_their_owner, SOCKET_PAIR,
      N_KINDS);
  tcase_add_test (tc, a_recorded_conversation_may_be_a_file);
  tcase_add_test (tc, a_setting_that_cannot_work_fails_at_once);
  tcase_add_test (tc, a_descriptor_of_the_wrong_direction_fails_at_once);
  tcase_add_test (tc, a_port_in_use_fails_at_once);
  tcase_add_test (tc, a_port_of_its_own_choice_is_told);
  tcase_add_test (tc, who_connects_may_be_there_before_who_listens);
  tcase_add_test (tc, a_name_that_does_not_resolve_is_waited_for);
  tcase_add_test (tc, a_caller_who_says_nothing_keeps_nobody_out);
  tcase_add_test (tc, the_file_of_a_dead_process_is_replaced);
  tcase_add_test (tc, who_connected_takes_over_when_who_bound_dies);
  tcase_add_test (tc, a_lock_that_others_hold_is_waited_for);
  tcase_add_test (tc, a_file_that_is_not_ours_any_more_stays);
  tcase_add_loop_test (tc, two_that_come_at_once_meet, 0, 16);
  tcase_add_test (tc, letters_of_the_dead_are_not_read_and_are_removed);
  tcase_add_test (tc, a_letter_to_somebody_else_is_not_read);
  tcase_add_test (tc, another_peer_gets_a_new_file);
  tcase_add_test (tc, letters_are_for_nobody_else_s_eyes);
  tcase_add_test (tc, two_in_an_emptied_room_meet_again);
  return suite;
}

GST_CHECK_MAIN (carriers)
