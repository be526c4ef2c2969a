/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/ice/gsticetypes.h>
#include <gst/ice/gsticesignaller.h>
#include <gst/ice/gsticecomponent.h>
#include <gst/ice/gsticestream.h>
#include <gst/ice/gsticeagent.h>
