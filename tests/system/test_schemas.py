"""Data files hold to their schemas, by an independent validator."""

import json
import re

import jsonschema
import pytest

from north_kit import ROOT

MODEL = json.loads((ROOT / "config/schema/thing-model.schema.json").read_text())
CONTRACT = json.loads((ROOT / "config/schema/native.asyncapi.json").read_text())
MODELS = sorted((ROOT / "config/profiles").glob("*/*.tm.jsonld"))


@pytest.mark.parametrize("file", MODELS, ids=lambda f: f"{f.parent.name}/{f.name.split('.')[0]}")
def test_every_device_model_holds_to_the_schema(file):
    jsonschema.validate(json.loads(file.read_text()), MODEL)


@pytest.mark.parametrize("file", sorted((ROOT / "tests/data/profiles/generic").glob("*.json")), ids=lambda f: f.stem)
def test_every_recording_holds_to_the_contract_unless_it_is_to_be_rejected(file):
    for recording in json.loads(file.read_text()):
        if "rejection" in recording["expect"]:
            continue
        kind = recording["topic"].rsplit("/", 1)[1]
        jsonschema.validate(recording["payload"], CONTRACT["components"]["messages"][kind]["payload"])


BAD_MODELS = sorted((ROOT / "tests/data/bad_profiles").glob("*.json"))


@pytest.mark.parametrize("file", BAD_MODELS, ids=lambda f: f.stem)
def test_schema_and_reader_refuse_the_same_models(file):
    """The reader refuses all of them (tests/unit/domain); what a schema cannot say is named so."""
    model = json.loads(file.read_text())
    if file.stem.startswith("beyond_schema_"):
        jsonschema.validate(model, MODEL)
    else:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(model, MODEL)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(MODEL)


@pytest.mark.parametrize("file", sorted((ROOT / "config/calendars").glob("*.json")), ids=lambda f: f.stem)
def test_every_calendar_holds_to_its_schema(file):
    jsonschema.validate(json.loads(file.read_text()), json.loads((ROOT / "config/schema/calendar.schema.json").read_text()))


INTERLOCKS = json.loads((ROOT / "config/schema/interlocks.schema.json").read_text())


def test_the_example_of_fire_rules_holds_to_their_schema():
    text = (ROOT / "config/examples/access/interlocks.json").read_text()
    jsonschema.validate(json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M)), INTERLOCKS)


def test_schema_and_reader_refuse_the_same_fire_rules():
    """The reader refuses all of them (tests/unit/access); some a schema cannot see."""
    for case in json.loads((ROOT / "tests/data/access/bad_interlocks.json").read_text()):
        assert list(jsonschema.Draft202012Validator(INTERLOCKS).iter_errors(case["file"])) != [] or not case["schema"], case
