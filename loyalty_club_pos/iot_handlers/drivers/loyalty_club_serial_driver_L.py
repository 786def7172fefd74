import serial

from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_cards import Frames
from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_reader import (
    LoyaltyClubReader,
)
from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_settings import devices

BAUD_RATE = 9600
# A frame takes 15 ms at this rate and is repeated all 50 ms.
QUIET_SECONDS = 0.2


class LoyaltyClubSerialReader(LoyaltyClubReader):
    """RDM6300 and its like: 125 kHz cards (EM4100) on a serial port.

    It is asked before the drivers of scales, which find theirs by writing to each port.
    """

    connection_type = "serial"
    priority = 100

    def __init__(self, identifier, device):
        super().__init__(identifier, device)
        self.device_name = f"Card reader {identifier}"
        self.device_connection = "serial"

    @classmethod
    def supported(cls, device):
        return device["identifier"] in devices("serial_readers")

    def listen(self):
        frames = Frames()
        # Exclusive: two that read one port would each get half of every frame.
        with serial.Serial(
            self.device_identifier, BAUD_RATE, timeout=QUIET_SECONDS, exclusive=True
        ) as port:
            self.listening()
            while not self._stopped.is_set():
                data = port.read(max(1, port.in_waiting))
                for card in frames.feed(data) if data else frames.rest():
                    self.report(*card)
