"""The page about blocks holds a file that works, and names every kind and every field."""

from __future__ import annotations

import re
from pathlib import Path

from envoi.errors import ProjectError
from envoi.events.shapes import Shape
from envoi.templates.blocks.block import KINDS, Footer, Look
from envoi.templates.blocks.read import read_blocks
from envoi.templates.blocks.write import note_above, write_blocks
from tests.templates.blocks.mails import DATA, compiled

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "templates-blocks.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_is_a_mail_with_every_kind_of_block() -> None:
    mistakes: list[ProjectError] = []
    mail = read_blocks(EXAMPLE, mistakes)
    assert mistakes == []
    assert mail is not None
    assert {block.kind for block in mail.blocks} == set(KINDS)
    rendered = compiled(EXAMPLE).render(DATA)
    assert rendered.subject == "Ada <b>, spring is here"
    assert "No more of these mails (https://shop.example.org/unsubscribe/x)" in rendered.text
    written = write_blocks(mail, note=note_above(EXAMPLE))
    assert read_blocks(written, mistakes) == mail
    assert written.startswith("# Comments above the first line stay")


def test_every_kind_and_field_is_named() -> None:
    shapes: list[type[Shape]] = [*KINDS.values(), Footer, Look]
    for shape in shapes:
        for name in shape.model_fields:
            assert f"`{name}`" in PAGE
    for kind in KINDS:
        assert f"| `{kind}` |" in PAGE
