from contextlib import suppress

from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_cards import (
    GET_UID,
    card_on,
)
from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_reader import (
    LoyaltyClubReader,
)

POLL_SECONDS = 0.2


class LoyaltyClubPcscReader(LoyaltyClubReader):
    """Contactless readers of the PC/SC kind, such as ACR122U (13.56 MHz cards)."""

    connection_type = "loyalty_club_pcsc"

    def __init__(self, identifier, device):
        super().__init__(identifier, device)
        self.device_name = f"Card reader {device['reader']}"

    @classmethod
    def supported(cls, device):
        return True

    def listen(self):
        # pyscard is there, or the interface had found no reader. Importing it here
        # lets a box without it load this file.
        from smartcard.Exceptions import CardConnectionException, NoCardException

        self.listening()
        while not self._stopped.wait(POLL_SECONDS):
            connection = self.dev["reader"].createConnection()
            try:
                connection.connect()
                self._watch(connection)
            except (CardConnectionException, NoCardException):
                continue  # none is near, or it was taken away
            finally:
                with suppress(CardConnectionException):  # it was taken away
                    connection.disconnect()

    def _watch(self, connection):
        """Stays connected until the card is gone (raises CardConnectionException), or
        the reader would beep for it again and again."""
        card = card_on(connection.transmit)
        while not self._stopped.is_set():
            if card:
                self.report(*card)
            self._stopped.wait(POLL_SECONDS)
            connection.transmit(GET_UID)
