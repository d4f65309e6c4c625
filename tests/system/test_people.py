"""Who may sign in, and what is written down of it, through linlictl and the control socket."""

import base64
import hashlib
import json
import sqlite3
import subprocess

import argon2
import pyotp
import pytest

from compound import compound  # noqa: F401 (a fixture)
from north_kit import BIN


@pytest.fixture
def gateway(compound):  # noqa: F811
    compound.start_site_broker()
    compound.start_gateway()
    return compound


def text_of(compound, *words, expect=0):
    done = subprocess.run([BIN / "linlictl", "--config", compound.config, *words], capture_output=True, text=True)
    assert done.returncode == expect, f"{words}: {done.returncode} {done.stdout} {done.stderr}"
    return done.stdout


def chain_of(lines):
    """The export as an independent reader checks it: SHA-256 of each line without its own hash, and the hash before it."""
    prev = "0" * 64
    for number, line in enumerate(lines, start=1):
        entry = json.loads(line)
        assert entry["seq"] == number
        assert entry["prev"] == prev
        stored = line[: line.rindex(',"hash":"')] + "}"
        assert hashlib.sha256(stored.encode()).hexdigest() == entry["hash"]
        prev = entry["hash"]
    return prev


def test_a_new_gateway_shows_its_claim_code_and_keeps_it_over_a_restart(gateway):
    claim = gateway.ctl("claim")
    assert len(claim["code"]) == 10
    assert claim["uri"].endswith("/#claim=" + claim["code"])
    shown = text_of(gateway, "claim")
    assert claim["uri"] in shown
    assert "█" in shown
    gateway.end("linlid")
    gateway.start_gateway()
    assert gateway.ctl("claim")["code"] == claim["code"]
    assert claim["code"].encode() not in (gateway.folder / "data" / "linli.db").read_bytes()


def test_two_gateways_have_different_codes(gateway, tmp_path_factory):
    first = gateway.ctl("claim")["code"]
    gateway.end("linlid")
    for name in ("linli.db", "linli.db-wal", "linli.db-shm"):
        (gateway.folder / "data" / name).unlink(missing_ok=True)
    gateway.start_gateway()
    assert gateway.ctl("claim")["code"] != first


def test_people_are_invited_and_listed_and_invitations_taken_back(gateway):
    offer = gateway.ctl("person", "invite", "--role", "resident", "--name", "王小梅", "--places", "3-2-501")
    assert "/app/#i=" in offer["uri"]
    console = gateway.ctl("person", "invite", "--role", "on_call", "--name", "Wang")
    assert "/#i=" in console["uri"] and "/app/" not in console["uri"]
    people = {person["id"]: person for person in gateway.ctl("person", "list")["people"]}
    assert people[offer["id"]]["invited"] and people[offer["id"]]["places"] == ["3-2-501"]
    gateway.ctl("person", "remove", offer["id"])
    assert offer["id"] not in {person["id"] for person in gateway.ctl("person", "list")["people"]}
    gateway.ctl("person", "invite", "--role", "resident", "--name", "nowhere", expect=1)
    gateway.ctl("person", "invite", "--role", "king", "--name", "x", expect=1)
    gateway.ctl("person", "recover", "nobody", expect=4)
    gateway.ctl("person", "unlock", "nobody", expect=4)


def test_a_token_is_shown_once_and_only_its_digest_is_stored(gateway):
    token = gateway.ctl("token", "create", "--ttl", "1h", "--scope", "view_site,view_system", "--name", "scrape")
    assert token["token"].startswith("linli_")
    listed = gateway.ctl("token", "list")["tokens"]
    assert [entry["id"] for entry in listed] == [token["id"]]
    assert "token" not in listed[0]
    assert listed[0]["scope"] == ["view_site", "view_system"]
    gateway.end("linlid")
    stored = (gateway.folder / "data" / "linli.db").read_bytes()
    assert token["token"].encode() not in stored
    assert hashlib.sha256(token["token"].encode()).hexdigest().encode() in stored
    gateway.start_gateway()
    gateway.ctl("token", "revoke", token["id"])
    assert gateway.ctl("token", "list")["tokens"] == []
    gateway.ctl("token", "revoke", token["id"], expect=4)


@pytest.mark.parametrize("words", [("--ttl", "59min", "--scope", "view_site"), ("--ttl", "366d", "--scope", "view_site"),
                                   ("--ttl", "soon", "--scope", "view_site"), ("--ttl", "1h", "--scope", "everything"),
                                   ("--ttl", "1h", "--scope", ",")])
def test_a_token_needs_a_time_and_a_scope_that_there_is(gateway, words):
    gateway.ctl("token", "create", *words, expect=1)


def test_the_audit_is_a_chain_that_others_can_check_and_tampering_is_found(gateway):
    gateway.ctl("claim")
    for number in range(5):
        gateway.ctl("person", "invite", "--role", "viewer", "--name", f"Secret Name {number}")
    gateway.ctl("token", "create", "--ttl", "1h", "--scope", "view_site")
    export = text_of(gateway, "audit", "export")
    lines = export.splitlines()
    head = chain_of(lines)
    assert [json.loads(line)["action"] for line in lines] == ["claim.offer"] + ["person.invite"] * 5 + ["token.create"]
    assert "Secret Name" not in export
    assert gateway.ctl("audit", "verify") == {"first": 1, "last": 7, "head": head}
    assert "person.invite" in text_of(gateway, "audit", "show")

    gateway.end("linlid")
    file = gateway.folder / "audit.jsonl"
    file.write_text(export)
    assert gateway.ctl("audit", "verify", str(file), "--head", head)["head"] == head

    def verify(changed):
        file.write_text("\n".join(changed) + "\n")
        return text_of(gateway, "audit", "verify", str(file), "--head", head, expect=1)

    verify(lines[:3] + [lines[3].replace("viewer", "manager")] + lines[4:])
    verify(lines[:3] + lines[4:])
    verify(lines[:-1])
    verify(lines[:2] + [lines[3], lines[2]] + lines[4:])
    file.write_text("\n".join(lines[:-1]) + "\n")
    gateway.ctl("audit", "verify", str(file))  # without the head nobody can know that the end is missing


def test_a_line_changed_in_the_database_is_found_by_verify(gateway):
    for number in range(3):
        gateway.ctl("person", "invite", "--role", "viewer", "--name", f"n{number}")
    gateway.end("linlid")
    database = sqlite3.connect(gateway.folder / "data" / "linli.db")
    assert database.execute("UPDATE audit SET line = replace(line, 'viewer', 'onlook') WHERE seq = 2").rowcount == 1
    database.commit()
    database.close()
    gateway.start_gateway()
    done = gateway.ctl("audit", "verify", expect=1)
    assert done == {} or "line 2" in json.dumps(done)


def test_the_audit_goes_on_in_one_chain_over_kill_and_restart(gateway):
    for number in range(3):
        gateway.ctl("person", "invite", "--role", "viewer", "--name", f"n{number}")
        gateway.end("linlid", how=9)
        gateway.start_gateway()
    chain = text_of(gateway, "audit", "export").splitlines()
    chain_of(chain)
    assert [json.loads(line)["action"] for line in chain].count("person.invite") == 3


# Independent peers.


class Probe:
    def __init__(self):
        self.process = subprocess.Popen([BIN / "password_probe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=5) == 0


@pytest.fixture
def probe():
    peer = Probe()
    yield peer
    peer.close()


def test_argon2_cffi_knows_our_passwords_and_we_know_theirs(probe):
    theirs = argon2.PasswordHasher(time_cost=3, memory_cost=12288, parallelism=1)
    for password in ("correct horse 7", "门前有两棵槐树一棵高", "x" * 256):
        ours = probe.ask("hash", password)
        parameters = argon2.extract_parameters(ours)
        assert (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
            argon2.Type.ID, 12288, 3, 1)
        assert theirs.verify(ours, password)
        with pytest.raises(argon2.exceptions.VerifyMismatchError):
            theirs.verify(ours, password + "!")
        assert probe.ask("verify", theirs.hash(password), password) == "yes"
        assert probe.ask("verify", theirs.hash(password), password + "!") == "no"


def test_pyotp_shows_the_codes_that_we_expect(probe):
    secret = bytes(range(20))
    totp = pyotp.TOTP(base64.b32encode(secret).decode())
    for time in (0, 59, 1_111_111_109, 1_764_000_000, 20_000_000_000):
        assert probe.ask("code", secret.hex(), str(time // 30)) == totp.at(time)
