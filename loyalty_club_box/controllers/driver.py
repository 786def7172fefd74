from odoo import http

from odoo.addons.iot_drivers.controllers.driver import DriverController

from ..events import next_event


class LoyaltyClubDriverController(DriverController):
    @http.route()
    def event(self, listener):
        return next_event(listener)
