"""A platform on aiocoap, which puts blocks together and keeps observations by itself: the message shapes of the
way north as another implementation reads them. One JSON line for each batch on stdout; each line on stdin is
told to whoever observes the commands.

  coap_platform.py PORT [KEY]     with a key: DTLS by tinydtls, for the identity gw1
"""

import asyncio
import json
import sys

from aiocoap import CHANGED, CONTENT, Context, Message
from aiocoap.credentials import CredentialsMap
from aiocoap.resource import ObservableResource, Resource, Site

STREAMS = ["alarm", "access", "money", "ticket", "command", "telemetry"]
JSON_FORMAT = 50


class Stream(Resource):
    def __init__(self, name):
        super().__init__()
        self.name = name
        self.accepted = 0

    async def render_post(self, request):
        batch = json.loads(request.payload)
        self.accepted = max(self.accepted, *(int(event["linliseq"]) for event in batch))
        print(json.dumps({"stream": self.name, "format": int(request.opt.content_format), "bytes": len(request.payload),
                          "ids": [event["id"] for event in batch], "scheme": request.remote.scheme}), flush=True)
        answer = json.dumps({"epoch": batch[0]["linliepoch"], "accepted": self.accepted})
        return Message(code=CHANGED, payload=answer.encode(), content_format=JSON_FORMAT)


class Commands(ObservableResource):
    def __init__(self):
        super().__init__()
        self.current = "{}"

    async def add_observation(self, request, serverobservation):
        await super().add_observation(request, serverobservation)
        print(json.dumps({"observed": True}), flush=True)

    async def render_get(self, _):
        return Message(code=CONTENT, payload=self.current.encode(), content_format=JSON_FORMAT, max_age=30)

    def tell(self, command):
        self.current = command
        self.updated_state()


async def read_commands(commands):
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        commands.tell(line.decode().strip())
    await asyncio.get_running_loop().create_future()


async def main(port, key=None):
    site = Site()
    path = ["linli", "v1", "gw1"]
    for name in STREAMS:
        site.add_resource([*path, "up", name], Stream(name))
    commands = Commands()
    site.add_resource([*path, "down", "command"], commands)
    credentials = CredentialsMap()
    if key is not None:
        credentials.load_from_dict({":gw1": {"dtls": {"psk": {"ascii": key}, "client-identity": {"ascii": "gw1"}}}})
    await Context.create_server_context(site, bind=("127.0.0.1", port), server_credentials=credentials,
                                        transports=["simplesocketserver" if key is None else "tinydtls_server"])
    await read_commands(commands)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
