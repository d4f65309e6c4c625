"""./board/run: looks at the options, installs what is missing, builds, and runs a site until somebody ends it.

Everything that is started here is stopped by its process id when it ends.
"""

import fcntl
import os
import shutil
import sys
import time

from children import Ended, Failure, Wish, attend
from demo import ROOT
from options import Misuse, read_options
from site_run import Site, start, watch

BUILD = ROOT / "build" / "release"
TARGETS = ["linlid", "linlictl", "platform_receiver", "sim_compound", "sim_coap", "web"]


def folder_of(options):
    return ROOT / (".demo" if options.is_demo() else ".demo-bare" if options.bare else ".site")


def be_the_only_run_of(folder):
    """The kernel lets go of the lock when its process is dead, however that came: nothing stale is ever in the way."""
    path = folder.with_name(folder.name + ".lock")
    try:
        lock = open(path, "a+")
    except OSError as error:
        raise Failure(f"cannot write {path} ({error.strerror}): does the folder belong to another user? Run it as that user")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        pid = lock.read().strip()
        raise Failure(f"this site runs already, process {pid or 'that is just starting'}, folder {folder}: use that one, or end it first"
                      + (f" (kill {pid})" if pid else ""))
    lock.truncate(0)
    print(os.getpid(), file=lock, flush=True)
    return lock


def install(wish):
    if attend(wish, "bash", "-c", ". board/lib/packages.sh; ensure_packages build run && ensure_node") != 0:
        raise Failure("the packages above could not be installed: install them by hand, then try again")


def build(wish):
    (ROOT / "build").mkdir(exist_ok=True)
    log = ROOT / "build" / "board.log"
    steps = []
    if not (BUILD / "build.ninja").exists():
        print("== building (the first time takes some minutes)", flush=True)
        steps.append(["cmake", "--preset", "release"])
    # Two runs of different sites may want to build at the same time: one after the other.
    steps.append(["flock", "--no-fork", ROOT / "build" / "board.lock", "ninja", "-C", BUILD, *TARGETS])
    for step in steps:
        is_shown = sys.stdout.isatty() and "ninja" in step
        with open(log, "wb") as out:
            code = attend(wish, *step, output=None if is_shown else out)
        if code != 0:
            end = "" if is_shown else "\n".join(log.read_text(errors="replace").strip().split("\n")[-20:]) + "\n"
            raise Failure(f"{end}building failed, see above: mend that, or remove the folder {BUILD} and try again")


def run(options, wish):
    folder = folder_of(options)
    lock = be_the_only_run_of(folder)
    site = Site(folder, wish)
    is_removed = options.is_demo() and not options.keep
    try:
        install(wish)
        build(wish)
        begun = time.monotonic()
        commands, ways_in = start(site, options)
        watch(site, commands, ways_in, time.monotonic() - begun, options.seconds)
    except Ended:
        pass
    except Failure:
        is_removed = False  # the logs say more
        raise
    finally:
        site.children.stop()
        if is_removed:
            shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def complain(problem, code):
    print(f"./board/run: {problem}", file=sys.stderr)
    return code


def main():
    wish = Wish()
    try:
        options = read_options(sys.argv[1:])
        os.chdir(ROOT)
        run(options, wish)
    except Misuse as problem:
        return complain(problem, 2)
    except (Failure, OSError) as problem:
        return complain(problem, 1)
    finally:
        wish.forget()
    return 0


if __name__ == "__main__":
    sys.exit(main())
