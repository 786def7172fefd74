"""A network cable that can be pulled out, and that tells what went through it.

with running_wire(box.port) as wire:
    …                       # somebody talks to the box at 127.0.0.1:{wire.port}
    wire.cut()              # open connections end, new ones are refused
    wire.mend()
    wire.carried            # bytes, of both directions
"""

import socket
import threading
from contextlib import contextmanager, suppress

from club_setup import databases


class Wire:
    def __init__(self, target: int):
        self.port = databases.free_port()
        self._target = target
        self._pieces = []
        self._server = None
        self._ends = set()

    @property
    def carried(self) -> bytes:
        return b"".join(self._pieces)

    def mend(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=[self._server], daemon=True).start()

    def cut(self) -> None:
        _hang_up(self._server)
        for end in list(self._ends):
            _hang_up(end)

    def _accept(self, server) -> None:
        with suppress(OSError):  # it was cut
            while True:
                near, _address = server.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._target))
                except OSError:  # nobody is there: as if the wire ended here
                    _hang_up(near)
                    continue
                self._ends |= {near, far}
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source, sink) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                self._pieces.append(piece)
                sink.sendall(piece)
        for end in (source, sink):
            self._ends.discard(end)
            _hang_up(end)


def _hang_up(end) -> None:
    # Closing alone doesn't wake a thread that waits for it.
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def running_wire(target: int):
    """A ``Wire`` to a port of this machine."""
    wire = Wire(target)
    wire.mend()
    try:
        yield wire
    finally:
        wire.cut()
