"""The doors by their pages, from the claim to the move-out: manager, guard and resident in Chromium before the real gateway, with a
lock, its contact, a face terminal and a smoke detector that are there."""

import json

import pytest

from api_kit import SynchronisedSite
from pages_kit import Street, drive, serve_pages

pytestmark = pytest.mark.alone

TERMINAL = "1305433"
RULE = {"name": "3号楼火警", "when": [{"device": "smoke-1", "event": "smoke"}], "release": [{"door": "gate", "device": "lock-1"}]}


def test_people_go_through_the_doors_from_the_claim_to_the_move_out(tmp_path, record_property):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "interlocks.json").write_text(json.dumps({"rules": [RULE]}))
    site = SynchronisedSite(tmp_path / "site", interlocks="interlocks.json")
    serve_pages(site)
    street = None
    try:
        site.start()
        site.claim_code = site.ctl("claim")["code"]
        street = Street(site, TERMINAL)
        said = drive(site, "real/access", 180, LINLI_STREET=street.url)
        for line in said.splitlines():
            if line.startswith("# tap: "):  # how long what is pressed takes: in the report, and on the screen with -s
                record_property("tap", line.removeprefix("# tap: "))
                print(line)
    finally:
        if street is not None:
            street.close()
        site.stop()
