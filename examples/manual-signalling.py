#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two elements that an application introduces to each other. Here both live in
one pipeline; in earnest what goes through introduce() travels over whatever
connection the application has. Sends 100 buffers and counts them."""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

received = 0


def introduce(one, other):
    other.emit("set-remote-credentials", one.props.local_ufrag,
               one.props.local_pwd)
    # A candidate is a line of text; the empty one says that it was the last.
    one.connect("on-ice-candidate", lambda _, stream, candidate:
                other.emit("add-ice-candidate", stream, candidate))


def count(fakesink, _buffer, _pad):
    global received
    received += 1
    if received == 100:
        fakesink.post_message(Gst.Message.new_application(
            fakesink, Gst.Structure.new_empty("all-there")))


Gst.init(None)
pipeline = Gst.parse_launch(
    "fakesrc num-buffers=100 sizetype=fixed sizemax=1000 ! icesink name=sink "
    "icesrc name=src ! fakesink name=end signal-handoffs=true")
sink, src = pipeline.get_by_name("sink"), pipeline.get_by_name("src")
introduce(sink, src)
introduce(src, sink)
pipeline.get_by_name("end").connect("handoff", count)

pipeline.set_state(Gst.State.PLAYING)
pipeline.get_bus().timed_pop_filtered(
    20 * Gst.SECOND, Gst.MessageType.APPLICATION | Gst.MessageType.ERROR)
pipeline.set_state(Gst.State.NULL)
print(f"{received} of 100 buffers received")
sys.exit(received != 100)
