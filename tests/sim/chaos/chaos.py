"""A bad network for UDP: loss, duplication, reordering, delay and black holes between devices and a gateway.

    chaos.py --listen PORT --to PORT [--loss 0.3] [--twice 0.1] [--late 0.1] [--delay-ms 5] [--seed 1]

Everything that happens follows from the seed and the order of the datagrams. A peer keeps its address towards the
gateway (all of 127.0.0.0/8 is ours), so that devices that are known by their address stay known.
"""

import argparse
import asyncio
import json
import random
import signal
import threading
from dataclasses import dataclass, field


@dataclass
class Chaos:
    loss: float = 0.0      # share of datagrams that are lost, each way
    twice: float = 0.0     # … that arrive twice
    late: float = 0.0      # … that come `late_ms` late, so that others overtake them
    delay_ms: float = 0.0  # for each datagram, up to twice as much
    late_ms: float = 60.0
    seed: int = 1


@dataclass
class Counts:
    arrived: int = 0
    lost: int = 0
    twice: int = 0
    late: int = 0
    swallowed: int = 0  # by a black hole
    peers: int = field(default=0)


class _Peer(asyncio.DatagramProtocol):
    """The socket that stands for one device towards the gateway."""

    def __init__(self, proxy, device):
        self.proxy, self.device, self.transport = proxy, device, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, _):
        self.proxy.pass_on(data, lambda: self.proxy.front.sendto(data, self.device))


class ChaosProxy(asyncio.DatagramProtocol):
    """Runs in a thread of its own."""

    def __init__(self, listen, to, chaos):
        self.listen, self.to, self.chaos, self.counts = listen, to, chaos, Counts()
        self.is_black_hole = False
        self.front = None
        self._random = random.Random(chaos.seed)
        self._peers = {}
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(5), f"cannot listen on {listen}"

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self.front = self._loop.run_until_complete(
            self._loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.listen)))[0]
        self._started.set()
        self._loop.run_forever()
        for peer in [self.front, *(peer.transport for peer in self._peers.values())]:
            peer.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    def datagram_received(self, data, device):
        peer = self._peers.get(device)
        if peer is not None:
            self.pass_on(data, lambda: peer.transport.sendto(data))
        else:
            self._loop.create_task(self._meet(device, data))

    async def _meet(self, device, data):
        if device not in self._peers:
            made = self._peers[device] = _Peer(self, device)
            self.counts.peers += 1
            await self._loop.create_datagram_endpoint(lambda: made, local_addr=(device[0], 0), remote_addr=("127.0.0.1", self.to))
        while self._peers[device].transport is None:
            await asyncio.sleep(0.001)
        self.datagram_received(data, device)

    def pass_on(self, data, send):
        chance, chaos, counts = self._random, self.chaos, self.counts
        counts.arrived += 1
        if self.is_black_hole:
            counts.swallowed += 1
            return
        if chance.random() < chaos.loss:
            counts.lost += 1
            return
        delay = chance.uniform(0, 2 * chaos.delay_ms)
        if chance.random() < chaos.late:
            counts.late += 1
            delay += chaos.late_ms
        self._loop.call_later(delay / 1000, send)
        if chance.random() < chaos.twice:
            counts.twice += 1
            self._loop.call_later((delay + chance.uniform(0, chaos.late_ms)) / 1000, send)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--to", type=int, required=True)
    for name in ("loss", "twice", "late", "delay-ms"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    proxy = ChaosProxy(options.listen, options.to, Chaos(options.loss, options.twice, options.late, options.delay_ms, seed=options.seed))
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    proxy.close()
    print(json.dumps(vars(proxy.counts)))


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
