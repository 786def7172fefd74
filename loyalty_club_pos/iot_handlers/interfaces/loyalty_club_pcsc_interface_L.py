import logging

from odoo.addons.iot_drivers.interface import Interface
from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_settings import names

_logger = logging.getLogger(__name__)


class LoyaltyClubPcscInterface(Interface):
    """Readers of the PC/SC service whose name holds one of the named texts."""

    connection_type = "loyalty_club_pcsc"

    def __init__(self):
        super().__init__()
        self._complained = False

    def get_devices(self):
        wanted = [name.lower() for name in names("pcsc_readers")]
        return {
            f"pcsc {reader}": {"reader": reader}
            for reader in (self._plugged_in() if wanted else [])
            if any(name in str(reader).lower() for name in wanted)
        }

    def _plugged_in(self):
        try:
            # A box without pyscard can still load this file.
            from smartcard.System import readers

            found = readers()
        except Exception as error:  # pyscard isn't there, or its service is down
            if not self._complained:
                _logger.warning("No PC/SC readers: %s", error)
            self._complained = True
            return []
        self._complained = False
        return found
