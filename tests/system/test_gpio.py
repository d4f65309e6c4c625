"""A door on lines of the board by the whole daemon, as far as that goes on a machine that may have no lines at all."""

from compound import compound  # noqa: F401 (a fixture)

LINES = {"lines": ["lock=gpiochip99/22 out", "contact=gpiochip99/17 in pull-up"], "debounce_ms": 20}


def add(compound, address):
    return compound.ctl("device", "add", "--driver", "gpio", "--profile", "gpio/door", "--id", "door-1", "--address", address,
                        expect=None)


def test_a_line_that_the_board_does_not_have_is_named_and_nothing_is_kept(compound):
    compound.settings["gpio"] = LINES
    compound.write_config()
    compound.start()
    assert "gpiochip99" in str(add(compound, "lock=lock contact=contact"))
    assert "no line 'bell' in gpio.lines" in str(add(compound, "lock=bell"))
    assert "the line 'contact' is an input" in str(add(compound, "lock=contact"))
    assert compound.ctl("device", "list")["devices"] == []
    [driver] = [each for each in compound.ctl("drivers")["drivers"] if each["name"] == "gpio"]
    assert driver["tested_against"].startswith("own fake only")
