"""How people come in: the console's address, the link that claims the gateway, and an invitation to the residents' app."""


class WaysIn:
    """What a run shows of the console. The claim link is there until somebody has used it."""

    def __init__(self, site):
        self._site = site
        settings = site.settings()
        self._console = settings["console"]
        self._host = (self._console["hosts"] or settings["broker"]["hosts"])[0]
        self._invitation = None

    def invite_resident(self, name, place):
        """Good for one person and three days; each run of the demo makes another."""
        self._invitation = self._site.must("person", "invite", "--role", "resident", "--name", name, "--places", place)["uri"]

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
