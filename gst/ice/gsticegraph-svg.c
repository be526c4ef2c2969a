/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timeline as a picture: a row for each server and each pair, a mark for each
 * datagram and event, the agent's state along the top. The time axis is
 * logarithmic, so that a check of a millisecond and a server's timeout of
 * seconds are both to be seen. Plain SVG 1.1, no script, no foreign font. */

#include "gsticegraph.h"

#include <math.h>

#include "gsticecandidate.h"

#define LEFT 330.0
#define WIDTH 1000.0
#define RIGHT 40.0
#define TOP 92.0
#define ROW 32.0
#define ROWS_MAX 60
/* Below this the axis is nearly linear. */
#define KNEE_MS 4.0

typedef enum
{
  ROW_SERVER,
  ROW_PAIR,
} RowKind;

typedef struct
{
  RowKind kind;
  guint rank; /* rows are drawn by it */
  NetAddr local;
  NetAddr remote;
  const IcePairInfo *pair;
  const GstIceServerResult *server;
} Row;

typedef struct
{
  const GstIcePicture *picture;
  GString *svg;
  GArray *rows; /* Row */
  gdouble end;  /* ms */
} Drawing;

static const gchar style[] =
    "text{font:12px sans-serif;fill:#243b53}"
    ".h{font-size:17px;font-weight:bold}.s{fill:#627d98;font-size:11px}"
    ".g{stroke:#e4e9ef}.r{stroke:#d9e2ec}"
    ".b{fill:#fff;font-size:11px}";

static void
append (Drawing *drawing, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

/* Numbers with a point, whatever the locale. */
static const gchar *
number (gdouble value, gchar out_text[G_ASCII_DTOSTR_BUF_SIZE])
{
  return g_ascii_formatd (out_text, G_ASCII_DTOSTR_BUF_SIZE, "%.1f", value);
}

static void
append (Drawing *drawing, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (drawing->svg, format, args);
  va_end (args);
}

static gdouble
x_of (const Drawing *drawing, gdouble ms)
{
  return LEFT + WIDTH * log1p (ms / KNEE_MS) / log1p (drawing->end / KNEE_MS);
}

static gdouble
y_of (guint row)
{
  return TOP + ROW * (row + 0.5);
}

static void
append_text (Drawing *drawing, gdouble x, gdouble y, const gchar *attributes,
    const gchar *text)
{
  gchar at_x[G_ASCII_DTOSTR_BUF_SIZE];
  gchar at_y[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree gchar *escaped = g_markup_escape_text (text, -1);

  append (drawing, "<text x=\"%s\" y=\"%s\" %s>%s</text>\n", number (x, at_x),
      number (y, at_y), attributes, escaped);
}

static void
append_line (Drawing *drawing, const gchar *style_class, gdouble x1, gdouble y1,
    gdouble x2, gdouble y2)
{
  gchar text[4][G_ASCII_DTOSTR_BUF_SIZE];

  append (drawing,
      "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n",
      style_class, number (x1, text[0]), number (y1, text[1]),
      number (x2, text[2]), number (y2, text[3]));
}

/* --- rows ------------------------------------------------------------------------ */

static guint
pair_rank (const IcePairInfo *pair)
{
  if (pair->selected)
    return 1;
  switch (pair->state) {
    case ICE_PAIR_SUCCEEDED:
      return 2;
    case ICE_PAIR_IN_PROGRESS:
      return 3;
    case ICE_PAIR_FAILED:
      return 4;
    case ICE_PAIR_WAITING:
    case ICE_PAIR_FROZEN:
      return 5;
  }
  g_assert_not_reached ();
}

static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  const Row *one = a;
  const Row *other = b;

  if (one->rank != other->rank)
    return one->rank < other->rank ? -1 : 1;
  if (one->kind == ROW_SERVER)
    return 0;
  return one->pair->priority > other->pair->priority ? -1 : 1;
}

/* Checks leave from a pair's base: of a reflexive one that is its raddr. */
static NetAddr
base_of (const IceCand *local)
{
  return local->type == ICE_CAND_HOST || net_addr_is_none (local->related)
      ? local->addr
      : local->related;
}

static void
collect_rows (Drawing *drawing)
{
  const GstIcePicture *picture = drawing->picture;
  guint i;

  for (i = 0; i < picture->servers->len; i++) {
    const GstIceServerResult *server =
        &g_array_index (picture->servers, GstIceServerResult, i);
    Row row = { .kind = ROW_SERVER,
      .server = server,
      .local = server->result.local,
      .remote = server->result.addr };

    g_array_append_val (drawing->rows, row);
  }
  for (i = 0; i < picture->pairs->len; i++) {
    const IcePairInfo *pair = &g_array_index (picture->pairs, IcePairInfo, i);
    Row row = { .kind = ROW_PAIR,
      .rank = pair_rank (pair),
      .pair = pair,
      .local = base_of (&pair->local),
      .remote = pair->remote.addr };

    g_array_append_val (drawing->rows, row);
  }
  g_array_sort (drawing->rows, compare_rows);
}

static const gchar *
row_color (const Row *row)
{
  if (row->kind == ROW_SERVER)
    return !row->server->asked   ? "#829ab1"
        : row->server->result.ok ? "#1f8a4c"
                                 : "#c0392b";
  if (row->pair->selected)
    return "#1f8a4c";
  switch (row->pair->state) {
    case ICE_PAIR_SUCCEEDED:
      return "#4caf7a";
    case ICE_PAIR_IN_PROGRESS:
      return "#d9822b";
    case ICE_PAIR_FAILED:
      return "#c0392b";
    case ICE_PAIR_WAITING:
    case ICE_PAIR_FROZEN:
      break;
  }
  return "#9aa5b1";
}

static gchar *
row_label (const Row *row)
{
  char local[NET_ADDR_TEXT_MAX];
  char remote[NET_ADDR_TEXT_MAX];

  if (row->kind == ROW_SERVER)
    return g_strdup (row->server->uri);
  return g_strdup_printf ("%s → %s", net_addr_format (row->local, local),
      net_addr_format (row->remote, remote));
}

static gchar *
row_note (const Row *row)
{
  g_autofree gchar *rtt = NULL;

  if (row->kind == ROW_SERVER)
    return g_strdup (!row->server->asked ? "waiting"
            : row->server->result.ok     ? "answered"
                                         : "failed");
  rtt =
      row->pair->rtt != 0 ? gst_ice_candidate_time_text (row->pair->rtt) : NULL;
  return g_strdup_printf ("%s–%s, %s%s%s",
      ice_cand_type_name (row->pair->local.type),
      ice_cand_type_name (row->pair->remote.type),
      row->pair->selected ? "selected" : ice_pair_state_name (row->pair->state),
      rtt != NULL ? ", " : "", rtt != NULL ? rtt : "");
}

static void
append_row (Drawing *drawing, guint index)
{
  const Row *row = &g_array_index (drawing->rows, Row, index);
  g_autofree gchar *label = row_label (row);
  g_autofree gchar *note = row_note (row);
  gchar y[G_ASCII_DTOSTR_BUF_SIZE];

  append_line (drawing, "r", LEFT, y_of (index), LEFT + WIDTH, y_of (index));
  append (drawing,
      "<rect x=\"14\" y=\"%s\" width=\"4\" height=\"24\" rx=\"2\" "
      "fill=\"%s\"/>\n",
      number (y_of (index) - 12, y), row_color (row));
  append_text (drawing, 26, y_of (index) - 2, "", label);
  append_text (drawing, 26, y_of (index) + 11, "class=\"s\"", note);
}

/* --- marks ----------------------------------------------------------------------- */

static gint
row_of (const Drawing *drawing, const GstIceMark *mark)
{
  guint i;

  for (i = 0; i < drawing->rows->len; i++) {
    const Row *row = &g_array_index (drawing->rows, Row, i);

    if (net_addr_equal (row->remote, mark->remote) &&
        net_addr_equal (row->local, mark->local))
      return (gint) i;
  }
  return -1;
}

/* What one sends is above the line, what comes is below it. */
static void
append_mark (Drawing *drawing, const GstIceMark *mark, guint row)
{
  gdouble ms = gst_ice_stats_ms (drawing->picture, mark->time);
  gdouble y = y_of (row);
  const gchar *color = "#2f6db3";
  const gchar *ring = "#fff";
  const gchar *radius = "3.4";
  gchar at_x[G_ASCII_DTOSTR_BUF_SIZE];
  gchar at_y[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree gchar *name = gst_ice_mark_name (mark);
  g_autofree gchar *time = gst_ice_candidate_time_text ((NetTime) (ms * 1e6));

  switch ((GstIceMarkKind) mark->kind) {
    case GST_ICE_MARK_REQUEST_SENT:
      y -= 4;
      break;
    case GST_ICE_MARK_RESPONSE_SENT:
      y -= 4;
      color = "#7fb0e0";
      break;
    case GST_ICE_MARK_REQUEST_RECEIVED:
      y += 4;
      color = "#d9822b";
      break;
    case GST_ICE_MARK_RESPONSE_RECEIVED:
      y += 4;
      color = "#1f8a4c";
      break;
    case GST_ICE_MARK_ERROR_RECEIVED:
    case GST_ICE_MARK_SERVER_FAILED:
      color = "#c0392b";
      radius = "5";
      break;
    case GST_ICE_MARK_SERVER_OK:
      color = "#1f8a4c";
      radius = "5";
      break;
    case GST_ICE_MARK_SELECTED:
      /* A ring, for what it stands on is to be seen too. */
      color = "none";
      ring = "#1f8a4c";
      radius = "10";
      break;
    default:
      return;
  }
  append (drawing,
      "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\" stroke=\"%s\">"
      "<title>%s, %s</title></circle>\n",
      number (x_of (drawing, ms), at_x), number (y, at_y), radius, color, ring,
      name, time);
}

static void
append_marks (Drawing *drawing)
{
  guint i;

  for (i = 0; i < drawing->picture->marks->len; i++) {
    const GstIceMark *mark =
        &g_array_index (drawing->picture->marks, GstIceMark, i);
    gint row = row_of (drawing, mark);

    if (row >= 0)
      append_mark (drawing, mark, (guint) row);
  }
}

/* --- axis and states -------------------------------------------------------------- */

static void
append_axis (Drawing *drawing)
{
  static const gdouble ticks[] = { 0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3,
    2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 3e5, 1e6, 3e6, 1e7, 1e8, 1e9 };
  gdouble bottom = TOP + ROW * drawing->rows->len;
  gdouble last = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ticks) && ticks[i] <= drawing->end; i++) {
    gdouble x = x_of (drawing, ticks[i]);
    g_autofree gchar *label = ticks[i] < 1000
        ? g_strdup_printf ("%g ms", ticks[i])
        : g_strdup_printf ("%g s", ticks[i] / 1000);

    if (i > 0 && x - last < 46)
      continue;
    last = x;
    append_line (drawing, "g", x, TOP - 8, x, bottom);
    append_text (drawing, x, bottom + 16, "class=\"s\" text-anchor=\"middle\"",
        label);
  }
}

static const gchar *
state_color (IceState state)
{
  switch (state) {
    case ICE_STATE_NEW:
      return "#9aa5b1";
    case ICE_STATE_CHECKING:
      return "#d9822b";
    case ICE_STATE_CONNECTED:
      return "#4caf7a";
    case ICE_STATE_COMPLETED:
      return "#1f8a4c";
    case ICE_STATE_FAILED:
      return "#c0392b";
    case ICE_STATE_DISCONNECTED:
      return "#b7791f";
    case ICE_STATE_CLOSED:
      return "#486581";
  }
  g_assert_not_reached ();
}

static void
append_band (Drawing *drawing, IceState state, gdouble from, gdouble to)
{
  gdouble x = x_of (drawing, from);
  gdouble width = x_of (drawing, to) - x;
  gchar text[2][G_ASCII_DTOSTR_BUF_SIZE];

  append (drawing,
      "<rect x=\"%s\" y=\"56\" width=\"%s\" height=\"18\" fill=\"%s\"/>\n",
      number (x, text[0]), number (MAX (width, 1), text[1]),
      state_color (state));
  if (width > 7.0 * (gdouble) strlen (gst_ice_state_name (state)))
    append_text (drawing, x + 6, 69, "class=\"b\"", gst_ice_state_name (state));
}

static void
append_states (Drawing *drawing)
{
  IceState state = ICE_STATE_NEW;
  gdouble since = 0;
  guint i;

  for (i = 0; i < drawing->picture->marks->len; i++) {
    const GstIceMark *mark =
        &g_array_index (drawing->picture->marks, GstIceMark, i);
    gdouble ms = gst_ice_stats_ms (drawing->picture, mark->time);

    if (mark->kind != GST_ICE_MARK_STATE)
      continue;
    append_band (drawing, state, since, ms);
    state = (IceState) mark->value;
    since = ms;
  }
  append_band (drawing, state, since, drawing->end);
}

static void
append_legend (Drawing *drawing, gdouble y)
{
  static const struct
  {
    const gchar *color;
    const gchar *text;
  } entries[] = {
    { "#2f6db3", "request sent" },
    { "#7fb0e0", "response sent" },
    { "#d9822b", "request received" },
    { "#1f8a4c", "success received, selected" },
    { "#c0392b", "error, failure" },
  };
  gdouble x = LEFT;
  gchar text[2][G_ASCII_DTOSTR_BUF_SIZE];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (entries); i++) {
    append (drawing, "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"/>\n",
        number (x, text[0]), number (y - 4, text[1]), entries[i].color);
    append_text (drawing, x + 10, y, "class=\"s\"", entries[i].text);
    x += 34 + 6.2 * (gdouble) strlen (entries[i].text);
  }
}

static void
append_head (Drawing *drawing)
{
  gdouble height = TOP + ROW * drawing->rows->len + 56;
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree gchar *title = g_strdup_printf ("ICE timeline: %s, %s",
      gst_ice_state_name (drawing->picture->state),
      drawing->picture->role == ICE_CONTROLLING ? "controlling" : "controlled");

  append (drawing,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%s\">\n"
      "<style>%s</style>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
      (gint) (LEFT + WIDTH + RIGHT), number (height, text), style);
  append_text (drawing, 14, 30, "class=\"h\"", title);
  append_text (drawing, 14, 69, "class=\"s\"", "agent's state");
}

/* Up to the last thing that happened, with some room behind it. */
static gdouble
find_end (const GstIcePicture *picture)
{
  gdouble end = 10;
  guint i;

  for (i = 0; i < picture->marks->len; i++)
    end = MAX (end,
        gst_ice_stats_ms (picture,
            g_array_index (picture->marks, GstIceMark, i).time));
  return end * 1.15;
}

gchar *
gst_ice_graph_svg (const GstIcePicture *picture)
{
  Drawing drawing = { .picture = picture,
    .svg = g_string_new (NULL),
    .rows = g_array_new (FALSE, FALSE, sizeof (Row)),
    .end = find_end (picture) };
  guint hidden = 0;
  guint i;

  collect_rows (&drawing);
  if (drawing.rows->len > ROWS_MAX) {
    hidden = drawing.rows->len - ROWS_MAX;
    g_array_set_size (drawing.rows, ROWS_MAX);
  }
  append_head (&drawing);
  append_axis (&drawing);
  append_states (&drawing);
  for (i = 0; i < drawing.rows->len; i++)
    append_row (&drawing, i);
  append_marks (&drawing);
  append_legend (&drawing, TOP + ROW * drawing.rows->len + 42);
  if (hidden > 0) {
    g_autofree gchar *more =
        g_strdup_printf ("and %u more pairs that are not shown", hidden);

    append_text (&drawing, 14, TOP + ROW * ROWS_MAX + 42, "class=\"s\"", more);
  }
  append (&drawing, "</svg>\n");
  g_array_unref (drawing.rows);
  return g_string_free (drawing.svg, FALSE);
}
