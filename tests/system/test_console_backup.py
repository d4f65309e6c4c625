"""Backup and restore as the console does it: made, fetched, looked at and taken over through the API alone."""

import json
import sqlite3

import pytest

from api_kit import PASSWORD, Client, ConsoleSite, check
from north_kit import ROOT, wait_until

BACKUPS = "/api/v1/operations/backup"
RESTORE = "/api/v1/operations/restore"
GOLDEN = ROOT / "tests" / "data" / "backup"


@pytest.fixture
def site(tmp_path):
    site = ConsoleSite(tmp_path)
    try:
        site.start()
        site.manager = site.claim()
        yield site
    finally:
        site.stop()


def add_lock(site, name):
    site.manager.do("POST", "/api/v1/devices", {"id": name, "profile": "generic/lock"})


def devices(client):
    return [device["id"] for device in client.get("/api/v1/devices")["items"]]


def backup(site):
    answer = site.manager.ask("POST", BACKUPS, {})
    check("POST", BACKUPS, answer)
    assert answer.status == 201 and len(answer.json["words"]) == 24
    archive = site.manager.ask("GET", f"{BACKUPS}/{answer.json['id']}")
    check("GET", f"{BACKUPS}/{answer.json['id']}", archive)
    assert archive.status == 200 and len(archive.body) == answer.json["bytes"]
    return archive.body, " ".join(answer.json["words"])


def restore(site, archive, words, dry_run=False):
    answer = site.manager.ask("POST", RESTORE, archive, {"dry_run": "1"} if dry_run else None, X_Backup_Key=words,
                              Content_Type="application/octet-stream")
    check("POST", RESTORE, answer)
    return answer


def staged(site):
    return sorted(path.name for path in (site.folder / "data").glob("restore*"))


def starts(site):
    return (site.folder / "linlid.log").read_text().count("linlid: ready")


def sign_in_after_restore(site, starts_before):
    """The daemon starts anew by itself; who was signed in is so no longer."""
    wait_until(lambda: starts(site) > starts_before and site.is_open() and site.is_ready(), 20, "linlid has started anew")
    assert site.manager.ask("GET", "/api/v1/session").status == 401
    manager = Client(site)
    manager.enter("/api/v1/session", {"login": "manager", "password": PASSWORD})
    return manager


def audited(client, action):
    return [line["detail"] for line in client.get("/api/v1/audit")["items"] if line["action"] == action]


def test_a_backup_is_made_fetched_looked_at_and_taken_over(site):
    add_lock(site, "door1")
    archive, words = backup(site)
    add_lock(site, "door2")
    before = starts(site)
    preview = restore(site, archive, words, dry_run=True).json
    text = json.dumps(preview["diff"], ensure_ascii=False)
    assert "go away (1): door2" in text and "将消失 1 台设备：door2" in text and "everybody signs in anew" in text
    assert not preview["staged"] and staged(site) == [] and devices(site.manager) == ["door1", "door2"]
    assert audited(site.manager, "backup.restore") == [{"dry_run": True}]
    assert restore(site, archive, words).json["staged"]
    manager = sign_in_after_restore(site, before)
    assert devices(manager) == ["door1"] and staged(site) == []


def test_words_of_another_backup_and_words_that_are_none_change_nothing(site):
    archive, words = backup(site)
    _, others = backup(site)
    refused = restore(site, archive, others)
    assert refused.status == 403 and refused.json["code"] == "denied"
    assert "these words are not the key of this archive" in refused.json["detail"]
    few = restore(site, archive, "advice just fish")
    assert few.status == 422 and "a key has 24 words, not 3" in few.json["detail"]
    assert restore(site, archive, "").status == 422
    assert staged(site) == [] and site.manager.get("/api/v1/session")
    for secret in words.split()[:3]:
        assert f" {secret} " not in (site.folder / "linlid.log").read_text()


@pytest.mark.parametrize("damage", ["cut", "flipped", "nonsense"])
def test_a_damaged_archive_changes_nothing(site, damage):
    archive, words = backup(site)
    harmed = bytearray(archive)
    if damage == "cut":
        harmed = harmed[:-100]
    elif damage == "flipped":
        harmed[len(harmed) // 2] ^= 1
    else:
        harmed = b"no backup at all"
    refused = restore(site, bytes(harmed), words)
    assert refused.status == 422 and refused.json["code"] == "invalid", refused.body
    assert ("backup" if damage == "nonsense" else "another copy") in refused.json["detail"]
    assert staged(site) == [] and starts(site) == 1


def test_an_archive_of_the_first_format_says_what_it_would_change(site):
    add_lock(site, "door2")
    answer = restore(site, (GOLDEN / "format1.linli").read_bytes(), (GOLDEN / "format1.words.txt").read_text().strip(), dry_run=True)
    assert answer.status == 200 and answer.json["manifest"]["schema"] == 2
    text = json.dumps(answer.json["diff"])
    assert "come back (2): door1, smoke1" in text and "go away (1): door2" in text


def test_an_archive_of_an_older_schema_is_taken_over_and_grows_up(site):
    """The site's own database as an earlier version had it: without what people look back on."""
    add_lock(site, "door1")
    site.end("linlid")
    with sqlite3.connect(site.folder / "data" / "linli.db") as database:
        newest = database.execute("PRAGMA user_version").fetchone()[0]
        for table in ("journal", "gap", "sample"):
            database.execute(f"DROP TABLE {table}")
        database.execute("PRAGMA user_version = 3")
    database.close()
    made = site.ctl("backup", str(site.folder / "old.linli"))
    site.start_gateway()
    wait_until(lambda: site.is_open(), 10, "the console answers")
    site.manager.do("DELETE", "/api/v1/devices/door1")
    before = starts(site)
    answer = restore(site, (site.folder / "old.linli").read_bytes(), " ".join(made["words"]))
    assert answer.json["staged"] and answer.json["manifest"]["schema"] == 3 < newest
    manager = sign_in_after_restore(site, before)
    assert devices(manager) == ["door1"]
    assert manager.get("/api/v1/events")["items"] is not None
