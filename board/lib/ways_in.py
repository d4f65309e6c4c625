"""How people come in: the console's address, the link that claims the gateway, and an invitation to the residents' app."""

import http.client
import json
import ssl

from children import Failure


class WaysIn:
    """What a run shows of the console. The claim link is there until somebody has used it."""

    def __init__(self, site):
        self._site = site
        settings = site.settings()
        self._console = settings["console"]
        self._host = (self._console["hosts"] or settings["broker"]["hosts"])[0]
        self._invitation = None

    def invite_resident(self, person):
        """Into the account of somebody who lives here, as the office does it: by the API, with a key for this once. The
        invitation is good for one person and three days; each run of the demo makes another."""
        key = self._site.must("token", "create", "--ttl", "1h", "--scope", "manage_people", "--name", "invites a resident")
        try:
            homes = self._ask(key["token"], "GET", "/api/v1/households")["items"]
            [home] = [each["id"] for each in homes if person in [one["id"] for one in each["people"]]]
            self._invitation = self._ask(key["token"], "POST", f"/api/v1/households/{home}/people/{person}/invitation")["uri"]
        finally:
            self._site.must("token", "revoke", key["id"])

    def _ask(self, token, method, path):
        tls = ssl.create_default_context(cafile=self._site.folder / "identity" / "site-ca-bundle.crt")
        connection = http.client.HTTPSConnection(self._host, self._console["port"], context=tls, timeout=10)
        connection.request(method, path, "{}" if method == "POST" else None,
                           {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status >= 300:
            raise Failure(f"the console refused {method} {path}: {text}")
        return json.loads(text)

    def lines(self, with_code):
        """With its QR code on a terminal; a file gets the link only."""
        if self._console["port"] == 0:
            return ["The console 控制台 is off (console.port is 0)."]
        lines = [f"The console 控制台: https://{self._host}:{self._console['port']}/   (a browser warns once: the certificate is the compound's own)"]
        claim = self._site.says("claim", in_json=not with_code)
        if claim is not None:
            lines.append("Nobody has claimed this gateway 认领. Who opens this link becomes its manager:")
            lines += [f"  {line}" for line in (claim.rstrip().split("\n") if with_code else [claim["uri"]])]
        if self._invitation:
            lines.append(f"An invitation to the residents' app 住户应用: {self._invitation}")
        return lines
