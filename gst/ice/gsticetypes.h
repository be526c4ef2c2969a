/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * SECTION:gsticetypes
 * @title: ICE enumerations
 *
 * The enumerations that agent and elements share. States carry webrtcbin's
 * nicks.
 */

#include <gst/gst.h>

G_BEGIN_DECLS

#ifndef GST_ICE_API
#  define GST_ICE_API __attribute__ ((visibility ("default"))) extern
#endif

/**
 * GstIceRole:
 * @GST_ICE_ROLE_AUTO: icesink's agent controls; a conflict is resolved by the
 *   protocol (RFC 8445 §7.3.1.1)
 * @GST_ICE_ROLE_CONTROLLING: this side nominates
 * @GST_ICE_ROLE_CONTROLLED: the peer nominates
 *
 * Since: 0.1
 */
typedef enum
{
  GST_ICE_ROLE_AUTO,
  GST_ICE_ROLE_CONTROLLING,
  GST_ICE_ROLE_CONTROLLED,
} GstIceRole;

/**
 * GstIceNomination:
 * @GST_ICE_NOMINATION_AUTO: regular; renomination when the peer offers it
 * @GST_ICE_NOMINATION_REGULAR: RFC 8445 §8.1.1
 * @GST_ICE_NOMINATION_AGGRESSIVE: RFC 5245 §8.1.1.2
 *
 * Since: 0.1
 */
typedef enum
{
  GST_ICE_NOMINATION_AUTO,
  GST_ICE_NOMINATION_REGULAR,
  GST_ICE_NOMINATION_AGGRESSIVE,
} GstIceNomination;

/**
 * GstIceIpFamily:
 * @GST_ICE_IP_FAMILY_ANY: IPv4 and IPv6
 * @GST_ICE_IP_FAMILY_IPV4: IPv4 only
 * @GST_ICE_IP_FAMILY_IPV6: IPv6 only
 *
 * Since: 0.1
 */
typedef enum
{
  GST_ICE_IP_FAMILY_ANY,
  GST_ICE_IP_FAMILY_IPV4,
  GST_ICE_IP_FAMILY_IPV6,
} GstIceIpFamily;

/**
 * GstIceCandidateTypes:
 * @GST_ICE_CANDIDATE_TYPE_HOST: addresses of this machine
 * @GST_ICE_CANDIDATE_TYPE_SRFLX: addresses that a STUN server saw
 * @GST_ICE_CANDIDATE_TYPE_PRFLX: addresses that a check discovered
 *
 * Since: 0.1
 */
typedef enum
{
  GST_ICE_CANDIDATE_TYPE_HOST = 1 << 0,
  GST_ICE_CANDIDATE_TYPE_SRFLX = 1 << 1,
  GST_ICE_CANDIDATE_TYPE_PRFLX = 1 << 2,
} GstIceCandidateTypes;

/**
 * GstIceOnFailure:
 * @GST_ICE_ON_FAILURE_ERROR: post an ERROR with the verdict
 * @GST_ICE_ON_FAILURE_WAIT: post a WARNING with the verdict, wait for the peer
 * @GST_ICE_ON_FAILURE_EOS: post a WARNING with the verdict; icesrc sends EOS
 *
 * Since: 0.1
 */
typedef enum
{
  GST_ICE_ON_FAILURE_ERROR,
  GST_ICE_ON_FAILURE_WAIT,
  GST_ICE_ON_FAILURE_EOS,
} GstIceOnFailure;

/**
 * GstIceGatheringState:
 * @GST_ICE_GATHERING_STATE_NEW: not started
 * @GST_ICE_GATHERING_STATE_GATHERING: candidates are being collected
 * @GST_ICE_GATHERING_STATE_COMPLETE: the last candidate has been signalled
 *
 * Since: 0.1
 */
typedef enum
{
  GST_ICE_GATHERING_STATE_NEW,
  GST_ICE_GATHERING_STATE_GATHERING,
  GST_ICE_GATHERING_STATE_COMPLETE,
} GstIceGatheringState;

/**
 * GstIceConnectionState:
 * @GST_ICE_CONNECTION_STATE_NEW: no remote candidates or credentials yet
 * @GST_ICE_CONNECTION_STATE_CHECKING: pairs are being checked
 * @GST_ICE_CONNECTION_STATE_CONNECTED: every component can send
 * @GST_ICE_CONNECTION_STATE_COMPLETED: every component has its selected pair
 * @GST_ICE_CONNECTION_STATE_FAILED: no pair works, or consent expired
 * @GST_ICE_CONNECTION_STATE_DISCONNECTED: the peer does not answer at present
 * @GST_ICE_CONNECTION_STATE_CLOSED: the agent was closed
 *
 * Since: 0.1
 */
typedef enum
{
  GST_ICE_CONNECTION_STATE_NEW,
  GST_ICE_CONNECTION_STATE_CHECKING,
  GST_ICE_CONNECTION_STATE_CONNECTED,
  GST_ICE_CONNECTION_STATE_COMPLETED,
  GST_ICE_CONNECTION_STATE_FAILED,
  GST_ICE_CONNECTION_STATE_DISCONNECTED,
  GST_ICE_CONNECTION_STATE_CLOSED,
} GstIceConnectionState;

#define GST_TYPE_ICE_ROLE (gst_ice_role_get_type ())
#define GST_TYPE_ICE_NOMINATION (gst_ice_nomination_get_type ())
#define GST_TYPE_ICE_IP_FAMILY (gst_ice_ip_family_get_type ())
#define GST_TYPE_ICE_CANDIDATE_TYPES (gst_ice_candidate_types_get_type ())
#define GST_TYPE_ICE_ON_FAILURE (gst_ice_on_failure_get_type ())
#define GST_TYPE_ICE_GATHERING_STATE (gst_ice_gathering_state_get_type ())
#define GST_TYPE_ICE_CONNECTION_STATE (gst_ice_connection_state_get_type ())

GST_ICE_API
GType gst_ice_role_get_type (void);
GST_ICE_API
GType gst_ice_nomination_get_type (void);
GST_ICE_API
GType gst_ice_ip_family_get_type (void);
GST_ICE_API
GType gst_ice_candidate_types_get_type (void);
GST_ICE_API
GType gst_ice_on_failure_get_type (void);
GST_ICE_API
GType gst_ice_gathering_state_get_type (void);
GST_ICE_API
GType gst_ice_connection_state_get_type (void);

G_END_DECLS
