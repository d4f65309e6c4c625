"""Certificates are warned of before they end, once for each step."""

import shutil
from datetime import datetime, timedelta, timezone

import pytest

from compound import compound  # noqa: F401 (a fixture)
from north_kit import wait_until

KIND = "linli.gateway.certificate_expiry"


def use_certificate_that_ends_in(compound, days):
    """An hour less than so many days."""
    ends = datetime.now(timezone.utc) + timedelta(days=days, hours=-1)
    certificate, key = compound.authority.sign(f"gateway-{days}", "gw1", ends=ends.strftime("%Y%m%d%H%M%SZ"))
    compound.settings["platform"].update({"certificate": str(certificate), "key": str(key)})
    compound.write_config()


@pytest.mark.parametrize("days, step", [(31, None), (30, "30_days"), (14, "14_days"), (7, "7_days"), (1, "1_day")])
def test_our_own_certificate_is_warned_of_at_each_step_and_once(compound, days, step):
    use_certificate_that_ends_in(compound, days)
    compound.start()
    marker = {"id": "m1", "event": "smoke", "data": {}}
    compound.connect_device("smoke1", "generic/smoke").send_until_acknowledged("event", marker)
    wait_until(lambda: compound.events(), 5, "a later alarm is there, so the warning would be too")
    assert [event["data"]["step"] for event in compound.events(KIND)] == ([step] if step else [])
    compound.end("linlid")
    compound.start_gateway()
    checks = compound.ctl("doctor")["checks"]
    verdict = next(check["verdict"] for check in checks if check["name"] == "our certificate")
    assert verdict == ("warn" if step else "ok")
    assert len(compound.events(KIND)) == (1 if step else 0)


@pytest.mark.parametrize("name, file", [("site CA", "site-ca.crt"), ("site broker certificate", "broker.crt")])
def test_what_is_warned_of_is_what_the_doctor_looks_at(compound, name, file):
    compound.start_site_broker()
    ends = datetime.now(timezone.utc) + timedelta(days=5)
    shutil.copy(compound.authority.sign("ending", "ending", ends=ends.strftime("%Y%m%d%H%M%SZ"))[0], compound.folder / "identity" / file)
    compound.start_gateway()
    verdicts = {check["name"]: check["verdict"] for check in compound.ctl("doctor")["checks"]}
    names = ["site CA", "site broker certificate", "our certificate"]
    assert {each: verdicts.get(each) for each in names} == {each: "warn" if each == name else "ok" for each in names}
    compound.deliver_all()
    assert [event["data"]["subject"] for event in compound.events(KIND)] == ["CN=ending"]
