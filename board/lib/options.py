"""What was asked for on the command line of ./board/run; whatever is wrong is said in one line, with the way out."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = {"--config": "the file of a real site, such as ./board/run --config /etc/linli/linlid.json",
            "--seconds": "after how many seconds it ends, such as ./board/run --seconds 30"}


class Misuse(Exception):
    """What is wrong, and the way out."""

    def __init__(self, what, way_out):
        super().__init__(f"{what}: {way_out}")


@dataclass
class Options:
    keep: bool = False
    bare: bool = False
    config: Path | None = None
    seconds: float | None = None

    def is_demo(self):
        return not self.bare and self.config is None


def read_options(words):
    options = Options()
    words = list(words)
    while words:
        word, has_value, value = words.pop(0).partition("=")
        if word in EXAMPLES:
            if not has_value:
                value = words.pop(0) if words else ""
            if not value or value.startswith("--"):
                raise Misuse(f"{word} needs a value, found {value or 'nothing'}", EXAMPLES[word])
            setattr(options, word[2:], config_file(value) if word == "--config" else number_of_seconds(value))
        elif word in ("--keep", "--bare") and not has_value:
            setattr(options, word[2:], True)
        else:
            raise Misuse(f"there is no option {word}{has_value}{value}", "./board/run --help shows all")
    expect_no_contradiction(options)
    return options


def expect_no_contradiction(options):
    if options.bare and options.config:
        raise Misuse("--bare makes its own configuration, and --config names another", "leave one of them out")
    if options.keep and not options.is_demo():
        other = "--bare" if options.bare else "--config"
        raise Misuse(f"--keep is for the demo compound, and {other} starts another site", "leave --keep out: that site stays anyway")


def number_of_seconds(text):
    if not re.fullmatch(r"[0-9]+([.][0-9]+)?", text) or float(text) == 0:
        raise Misuse(f"--seconds expects a number greater than 0, found {text}", EXAMPLES["--seconds"])
    return float(text)


def config_file(text):
    file = Path(text).absolute()
    if file.is_dir():
        raise Misuse(f"--config expects a file, and {file} is a folder", EXAMPLES["--config"])
    if not file.exists():
        raise Misuse(f"--config expects a file, and {file} does not exist",
                     "check the path; config/examples holds complete ones, ./board/run --bare needs none")
    if not os.access(file, os.R_OK):
        raise Misuse(f"--config expects a file that we may read, and {file} is not", f"sudo ./board/run --config {file}, or chmod")
    return file.resolve()
