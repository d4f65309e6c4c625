"""clang-tidy over every translation unit, as the debug preset compiles it. The last line is "N passed, N failed".

The rules stand in .clang-tidy and tests/.clang-tidy. A unit that was clean is not analysed again before its text, one of
its headers, its flags or the rules change. Most of the time goes into headers, so units are first analysed joined, but
not with those whose names they meet (board/cmake/apart.txt); where anything is said of them, each by itself. Joined, a
`using` that only a neighbour needs is not found idle; --alone analyses each by itself. The part proves itself first on
snippets that break a rule.
"""

import argparse
import functools
import hashlib
import json
import re
import resource
import shlex
import subprocess
import sys
import time
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATABASE = ROOT / "build/debug/compile_commands.json"
STAMPS = ROOT / "build/tidy"
PROOF = STAMPS / "proof"
JOINED = STAMPS / "joined"
MAX_JOINED = 12
# Their folders have namespaces of their own, so that units of several may be joined.
ROOMS = ("firmware/", "drivers/", "tests/unit/")
APART = set((ROOT / "board/cmake/apart.txt").read_text().split())
TIDY = "clang-tidy-14"
RULES = [ROOT / ".clang-tidy", ROOT / "tests/.clang-tidy"]

# What g++ is told and clang need not know. Without NDEBUG the asserts are seen, and tell the analyser what we know.
# To clang 14 a defaulted <=> is a zero where a null pointer should stand.
DROPPED = re.compile(r"-Wzero-as-null-pointer-constant|-Werror|-DNDEBUG|-O\d|-g\d?|-fPI[CE]|-fstack-protector-strong|-U_FORTIFY_SOURCE|-D_FORTIFY_SOURCE=\d")
DROPPED_WITH_VALUE = ("-o", "-c", "-MF", "-MT", "-MQ")

# The analyser's shallow mode follows a function's own paths and its small calls. The deep one needs five times as long,
# which would make a full run half an hour.
ANALYZER = ["-Xclang", "-analyzer-config", "-Xclang", "mode=shallow"]

Unit = namedtuple("Unit", "name file flags")
Outcome = namedtuple("Outcome", "unit ok cached seconds text")


def flags_of(command, file):
    words = iter(shlex.split(command))
    kept = []
    while not next(words).endswith(("c++", "g++", "cc", "gcc")):
        pass  # what launches the compiler
    for word in words:
        if word in DROPPED_WITH_VALUE and word != "-c":
            next(words)
        elif word not in ("-c", file) and not DROPPED.fullmatch(word):
            kept.append(word)
    return [*kept, "-Wno-unknown-warning-option"]


def units(under):
    found = []
    for entry in json.loads(DATABASE.read_text()):
        name = str(Path(entry["file"]).relative_to(ROOT))
        if name.startswith("build/"):
            continue  # made from data: nobody reads it
        if name.startswith(tuple(under)):
            found.append(Unit(name, entry["file"], flags_of(entry["command"], entry["file"])))
    return sorted(set((u.name, u.file, tuple(u.flags)) for u in found))


@functools.cache
def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


@functools.cache
def tool_and_rules():
    version = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    return version + "".join(rules.read_text() for rules in RULES)


def key_of(unit):
    return hashlib.sha256("\0".join([tool_and_rules(), *unit.flags]).encode()).hexdigest()


def stamp_of(unit):
    return STAMPS / (hashlib.sha256("\0".join([unit.name, *unit.flags]).encode()).hexdigest()[:16] + ".json")


def is_known_clean(unit):
    try:
        stamp = json.loads(stamp_of(unit).read_text())
        return stamp["key"] == key_of(unit) and all(digest(file) == was for file, was in stamp["files"].items())
    except (OSError, ValueError, KeyError):
        return False


def run_tidy(file, flags):
    """Every word of clang-tidy about the file, nothing if it is clean, and the headers that it read."""
    # -H names each header on stderr, which saves a second pass over them all.
    ran = subprocess.run([TIDY, "--quiet", file, "--", "clang++", *flags, *ANALYZER, "-H"], cwd=ROOT, capture_output=True, text=True)
    if ran.returncode == 0 and not ran.stdout.strip():
        return "", re.findall(r"^\.+ (.+)$", ran.stderr, re.M)
    said = "\n".join(line for line in ran.stderr.splitlines() if not re.match(r"\.+ ", line))
    return ran.stdout.strip() or said or "clang-tidy ended without a word", []


def note_clean(unit, headers):
    files = {file: digest(file) for file in {unit.file, *headers}}
    stamp_of(unit).write_text(json.dumps({"key": key_of(unit), "files": files}))


def analyse(unit):
    """A unit that does not parse is not clean."""
    if is_known_clean(unit):
        return Outcome(unit, True, True, 0.0, "")
    begun = time.monotonic()
    text, headers = run_tidy(unit.file, unit.flags)
    if not text:
        note_clean(unit, headers)
    return Outcome(unit, not text, False, time.monotonic() - begun, text)


def joined_file(group):
    """The units in one file, in a folder where the same rules hold."""
    rules = JOINED / ("tests" if group[0].name.startswith("tests/") else "product")
    rules.mkdir(parents=True, exist_ok=True)
    if rules.name == "tests":
        (rules / ".clang-tidy").write_text((ROOT / "tests/.clang-tidy").read_text())
    file = rules / (hashlib.sha256("\0".join(unit.name for unit in group).encode()).hexdigest()[:16] + ".cpp")
    lines = "\n".join(Path(unit.file).read_text() for unit in group).split("\n")
    seen = set()
    file.write_text("\n".join("" if line.startswith("#include") and (line in seen or seen.add(line)) else line for line in lines))
    return file


def analyse_group(group):
    """The outcomes of units with the same flags; where anything is said of them, in halves."""
    waiting = [unit for unit in group if not is_known_clean(unit)]
    if len(waiting) < 2:
        return [analyse(unit) for unit in group]
    text, headers = run_tidy(str(joined_file(waiting)), waiting[0].flags)
    if text:
        middle = (len(group) + 1) // 2
        return [*analyse_group(group[:middle]), *analyse_group(group[middle:])]
    for unit in waiting:
        note_clean(unit, headers)
    return [Outcome(unit, True, unit not in waiting, 0.0, "") for unit in group]


def folder_of(unit):
    return str(Path(unit.name).parent)


def room_of(unit):
    return next((room for room in ROOMS if unit.name.startswith(room)), folder_of(unit))


def takes(group, unit, most):
    meets = unit.name in APART and any(folder_of(other) == folder_of(unit) for other in group)
    return len(group) < most and not meets and (room_of(group[0]), group[0].flags) == (room_of(unit), unit.flags)


def groups_of(all_units, most):
    """Units with the same flags, side by side. One that stands in apart.txt is never joined with another of its folder."""
    groups = []
    for unit in sorted(all_units, key=lambda one: one.name in APART):
        group = next((group for group in groups if takes(group, unit, most)), None)
        if group is None:
            groups.append(group := [])
        group.append(unit)
    return groups


# A check of each group, and lines that break it. All but the last stand in one unit.
BROKEN = {
    "bugprone-use-after-move": "std::string twice(std::string s) { std::string t = std::move(s); return t + s; }",
    "cert-err34-c": "int number(const char* text) { return std::atoi(text); }",
    "clang-analyzer-core.DivideZero": "int divide(int a) { int none = 0; if (a > 3) none = 1; return a / none; }",
    "performance-unnecessary-value-param": "std::size_t length(const std::string s) { return s.size(); }",
    "misc-redundant-expression": "bool same(int a) { return a == a; }",
    "readability-function-size": "int longest(int a) {\n" + "  a += a;\n" * 61 + "  return a;\n}",
    "readability-function-cognitive-complexity":
        "int deep(int a) {\n  for (int b = 0; b < a; ++b) {\n    if (b > 1) {\n      while (a > b) {\n        if (a > 2) {\n"
        "          if (b > 3 && a > 4) --a;\n        }\n        --a;\n      }\n    }\n  }\n  return a;\n}",
    "readability-identifier-naming": "struct lower_type {};",
    "google-explicit-constructor": "struct Implicit { Implicit(int a) : a(a) {} int a; };",
    "modernize-use-override": "struct Base { virtual ~Base() = default; virtual void run(); };\n"
                              "struct Derived : Base { virtual void run(); };",
    "cppcoreguidelines-slicing": "struct Whole { int a = 0; virtual void run(); };\nstruct More : Whole { int b = 0; };\n"
                                 "void cut(const More& more, Whole& whole) { whole = more; }",
    "clang-diagnostic-shadow": "int hidden(int a) { if (a > 0) { int a = 3; return a; } return 0; }",
}
# What the tests' own rules leave out.
LIGHTER = {"clang-analyzer-core.DivideZero"}


def proof_unit(name, text):
    file = PROOF / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return Unit(name, str(file), ("-std=c++20", "-Wall", "-Wextra", "-Wshadow"))


def proofs():
    """Pairs of a claim and whether it holds."""
    includes = "#include <cstdlib>\n#include <string>\n#include <utility>\n"
    seen = analyse(proof_unit("broken.cpp", includes + "\n".join(BROKEN.values()) + "\n")).text
    for check in BROKEN:
        yield f"{check} sees a mistake", f"[{check}" in seen or f",{check}" in seen
    yield "a unit that does not parse is not clean", not analyse(proof_unit("no_parse.cpp", "int f( { return nothing; }\n")).ok
    header = proof_unit("shape.hpp", "#pragma once\nint area(int side);\n")
    user = proof_unit("uses_shape.cpp", '#include "shape.hpp"\nint twice(int side) { return 2 * area(side); }\n')
    stamp_of(user).unlink(missing_ok=True)
    digest.cache_clear()
    first, second = analyse(user), analyse(user)
    yield "a clean unit is analysed once", first.ok and not first.cached and second.cached
    Path(header.file).write_text("#pragma once\nint area(int side);\nint area(char side);\n")
    digest.cache_clear()
    yield "a changed header is looked at again", not analyse(user).cached
    wrong = proof_unit("wrong.cpp", includes + BROKEN["bugprone-use-after-move"] + "\n")
    stamp_of(user).unlink(missing_ok=True)
    alone = {outcome.unit.name: outcome.ok for outcome in analyse_group([user, wrong])}
    yield "a mistake in joined units is told of its own unit", alone == {"uses_shape.cpp": True, "wrong.cpp": False}


def show(outcome, seen):
    if outcome.ok:
        return
    print(f"   FAIL {outcome.unit.name} ({outcome.seconds:.0f} s)", flush=True)
    for line in outcome.text.splitlines():
        # A finding in a header comes back with every unit that includes it; said once is enough.
        if (": error:" in line or ": warning:" in line) and line not in seen:
            seen.add(line)
            print(f"        {line.replace(str(ROOT) + '/', '')}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("under", nargs="*", default=[""], help="only units whose path begins so, e.g. firmware/core")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--alone", action="store_true", help="each unit by itself")
    options = parser.parse_args()
    STAMPS.mkdir(parents=True, exist_ok=True)
    failed = 0
    claims = list(proofs())
    for claim, holds in claims:
        failed += not holds
        if not holds:
            print(f"   FAIL {claim}")
    with ThreadPoolExecutor(options.jobs) as pool:
        outcomes = []
        seen = set()
        groups = groups_of([Unit(*unit) for unit in units(options.under)], 1 if options.alone else MAX_JOINED)
        for outcome in (each for of in pool.map(analyse_group, groups) for each in of):
            show(outcome, seen)
            outcomes.append(outcome)
    failed += sum(not outcome.ok for outcome in outcomes)
    fresh = [outcome for outcome in outcomes if not outcome.cached]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"   {len(fresh)} of {len(outcomes)} units analysed in {used.ru_utime + used.ru_stime:.0f} s of processor time, "
          f"the others unchanged since they were clean")
    if options.under != [""] and not outcomes:
        failed += 1
        print("   no unit there")
    print(f"{len(claims) + len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
