"""The JSON Schema and linlid's own reader agree, by an independent validator."""

import json
import re
import subprocess

import jsonschema
import pytest

from north_kit import BIN, ROOT

SCHEMA = json.loads((ROOT / "config/schema/linlid.schema.json").read_text())
# What a schema cannot say: members that depend on each other, and what is no JSON value at all.
ACROSS = {"link_without_host", "link_without_ca", "certificate_without_key", "backoff_upside_down", "not_json", "duplicate", "empty",
          "coap_subnet_bits", "coap_listen_name", "console_listen_name", "coap_ports_equal", "coap_without_host", "coap_without_identity", "coap_without_key",
          "osdp_bus_speed", "osdp_two_buses", "gpio_no_line", "gpio_two_lines"}
BAD = sorted((ROOT / "tests/data/bad_config").glob("*.json"))
EXAMPLES = sorted((ROOT / "config/examples").glob("*.json"))


def without_comments(text):
    return re.sub(r"^\s*//.*$|(?<=[,\s])//[^\"]*$", "", text, flags=re.M)


@pytest.mark.parametrize("file", [f for f in BAD if f.stem not in ACROSS], ids=lambda f: f.stem)
def test_what_linlid_refuses_the_schema_refuses(file):
    assert subprocess.run([BIN / "linlid", "--check-config", file], capture_output=True).returncode == 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(file.read_text()), SCHEMA)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_what_linlid_takes_the_schema_takes(file):
    assert subprocess.run([BIN / "linlid", "--check-config", file], capture_output=True).returncode == 0
    jsonschema.validate(json.loads(without_comments(file.read_text())), SCHEMA)


def test_a_file_that_is_not_there_is_unreadable():
    assert subprocess.run([BIN / "linlid", "--check-config", "/nowhere.json"], capture_output=True).returncode == 2


def test_problems_can_be_had_as_json():
    for program in (["linlid", "--check-config", BAD[0], "--format", "json"], ["linlictl", "--json", "check-config", BAD[0]]):
        done = subprocess.run([BIN / program[0], *program[1:]], capture_output=True, text=True)
        answer = json.loads(done.stdout)
        assert done.returncode == 1
        assert answer["valid"] is False
        assert answer["problems"][0]["what"]


def test_linlictl_documents_every_command_in_man_page_and_completion():
    man = subprocess.run([BIN / "linlictl", "--generate-man"], capture_output=True, text=True, check=True).stdout
    completion = subprocess.run([BIN / "linlictl", "--generate-completion"], capture_output=True, text=True, check=True).stdout
    for command in ["status", "doctor", "device add", "device revoke", "command send", "events tail", "outbox show", "keys rotate"]:
        assert f".B {command}\n" in man
        assert command.split()[-1] in completion
    subprocess.run(["bash", "-n"], input=completion, text=True, check=True)


def test_usage_and_unreachable_daemons_have_their_exit_codes():
    assert subprocess.run([BIN / "linlictl", "nonsense"], capture_output=True).returncode == 2
    assert subprocess.run([BIN / "linlictl", "--socket", "/nowhere.sock", "status"], capture_output=True).returncode == 3
