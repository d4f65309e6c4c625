"""The gateway beside Debian's mosquitto as a bridge: same load, same platform broker, one run.

The last line is "N passed, N failed": one for each goal.
"""

import argparse
import json
import shutil
import statistics
from pathlib import Path

import coap
import console
import doors
from subjects import BIN, ROOT, Bridge, Gateway, Platform, load_json_line

METHOD = """\
50 publishers, QoS 1, JSON of about 200 bytes (a meter with nine values), all on this machine; both send over mutual TLS to one mosquitto.
sustained: at most 4,000 messages between publisher and consumer, counted at the consumer; runs alternate.
p50, p99: at a fixed rate, from the moment a message was due until the consumer has it; the median of the runs, which alternate.
CPU: of everything on the compound's side (the gateway with its site broker; the bridge), while sustained.
RSS: the peak of linlid with 1,000 devices registered, and of the bridge, at 1,000 messages/s (rss_mb) and after
all that came at once (rss_flat_out_mb). ready: from fork until it says so; until it listens.
written: bytes that linlid made the kernel write, for each event, at 100 events/s. The bridge writes nothing and
loses everything when it is killed.
doors: from the frame with the card on the reader's line (libosdp behind TCP) to the command at the lock (MQTT)."""

# Latencies at a fixed rate: the figure's name, and what is sent.
AT_RATE = {"{}_ms_1000": {"rate": 1000}, "{}_ms_5000": {"rate": 5000}, "urgent_{}_ms_1000": {"rate": 1000, "kind": "event"}}
WINDOWS_MS = (0, 5, 50, 500)
DOOR_ROUNDS = 300
SCALE = (10, 1_000, 10_000)


def load(subject, platform, **options):
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    if subject.password:
        words.append(f"--password={subject.password}")
    figures = load_json_line([BIN / "load_gen", f"--publish-port={subject.port}", f"--consume-port={platform.plain_port}",
                              f"--consume-topic={subject.topic}", *words])
    assert figures["missing"] == 0, f"{subject.name} {options}: {figures}"
    return figures


def sustained(subject, platform, seconds, **options):
    cpu = subject.cpu_seconds()
    figures = load(subject, platform, mode="sustained", warm_up=1, seconds=seconds, **options)
    figures["cpu_s_per_100k"] = (subject.cpu_seconds() - cpu) / figures["sent"] * 100_000
    return figures


def median_of(runs, key):
    return statistics.median(run[key] for run in runs)


def in_turn(subjects, rounds, what, measure_one):
    """The runs of each subject by its name, in turn: a busy minute of the machine meets them all."""
    runs = {subject.name: [] for subject in subjects}
    for number in range(rounds):
        for subject in subjects:
            run = measure_one(subject)
            runs[subject.name].append(run)
            print(f"   {what}, round {number + 1} of {rounds}: {subject.name} {run['rate']:,.0f}/s, p99 {run['p99_ms']:.2f} ms", flush=True)
    return runs


def measure_side_by_side(subjects, platform, rounds, seconds):
    figures = {subject.name: {"ready_ms": subject.start()} for subject in subjects}
    for subject in subjects:
        load(subject, platform, mode="rate", rate=1000, seconds=seconds)
        figures[subject.name]["rss_mb"] = subject.rss_mb()
    runs = in_turn(subjects, rounds, "sustained", lambda subject: sustained(subject, platform, seconds))
    for subject in subjects:
        mine = figures[subject.name]
        mine["sustained"] = median_of(runs[subject.name], "rate")
        mine["cpu_s_per_100k"] = median_of(runs[subject.name], "cpu_s_per_100k")
        mine["rss_flat_out_mb"] = subject.rss_mb()
    for name, options in AT_RATE.items():
        runs = in_turn(subjects, rounds, name.format("latency"), lambda subject: load(subject, platform, mode="rate", seconds=seconds, **options))
        for subject in subjects:
            for quantile in ("p50", "p99"):
                figures[subject.name][name.format(quantile)] = median_of(runs[subject.name], f"{quantile}_ms")
    return figures


def measure_windows(gateway, platform, seconds):
    """What a longer commit window buys and costs."""
    rows = []
    for window in WINDOWS_MS:
        gateway.restart_with(store={"commit_window_ms": window})
        written, cpu = gateway.written_bytes("linlid"), gateway.cpu_seconds_of("linlid")
        figures = load(gateway, platform, mode="rate", rate=100, warm_up=0.1, seconds=seconds)
        rows.append({"window_ms": window, "p99_ms": figures["p99_ms"],
                     "bytes_per_event": (gateway.written_bytes("linlid") - written) / figures["sent"],
                     "cpu_ms_per_event": (gateway.cpu_seconds_of("linlid") - cpu) / figures["sent"] * 1000})
    gateway.restart_with(store={"commit_window_ms": 5})
    return rows


def measure_scale(folder, platform, seconds):
    rows = []
    for devices in SCALE:
        gateway = Gateway(folder / f"scale-{devices}", platform, devices)
        try:
            gateway.start()
            figures = sustained(gateway, platform, seconds, devices=devices)
            rows.append({"devices": devices, "rate": figures["rate"], "cpu_s_per_100k": figures["cpu_s_per_100k"],
                         "rss_mb": gateway.rss_mb()})
        finally:
            gateway.stop()
    return rows


def ratios(gateway, bridge):
    return {key: gateway[key] / bridge[key] for key in gateway if key in bridge and bridge[key]}


def print_side_by_side(figures):
    gateway, bridge, ratio = figures["gateway"], figures["bridge"], figures["ratios"]
    print(f"\n{'':<24}{'gateway':>12}{'bridge':>12}{'ratio':>8}")
    for key in gateway:
        if key in bridge:
            print(f"{key:<24}{gateway[key]:>12,.2f}{bridge[key]:>12,.2f}{ratio.get(key, 0):>8.2f}")


def print_rows(title, rows):
    print(f"\n{title}")
    print("".join(f"{key:>18}" for key in rows[0]))
    for row in rows:
        print("".join(f"{value:>18,.2f}" for value in row.values()))


def goals(figures):
    """(what is wanted, whether it is so, the figure)"""
    gateway, scale, windows = figures["gateway"], figures["scale"], {row["window_ms"]: row for row in figures["windows"]}
    costs = [row["cpu_s_per_100k"] for row in scale]
    return [
        ("sustained at least 1.2 x the bridge", figures["ratios"]["sustained"] >= 1.2, f"{figures['ratios']['sustained']:.2f}"),
        ("urgent p99 at 1,000/s at most 3 ms", gateway["urgent_p99_ms_1000"] <= 3, f"{gateway['urgent_p99_ms_1000']:.2f} ms"),
        ("telemetry p99 at 1,000/s at most window + 5 ms", gateway["p99_ms_1000"] <= 10, f"{gateway['p99_ms_1000']:.2f} ms"),
        ("at most 3.5 kB written an event at 100/s (window 50 ms)", windows[50]["bytes_per_event"] <= 3500,
         f"{windows[50]['bytes_per_event']:,.0f} bytes"),
        ("RSS at most 20 MB with 1,000 devices at 1,000/s", gateway["rss_mb"] <= 20, f"{gateway['rss_mb']:.1f} MB"),
        ("ready in 300 ms", gateway["ready_ms"] <= 300, f"{gateway['ready_ms']:.0f} ms"),
        ("cost of a message flat from 10 to 10,000 devices (within a half)", max(costs) <= 1.5 * min(costs),
         f"{min(costs):.2f} to {max(costs):.2f} CPU s per 100,000"),
        (f"RSS at most 32 MB with {console.SESSIONS} sessions of the console", figures["console"]["rss_mb"] <= 32, f"{figures['console']['rss_mb']:.1f} MB"),
        ("reads of the API p99 at most 100 ms while 5,000 messages a second pass", figures["console"]["loaded"]["p99_ms"] <= 100,
         f"{figures['console']['loaded']['p99_ms']:.1f} ms, {figures['console']['ratios']['p99_ms']:.1f} x those of a quiet gateway"),
        (f"a card opens its door in {doors.GOAL_MS} ms (p99, platform dead, without the reader's poll interval)",
         figures["doors"]["decision"]["p99_ms"] <= doors.GOAL_MS,
         f"{figures['doors']['decision']['p99_ms']:.1f} ms, {figures['doors']['decision']['p50_ms'] / figures['doors']['sync']['p50_ms']:.1f} x the disk's sync"),
        *((f"CoAP {kind}: at least 0.5 x coap-server", of["ratios"]["rate"] >= 0.5, f"{of['ratios']['rate']:.2f}")
          for kind, of in figures["coap"].items()),
    ]


def measure(folder, options):
    platform = Platform(folder / "platform")
    started = [platform]
    try:
        gateway, bridge = Gateway(folder / "gateway", platform, 1_000), Bridge(folder / "bridge", platform)
        started = [gateway, bridge, platform]
        figures = measure_side_by_side([gateway, bridge], platform, options.rounds, options.seconds)
        figures["ratios"] = ratios(figures["gateway"], figures["bridge"])
        figures["windows"] = measure_windows(gateway, platform, options.seconds)
        bridge.stop()
        figures["console"] = console.measure(gateway, platform, options.seconds)
        figures["doors"] = doors.measure(folder, rounds=DOOR_ROUNDS)
        figures["coap"] = coap.measure(gateway, folder, options.rounds, options.seconds)
        gateway.stop()
        figures["scale"] = measure_scale(folder, platform, options.seconds)
        return figures
    finally:
        for processes in started:
            processes.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8, help="length of each run")
    options = parser.parse_args()
    print(METHOD)
    folder = ROOT / "build" / "bench"  # on a disk: a file system in memory would flatter us
    shutil.rmtree(folder, ignore_errors=True)
    figures = measure(folder, options)
    print_side_by_side(figures)
    print_rows("commit window: latency against flash wear, at 100 events/s", figures["windows"])
    print_rows("devices", figures["scale"])
    console.print_figures(figures["console"])
    doors.print_figures(figures["doors"])
    coap.print_figures(figures["coap"])
    results = goals(figures)
    print()
    for goal, held, figure in results:
        print(f"   {'ok  ' if held else 'MISS'} {goal}: {figure}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    missed = sum(1 for _, held, _ in results if not held)
    print(f"{len(results) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
