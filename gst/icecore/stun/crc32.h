/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The CRC-32 of FINGERPRINT (RFC 8489 §14.7): ITU V.42's polynomial, the one
 * of Ethernet and zlib. */

#include "../net/bytes.h"

uint32_t stun_crc32 (NetBytes bytes);
