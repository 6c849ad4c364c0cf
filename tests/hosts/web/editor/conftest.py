"""The shop with a mail of blocks, and a way to post to its pages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.hosts.web.shop import NASTY, write_files

BLOCKS = """# Kept above.

subject = '{{ person.first_name | default: "You" }}, it is spring'

[[blocks]]
kind = "hero"
headline = "{{ content.headline }}"

[[blocks]]
kind = "text"
title = "Second"
text = "Hi there"

[[blocks]]
kind = "products"
title = "Third"
"""
FILES = {
    "templates/spring.blocks.toml": BLOCKS,
    "campaigns/spring.toml": f"""
audience = 'did "Order Completed"'
purpose = "newsletter"
template = "spring.blocks.toml"
fallback = {{ headline = '{NASTY}' }}
[products]
shelf = '"Order Completed"'
count = 2
""",
}


@pytest.fixture(scope="session")
def original(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, which nobody opens: where one is served, files come and go while it is copied."""
    root = shutil.copytree(shop, tmp_path_factory.mktemp("original") / "shop")
    write_files(root, FILES)
    return root


@pytest.fixture(scope="session")
def studio(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it stays: tests that change it take a copy."""
    return shutil.copytree(original, tmp_path_factory.mktemp("studio") / "shop")


@pytest.fixture
def own(original: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(original, tmp_path / "shop")


@dataclass(frozen=True)
class Desk:
    """The page of one template, as a browser without JavaScript has it."""

    client: TestClient
    root: Path
    name: str

    @property
    def path(self) -> str:
        return f"/templates/{self.name}"

    @property
    def file(self) -> Path:
        return self.root / "templates" / self.name

    def hidden(self) -> dict[str, str]:
        """What the page's form posts besides what is written."""
        page = self.client.get(self.path).text
        return dict(re.findall(r'<input type="hidden" name="(token|digest)" value="(\w+)"', page))

    def post(self, inner: str = "", **fields: str) -> object:
        return self.client.post(self.path + inner, data={**self.hidden(), **fields}, follow_redirects=False)


@pytest.fixture
def desk(own: Path, client_of: Callable[..., TestClient]) -> Iterator[Callable[[str], Desk]]:
    """Opens the page of a template."""
    with client_of(own) as client:
        yield lambda name: Desk(client=client, root=own, name=name)
