"""Who may ask the box what.

The box's own routes know no password, and let any page of any web site that is open
somewhere in the shop restart the box, or pair it with a stranger's database, which then
sends it code. Only what a till needs is answered, and only to the shop's own pages.
"""

import logging
from functools import cache

from werkzeug.exceptions import Forbidden

from odoo import http

_logger = logging.getLogger(__name__)

FOR_TILLS = ("/iot_drivers/event", "/iot_drivers/ping", "/hw_proxy/hello")


def is_refused(path: str, origin: str | None, origins: list[str]) -> bool:
    """:param origin: of the page that asks; programs, which have none, may ask
    :param origins: that may; none means all

    >>> shop = ["https://shop.example.com"]
    >>> is_refused("/iot_drivers/event", "https://shop.example.com", shop)
    False
    >>> is_refused("/iot_drivers/event", "https://elsewhere.example.com", shop)
    True
    >>> is_refused("/iot_drivers/server_clear", "https://shop.example.com", shop)
    True
    """
    return path not in FOR_TILLS or bool(origin and origins and origin not in origins)


@cache
def allowed_origins() -> list[str]:
    # Not above: what may fail to load comes after the door is closed.
    from odoo.addons.iot_drivers.iot_handlers.drivers.loyalty_club_settings import names

    origins = names("origins")
    if not origins:
        _logger.warning("Pages of any web site may listen to the card readers")
    return origins


def guard() -> None:
    """Let the whole server answer so, whatever addon a route comes from."""
    answer = http.Application.__call__

    def guarded(self, environ, start_response):
        path, origin = environ.get("PATH_INFO", ""), environ.get("HTTP_ORIGIN")
        if is_refused(path, origin, allowed_origins()):
            return Forbidden()(environ, start_response)
        return answer(self, environ, start_response)

    http.Application.__call__ = guarded
