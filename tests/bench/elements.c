/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a packet costs the pipeline's own threads in icesink and icesrc, beside
 * udpsink and udpsrc, and nicesink and nicesrc, in the same process and in turns.
 * Medians of the threads' CPU time, for three cases:
 * - the sink, while nobody reads at the other end: over loopback the sender pays
 *   for waking the reader, the more the sooner that one is back asleep;
 * - the source when it waits for each list;
 * - the source when it has fallen behind and finds packets queued. */

#include "ends.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SIZE 1200
#define ROUNDS 21
#define PACKETS_PER_ROUND 1600
/* What fits the smallest default buffer of the kernel, nicesrc's. */
#define QUEUED 64

typedef struct
{
  const char *name;
  gboolean there;
  Ends ends;
  GstPad *pad; /* feeds the sink */

  GMutex lock; /* guards what follows */
  GCond changed;
  guint n_out;
  guint64 src_cpu;  /* of the source's thread, at the last packet */
  gboolean blocked; /* downstream of the source nothing moves */

  gdouble sink_rounds[ROUNDS];
  gdouble waiting_rounds[ROUNDS];
  gdouble behind_rounds[ROUNDS];
} Family;

static guint64
cpu_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (guint64) now.tv_sec * GST_SECOND + (guint64) now.tv_nsec;
}

/* --- the scene ---------------------------------------------------------- */

static GstPadProbeReturn
on_packets (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Family *family = user_data;
  guint n = 1;

  (void) pad;
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    n = gst_buffer_list_length (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  g_mutex_lock (&family->lock);
  family->n_out += n;
  family->src_cpu = cpu_now ();
  g_cond_broadcast (&family->changed);
  while (family->blocked)
    g_cond_wait (&family->changed, &family->lock);
  g_mutex_unlock (&family->lock);
  return GST_PAD_PROBE_DROP;
}

static void
wait_out (Family *family, guint n)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  g_mutex_lock (&family->lock);
  while (family->n_out < n) {
    if (!g_cond_wait_until (&family->changed, &family->lock, end))
      ends_fail ("a packet was lost");
  }
  g_mutex_unlock (&family->lock);
}

static void
feed (Family *family)
{
  g_autoptr (GstPad) sink =
      gst_element_get_static_pad (family->ends.sink, "sink");
  GstSegment segment;

  family->pad = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_active (family->pad, TRUE);
  if (gst_pad_link (family->pad, sink) != GST_PAD_LINK_OK)
    ends_fail ("cannot link");
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (family->pad, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (family->pad,
      gst_event_new_caps (gst_caps_new_empty_simple ("application/"
                                                     "octet-stream")));
  gst_pad_push_event (family->pad, gst_event_new_segment (&segment));
}

static void
set_up (Family *family)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (family->ends.src, "src");
  GstElement *elements[] = { family->ends.src, family->ends.sink };
  guint i;

  g_mutex_init (&family->lock);
  g_cond_init (&family->changed);
  gst_pad_add_probe (src,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packets,
      family, NULL);
  for (i = 0; i < G_N_ELEMENTS (elements); i++) {
    GstClock *clock = gst_system_clock_obtain ();

    gst_element_set_clock (elements[i], clock);
    gst_element_set_base_time (elements[i], gst_clock_get_time (clock));
    gst_object_unref (clock);
    if (gst_element_set_state (elements[i], GST_STATE_PLAYING) ==
        GST_STATE_CHANGE_FAILURE)
      ends_fail ("an element does not start");
  }
  family->ends.connect (&family->ends);
  feed (family);
}

static void
tear_down (Family *family)
{
  gst_element_set_state (family->ends.sink, GST_STATE_NULL);
  gst_element_set_state (family->ends.src, GST_STATE_NULL);
  family->ends.clear (&family->ends);
  gst_object_unref (family->pad);
  gst_object_unref (family->ends.sink);
  gst_object_unref (family->ends.src);
  g_mutex_clear (&family->lock);
  g_cond_clear (&family->changed);
}

/* --- rounds ------------------------------------------------------------- */

static GstBufferList *
new_list (guint n)
{
  GstBufferList *list = gst_buffer_list_new_sized (n);
  guint i;

  for (i = 0; i < n; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, SIZE, NULL);

    gst_buffer_memset (buffer, 0, 0x80, SIZE);
    gst_buffer_list_add (list, buffer);
  }
  return list;
}

/* One buffer alone is pushed as a buffer: that is what payloaders do. Returns
 * the CPU time of it. */
static guint64
push (Family *family, GstBufferList *list)
{
  guint64 start = cpu_now ();
  GstFlowReturn result;

  if (gst_buffer_list_length (list) == 1)
    result = gst_pad_push (family->pad,
        gst_buffer_ref (gst_buffer_list_get (list, 0)));
  else
    result = gst_pad_push_list (family->pad, gst_buffer_list_ref (list));
  if (result != GST_FLOW_OK)
    ends_fail ("a push failed");
  return cpu_now () - start;
}

static void
set_blocked (Family *family, gboolean blocked)
{
  g_mutex_lock (&family->lock);
  family->blocked = blocked;
  g_cond_broadcast (&family->changed);
  g_mutex_unlock (&family->lock);
}

static gdouble
run_waiting (Family *family, GstBufferList *list, guint batch)
{
  guint64 before;
  guint pushed;

  family->n_out = 0;
  push (family, list); /* so that the source's clock is read from here on */
  wait_out (family, batch);
  before = family->src_cpu;
  for (pushed = batch; pushed < PACKETS_PER_ROUND; pushed += batch) {
    push (family, list);
    wait_out (family, pushed + batch);
  }
  return (gdouble) (family->src_cpu - before) / (pushed - batch);
}

/* The source's thread is held with one packet in its hand, a queue builds up
 * behind it, and is let go. */
static void
run_behind (Family *family, GstBufferList *list, guint batch, gdouble *out_sink,
    gdouble *out_src)
{
  g_autoptr (GstBufferList) first = new_list (1);
  guint64 sink = 0, src = 0;
  guint total = 0, n;

  while (total < PACKETS_PER_ROUND) {
    guint64 before;

    family->n_out = 0;
    set_blocked (family, TRUE);
    push (family, first);
    wait_out (family, 1);
    before = family->src_cpu;
    for (n = 0; n + batch <= QUEUED; n += batch)
      sink += push (family, list);
    set_blocked (family, FALSE);
    wait_out (family, 1 + n);
    src += family->src_cpu - before;
    total += n;
  }
  *out_sink = (gdouble) sink / total;
  *out_src = (gdouble) src / total;
}

static void
run_round (Family *family, guint round, guint batch)
{
  g_autoptr (GstBufferList) list = new_list (batch);

  family->waiting_rounds[round] = run_waiting (family, list, batch);
  run_behind (family, list, batch, &family->sink_rounds[round],
      &family->behind_rounds[round]);
}

static int
compare (const void *a, const void *b)
{
  gdouble left = *(const gdouble *) a, right = *(const gdouble *) b;

  return left < right ? -1 : left > right;
}

static gdouble
median (gdouble *rounds)
{
  qsort (rounds, ROUNDS, sizeof rounds[0], compare);
  return rounds[ROUNDS / 2];
}

/* The first family is the measure of the others. */
static void
print_case (Family *families, guint n, const char *what, gsize rounds)
{
  gdouble reference = 0;
  guint i;

  printf ("  %-20s", what);
  for (i = 0; i < n; i++) {
    gdouble ns;

    if (!families[i].there)
      continue;
    ns = median (G_STRUCT_MEMBER_P (&families[i], rounds));
    if (i == 0)
      reference = ns;
    printf ("  %s %6.0f ns (%.2f)", families[i].name, ns, ns / reference);
  }
  printf ("\n");
}

static void
compare_families (Family *families, guint n, guint batch)
{
  guint round, i;

  for (round = 0; round < ROUNDS; round++)
    for (i = 0; i < n; i++)
      if (families[i].there)
        run_round (&families[i], round, batch);
  printf ("lists of %u, %u bytes, CPU a packet\n", batch, SIZE);
  print_case (families, n, "sink", G_STRUCT_OFFSET (Family, sink_rounds));
  print_case (families, n, "source, waiting",
      G_STRUCT_OFFSET (Family, waiting_rounds));
  print_case (families, n, "source, behind",
      G_STRUCT_OFFSET (Family, behind_rounds));
}

int
main (int argc, char **argv)
{
  static const guint batches[] = { 1, 4, 16 };
  static gboolean (*const make[]) (Ends *) = { ends_of_udp, ends_of_ice,
    ends_of_nice };
  static Family families[] = {
    { .name = "udp" },
    { .name = "ice" },
    { .name = "nice" },
  };
  guint i;

  gst_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (families); i++) {
    families[i].there = make[i](&families[i].ends);
    if (families[i].there)
      set_up (&families[i]);
    else if (i < 2)
      ends_fail ("the udp and ice elements are needed");
    else
      printf ("%ssink and %ssrc are not installed: left out\n",
          families[i].name, families[i].name);
  }
  for (i = 0; i < G_N_ELEMENTS (batches); i++)
    compare_families (families, G_N_ELEMENTS (families), batches[i]);
  for (i = 0; i < G_N_ELEMENTS (families); i++)
    if (families[i].there)
      tear_down (&families[i]);
  return 0;
}
