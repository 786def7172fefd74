"""Odoo's real box program with our readers: each tap reaches each till, once."""

import doctest
import importlib.util
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from club_setup.paths import CHECKOUT
from stdnum import luhn

from tests.support.box import Till, ask, frame, running_box

CARD, OTHER = "0A0060D6D1", "0B11223344"
ALL = ("serial", "keyboard", "pcsc")
PAN = "603799000000000" + luhn.calc_check_digit("603799000000000")


@pytest.fixture(scope="module")
def box():
    with running_box() as box:
        yield box


def new_till(box, device="device"):
    """One that knows all that happened so far; the box remembers it for seconds."""
    return Till(box, device, since=time.time())


@pytest.fixture
def till(box):
    return new_till(box)


def cards_of(events):
    return [(event["kind"], event["value"]) for event in events]


def test_a_tap_is_heard_once_though_its_frame_repeats(box, till):
    box.tap(CARD, seconds=1.5)
    assert cards_of(till.hear_all()) == [("em4100", CARD)]


def test_a_second_tap_is_another_one(box, till):
    box.tap(CARD)
    time.sleep(1.2)
    box.tap(CARD)
    first, second = till.hear_all()
    assert (first["value"], second["value"]) == (CARD, CARD)
    assert len(first["tap"]) == 32 and first["tap"] != second["tap"]


def waiting(tills):
    """Polls that are open, as futures of what they hear."""
    pool = ThreadPoolExecutor(len(tills))
    futures = [pool.submit(till.hear) for till in tills]
    pool.shutdown(wait=False)
    time.sleep(0.5)  # until the box has them
    return futures


def test_two_tills_hear_of_one_tap(box, till):
    futures = waiting([till]) + waiting([new_till(box)])  # the second after the first
    box.tap(CARD)
    first, second = (future.result() for future in futures)
    assert first["value"] == second["value"] == CARD
    assert first["tap"] == second["tap"]


def test_a_till_may_listen_by_type_or_by_identifier(box):
    reader = box.serial.resolve()
    names = [reader, "device", "device", reader, "scale"]
    tills = [new_till(box, str(name)) for name in names]
    *late, scale = tills[2:]
    futures = waiting(tills[:2])
    box.tap(OTHER)
    assert [future.result()["value"] for future in futures] == [OTHER] * 2
    # These two were between two polls.
    assert [till.hear()["value"] for till in late] == [OTHER] * 2
    assert scale.hear(timeout=1) is None


def test_ten_tills_hear_of_every_one_of_ten_taps(box):
    taps = [f"{number:010X}" for number in range(10)]
    heard = {}

    def listen(number):
        till = new_till(box)
        ready.wait()
        heard[number] = cards_of(till.hear() for _tap in taps)

    ready = threading.Barrier(11)
    threads = [threading.Thread(target=listen, args=[n]) for n in range(10)]
    for thread in threads:
        thread.start()
    ready.wait()
    for tap in taps:
        box.send(frame(tap))
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert heard == dict.fromkeys(range(10), [("em4100", tap) for tap in taps])


def test_a_wrong_checksum_is_no_tap(box, till):
    whole = frame(CARD)
    assert whole[11:12] != b"0"
    box.send(whole[:11] + b"0" + whole[12:])
    assert till.hear(timeout=2) is None
    box.tap(OTHER)  # the reader works all the same
    assert till.hear()["value"] == OTHER


def test_the_till_whose_clock_was_ahead_still_hears(box):
    """The box's clock was set back: it counts from before what the till heard last."""
    time.sleep(5)  # the box forgets what it knows
    till = Till(box, since=time.time() + 3600)
    box.tap(CARD)
    assert till.hear()["value"] == CARD
    assert till.hear(timeout=2) is None


@pytest.mark.parametrize(
    "swipe",
    [
        f";{PAN}=29011010000?\r\n",
        f"%B{PAN}^REZAEI/ALI^29011010000?\r\n",
        f"\x02{PAN}\x03",
        f"\x02{PAN[:10]}\x03\x02{PAN}",  # and the reader falls silent
    ],
)
def test_a_bank_card_on_the_serial_reader_stays_there(box, till, swipe):
    box.send(swipe.encode())
    events = till.hear_all()
    assert cards_of(events) == [("bank_card", "")]
    assert PAN not in repr(events)
    assert PAN[6:15] not in box.log.read_text()


def test_the_box_asks_for_no_number_of_a_bank_card():
    with running_box(ALL) as box:
        till = Till(box)
        box.type(f";{PAN}=2901\n")
        box.type(f"{PAN}\n")
        time.sleep(1.2)
        box.lay("bank")
        assert cards_of(till.hear_all()) == [("bank_card", "")] * 2
        assert PAN[6:15] not in box.log.read_text()


# ----------------------------------------------------------------- other readers


def test_keyboard_and_pcsc_readers():
    with running_box(ALL) as box:
        till = Till(box)
        box.type("0009ABC\n")
        assert cards_of([till.hear()]) == [("hid", "0009ABC")]
        box.lay("04A22B1C5D6E80")
        time.sleep(1.5)  # it stays there
        box.lay("")
        time.sleep(1.2)
        box.lay("04A22B1C5D6E80")
        box.lay("04A22B1C", reader="fiscal")  # one that isn't the club's
        assert cards_of(till.hear_all()) == [("iso14443", "04A22B1C5D6E80")] * 2


# ------------------------------------------------------------- what can go wrong


def test_after_a_restart_the_reader_is_there_again():
    with running_box() as box:
        till = Till(box)
        box.tap(CARD)
        assert till.hear()["value"] == CARD
        box.kill()
        with pytest.raises(OSError):
            till.hear()
        box.start()
        box.tap(OTHER)
        assert cards_of(till.hear_all()) == [("em4100", OTHER)]


def test_a_reader_that_is_plugged_in_again_is_found():
    with running_box() as box:
        till = Till(box)
        before = box.serial.resolve()
        box.unplug()
        assert till.hear(timeout=2) is None
        box.plug()
        box.wait_for_readers(2)
        box.tap(CARD)
        assert cards_of(till.hear_all()) == [("em4100", CARD)], before


# ------------------------------------------------------------------- who may ask


def test_examples_of_the_door():
    path = CHECKOUT / "loyalty_club_box" / "door.py"
    spec = importlib.util.spec_from_file_location("door", path)
    door = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(door)
    result = doctest.testmod(door)
    assert result.attempted and not result.failed


def status(box, path, origin=None, body=None):
    request = urllib.request.Request(box.url + path, body)
    request.add_header("Content-Type", "application/json")
    if origin:
        request.add_header("Origin", origin)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/iot_drivers/data",
        "/iot_drivers/restart_odoo_service",
        "/iot_drivers/download_logs",
        "/iot_drivers/server_clear",
        "/iot_drivers//server_clear",
        "/web/database/manager",
    ],
)
def test_nobody_administers_the_box_from_outside(box, path):
    assert status(box, path) == 403


@pytest.mark.parametrize("route", ["action", "connect_to_server", "save_credential"])
def test_nobody_pairs_the_box_from_outside(box, route):
    assert status(box, f"/iot_drivers/{route}", body=b'{"params": {}}') == 403


def test_only_the_shops_pages_listen_when_they_are_named():
    shop, stranger = "https://shop.example.com", "https://stranger.example.com"
    with running_box(origins=f"http://localhost:8069, {shop}") as box:
        assert status(box, "/hw_proxy/hello", shop) == 200
        assert status(box, "/hw_proxy/hello", stranger) == 403
        assert status(box, "/hw_proxy/hello") == 200
        listener = {"session_id": "1", "devices": {"device": {}}, "last_event": 0}
        box.tap(CARD)
        url = f"{box.url}/iot_drivers/event"
        with pytest.raises(urllib.error.HTTPError):
            ask(url, {"listener": listener}, origin=stranger)
        assert ask(url, {"listener": listener}, origin=shop)["value"] == CARD
