"""The console's server before browsers and tools of other makes, with mbedTLS and with OpenSSL behind the same code."""

import http.client
import json
import socket
import ssl

import pytest
import websockets.exceptions
from websockets.sync.client import connect as connect_websocket

from console_kit import console, problem  # noqa: F401 (a fixture)
from north_kit import wait_until

SECURITY_HEADERS = ["content-security-policy", "cross-origin-opener-policy", "cross-origin-resource-policy", "referrer-policy",
                    "x-content-type-options", "permissions-policy", "cache-control"]


def test_pages_files_and_answers_come_over_one_connection(console):
    connection = console.connect()
    for path, expected in [("/", b"console</title>"), ("/app/my/home", b"resident</title>"), ("/assets/main-1a2b3c.js", b"plain"),
                           ("/healthz", b"ok"), ("/api/x?q=a%20b", b'"a b"')]:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200 and expected in answer.read(), path
        assert [name for name in SECURITY_HEADERS if name not in {n.lower() for n, _ in answer.getheaders()}] == []
        assert "server" not in {name.lower() for name, _ in answer.getheaders()}
    connection.close()
    wait_until(lambda: console.program.last["requests"] == 5, 5, "five requests are counted")
    wait_until(lambda: console.program.last["connections"] == 0, 5, "the connection is over")


def test_curl_gets_pages_with_head_and_compression(console):
    base = f"https://localhost:{console.port}"
    assert b"console</title>" in console.curl(f"{base}/devices/any")
    head = console.curl("-I", f"{base}/").lower()
    assert head.startswith(b"http/1.1 200") and f"content-length: {len('<!doctype html><title>console</title>')}".encode() in head
    packed = console.curl("-H", "Accept-Encoding: gzip", "-D", "-", f"{base}/assets/main-1a2b3c.js")
    assert b"content-encoding: gzip" in packed and packed.endswith(b"the gzip variant") and b"immutable" in packed
    tag = next(line for line in packed.split(b"\r\n") if line.startswith(b"etag: "))[6:].decode()
    again = console.curl("-H", "Accept-Encoding: gzip", "-H", f"If-None-Match: {tag}", "-D", "-", f"{base}/assets/main-1a2b3c.js")
    assert again.startswith(b"HTTP/1.1 304") and again.endswith(b"\r\n\r\n")


def test_curl_uploads_an_archive_where_it_may_and_is_refused_elsewhere(console, tmp_path):
    archive = tmp_path / "archive"
    archive.write_bytes(bytes(3 * 1024 * 1024))
    upload = ["--data-binary", f"@{archive}", "-w", "\n%{http_code}"]  # curl asks with Expect: 100-continue
    taken = console.curl(*upload, f"https://localhost:{console.port}/api/upload").decode().split("\n")
    assert taken[1] == "200" and json.loads(taken[0])["bytes"] == 3 * 1024 * 1024
    refused = console.curl(*upload, f"https://localhost:{console.port}/api/other").decode().split("\n")
    assert refused[1] == "413" and problem(refused[0]) == "too_large"


def test_a_large_answer_arrives_whole(console):
    status, _, body = console.ask("GET", "/api/large?bytes=20000000")
    assert status == 200 and body == b"x" * 20_000_000


@pytest.mark.parametrize("text, status, code", [
    (b"GET /api/x HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"421", "not_found"),
    (b"POST /api/x HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Length: 0\r\n\r\n", b"403", "csrf"),
    (b"GET /api/x HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n", b"403", "csrf"),
    (b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"405", "unsupported"),
    (b"GET /api/%2e%2e/etc HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400", "invalid"),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 9000 + b"\r\n\r\n", b"431", "too_large"),
    (b"POST /api/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300000, b"413", "too_large"),
    (b"nonsense\r\n\r\n", b"400", "invalid"),
], ids=["host", "origin", "site", "trace", "climbing", "header", "body", "nonsense"])
def test_what_is_against_the_rules_gets_a_problem_and_no_more(console, text, status, code):
    heard = console.say(text + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    head, _, body = heard.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == status and b"application/problem+json" in head
    assert problem(body) == code
    log = (console.folder / "console.log").read_text()
    assert "refused" in log and "evil.example/" not in log


def test_a_websocket_carries_texts_and_ends_in_order(console):
    with connect_websocket(f"wss://localhost:{console.port}/api/feed?resume=secret-token", ssl=console.context(),
                           origin=f"https://localhost:{console.port}") as feed:
        first = feed.recv(timeout=5)
        assert first.startswith("data: ")
        feed.send("nobody listens")
        assert feed.ping().wait(5)
        assert int(feed.recv(timeout=5).split()[1]) == int(first.split()[1]) + 1
        wait_until(lambda: console.program.last["streams"] == 1, 5, "one stream is counted")
    wait_until(lambda: console.program.last["streams"] == 0, 5, "it is over")
    assert "secret-token" not in (console.folder / "console.log").read_text()


@pytest.mark.parametrize("origin, token, status", [("https://evil.example", None, 403), (None, None, 403),
                                                   ("https://evil.example", "Bearer x", 403), (None, "Bearer x", None)])
def test_a_websocket_is_for_our_pages_or_who_has_a_token(console, origin, token, status):
    options = {"ssl": console.context(), "origin": origin, "additional_headers": {"Authorization": token} if token else {}}
    if status is None:
        with connect_websocket(f"wss://localhost:{console.port}/api/feed", **options) as feed:
            assert feed.recv(timeout=5)
        return
    with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
        connect_websocket(f"wss://localhost:{console.port}/api/feed", **options)
    assert refused.value.response.status_code == status
    assert problem(refused.value.response.body) == "csrf"


def test_a_websocket_that_says_too_much_is_ended(console):
    with connect_websocket(f"wss://localhost:{console.port}/api/feed", ssl=console.context(),
                           origin=f"https://localhost:{console.port}") as feed:
        feed.send("x" * 5000)
        with pytest.raises(websockets.exceptions.ConnectionClosedError) as ended:
            while True:
                feed.recv(timeout=5)
    assert ended.value.rcvd.code == 1009


def test_events_stream_until_the_reader_goes(console):
    connection = console.connect()
    connection.request("GET", "/api/events")
    answer = connection.getresponse()
    assert answer.getheader("content-type") == "text/event-stream"
    assert answer.readline().startswith(b"data: ") and answer.readline() == b"\n" and answer.readline().startswith(b"data: ")
    wait_until(lambda: console.program.last["streams"] == 1, 5, "one stream is counted")
    answer.close()
    connection.close()
    wait_until(lambda: console.program.last["streams"] == 0, 5, "it is over")


def test_one_address_has_its_share_and_others_theirs(console):
    kept = []
    for _ in range(20):
        connection = console.connect("127.0.0.7")
        connection.request("GET", "/api/events")
        kept.append(connection.getresponse())
        assert kept[-1].status == 200
    with pytest.raises((OSError, http.client.HTTPException)):
        console.ask("GET", "/healthz", source="127.0.0.7")
    assert console.ask("GET", "/healthz", source="127.0.0.8")[0] == 200
    wait_until(lambda: console.refused("too_many_of_address") >= 1, 5, "it is counted")
    for answer in kept:
        answer.close()


def test_a_client_without_trust_is_told_and_counted(console):
    with pytest.raises(ssl.SSLCertVerificationError):
        raw = socket.create_connection(("127.0.0.1", console.port), timeout=10)
        ssl.create_default_context().wrap_socket(raw, server_hostname="localhost")
    wait_until(lambda: console.refused("handshake") >= 1, 5, "it is counted")


def test_what_is_no_tls_is_no_harm(console):
    raw = socket.create_connection(("127.0.0.1", console.port), timeout=10)
    raw.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"HTTP" not in raw.recv(4096)
    raw.close()
    wait_until(lambda: console.refused("handshake") >= 1, 5, "it is counted")
    assert console.ask("GET", "/healthz")[0] == 200
