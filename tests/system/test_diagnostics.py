"""The diagnostics bundle: what helps is in it, and nothing of what is secret, wherever it stood."""

import json
import signal
import sqlite3
import tarfile
import time

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics

from compound import compound  # noqa: F401 (a fixture)
from north_kit import wait_until

FILES = {"README.txt", "certificates.json", "configuration.json", "devices.json", "doctor.json", "log.txt", "machine.txt",
         "metrics.txt", "status.json"}


def bundle(compound):
    file = compound.folder / "diag.tar.gz"
    begun = time.monotonic()
    compound.ctl("diag", str(file))
    assert time.monotonic() - begun < 20
    assert file.stat().st_size <= 5 * 1024 * 1024
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as tar:
        return {member.name.split("/", 1)[1]: tar.extractfile(member).read().decode() for member in tar.getmembers()}


def test_the_bundle_holds_what_helps_and_the_preview_lists_it(compound):
    compound.start_site_broker()
    compound.start_gateway()
    compound.add_device("smoke1", "generic/smoke")
    preview = compound.ctl("diag", "--preview")
    files = bundle(compound)
    assert set(files) == FILES == {file["name"] for file in preview["files"]}
    assert "linlid: ready" in files["log.txt"]
    assert json.loads(files["devices.json"])[0]["id"] == "smoke1"
    assert json.loads(files["doctor.json"])["checks"]
    assert json.loads(files["status.json"])["version"] in files["machine.txt"]
    assert any("CN=" in (entry.get("subject") or "") for entry in json.loads(files["certificates.json"]))
    told = {family.name: family for family in openmetrics(files["metrics.txt"])}
    assert {s.labels["state"]: s.value for s in told["linli_devices"].samples} == {"online": 0, "offline": 0, "unknown": 1}
    assert told["linli_broker_up"].samples[0].value == 1 and len(files["metrics.txt"]) < 64 * 1024
    assert "VmRSS" in files["machine.txt"] and "MiB free" in files["machine.txt"]
    for name in FILES - {"README.txt"}:
        assert name in files["README.txt"]


def test_twenty_secrets_are_seeded_everywhere_and_none_is_in_the_bundle(compound):
    secrets = ["S3cretPassw0rd", "t0ken-value-77", "c00kie-abcd", "pin-4711x", "hunter2hunter2", "0123456789abcdef0123456789abcdef",
               "abcdefghijklmnopqrstuvwxyz234567", "QWxhZGRpbjpvcGVuIHNlc2FtZQQWxhZGRpbjpvcGVu", "13812345678", "13998765432",
               "010-87654321", "11010519491231002X", "王小明", "李四的手机", "Grace Hopper", "grace@site", "MHcCAQEEIBkeyke"]
    compound.start_site_broker()
    compound.start_gateway()
    passwords = [compound.ctl("device", "add", "--id", f"s{i}", "--profile", "generic/smoke", "--name", name)["credentials"]["password"]
                 for i, name in enumerate(["王小明", "李四的手机", "Grace Hopper"])]
    secrets += passwords
    gateway_password = (compound.folder / "broker" / "gateway.password").read_text().strip()
    sealing_key = (compound.folder / "identity" / "secret.key").read_text().strip()
    secrets += [gateway_password, sealing_key]
    assert len(secrets) >= 20
    # A person's row, as the console writes it: their names come from there.
    with sqlite3.connect(compound.folder / "data" / "linli.db") as database:
        database.execute("INSERT INTO state (space, key, value) VALUES (7, 'p1', ?)",
                         [json.dumps({"name": "Grace Hopper", "login": "grace@site"}).encode()])
    # Words that end in our log: a stray topic, a refused value, a command's reason, a configuration that cannot be read.
    seeds = ['{"password":"S3cretPassw0rd","token":"t0ken-value-77"}', "cookie=c00kie-abcd", '{"pin":"pin-4711x"}',
             "passwd: hunter2hunter2", "key 0123456789abcdef0123456789abcdef", "login abcdefghijklmnopqrstuvwxyz234567",
             "QWxhZGRpbjpvcGVuIHNlc2FtZQQWxhZGRpbjpvcGVu", "call 13812345678", "+86 139 9876 5432 13998765432", "010-87654321",
             "11010519491231002X", "王小明", "李四的手机", "Grace Hopper grace@site", "secret=MHcCAQEEIBkeyke", *passwords,
             gateway_password, sealing_key]
    for batch in (seeds[:9], seeds[9:18], seeds[18:]):
        # The log holds back repeats beyond ten a minute: each batch has a process of its own.
        compound.end("linlid")
        compound.start_gateway()
        for seed in batch:
            refuse(compound, seed)
        files = bundle(compound)
        everything = "\n".join(files.values())
        assert files["log.txt"].count("expected one of debug, info, warn, error") == len(batch), "what was refused is in the log"
        assert "[redacted]" in files["log.txt"]
        for secret in secrets:
            assert secret not in everything, secret


def refuse(compound, seed):
    """A reload that fails, with the seed in the log's reason."""
    log = compound.folder / "linlid.log"
    before = log.read_text().count("configuration is invalid")
    compound.settings["log"] = {"level": seed}
    compound.write_config()
    compound.processes["linlid"].send_signal(signal.SIGHUP)
    wait_until(lambda: log.read_text().count("configuration is invalid") > before, 5, "the reload is refused")
    del compound.settings["log"]
    compound.write_config()
