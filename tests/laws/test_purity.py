"""Law 4: nouns read no clock, network, file or global; only `clock.py` reads the time of day."""

from __future__ import annotations

import ast

import pytest

from tests.laws.sources import modules, text_of

TIME_OF_DAY = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
}
STOPWATCH = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns", "time.process_time"}
#: What tells nouns about the machine they run on; `hash` of a text differs from one process to the next.
OUTSIDE = {
    "builtins.hash",
    "builtins.input",
    "builtins.open",
    "http.client",
    "http.server",
    "io.open",
    "os.environ",
    "os.getenv",
    "os.urandom",
    "secrets",
    "shutil",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "time.sleep",
    "urllib.request",
    "uuid.uuid1",
    "uuid.uuid4",
}
#: What only a path has: reading, writing and listing.
FILES = {"iterdir", "mkdir", "read_bytes", "read_text", "rglob", "touch", "unlink", "write_bytes", "write_text"}


def impurities(module: str, text: str) -> list[str]:
    """What law 4 holds against a module of this path and text."""
    tree = ast.parse(text)
    known = names(tree)
    faults = [
        f"line {node.lineno} uses {name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and forbidden(module, name := dotted(node, known))
    ]
    if is_noun(module):
        faults += [f"line {line} uses {what}" for line, what in files(tree) + draws(tree, known)]
    return faults


def is_noun(module: str) -> bool:
    """Whether the module is one that gets everything passed in."""
    return not module.startswith(("adapters/", "hosts/"))


def forbidden(module: str, name: str) -> bool:
    """Whether `module` must not use what has this dotted name."""
    if module == "clock.py":
        return False
    if name in TIME_OF_DAY or (name in STOPWATCH and not module.startswith("hosts/")):
        return True
    return is_noun(module) and name in OUTSIDE


def names(tree: ast.AST) -> dict[str, str]:
    """What the names of a module stand for: imports by their dotted name, builtins it does not define anew."""
    known = {"hash": "builtins.hash", "input": "builtins.input", "open": "builtins.open"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname: alias.name for alias in node.names if alias.asname}
            known |= {root: root for alias in node.names if not alias.asname for root in [alias.name.partition(".")[0]]}
        elif isinstance(node, ast.ImportFrom):
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.arg):
            known.pop(node.name if isinstance(node, ast.FunctionDef) else node.arg, None)
    return known


def dotted(node: ast.expr, known: dict[str, str]) -> str:
    """The dotted name of an expression such as `dt.datetime.now`; empty if it has none."""
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        head = dotted(node.value, known)
        return f"{head}.{node.attr}" if head else ""
    return ""


def calls(tree: ast.AST) -> list[ast.Call]:
    """Every call below `tree`."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def files(tree: ast.AST) -> list[tuple[int, str]]:
    """Calls of what only a path has."""
    methods = [(call.lineno, call.func.attr) for call in calls(tree) if isinstance(call.func, ast.Attribute)]
    return [(line, f".{name}()") for line, name in methods if name in FILES]


def draws(tree: ast.AST, known: dict[str, str]) -> list[tuple[int, str]]:
    """Calls that draw from the global generator, or make one that nobody seeded."""
    found = [(call, dotted(call.func, known)) for call in calls(tree)]
    return [
        (call.lineno, name)
        for call, name in found
        if name.startswith("random.") and not (name == "random.Random" and (call.args or call.keywords))
    ]


@pytest.mark.parametrize("module", modules())
def test_nouns_get_everything_passed_in(module: str) -> None:
    assert impurities(module, text_of(module)) == []


@pytest.mark.parametrize(
    ("module", "text", "faults"),
    [
        ("clock.py", "import time\ntime.time_ns()", 0),
        ("hosts/local.py", "import time\ntime.time_ns()", 1),
        ("hosts/local.py", "import time\ntime.perf_counter()", 0),
        ("adapters/events/sqlite.py", "from time import monotonic\nmonotonic()", 1),
        ("adapters/events/sqlite.py", "from datetime import datetime\ndatetime.now(UTC)", 1),
        ("people/profile.py", "import datetime as dt\nf(today=dt.date.today)", 1),
        ("people/profile.py", "from datetime import datetime\ndatetime.fromisoformat(x)", 0),
        ("people/profile.py", "def f(clock):\n    return clock.now()", 0),
    ],
)
def test_the_law_sees_who_reads_the_time(module: str, text: str, faults: int) -> None:
    assert len(impurities(module, text)) == faults


@pytest.mark.parametrize(
    ("module", "text", "faults"),
    [
        ("campaigns/project.py", "open('envoi.toml')", 1),
        ("campaigns/project.py", "path.read_text()", 1),
        ("adapters/events/folder.py", "path.read_text()", 0),
        ("campaigns/project.py", "def read(open):\n    return open()", 0),
        ("messages/links.py", "import os\nos.environ['KEY']", 1),
        ("messages/links.py", "from os import environ\nenviron['KEY']", 1),
        ("messages/links.py", "import socket\nsocket.create_connection(x)", 1),
        ("messages/links.py", "import urllib.request\nurllib.request.urlopen(x)", 1),
        ("messages/links.py", "import urllib.parse\nurllib.parse.quote(x)", 0),
        ("bucket.py", "hash('a')", 1),
        ("decisions/policy.py", "import random\nrandom.random()", 1),
        ("decisions/policy.py", "from random import choice\nchoice(x)", 1),
        ("decisions/policy.py", "import random\nrandom.Random()", 1),
        (
            "decisions/policy.py",
            "from random import Random\ndef f(r: Random):\n    return r.random() + Random(7).random()",
            0,
        ),
        ("decisions/policy.py", "import uuid\nuuid.uuid4()", 1),
    ],
)
def test_the_law_sees_who_reads_the_outside(module: str, text: str, faults: int) -> None:
    assert len(impurities(module, text)) == faults
