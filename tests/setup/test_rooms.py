"""Each thing has its room: folders that can be read, one place that writes a model."""

import pytest
from club_setup import rooms
from club_setup.paths import CHECKOUT, all_addons

# "About 15 files": what one looks through at a glance.
MOST_FILES = 17


@pytest.mark.parametrize("addon", all_addons())
def test_a_model_is_written_in_one_place_of_an_addon(addon):
    found = rooms.written(CHECKOUT / addon)
    assert not {what: files for what, files in found.items() if len(files) > 1}


def test_two_writes_of_one_model_are_found(tmp_path):
    part = """
class A(models.Model):
    _inherit = "shop.thing"

    def write(self, vals):
        return super().write(vals)
"""
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(part)
    assert len(rooms.written(tmp_path)["shop.thing", "write"]) == 2


@pytest.mark.parametrize("addon", all_addons())
def test_no_room_of_models_is_a_warehouse(addon):
    folders = (CHECKOUT / addon / "models").rglob("*/")
    full = {
        str(folder): count
        for folder in folders
        if (count := len(list(folder.glob("*.py")))) > MOST_FILES
    }
    assert not full
