import select

from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_cards import Keys
from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_reader import (
    LoyaltyClubReader,
)

QUIET_SECONDS = 0.5
KEY_EVENT = 1  # EV_KEY of linux/input-event-codes.h
RELEASED, PRESSED = 0, 1


class LoyaltyClubKeyboardReader(LoyaltyClubReader):
    """Readers that type what they read, taken away from the desktop.

    No other program sees their keys, nor does a field that happens to have the focus.
    """

    connection_type = "loyalty_club_keyboard"

    def __init__(self, identifier, device):
        super().__init__(identifier, device)
        self.device_name = f"Card reader {identifier}"

    @classmethod
    def supported(cls, device):
        return True

    def listen(self):
        # Imported here, so that a box without it can load this file.
        from evdev import InputDevice

        keys = Keys()
        device = InputDevice(self.device_identifier)
        try:
            device.grab()  # fails if another has it: it is never read together
            self.listening()
            while not self._stopped.is_set():
                if select.select([device.fd], [], [], QUIET_SECONDS)[0]:
                    for event in device.read():
                        self._typed(keys, event)
                else:
                    keys.forget()
        finally:
            device.close()

    def _typed(self, keys, event):
        if event.type != KEY_EVENT:
            return
        if event.value == RELEASED:
            keys.release(event.code)
        elif event.value == PRESSED and (card := keys.press(event.code)):
            self.report(*card)
