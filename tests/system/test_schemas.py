"""Data files hold to their schemas, by an independent validator."""

import json

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
