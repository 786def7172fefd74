from odoo.addons.iot_drivers.interface import Interface
from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_settings import devices


class LoyaltyClubKeyboardInterface(Interface):
    """Input devices that are named: never the cashier's keyboard by accident."""

    connection_type = "loyalty_club_keyboard"

    def get_devices(self):
        return devices("keyboard_readers")
