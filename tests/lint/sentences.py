"""The English sentences of the source that people meet in the console, and their Chinese in firmware/console/words.

A sentence is a string literal of two words and more, as it is written: pieces that stand side by side are one, and what is
put in with {} or + is {}. firmware/console/README.md says how to add one.
"""

import re
from fnmatch import fnmatch

TABLES = "firmware/console/words/"
FOLDERS = ("firmware/", "drivers/")
# Whose words nobody meets on a page, and why.
ELSEWHERE = {
    "firmware/ctl/*": "linlictl speaks English",
    "firmware/daemon/control_*": "answers linlictl",
    "firmware/daemon/people_control.cpp": "answers linlictl",
    "firmware/daemon/osdp_control.cpp": "answers linlictl",
    "firmware/net/control_server.cpp": "answers linlictl",
    "firmware/domain/audit_line.cpp": "linlictl audit verify",
    "firmware/daemon/main.cpp": "the start, for who starts it",
    "firmware/daemon/run.cpp": "the start, for the log",
    "firmware/daemon/gateway*.cpp": "the start, for the log",
    "firmware/daemon/config_layers.cpp": "the start, for the log",
    "firmware/daemon/profile_files.cpp": "device models are read at the start",
    "firmware/domain/profile_*": "device models are read at the start",
    "firmware/domain/terminal_model.cpp": "device models are read at the start",
    "firmware/domain/envelope.cpp": "stored records, for the log",
    "firmware/domain/sample.cpp": "stored records, for the log",
    "firmware/core/account_rows.cpp": "stored records, for the log",
    "firmware/core/command_record.cpp": "stored records, for the log",
    "firmware/core/lifetime.cpp": "stored records, for the log",
    "firmware/storage/database_audit.cpp": "our own mistake, at the start",
    "firmware/storage/database_open.cpp": "the database is opened before the console",
    "firmware/storage/page_source.cpp": "the magic of SQLite's files",
    "firmware/storage/salvage.cpp": "the database is opened before the console",
    "firmware/storage/schema.cpp": "the database is opened before the console",
    "firmware/storage/store_files.cpp": "the database is opened before the console",
    "firmware/tls/identity.cpp": "linlictl keys, and the console's own certificate: without it there is no page",
    "firmware/tls/refusal.cpp": "the console's own TLS: the other side is no page yet",
    "firmware/tls/session.cpp": "the console's own TLS: the other side is no page yet",
    "firmware/tls/settings.cpp": "the console's own TLS: the other side is no page yet",
    "firmware/site_broker/broker_files.cpp": "the text of the broker's configuration",
    "firmware/console/words/*": "the tables themselves",
    "firmware/console/api/openapi.cpp": "the API's document, for programmers",
    "firmware/console/api/routes_*": "the API's document, for programmers",
    "firmware/console/api/schemas_*": "the API's document, for programmers",
    "firmware/console/api/thing_description.cpp": "read by programs",
    "firmware/console/api/metrics.cpp": "read by a monitoring, not by people",
    "firmware/console/api/device_checks.cpp": "says both languages itself",
    "firmware/backup/restore_diff.cpp": "says both languages itself",
    "firmware/console/connection.hpp": "the log, and who speaks no HTTP",
    "firmware/console/event_stream.hpp": "the log",
    "firmware/console/web_socket.hpp": "the log",
    "firmware/console/server.cpp": "without a port there is no page",
    "firmware/console/static_files*": "the pages are read at the start",
    "firmware/console/security_headers.cpp": "headers",
    "drivers/coap/block_transfer.cpp": "told to a device in its own protocol",
    "drivers/coap/cbor_json.cpp": "told to a device in its own protocol",
    "drivers/coap/link_format.cpp": "told to a device in its own protocol",
    "drivers/coap/lwm2m_registration.cpp": "told to a device in its own protocol",
    "drivers/coap/lwm2m_tlv.cpp": "told to a device in its own protocol",
    "drivers/coap/native_resources.cpp": "told to a device in its own protocol",
    "drivers/coap/senml_json.cpp": "told to a device in its own protocol",
    "drivers/osdp/frame.cpp": "counted, and told to nobody",
    "drivers/native/*": "told to a device in its own protocol",
}

TOKEN = re.compile(r'R"(?P<mark>\w*)\(.*?\)(?P=mark)"|"(?P<text>(?:[^"\\\n]|\\.)*)"|//[^\n]*|/\*.*?\*/|\'(?:[^\'\\\n]|\\.)+\'', re.S)
FIELD = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
WORDS = re.compile(r"[A-Za-z]{2,}[,:;)']* [(']?[A-Za-z]")
LOG = re.compile(r"log::(debug|info|warn|error)$")
ENTRY = re.compile(r'^    Entry\{"((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\},$', re.M)
PLACE = re.compile(r"[\w.{}\[\]]+(?::\w+)?: ")
# Two words, and no sentence for people: headers, help of metrics (it ends with a full stop), salts.
NO_SENTENCE = re.compile(r"charset=|filename=|^GET, |HttpOnly|realm=|^linli |^Linli gateway|\.$|\n|^Configuration of|^refused by$")
# Put together by the code around them; what comes out has an entry in others.cpp.
PIECES = {" of at least {}", " of at most {}", " from {} to {}", "{}expected an object, found {}",
          "not JSON at byte ", ": {} closed before it answered; check that it trusts our certificate"}
SQL = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|BEGIN|VACUUM|ALTER|DROP) ")


def tokens(text):
    """('text', literal) and ('code', between), without comments"""
    at = 0
    code = ""
    for token in TOKEN.finditer(text):
        code += text[at:token.start()]
        at = token.end()
        if token["text"] is not None:
            yield "code", code
            yield "text", token["text"]
            code = ""
        elif token[0][0] not in "/":
            code += " _ "
    yield "code", code + text[at:]


def unescaped(literal):
    return re.sub(r"\\(.)", lambda one: {"n": "\n", "t": "\t", "0": "\0"}.get(one[1], one[1]), literal)


def is_put_in(code):
    """what stands between two literals is "+ expression +\""""
    while (bare := re.sub(r"\([^()]*\)", "", code)) != code:
        code = bare
    return re.fullmatch(r"\s*\+[^;,?()]+\+\s*", code) is not None


class Calls:
    """The names of the calls that are open"""

    def __init__(self):
        self.open = []

    def take(self, code):
        for one in re.finditer(r"([\w:]*)\s*([({])|[)}]", code):
            if one[2]:
                self.open.append(one[1])
            elif self.open:
                self.open.pop()

    def is_log(self):
        return any(LOG.search(name) for name in self.open)


def literals(text):
    """Each run of literals as one pattern; whether it is a line of the log, or stands right behind its Chinese"""
    calls = Calls()
    run, before, was_chinese = None, "", False
    for kind, piece in tokens(text):
        if kind == "text":
            piece = unescaped(piece)
            lead = "{}" if re.search(r"[^+]\+\s*$", before) else ""
            run = lead + piece if run is None else run + piece
            before = ""
            continue
        if run is not None and not piece.strip():
            continue
        if run is not None and is_put_in(piece):
            run += "{}"
            continue
        if run is not None:
            run += "{}" if re.match(r"\s*\+(?!\+)", piece) else ""
            yield run, calls.is_log() or was_chinese
            was_chinese = not run[:1].isascii() and re.fullmatch(r"\s*,\s*", piece) is not None
            run = None
        calls.take(piece)
        before = piece


def pattern_of(literal):
    return FIELD.sub(lambda one: one[0] if one[0] in ("{{", "}}") else "{}", literal)


def in_source(files):
    """pattern → the files that say it, with whether people of the console may meet it there"""
    found = {}
    for name, text in files.items():
        if not name.startswith(FOLDERS) or not name.endswith((".cpp", ".hpp")) or name.startswith(TABLES):
            continue
        elsewhere = any(fnmatch(name, glob) for glob in ELSEWHERE)
        for literal, is_none in literals(text):
            is_met = not elsewhere and not is_none and WORDS.search(literal) and not SQL.match(literal) and not NO_SENTENCE.search(literal) and literal[0].isascii()
            found.setdefault(pattern_of(literal), {})[name] = bool(is_met)
    return found


def without_place(pattern):
    while (place := PLACE.match(pattern)) is not None:
        pattern = pattern[place.end():]
    return pattern


def entries(files):
    """(file, English, Chinese) of each entry"""
    for name, text in files.items():
        if name.startswith(TABLES):
            for en, zh in ENTRY.findall(text):
                yield name, unescaped(en), unescaped(zh)


def places_of(pattern):
    return sum(one not in ("{{", "}}") for one in FIELD.findall(pattern))


def rule_sentences(files):
    """each sentence for people has its Chinese in firmware/console/words, and each entry a sentence"""
    source = in_source(files)
    table = {}
    for name, en, zh in entries(files):
        if en in table:
            yield f"{name}: '{en}' stands in {table[en]} too"
        if places_of(en) != places_of(zh) or not zh:
            yield f"{name}: '{en}' has other places than its Chinese"
        table[en] = name
    said = set(source) | {without_place(pattern) for pattern in source}
    for pattern, names in source.items():
        if pattern not in table and without_place(pattern) not in table and pattern not in PIECES:
            for name in (name for name, is_met in names.items() if is_met):
                yield f"{name}: '{pattern}' has no Chinese in {TABLES}"
    for en, name in table.items():
        if en not in said and not name.endswith("/others.cpp"):
            yield f"{name}: nobody says '{en}' any more"
