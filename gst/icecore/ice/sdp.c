/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Candidate lines (RFC 8839 §5.1, RFC 6544 §4.5) to values and back. The parser
 * works on spans of the caller's text and allocates nothing; a number that does
 * not fit is refused and never wrapped. The text comes from the peer. */

#include "sdp.h"

#include <string.h>

#include "span.h"

/* RFC 8839 §5.4 [SDP-5.4-2]: 4 to 256 ice-chars, and 22 to 256. */
bool
ice_sdp_is_ufrag (const char *text, bool lenient)
{
  return ice_span_is_ice_chars (ice_span_new (text), 4, ICE_UFRAG_MAX - 1,
      lenient);
}

bool
ice_sdp_is_pwd (const char *text, bool lenient)
{
  return ice_span_is_ice_chars (ice_span_new (text), 22, ICE_PWD_MAX - 1,
      lenient);
}

/* RFC 8839 §5.1 [SDP-5.1-2]: what does not fit is refused, here and below. */
static bool
parse_port (IceSpan span, uint16_t *out_port)
{
  uint32_t port;

  if (!ice_span_number (span, 5, UINT16_MAX, &port))
    return false;
  *out_port = (uint16_t) port;
  return true;
}

/* What a line says so far. Unsupported things do not end the parsing: a line
 * that is broken besides is malformed. */
typedef struct
{
  IceSdpCand cand;
  bool is_tcp;
  bool has_tcptype;
  bool has_raddr;
  bool has_rport;
  uint16_t rport;
  const char *unsupported;
} Line;

static const char *
parse_foundation (Line *line, IceSpan word)
{
  if (!ice_span_is_ice_chars (word, 1, ICE_FOUNDATION_MAX - 1, true))
    return "the foundation is not 1 to 32 letters, digits, '+' or '/'";
  ice_span_copy (word, ICE_FOUNDATION_MAX, line->cand.cand.foundation);
  return NULL;
}

static const char *
parse_component (Line *line, IceSpan word)
{
  uint32_t component;

  /* RFC 8445 §5.1.2.1 [ICE-5.1.2.1-4] */
  if (!ice_span_number (word, 3, ICE_COMPONENT_MAX, &component) ||
      component == 0)
    return "the component is not a number from 1 to 256";
  line->cand.cand.component = (uint16_t) component;
  return NULL;
}

/* RFC 8839 §5.1 [SDP-5.1-1] [SDP-5.1-3]: "udp" is as good as "UDP", and what is
 * neither UDP nor TCP costs that line only. */
static const char *
parse_transport (Line *line, IceSpan word)
{
  line->is_tcp = ice_span_is (word, "TCP");
  if (!line->is_tcp && !ice_span_is (word, "UDP"))
    line->unsupported = "the transport is neither UDP nor TCP";
  return NULL;
}

static const char *
parse_priority (Line *line, IceSpan word)
{
  uint32_t priority;

  /* Above 2^31 - 1 is against the letter, but orders pairs all the same. */
  if (!ice_span_number (word, 10, UINT32_MAX, &priority) || priority == 0)
    return "the priority is not a number from 1 to 4294967295";
  line->cand.cand.priority = priority;
  return NULL;
}

/* A zone is the sender's name for a link of its own and says nothing here; the
 * session gives the address the scope of the interface it is used on. */
static bool
parse_ip (IceSpan word, NetAddr *out_addr)
{
  const char *zone = memchr (word.text, '%', word.len);
  char text[NET_ADDR_TEXT_MAX];
  NetAddr addr;

  if (zone != NULL)
    word.len = (size_t) (zone - word.text);
  if (!ice_span_copy (word, sizeof text, text) || !net_addr_parse (text, &addr))
    return false;
  /* RFC 8839 §5.1 [SDP-5.1-6] */
  if (zone != NULL &&
      (addr.family != NET_FAMILY_IPV6 || !net_addr_is_link_local (addr)))
    return false;
  *out_addr = net_addr_unmap (addr);
  return true;
}

/* The letters of host names, and a last label that is not a number: an IPv4
 * address with a typing error is not a name to be looked up. */
static bool
is_name (IceSpan word)
{
  size_t last_label = 0;
  size_t i;

  for (i = 0; i < word.len; i++) {
    char c = word.text[i];

    if (!g_ascii_isalnum (c) && c != '-' && c != '_' && c != '.')
      return false;
    if (c == '.' && i + 1 < word.len)
      last_label = i + 1;
  }
  return word.len > 0 && g_ascii_isalpha (word.text[last_label]);
}

static const char *
parse_address (Line *line, IceSpan word)
{
  if (parse_ip (word, &line->cand.cand.addr))
    return NULL;
  if (ice_span_has (word, '%'))
    return "a zone index belongs to link-local IPv6 addresses only";
  /* RFC 8839 §5.1 [SDP-5.1-6]: a colon means IPv6. */
  if (ice_span_has (word, ':'))
    return "the address is not a valid IPv6 address";
  if (!is_name (word) ||
      !ice_span_copy (word, sizeof line->cand.name, line->cand.name))
    return "the address is neither an IP address nor a host name";
  return NULL;
}

static const char *
parse_cand_port (Line *line, IceSpan word)
{
  if (!parse_port (word, &line->cand.cand.addr.port))
    return "the port is not a number from 0 to 65535";
  return NULL;
}

static const char *
parse_typ (Line *line, IceSpan word)
{
  (void) line;
  return ice_span_is (word, "typ") ? NULL : "the seventh word is not \"typ\"";
}

static const char *
parse_type (Line *line, IceSpan word)
{
  static const IceCandType types[] = { ICE_CAND_HOST, ICE_CAND_SRFLX,
    ICE_CAND_PRFLX, ICE_CAND_RELAY };
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    if (ice_span_is (word, ice_cand_type_name (types[i]))) {
      line->cand.cand.type = types[i];
      return NULL;
    }
  }
  line->unsupported = "the type is none of host, srflx, prflx and relay";
  return NULL;
}

static const char *
parse_fields (Line *line, IceSpan *rest)
{
  static const char *(*const fields[]) (Line *, IceSpan) = {
    parse_foundation,
    parse_component,
    parse_transport,
    parse_priority,
    parse_address,
    parse_cand_port,
    parse_typ,
    parse_type,
  };
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    IceSpan word = ice_span_next_word (rest);
    const char *why;

    if (word.len == 0)
      return "the line ends before the candidate's type";
    why = fields[i](line, word);
    if (why != NULL)
      return why;
  }
  return NULL;
}

static void
parse_tcptype (Line *line, IceSpan value)
{
  static const struct
  {
    const char *name;
    IceTransport transport;
  } types[] = {
    { "active", ICE_TRANSPORT_TCP_ACTIVE },
    { "passive", ICE_TRANSPORT_TCP_PASSIVE },
    { "so", ICE_TRANSPORT_TCP_SO },
  };
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    if (ice_span_is (value, types[i].name)) {
      line->cand.cand.transport = types[i].transport;
      line->has_tcptype = true;
    }
  }
}

/* A hidden address (RFC 8839 §5.1: 0.0.0.0 or ::) and a name tell nothing: the
 * same as none. */
static void
parse_raddr (Line *line, IceSpan value)
{
  NetAddr addr;

  line->has_raddr = true;
  if (parse_ip (value, &addr) && !net_addr_is_any (addr))
    line->cand.cand.related = addr;
}

/* RFC 8839 §5.1 [SDP-5.1-4]: pairs in any order, the first of a name counts, so
 * that a later one cannot overwrite it; unknown ones are skipped, value and
 * all. */
static const char *
parse_extension (Line *line, IceSpan name, IceSpan value)
{
  if (ice_span_is (name, "raddr") && !line->has_raddr)
    parse_raddr (line, value);
  if (ice_span_is (name, "rport") && !line->has_rport) {
    if (!parse_port (value, &line->rport))
      return "rport is not a number from 0 to 65535";
    line->has_rport = true;
  }
  if (line->is_tcp && ice_span_is (name, "tcptype") && !line->has_tcptype)
    parse_tcptype (line, value);
  if (ice_span_is (name, "ufrag") && line->cand.ufrag[0] == '\0') {
    if (!ice_span_is_ice_chars (value, 0, ICE_UFRAG_MAX - 1, true))
      return "ufrag is not up to 256 letters, digits, '+' or '/'";
    ice_span_copy (value, sizeof line->cand.ufrag, line->cand.ufrag);
  }
  return NULL;
}

static const char *
parse_extensions (Line *line, IceSpan *rest)
{
  for (;;) {
    IceSpan name = ice_span_next_word (rest);
    const char *why;

    if (name.len == 0)
      return NULL;
    /* One blank only: a value may be empty. */
    if (rest->len > 0) {
      rest->text++;
      rest->len--;
    }
    why = parse_extension (line, name, ice_span_take_word (rest));
    if (why != NULL)
      return why;
  }
}

static void
settle (Line *line)
{
  IceCand *cand = &line->cand.cand;

  /* RFC 8839 §5.1 [SDP-5.1-5]: host candidates have no related address, and the
   * others may come without it. */
  if (cand->type == ICE_CAND_HOST)
    cand->related = NET_ADDR_NONE;
  if (!net_addr_is_none (cand->related))
    cand->related.port = line->rport;
  if (line->unsupported != NULL)
    return;
  /* RFC 6544 §4.5 [TCP-4.5-1] */
  if (line->is_tcp && !line->has_tcptype)
    line->unsupported = "a TCP candidate needs a tcptype of active, passive "
                        "or so";
  if (cand->addr.port == 0 && cand->transport != ICE_TRANSPORT_TCP_ACTIVE)
    line->unsupported = "port 0 cannot be reached";
}

/* Without what surrounds a line and what introduces it. */
static IceSpan
strip (const char *text)
{
  IceSpan rest = ice_span_strip (ice_span_new (text));

  ice_span_skip_prefix (&rest, "a=");
  return rest;
}

static bool
has_control_chars (IceSpan span)
{
  size_t i;

  for (i = 0; i < span.len; i++) {
    if (g_ascii_iscntrl (span.text[i]) && span.text[i] != '\t')
      return true;
  }
  return false;
}

static IceSdpResult
refuse (IceSdpResult result, const char *why, const char **out_why)
{
  if (out_why != NULL)
    *out_why = why;
  return result;
}

IceSdpResult
ice_sdp_parse_cand (const char *text, IceSdpCand *out_cand,
    const char **out_why)
{
  IceSpan rest = strip (text);
  Line line = { 0 };
  const char *why;

  if (rest.len == 0 || ice_span_is (rest, "end-of-candidates"))
    return ICE_SDP_END;
  if (has_control_chars (rest))
    return refuse (ICE_SDP_MALFORMED,
        "there are control characters inside the line", out_why);
  ice_span_skip_prefix (&rest, "candidate:");
  why = parse_fields (&line, &rest);
  if (why == NULL)
    why = parse_extensions (&line, &rest);
  if (why != NULL)
    return refuse (ICE_SDP_MALFORMED, why, out_why);
  settle (&line);
  if (line.unsupported != NULL)
    return refuse (ICE_SDP_IGNORED, line.unsupported, out_why);
  *out_cand = line.cand;
  return ICE_SDP_OK;
}

/* RFC 8839 §5.1 [SDP-5.1-5]: everything but host has one; a hidden one is
 * written as the family's "any" and the discard port. */
static void
write_related (GString *text, const IceCand *cand)
{
  NetAddr related = cand->related;
  char ip[NET_ADDR_TEXT_MAX];

  if (cand->type == ICE_CAND_HOST)
    return;
  if (net_addr_is_none (related) || net_addr_is_any (related))
    related = net_addr_with_port (net_addr_any (cand->addr.family), 9);
  g_string_append_printf (text, " raddr %s rport %u",
      net_addr_ip_text (related, ip), related.port);
}

static const char *
tcptype_name (IceTransport transport)
{
  switch (transport) {
    case ICE_TRANSPORT_UDP:
      return NULL;
    case ICE_TRANSPORT_TCP_ACTIVE:
      return "active";
    case ICE_TRANSPORT_TCP_PASSIVE:
      return "passive";
    case ICE_TRANSPORT_TCP_SO:
      return "so";
  }
  g_assert_not_reached ();
}

char *
ice_sdp_write_cand (const IceCand *cand, const char *ufrag)
{
  const char *tcptype = tcptype_name (cand->transport);
  GString *text = g_string_sized_new (160);
  char ip[NET_ADDR_TEXT_MAX];
  /* RFC 6544 §4.5 [TCP-4.5-1]: nobody connects to an active one. */
  unsigned port =
      cand->transport == ICE_TRANSPORT_TCP_ACTIVE ? 9 : cand->addr.port;

  /* RFC 8839 §5.1 [SDP-5.1-1] [SDP-5.1-6] */
  g_string_append_printf (text, "candidate:%s %u %s %u %s %u typ %s",
      cand->foundation, cand->component, tcptype == NULL ? "UDP" : "TCP",
      cand->priority, net_addr_ip_text (cand->addr, ip), port,
      ice_cand_type_name (cand->type));
  write_related (text, cand);
  if (tcptype != NULL)
    g_string_append_printf (text, " tcptype %s", tcptype);
  if (ufrag != NULL)
    g_string_append_printf (text, " ufrag %s", ufrag);
  return g_string_free (text, FALSE);
}
