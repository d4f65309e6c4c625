"""Independent CoAP stacks as devices: aiocoap, npm's coap, and OpenSSL for the handshake."""

import asyncio
import json
import subprocess
import threading
import time

import aiocoap
import pytest

from coap_kit import CoapCompound, site, until_stored  # noqa: F401
from north_kit import BIN, PEERS, wait_until


def unlock(site, name, device):
    return subprocess.Popen([BIN / "linlictl", "--config", site.config, "--json", "command", "send", "--target", f"device/{device}",
                             "--action", "unlock", "--id", name], stdout=subprocess.PIPE, text=True)


@pytest.fixture
def local_lock(site):
    """127.0.0.1 is the lock of these peers, which choose their address themselves."""
    if "old1" in {device["id"] for device in site.ctl("device", "list")["devices"]}:
        site.ctl("device", "revoke", "old1")
        site.add("peer1", "generic/lock", "--address", "127.0.0.1")
    return "peer1"


async def aiocoap_device(site, name):
    context = await aiocoap.Context.create_client_context()
    base = f"coap://127.0.0.1:{site.open_port}"
    try:
        model = await context.request(aiocoap.Message(code=aiocoap.GET, uri=f"{base}/linli/v1/model")).response
        observed = context.request(aiocoap.Message(code=aiocoap.GET, uri=f"{base}/linli/v1/command", observe=0))
        first = await observed.response
        command = await asyncio.to_thread(unlock, site, name, "peer1")
        told = await asyncio.wait_for(anext(aiter(observed.observation)), 5)
        payload = json.loads(told.payload)
        answer = await context.request(aiocoap.Message(
            code=aiocoap.POST, uri=f"{base}/linli/v1/result", content_format=50,
            payload=json.dumps({"command": payload["command"], "ok": True, "output": {"note": "x" * 1500}}).encode())).response
        outcome = await asyncio.to_thread(lambda: json.loads(command.communicate(timeout=10)[0]))
        observed.observation.cancel()
        return model, first, payload, answer, outcome
    finally:
        await context.shutdown()


def test_aiocoap_reads_in_blocks_observes_confirms_and_sends_in_blocks(site, local_lock):
    model, first, told, answer, outcome = asyncio.run(aiocoap_device(site, "aio-c1"))
    assert json.loads(model.payload)["profile"] == "generic/lock"
    assert first.payload == b"{}"
    assert (told["command"], told["action"]) == ("aio-c1", "unlock")
    assert answer.code == aiocoap.CHANGED
    assert outcome["state"] == "confirmed"
    assert outcome["output"]["note"] == "x" * 1500


def test_the_coap_of_npm_lists_observes_posts_and_confirms(site, local_lock):
    device = subprocess.Popen(["node", "coap_device.mjs", str(site.open_port)], cwd=PEERS, stdout=subprocess.PIPE, text=True)
    said = []
    reader = threading.Thread(target=lambda: said.extend(json.loads(line) for line in device.stdout))
    reader.start()
    try:
        wait_until(lambda: any("event" in line for line in said), 15, "the device has posted its event")
        command = unlock(site, "npm-c1", "peer1")
        assert json.loads(command.communicate(timeout=10)[0])["state"] == "confirmed"
        assert device.wait(timeout=10) == 0
    finally:
        if device.poll() is None:
            device.kill()
        reader.join()
    by_kind = {next(iter(line)): line for line in said}
    assert "</linli/v1/command>" in by_kind["core"]["payload"]
    assert by_kind["observes"]["observes"] == "2.05"
    assert by_kind["event"]["event"] == "2.04"
    assert by_kind["command"]["command"]["action"] == "unlock"
    assert by_kind["result"]["result"] == "2.04"
    assert until_stored(site, lambda event: event["subject"] == "device/peer1" and event["data"]["event"] == "tamper")


class Openssl:
    """openssl s_client over DTLS, with what it said."""

    def __init__(self, site, name, *words, key=None, seconds=2.0, say=b""):
        key = (key or site.keys[name]).encode().hex()
        done = site.coap_status()["handshakes"]["done"]
        process = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{site.coap_port}", "-psk_identity", name,
                                    "-psk", key, "-timeout", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        time.sleep(seconds)
        process.stdin.write(say)
        try:
            self.text = process.communicate(timeout=3)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            process.kill()
            self.text = process.communicate()[0].decode(errors="replace")
        self.has_joined = site.coap_status()["handshakes"]["done"] == done + 1


CIPHERS = ["PSK-AES128-CCM8", "PSK-AES128-CCM", "PSK-AES128-GCM-SHA256", "PSK-AES256-GCM-SHA384", "PSK-CHACHA20-POLY1305",
           "ECDHE-PSK-CHACHA20-POLY1305"]
WEAK = ["PSK-AES128-CBC-SHA", "PSK-AES128-CBC-SHA256", "ECDHE-PSK-AES128-CBC-SHA256", "DHE-PSK-AES128-GCM-SHA256"]


def first_handshake(site):
    """The first one has OpenSSL's own settings (firmware/net/coap_dtls.cpp)."""
    assert site.client("smoke1", "linli/v1/time").code == "2.05"


@pytest.mark.parametrize("cipher", CIPHERS)
def test_openssl_joins_with_what_devices_have(site, cipher):
    first_handshake(site)
    peer = Openssl(site, "smoke1", "-dtls1_2", "-cipher", f"{cipher}:@SECLEVEL=0")
    assert peer.has_joined, peer.text
    assert f"Cipher is {cipher}" in peer.text


@pytest.mark.parametrize("words", [["-dtls1_2", "-cipher", f"{cipher}:@SECLEVEL=0"] for cipher in WEAK] +
                         [["-dtls1", "-cipher", "PSK:@SECLEVEL=0"]], ids=[*WEAK, "dtls1.0"])
def test_openssl_does_not_join_with_less(site, words):
    first_handshake(site)
    assert not Openssl(site, "smoke1", *words, seconds=0.7).has_joined


def test_not_even_the_first_handshake_may_do_with_less(tmp_path):
    """It has OpenSSL's own settings, and ends; but its association is not listened to."""
    site = CoapCompound(tmp_path)
    try:
        site.start_site_broker()
        site.start_gateway()
        site.add("smoke1", "generic/smoke")
        assert not Openssl(site, "smoke1", "-dtls1_2", "-cipher", f"{WEAK[0]}:@SECLEVEL=0", seconds=0.7).has_joined
        assert site.coap_status()["associations"] == 0
        assert site.client("smoke1", "linli/v1/time").code == "2.05"
    finally:
        site.stop()


def test_openssl_gets_nothing_to_resume_an_association_with(site, tmp_path):
    first_handshake(site)
    session = tmp_path / "session.pem"
    peer = Openssl(site, "smoke1", "-dtls1_2", "-sess_out", str(session))
    assert peer.has_joined
    assert "TLS session ticket:" not in peer.text
    assert not session.exists(), "OpenSSL writes only what can be resumed"


def test_openssl_cannot_renegotiate(site):
    first_handshake(site)
    peer = Openssl(site, "smoke1", "-dtls1_2", say=b"R\n")
    assert peer.has_joined
    assert "no renegotiation" in peer.text, peer.text


def test_openssl_with_a_wrong_key_or_identity_does_not_join(site):
    assert not Openssl(site, "smoke1", "-dtls1_2", key="y" * 32, seconds=1).has_joined
    assert not Openssl(site, "nobody", "-dtls1_2", key="y" * 32, seconds=1).has_joined
