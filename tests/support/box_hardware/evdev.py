"""In place of the library evdev: a named pipe is the keyboard.

Only what the club's driver uses. The pipe holds events as the kernel writes them,
without their time: type, code, value.
"""

import os
import struct
from collections import namedtuple

EVENT = struct.Struct("HHi")
Event = namedtuple("Event", "type code value")


class InputDevice:
    def __init__(self, path):
        # For writing too, so that the pipe doesn't end when a writer goes.
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._grabbed = False

    def grab(self):
        self._grabbed = True

    def read(self):
        if not self._grabbed:
            raise PermissionError("the desktop would see these keys")
        for fields in EVENT.iter_unpack(os.read(self.fd, EVENT.size * 64)):
            yield Event(*fields)

    def close(self):
        os.close(self.fd)
