"""The site broker's logins are those of the registered devices, whatever happened to its file."""

import json
import shutil

from compound import BIN, compound, publish  # noqa: F401 (a fixture)
from north_kit import wait_until

ONLINE = '{"online":true}'


def logins_file(compound):
    return compound.folder / "broker" / "dynamic-security.json"


def has_only_door1(text):
    return "ghost" not in text and "door1" in text


def may_publish(compound, name, password):
    return publish(compound, name, password, f"linli/v1/{name}/up/presence", ONLINE).returncode == 0


def test_logins_that_the_broker_lost_come_back_with_their_old_passwords(compound):
    kept = compound.folder / "logins-before"
    shutil.copy(logins_file(compound), kept)
    compound.start()
    passwords = {f"door{n}": compound.add_device(f"door{n}", "generic/lock")["password"] for n in range(60)}
    compound.end("mosquitto")
    shutil.copy(kept, logins_file(compound))
    compound.start_site_broker()
    wait_until(lambda: all(may_publish(compound, name, passwords[name]) for name in ("door0", "door59")), 15, "they may come in again")
    assert not may_publish(compound, "door0", passwords["door1"])


def test_a_device_revoked_while_the_broker_is_away_does_not_come_back_with_it(compound):
    compound.start()
    password = compound.add_device("door1", "generic/lock")["password"]
    compound.end("mosquitto")
    answer = compound.ctl("device", "revoke", "door1", expect=3)
    assert "its login goes as soon as the site broker answers" in answer["error"]["what"]
    compound.start_site_broker()
    wait_until(lambda: not may_publish(compound, "door1", password), 15, "the login is gone")
    compound.ctl("device", "show", "door1", expect=4)


def test_a_login_of_no_registered_device_is_taken_away(compound):
    compound.start()
    compound.add_device("door1", "generic/lock")
    compound.end("mosquitto")
    logins = json.loads(logins_file(compound).read_text())
    own = next(client for client in logins["clients"] if client["username"] == "door1")
    role = next(role for role in logins["roles"] if role["rolename"] == "device-door1")
    logins["clients"].append({**own, "username": "ghost", "roles": [{"rolename": "device-ghost"}]})
    logins["roles"].append({**role, "rolename": "device-ghost"})
    logins_file(compound).write_text(json.dumps(logins))
    compound.start_site_broker()
    # Both of one reading: the broker writes the file anew, and for a moment it is empty.
    wait_until(lambda: has_only_door1(logins_file(compound).read_text()), 15, "the ghost is gone, and door1 is not")


def test_the_database_holds_no_password_that_can_be_read(compound):
    compound.start()
    password = compound.add_device("door1", "generic/lock")["password"]
    compound.end("linlid")
    for file in (compound.folder / "data").iterdir():
        assert password.encode() not in file.read_bytes(), file


def test_the_gateway_does_not_start_without_the_key_of_its_secrets(compound):
    compound.start_site_broker()
    (compound.folder / "identity" / "secret.key").unlink()
    compound.spawn("linlid", BIN / "linlid", "--config", compound.config)
    assert compound.processes["linlid"].wait(timeout=10) == 3
    log = (compound.folder / "linlid.log").read_text()
    assert "secret.key" in log and "linlictl keys init" in log
