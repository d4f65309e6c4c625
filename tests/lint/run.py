"""Our own rules, each a small function over the tracked files. The last line is "N passed, N failed".

Every rule proves itself first on a snippet that breaks it.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from sentences import rule_sentences

ROOT = Path(__file__).resolve().parents[2]
CODE = (".cpp", ".hpp")
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "firmware", "drivers", "board", "config", "tests"}
MAX_LINES = 400


def tracked():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True,
                           text=True, check=True).stdout.split("\n")
    return {name: (ROOT / name).read_text(errors="replace") for name in names if name and (ROOT / name).is_file()}


def product(files):
    return {n: t for n, t in files.items() if n.endswith(CODE) and n.startswith(("firmware/", "drivers/", "board/"))}


def floors(architecture):
    table = {}
    block = architecture.split("<!-- floors -->")[1].split("<!-- /floors -->")[0]
    for line in block.strip().split("\n")[2:]:
        folder, may, hides = [cell.strip() for cell in line.strip().strip("|").split("|")]
        table[folder] = (set(may.split()) | {folder}, hides.split())
    return table


def rule_floors(files):
    """a folder includes only what its row of the floors allows"""
    table = floors(files.get("firmware/ARCHITECTURE.md") or (ROOT / "firmware/ARCHITECTURE.md").read_text())
    for name, text in product(files).items():
        folder = str(Path(name).parent)
        if folder not in table:
            yield f"{name}: the folder {folder} has no row in firmware/ARCHITECTURE.md"
            continue
        for included in re.findall(r'#include "((?:firmware|drivers|board)/[^"]+)"', text):
            if str(Path(included).parent) not in table[folder][0]:
                yield f"{name}: may not include {included}"
        for included in re.findall(r"#include <([^>]+)>", text):
            for other, (_, hides) in table.items():
                hidden = any(included == h or (h.endswith("/") and included.startswith(h)) for h in hides)
                if hidden and not any(included == h or (h.endswith("/") and included.startswith(h)) for h in table[folder][1]):
                    yield f"{name}: <{included}> belongs to {other}"
                    break


def rule_no_tests_in_product(files):
    """the product includes nothing of the tests"""
    for name, text in product(files).items():
        if '#include "tests/' in text:
            yield f"{name}: includes a test's header"


def rule_size(files):
    """a file has at most 400 lines"""
    for name, text in files.items():
        if name.endswith(CODE + (".py",)) and text.count("\n") > MAX_LINES:
            yield f"{name}: {text.count(chr(10))} lines"


BANNED = [
    (r"using namespace ", "no using namespace", ("firmware/", "drivers/", "tests/")),
    (r"\[[&=]\]", "captures are named", ("firmware/", "drivers/")),
    (r"sleep_for|usleep\(|[^a-z_]sleep\(", "waiting is the loop's business", ("firmware/", "drivers/", "tests/unit", "tests/story")),
    (r"system_clock", "wall time comes through ports::WallClock", ("firmware/base", "firmware/domain", "firmware/core", "drivers/")),
    (r"\bTODO\b|(?i:\b(?:fixme|xxx)\b|(?://|#)\s*todo\b)", "finish it", ("firmware/", "drivers/", "board/", "tests/")),
    (r"GTEST_SKIP|DISABLED_|EXPECT_TRUE\(true\)", "a test holds a rule", ("tests/",)),
]


def rule_words(files):
    """words that stand for a broken rule"""
    for name, text in files.items():
        if not name.endswith(CODE + (".sh", ".json")) or name.startswith("tests/lint/"):
            continue
        for pattern, why, where in BANNED:
            if not name.startswith(where):
                continue
            for number, line in enumerate(text.split("\n"), 1):
                if re.search(pattern, line):
                    yield f"{name}:{number}: {why}"


def rule_sql(files):
    """SQL stands in firmware/storage"""
    for name, text in product(files).items():
        if not name.startswith("firmware/storage/") and re.search(r'"(SELECT|INSERT|UPDATE|DELETE FROM|CREATE TABLE) ', text):
            yield f"{name}: SQL"


def rule_top_level(files):
    """the top level holds what the product's card names"""
    for name in files:
        top = name.split("/")[0]
        if not top.startswith(".") and top not in TOP_LEVEL:
            yield f"{name}: {top} has no place at the top"


def rule_data(files):
    """every data file is JSON and names its schema"""
    for name, text in files.items():
        if not name.startswith("config/") or not name.endswith((".json", ".jsonld")) or "/examples/" in name:
            continue
        try:
            data = json.loads(text)
        except ValueError as error:
            yield f"{name}: {error}"
            continue
        if not any(word in data for word in ("$schema", "asyncapi", "openapi")):
            yield f"{name}: names no schema"


def rule_pragma_once(files):
    """headers are guarded, and say so first"""
    for name, text in files.items():
        if name.endswith(".hpp") and not text.startswith("#pragma once\n"):
            yield f"{name}: does not begin with #pragma once"


def rule_nolint(files):
    """a NOLINT names its check and says why"""
    for name, text in files.items():
        if not name.endswith(CODE):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if "NOLINT" in line and not re.search(r"// NOLINT(NEXTLINE|BEGIN|END)?\([a-z][\w.,-]+\): \S", line):
                yield f"{name}:{number}: {line.strip()}"


def rule_format(files):
    """clang-format has nothing to change"""
    names = [n for n in files if n.endswith(CODE) and (ROOT / n).exists()]
    if files.get("bad/format.cpp"):
        checked = subprocess.run(["clang-format-14", "--dry-run", "-Werror", "--style=file"], cwd=ROOT, input=files["bad/format.cpp"],
                                 capture_output=True, text=True)
        if checked.returncode != 0:
            yield "bad/format.cpp"
        return
    checked = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *names], cwd=ROOT, capture_output=True, text=True)
    for line in sorted(set(re.findall(r"^([^:]+):\d+:\d+: error", checked.stderr, re.M))):
        yield line


# For each rule a tree that breaks it.
BAD = {
    rule_floors: {"firmware/domain/x.cpp": '#include "firmware/core/intake.hpp"\n'},
    rule_no_tests_in_product: {"firmware/core/x.cpp": '#include "tests/fakes/x.hpp"\n'},
    rule_size: {"firmware/core/x.cpp": "\n" * 401},
    rule_words: {"firmware/core/x.cpp": "auto f = [&] { return 1; };\n"},
    rule_sql: {"firmware/core/x.cpp": 'run("DELETE FROM outbox");\n'},
    rule_top_level: {"notes.txt": ""},
    rule_data: {"config/schema/x.json": "{}"},
    rule_pragma_once: {"firmware/core/x.hpp": "int x;\n"},
    rule_nolint: {"firmware/core/x.cpp": "int x = f();  // NOLINT(cert-err34-c)\n"},
    rule_sentences: {"firmware/core/x.cpp": 'fail(kFull, "the disk of {} is full", name);\n'},
    rule_format: {"bad/format.cpp": "int   x ;\n"},
}


def main():
    files = tracked()
    bad_rules = 0
    for rule, snippet in BAD.items():
        findings = list(rule(files))
        blind = not list(rule(snippet))
        bad_rules += bool(findings) or blind
        print(f"   {'FAIL' if findings or blind else 'ok  '} {rule.__doc__}" + (" (does not see a mistake)" if blind else ""))
        for finding in findings[:20]:
            print(f"        {finding}")
    print(f"{len(BAD) - bad_rules} passed, {bad_rules} failed")
    return 1 if bad_rules else 0


if __name__ == "__main__":
    sys.exit(main())
