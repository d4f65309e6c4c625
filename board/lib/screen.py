"""What a run shows: what runs where, live counts, lines to try by hand, and how people come in."""

import shlex


def linlictl_of(bin_folder, config):
    """What begins a line that works as it stands, in any folder of another terminal."""
    return f"{shlex.quote(str(bin_folder / 'linlictl'))} --config {shlex.quote(str(config))}"


def command_lines(linlictl, hints=()):
    lines = ["Try it by hand:", *(f"  {hint}" for hint in hints)] if hints else ["Look at it:"]
    return lines + [f"  {linlictl} {example}" for example in ["status", "doctor", "events tail"]]


def count_lines(status):
    events, devices, commands, platform = status["events"], status["devices"], status["commands"], status["platform"]
    return [f"  devices   设备   {devices['online']} of {devices['total']} online",
            f"  events    事件   {events['accepted']} accepted   {events['delivered']} delivered   {events['waiting']} waiting",
            f"  commands  指令   {commands['total']} in all   {commands['open']} on their way",
            f"  platform  平台   {'connected' if platform['up'] else 'not connected'}  {platform.get('last_error', '')}",
            f"  store     存储   {status['store']['health']}   {status['store']['file_bytes'] // 1024} KiB"]


def process_lines(children):
    for name, process in children.processes:
        state = "runs" if process.poll() is None else "HAS ENDED"
        yield f"  {name:<18} {state}  pid {process.pid:<7} log {children.log(name).name}"


def screen(children, status, commands, notes, ways_in, started):
    if status is None:
        return f"linlid does not answer: see {children.log('linlid')}"
    lines = [f"Linli 邻里  {status['gateway']}   up {status['uptime_s']} s   (started in {started:.1f} s)   {children.folder}", ""]
    lines += [*process_lines(children), *(f"  note: {note}" for note in notes), ""]
    return "\n".join([*lines, *count_lines(status), "", *commands, "", *ways_in, "", "Ctrl-C ends it."])
