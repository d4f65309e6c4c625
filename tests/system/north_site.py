"""A platform broker, its receiver and one gateway, for tests of the way north."""

import pytest

from north_kit import BIN, Authority, Broker, Program, expect_once, free_port, read_ledger, wait_until

EVENTS = 300
BACKOFF_S = 2  # the longest wait of the probe: --cap-ms


class Site:
    """A platform broker that can be broken in many ways, its receiver, and one gateway."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.receiver_port = free_port()
        self.authority = Authority(folder / "ca", "platform-ca")
        self.stranger = Authority(folder / "ca2", "stranger-ca")
        self.server = self.authority.sign("server", "localhost", "DNS:localhost,IP:127.0.0.1")
        self.gateway = self.authority.sign("gateway", "gw1")
        self.receiver_login = self.authority.sign("receiver", "receiver")
        self.broker = Broker(folder / "broker", self.port)
        self.ledger = folder / "ledger.jsonl"
        self.hole = None
        self.programs = []

    def start_broker(self, server=None, client_ca=None, acl=None):
        certificate, key = server or self.server
        acl_file = self.folder / "acl"
        acl_file.write_text(acl or "pattern readwrite linli/v1/#\n")
        tls = [f"cafile {client_ca or self.authority.ca}", "require_certificate true",
               "use_identity_as_username true"]
        self.broker.start(
            [f"certfile {certificate}", f"keyfile {key}", *tls,
             # The receiver comes in by a door of its own, which is never broken.
             f"listener {self.receiver_port} 127.0.0.1", f"cafile {self.authority.ca}",
             f"certfile {self.server[0]}", f"keyfile {self.server[1]}", "require_certificate true",
             "use_identity_as_username true",
             f"acl_file {acl_file}", "max_queued_messages 0", "max_inflight_messages 200"])

    def start_receiver(self, *options):
        certificate, key = self.receiver_login
        receiver = Program([BIN / "platform_receiver", "--ledger", self.ledger, "--host", "localhost",
                            "--port", self.receiver_port, "--ca", self.authority.ca, "--cert",
                            certificate, "--key", key, "--stats", *options],
                           self.folder / "receiver.log")
        self.programs.append(receiver)
        wait_until(lambda: receiver.last.get("connected"), 10, "the receiver is connected")
        return receiver

    def start_gateway(self, *options, ca=None, login=None):
        certificate, key = login or self.gateway
        gateway = Program([BIN / "north_probe", "--host", "localhost", "--port", self.port, "--ca",
                           ca or self.authority.ca, "--cert", certificate, "--key", key, "--db",
                           self.folder / "north.db", "--count", EVENTS, "--rate", 100, "--cap-ms",
                           BACKOFF_S * 1000, "--accept-ms", 2000, *options], self.folder / "gateway.log")
        self.programs.append(gateway)
        return gateway

    def stop(self):
        for program in self.programs:
            if program.is_running():
                program.stop()
        if self.hole is not None:
            self.hole.close()
        self.broker.stop()

    def repair(self):
        if self.hole is not None:
            self.hole.close()
            self.hole = None
        self.broker.stop()
        self.start_broker()

    def expect_all_delivered_once(self, in_order=True):
        events = [entry for entry in read_ledger(self.ledger) if "invalid" not in entry]
        expect_once(events, EVENTS, in_order)


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.stop()
