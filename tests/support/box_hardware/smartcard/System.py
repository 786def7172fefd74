"""In place of pyscard: each file of a folder is a reader, its text the card on it.

Only what the club's driver uses. The text is a serial number in hexadecimal, "bank" for
a payment card, or nothing when no card is there.
"""

import os
from pathlib import Path

from .Exceptions import CardConnectionException, NoCardException

FOLDER = Path(os.environ["BOX_PCSC_FOLDER"])
NOT_FOUND = [], 0x6A, 0x82


class Connection:
    def __init__(self, file):
        self._file = file
        self._card = None

    def connect(self):
        self._card = self._file.read_text()
        if not self._card:
            raise NoCardException

    def transmit(self, apdu):
        if self._file.read_text() != self._card:
            raise CardConnectionException
        if apdu[:2] == [0x00, 0xA4]:
            return ([0x6F], 0x90, 0x00) if self._card == "bank" else NOT_FOUND
        if apdu != [0xFF, 0xCA, 0x00, 0x00, 0x00]:
            return NOT_FOUND
        number = "04112233" if self._card == "bank" else self._card
        return list(bytes.fromhex(number)), 0x90, 0x00

    def disconnect(self):
        card, self._card = self._card, None
        if card and self._file.read_text() != card:
            raise CardConnectionException


class Reader:
    def __init__(self, file):
        self._file = file

    def __str__(self):
        return self._file.name

    def createConnection(self):
        return Connection(self._file)


def readers():
    return [Reader(file) for file in sorted(FOLDER.iterdir())]
