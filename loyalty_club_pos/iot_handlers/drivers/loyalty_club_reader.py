import logging
import time
import uuid

from odoo.addons.iot_drivers.driver import Driver
from odoo.addons.iot_drivers.event_manager import event_manager
from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_cards import Taps

_logger = logging.getLogger(__name__)

# Shorter than what makes a new tap: a card that lies on a reader which fails now and
# then is still one tap.
RETRY_SECONDS = 0.3


class LoyaltyClubReader(Driver):
    """What the club's readers have in common; the box finds none by this class.

    A reader answers no action: it only tells tills of taps, as
    ``{"kind", "value", "tap"}``, where ``tap`` is another one for each tap.
    """

    def __init__(self, identifier, device):
        super().__init__(identifier, device)
        self.device_type = "device"
        self.device_connection = "direct"
        self.device_manufacturer = ""
        # Whatever stands here goes along with every event, also with a later one.
        self.data = {}
        self._taps = Taps()

    def listen(self):
        """Report cards until ``_stopped`` is set, or raise what went wrong."""
        raise NotImplementedError()

    def listening(self):
        """Say in the log that from now on no card is missed."""
        _logger.info("%s is listening", self.device_name)

    def run(self):
        """Listen for as long as the reader is plugged in, whatever goes wrong."""
        said = None
        while not self._stopped.is_set():
            try:
                self.listen()
            except Exception as error:
                # Its name only: no library gets to write what it has read.
                problem = type(error).__name__
                if problem != said:
                    _logger.warning("%s: %s; trying again", self.device_name, problem)
                said = problem
            self._stopped.wait(RETRY_SECONDS)

    def report(self, kind, value):
        """Tell the tills of a card that is near, once for each tap."""
        if not self._taps.is_new((kind, value), time.monotonic()):
            return
        event = {"kind": kind, "value": value or "", "tap": uuid.uuid4().hex}
        event_manager.device_changed(self, event)
