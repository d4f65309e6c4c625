"""The console of a compound over real HTTPS: a client of the standard library, and answers held to the OpenAPI document."""

import http.client
import json
import ssl
from functools import lru_cache
from urllib.parse import urlencode

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from compound import Compound
from north_kit import ROOT, free_port, wait_until

DOCUMENT = ROOT / "config" / "schema" / "linli.openapi.json"
PASSWORD = "a long enough one 7"


@lru_cache
def document():
    return json.loads(DOCUMENT.read_text())


@lru_cache
def registry():
    return Registry().with_resource("urn:linli", Resource.from_contents(document(), default_specification=DRAFT202012))


def schema_errors(value, pointer):
    validator = Draft202012Validator({"$ref": f"urn:linli#{pointer}"}, registry=registry())
    return [error.message for error in validator.iter_errors(value)]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    @property
    def media(self):
        return self.headers.get("content-type", "").split(";")[0]


class Client:
    """One browser, or one program with a token."""

    def __init__(self, site, token=None):
        self.site, self.token = site, token
        self.cookie = self.csrf = None

    def ask(self, method, path, body=None, query=None, **headers):
        connection = http.client.HTTPSConnection("localhost", self.site.console_port, context=self.site.tls(), timeout=70)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Accept-Language", "en")
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            headers["Cookie"] = f"__Host-linli={self.cookie}"
            if method not in ("GET", "HEAD"):
                headers["X-CSRF-Token"] = self.csrf
        if method not in ("GET", "HEAD"):
            headers.setdefault("Origin", f"https://localhost:{self.site.console_port}")
        connection.request(method, path + ("?" + urlencode(query) if query else ""), data, headers)
        response = connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        return answer

    def get(self, path, **query):
        answer = self.ask("GET", path, query=query)
        assert answer.status == 200, (path, answer.status, answer.body)
        return answer.json

    def do(self, method, path, body=None, expect=(200, 201, 202, 204), **headers):
        answer = self.ask(method, path, body, **headers)
        assert answer.status in ((expect,) if isinstance(expect, int) else expect), (path, answer.status, answer.body)
        return answer.json

    def enter(self, path, body):
        answer = self.ask("POST", path, body)
        assert answer.status == 201, (answer.status, answer.body)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-linli=") and "HttpOnly" in cookie and "SameSite=Strict" in cookie
        self.cookie, self.csrf = cookie.split("=", 1)[1].split(";")[0], answer.json["csrf"]
        return answer.json


class ConsoleSite(Compound):
    """A compound without a platform, with a console."""

    def __init__(self, folder, **changes):
        self.console_port = free_port()
        super().__init__(folder, platform={"link": "off"},
                         console={"listen": "127.0.0.1", "port": self.console_port, "hosts": ["localhost", "127.0.0.1"]}, **changes)

    def start(self):
        self.start_site_broker()
        self.start_gateway()
        wait_until(lambda: self.is_open(), 10, "the console answers")
        return self

    def tls(self):
        return ssl.create_default_context(cafile=str(self.folder / "identity" / "site-ca-bundle.crt"))

    def is_open(self):
        try:
            return Client(self).ask("GET", "/healthz").body == b"ok\n"
        except OSError:
            return False

    def claim(self):
        client = Client(self)
        client.enter("/api/v1/claim", {"code": self.ctl("claim")["code"], "name": "经理", "login": "manager", "password": PASSWORD})
        return client

    def token(self, client, *scope):
        return Client(self, client.do("POST", "/api/v1/tokens", {"name": "test", "scope": list(scope), "ttl_s": 86400})["token"])


class SynchronisedSite(ConsoleSite):
    """With a kernel that calls its clock synchronised: who passes at certain hours wants that."""

    def start_gateway(self, wait=True):
        self.start_synchronised_gateway()


def operation(method, path):
    """The row of the document that a path belongs to."""
    found = []
    for template, row in document()["paths"].items():
        wanted, given = template.split("/"), path.split("/")
        if len(wanted) == len(given) and all(a == b or a.startswith("{") for a, b in zip(wanted, given)):
            if method.lower() in row:
                found.append((template.count("{"), template, row[method.lower()]))
    return min(found)[1:] if found else None


def check(method, path, answer):
    """The answer is one that the document names, in its form."""
    template, row = operation(method, path)
    status = str(answer.status)
    assert status in row["responses"], f"{method} {path}: {status} is not in the document: {answer.body[:300]}"
    pointer = f"/paths/{template.replace('~', '~0').replace('/', '~1')}/{method.lower()}/responses/{status}"
    response = row["responses"][status]
    if "$ref" in response:
        assert answer.media == "application/problem+json", (path, answer.media, answer.body[:200])
        pointer = "/components/responses/Problem"
        response = document()["components"]["responses"]["Problem"]
    if "content" not in response:
        return
    assert answer.media in response["content"], (path, answer.media)
    if not answer.media.endswith("json"):
        return
    media = answer.media.replace("/", "~1")
    problems = schema_errors(answer.json, f"{pointer}/content/{media}/schema")
    assert not problems, (path, problems[:3], answer.body[:500])
