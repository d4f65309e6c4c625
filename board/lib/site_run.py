"""Starts a site: the demo compound with its platform, the gateway alone, or a real configuration."""

import json
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import demo
import doors
import residents
from children import Children, Ended, Failure, answers, call, listens
from screen import command_lines, linlictl_of, screen
from ways_in import WaysIn

BIN = demo.ROOT / "build" / "release" / "bin"
AT_ONCE = 4
SCREEN_EVERY_S = 1
SCREEN_EVERY_S_IN_A_FILE = 10


def complaint(done):
    """What a program of ours says is wrong; linlictl says it in JSON."""
    try:
        return json.loads(done.stdout)["error"]["what"]
    except (ValueError, KeyError, TypeError):
        return (done.stdout + done.stderr).strip()


class Site:
    """A configuration in a folder, and what runs of it."""

    def __init__(self, folder, wish):
        self.bin = BIN
        self.folder = folder
        self.config = folder / "linlid.json"
        self.children = Children(folder, wish)
        self.notes = []

    def _run(self, program, *words):
        return call(self.children.wish, BIN / program, "--config", self.config, *words)

    def status(self):
        done = self._run("linlictl", "--json", "status")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def must(self, *words):
        done = self._run("linlictl", "--json", *words)
        if done.returncode != 0:
            raise Failure(f"linlictl {' '.join(words)} failed: {complaint(done)}")
        return json.loads(done.stdout)

    def must_all(self, many):
        """Several that do not depend on each other, in any order; their answers in the order given."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda words: self.must(*words), many))

    def says(self, *words, in_json):
        """linlictl's answer for people, or as JSON; None if it refuses."""
        done = self._run("linlictl", *(["--json"] if in_json else []), *words)
        if done.returncode != 0:
            return None
        return json.loads(done.stdout) if in_json else done.stdout

    def settings(self):
        done = self._run("linlid", "--print-config")
        if done.returncode != 0:
            raise Failure(f"the configuration cannot be used:\n{complaint(done)}")
        return json.loads(done.stdout)

    def start_gateway(self):
        broker = self.settings()["broker"]
        self.must("keys", "init")
        self.must("broker", "init")
        self.start_site_broker(broker)
        self.children.spawn("linlid", BIN / "linlid", "--config", self.config)
        self.children.wait_for(lambda: (self.status() or {"broker": {"up": False}})["broker"]["up"], "linlid is at the site broker")
        if self.status()["clock"]["quality"] != "synchronised":
            self.notes.append("the clock of this machine is not synchronised (timedatectl): until it is, cards, PINs and buttons open "
                              "doors, and faces and visitors' codes do not")

    def start_site_broker(self, broker):
        if answers(broker["socket"]):
            self.notes.append(f"the site broker runs already, at {broker['socket']}")
            return
        if listens(broker["port"]):
            raise Failure(f"port {broker['port']} is taken by another program than the site broker, which would answer at {broker['socket']}: "
                          f"end that one (ss -ltnp 'sport = :{broker['port']}' names it), or set another broker.port in {self.config}")
        self.children.spawn("site-broker", demo.MOSQUITTO, "-c", broker["dir"] + "/mosquitto.conf")
        self.children.wait_for(lambda: listens(broker["port"]), f"the site broker listens on {broker['port']}")


def start_demo(site, keep):
    """Gives the lines to try by hand, and how people come in."""
    if not keep and site.folder.exists():
        shutil.rmtree(site.folder)
    site.folder.mkdir(mode=0o700, exist_ok=True)
    ports = demo.choose_ports(site.folder, ["site", "platform", "coap", "console", "readers"], site.notes)
    pki = demo.platform_certificates(site.folder, site.children.wish)
    demo.write_config(site.folder, ports)
    if not (site.folder / "interlocks.json").exists():
        doors.write_fire_rules(site.folder, [])
    demo.start_platform(site, pki, ports["platform"])
    readers = residents.start_readers(site, ports["readers"])
    site.start_gateway()
    devices = demo.register_devices(site)
    demo.start_devices(site, devices, ports, readers)
    ways_in = WaysIn(site)
    ways_in.invite_resident(doors.VISITED)
    linlictl, smoke = linlictl_of(BIN, site.config), demo.smoke_line(site, devices, ports, doors.FIRE_DETECTOR[0])
    return [*command_lines(linlictl, demo.lines_to_try(site, devices, ports)), "", *doors.lines_to_try(linlictl, smoke)], ways_in


def start(site, options):
    if options.is_demo():
        return start_demo(site, options.keep)
    site.folder.mkdir(mode=0o700, exist_ok=True)
    if options.config:
        site.config = options.config
    else:
        demo.write_config(site.folder, demo.choose_ports(site.folder, ["site", "coap", "console"], site.notes))
    site.start_gateway()
    return command_lines(linlictl_of(BIN, site.config)), WaysIn(site)


def watch(site, commands, ways_in, started, seconds):
    end = time.monotonic() + seconds if seconds else float("inf")
    is_terminal = sys.stdout.isatty()
    next_screen = 0.0
    while time.monotonic() < end:
        for name, process in site.children.dead():
            if name == "linlid":
                raise Failure(site.children.obituary(name, process))
        if time.monotonic() >= next_screen:
            text = screen(site.children, site.status(), commands, site.notes, ways_in.lines(is_terminal), started)
            print("\033[H\033[J" + text if is_terminal else text, flush=True)
            next_screen = time.monotonic() + (SCREEN_EVERY_S if is_terminal else SCREEN_EVERY_S_IN_A_FILE)
        if site.children.wish.heard_within(min(SCREEN_EVERY_S, max(0.0, end - time.monotonic()))):
            raise Ended
    if not is_terminal:
        print(screen(site.children, site.status(), commands, site.notes, ways_in.lines(is_terminal), started), flush=True)
