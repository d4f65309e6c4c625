"""The console as a part of linlid: it needs nothing else, and nothing else needs it."""

import http.client
import socket
import ssl

import pytest

from compound import compound  # noqa: F401 (a fixture)
from north_kit import free_port, wait_until


@pytest.fixture
def port(compound):
    chosen = free_port()
    compound.settings["console"] = {"listen": "127.0.0.1", "port": chosen, "web": str(compound.folder / "web")}
    compound.write_config()
    return chosen


def get(compound, port, path):
    context = ssl.create_default_context(cafile=str(compound.folder / "identity" / "site-ca-bundle.crt"))
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def answers(compound, port):
    try:
        return get(compound, port, "/healthz") == (200, "ok\n")
    except OSError:
        return False


def test_it_answers_without_a_broker_and_with_the_sites_own_certificate(compound, port):
    compound.start_gateway(wait=False)
    wait_until(lambda: answers(compound, port), 10, "the console answers")
    status, page = get(compound, port, "/")
    assert status == 404 and str(compound.folder / "web") in page and "管理页面尚未安装" in page
    assert compound.ctl("status")["console"]["up"]
    checks = {check["name"]: check["verdict"] for check in compound.ctl("doctor", expect=None)["checks"]}
    assert checks["https"] == "ok" and checks["console certificate"] == "ok"


def test_an_identity_of_an_older_version_gets_its_certificate_at_the_start(compound, port):
    for name in ("console.crt", "console.key"):
        (compound.folder / "identity" / name).unlink()
    compound.start_gateway(wait=False)
    wait_until(lambda: answers(compound, port), 10, "the console answers")


def served_names(compound, port):
    """What the certificate names that the console shows to a browser, which trusts the site CA alone."""
    context = ssl.create_default_context(cafile=str(compound.folder / "identity" / "site-ca-bundle.crt"))
    context.check_hostname = False
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain, context.wrap_socket(plain) as connection:
            return {value for _, value in connection.getpeercert()["subjectAltName"]}
    except OSError:
        return set()


def test_a_new_host_is_in_the_served_certificate_and_the_key_stays(compound, port):
    compound.start_site_broker()
    compound.start_gateway()
    key = (compound.folder / "identity" / "console.key").read_bytes()
    wait_until(lambda: "localhost" in served_names(compound, port), 10, "the console answers")
    compound.ctl("config", "set", "console.hosts=console.example,10.9.8.7,localhost")
    wanted = {"console.example", "10.9.8.7", "localhost"}
    wait_until(lambda: served_names(compound, port) == wanted, 10, "the certificate names the new hosts")
    compound.ctl("config", "revert")
    wait_until(lambda: answers(compound, port), 10, "the console answers as before")
    compound.end("linlid")
    compound.settings["console"]["hosts"] = ["other.example", "localhost"]
    compound.write_config()
    compound.start_gateway()
    wait_until(lambda: served_names(compound, port) == {"other.example", "localhost"}, 10, "the file's hosts are named")
    assert (compound.folder / "identity" / "console.key").read_bytes() == key
    assert "did not name all of the console's hosts" in (compound.folder / "linlid.log").read_text()


def test_a_port_that_is_taken_keeps_nobody_from_working(compound, port):
    holder = socket.create_server(("127.0.0.1", port))
    compound.start_site_broker()
    compound.start_gateway()
    status = compound.ctl("status")
    assert status["broker"]["up"] and not status["console"]["up"] and "console.port" in status["console"]["last_error"]
    assert {check["name"]: check["verdict"] for check in compound.ctl("doctor", expect=None)["checks"]}["https"] == "fail"
    holder.close()
    wait_until(lambda: answers(compound, port), 15, "the console answers once the port is free")


def test_a_broken_certificate_keeps_nobody_from_working(compound, port):
    (compound.folder / "identity" / "console.crt").write_text("nonsense")
    compound.start_site_broker()
    compound.start_gateway()
    assert "console.crt" in compound.ctl("status")["console"]["last_error"]
    (compound.folder / "identity" / "console.crt").unlink()
    compound.ctl("keys", "init")
    wait_until(lambda: answers(compound, port), 15, "the console answers with a new one")


def test_without_a_port_there_is_no_console(compound):
    compound.start_site_broker()
    compound.start_gateway()
    assert compound.ctl("status")["console"] == {"up": False, "listen": "off"}
