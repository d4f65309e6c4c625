"""The units keep what they run in a small cage."""

import re
import subprocess

import pytest

from north_kit import ROOT

UNITS = ["linlid.service", "linli-broker.service"]
WORST = 2.5


def exposure(unit):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)], capture_output=True, text=True)
    return float(re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout).group(1))


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_exposed_at_most_this_much(unit):
    assert exposure(ROOT / "board/systemd" / unit) <= WORST


@pytest.mark.parametrize("unit", UNITS)
def test_the_measure_sees_a_cage_that_was_taken_away(unit, tmp_path):
    text = (ROOT / "board/systemd" / unit).read_text()
    open_cage = re.sub(r"^(Protect|Private|Restrict|System|NoNew|Capability).*$", "", text, flags=re.M)
    weak = tmp_path / unit
    weak.write_text(open_cage)
    assert exposure(weak) > WORST


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_has_no_word_that_systemd_does_not_know(unit):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(ROOT / "board/systemd" / unit)], capture_output=True, text=True)
    assert "Unknown" not in done.stderr
    assert "Failed to parse" not in done.stderr
