"""Metrics in the eyes of Prometheus' own parser; alerts and dashboard name nothing that is not told."""

import json
import re

import pytest
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

from api_kit import PASSWORD, Client, ConsoleSite
from north_kit import ROOT

MONITORING = ROOT / "board" / "monitoring"
NAME = re.compile(r"\blinli_[a-z_]+\b")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = ConsoleSite(tmp_path_factory.mktemp("metrics"))
    try:
        site.start()
        site.scraper = site.token(site.claim(), "own", "view_system")
        yield site
    finally:
        site.stop()


def families(site, accept, parse):
    answer = site.scraper.ask("GET", "/metrics", Accept=accept)
    assert answer.status == 200, answer.body
    return answer, {family.name: family for family in parse(answer.body.decode())}


def test_openmetrics_is_what_it_says(site):
    answer, told = families(site, "application/openmetrics-text; version=1.0.0", openmetrics)
    assert answer.media == "application/openmetrics-text" and answer.body.endswith(b"# EOF\n")
    assert told["linli_build_info"].samples[0].value == 1
    assert {s.labels["state"] for s in told["linli_devices"].samples} == {"online", "offline", "unknown"}
    assert told["linli_broker_up"].samples[0].value == 1
    assert told["linli_store_commits"].type == "counter"


def test_prometheus_text_has_the_same_values(site):
    _, old = families(site, "text/plain", prometheus)
    _, new = families(site, "application/openmetrics-text", openmetrics)
    assert set(old) == set(new)


def test_labels_have_few_values_and_name_nobody(site):
    _, told = families(site, "application/openmetrics-text", openmetrics)
    assert sum(len(family.samples) for family in told.values()) < 200
    labels = {label for family in told.values() for sample in family.samples for label in sample.labels}
    assert labels <= {"version", "state", "stream", "result", "reason", "layer", "name", "class"}


def test_alerts_and_dashboard_name_only_what_is_told(site):
    _, told = families(site, "application/openmetrics-text", openmetrics)
    known = {sample.name for family in told.values() for sample in family.samples} | set(told)
    rules = yaml.safe_load((MONITORING / "linli.rules.yaml").read_text())
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    dashboard = json.loads((MONITORING / "linli.grafana.json").read_text())
    expressions += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    named = {name for text in expressions for name in NAME.findall(text)}
    assert len(named) > 15 and named <= known, named - known
    for group in rules["groups"]:
        assert all(rule["annotations"]["action"] for rule in group["rules"])


def test_who_may_not_look_at_the_system_gets_no_metrics(site):
    manager = Client(site)
    manager.enter("/api/v1/session", {"login": "manager", "password": PASSWORD})
    assert site.token(manager, "own").ask("GET", "/metrics").status == 403
