"""Every till that listens hears of every event, and each gets an event of its own.

The box's own long poll keeps one waiting session for each till. It drops the sessions
that wait and keeps those that don't any more, so that a second till silences the first;
and it writes the name under which one till listens, and its session, into the event
that all of them share. Here a poll is a look at the list of events, again after each
change: there are no sessions that could be dropped, and nothing is shared.
"""

import threading
import time

from odoo.addons.iot_drivers.event_manager import EventManager, event_manager
from odoo.addons.iot_drivers.main import iot_devices

# Both as in the box's own poll, for which the tills' time limits are made.
WAIT_SECONDS = 50
MEMORY_SECONDS = 5
# An event from further ahead than this is from before the clock was set back.
CLOCK_SECONDS = 1

_changed = threading.Condition()
_native_device_changed = EventManager.device_changed


def _device_changed(self, device, data=None):
    _native_device_changed(self, device, data)
    with _changed:
        _changed.notify_all()


EventManager.device_changed = _device_changed


def next_event(listener: dict) -> dict | None:
    """The first event that this till hasn't had, or None when none comes for a while.

    :param listener: ``session_id``, ``devices`` (identifiers or types of devices are
        its keys), ``last_event`` (``time`` of the event that it had last)
    """
    last = listener["last_event"]
    if last > time.time() + CLOCK_SECONDS:
        last = 0
    deadline = time.monotonic() + WAIT_SECONDS
    with _changed:
        while True:
            _forget_old_events()
            if event := _first_event(listener["devices"], last):
                return {**event, "session_id": listener["session_id"]}
            if not _changed.wait(deadline - time.monotonic()):
                return None


def _forget_old_events():
    """Also those of a time to come, or they would be given out until then."""
    now = time.time()
    # One by one, because devices add to the list meanwhile.
    for event in list(event_manager.events):
        if not now - MEMORY_SECONDS <= event["time"] <= now + CLOCK_SECONDS:
            event_manager.events.remove(event)


def _first_event(wanted, last: float) -> dict | None:
    for event in event_manager.events:
        if event["time"] <= last:
            continue
        identifier = event["device_identifier"]
        device = iot_devices.get(identifier)
        # A till gets an answer under the name that it asked for.
        for name in (identifier, device and device.device_type):
            if name in wanted:
                return {**event, "device_identifier": name}
    return None
