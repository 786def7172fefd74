from odoo.addons.iot_drivers.interface import Interface
from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_settings import devices


class LoyaltyClubSerialInterface(Interface):
    """Serial ports that are named, also those that the box's own list lacks."""

    connection_type = "serial"

    def get_devices(self):
        return devices("serial_readers")
