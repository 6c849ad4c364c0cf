"""The file of a mail of blocks: written and read again it is the same, and all its mistakes are told where they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from envoi.errors import ProjectError, TemplateError
from envoi.templates.blocks.block import BlockMail, Divider, Text
from envoi.templates.blocks.read import compiled_blocks, read_blocks
from envoi.templates.blocks.write import note_above, write_blocks
from envoi.templates.language import Language
from tests.templates.blocks.mails import DATA, compiled, mails


def read(text: str) -> BlockMail | None:
    mistakes: list[ProjectError] = []
    mail = read_blocks(text, mistakes)
    assert not mistakes
    return mail


def mistakes_in(text: str) -> list[str]:
    mistakes: list[ProjectError] = []
    assert read_blocks(text, mistakes, file="x.blocks.toml") is None
    return [str(mistake) for mistake in mistakes]


@given(mails)
def test_what_is_written_is_read_again(mail: BlockMail) -> None:
    assert read(write_blocks(mail)) == mail


@given(mails)
def test_writing_what_was_read_changes_nothing(mail: BlockMail) -> None:
    text = write_blocks(mail, note="# Mine.\n\n")
    again = read(text)
    assert again is not None
    assert write_blocks(again, note=note_above(text)) == text


@pytest.mark.parametrize("text", ['"""', "\\", "a\tb", "'\"'", '"', "ends in \\", '\n"', "\u007f", "é 🎉", "x\n\n\ny"])
def test_texts_that_toml_makes_hard(text: str) -> None:
    mail = BlockMail(subject="s", blocks=(Text(text=text),))
    assert read(write_blocks(mail)) == mail


@settings(max_examples=40)
@given(mails)
def test_every_mail_compiles_and_renders(mail: BlockMail) -> None:
    made = compiled(write_blocks(mail)).render(DATA)
    assert "https://shop.example.org/unsubscribe/x" in made.html
    assert "https://shop.example.org/unsubscribe/x" in made.text
    assert "1 Corner Street" in made.text
    assert "<b>" not in made.html


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = ", ["x.blocks.toml: this is not TOML: Invalid value"]),
        ("", ["x.blocks.toml:1: 'subject' is missing"]),
        ('subject = "s"\nsubjct = "t"', ["x.blocks.toml:2: unknown key 'subjct'; did you mean 'subject'?"]),
        ('subject = "s"\nblocks = 3', ["x.blocks.toml:2: 'blocks' is no list; begin each block with [[blocks]]"]),
        ('subject = "s"\nblocks = [3]', ["x.blocks.toml:2: this block has no fields; begin it with [[blocks]]"]),
        (
            'subject = "s"\n\n[[blocks]]\nkind = "heros"\n[[blocks]]\ntext = "x"',
            [
                "x.blocks.toml:3: there is no kind of block 'heros'; did you mean 'hero'?",
                "x.blocks.toml:5: this block does not say of which kind it is; "
                "known: 'button', 'divider', 'hero', 'products', 'text'",
            ],
        ),
        (
            'subject = "s"\n[[blocks]]\nkind = "divider"\n\n[[blocks]]\nkind = "text"\ntext = "y"\nalgin = "left"',
            ["x.blocks.toml:8: unknown key 'algin'; did you mean 'align'?"],
        ),
        (
            'subject = "{{ a | upcas }}"\n[[blocks]]\nkind = "text"\ntext = "{% if a %}"',
            [
                "x.blocks.toml:1: 'subject': there is no filter 'upcas'; did you mean 'upcase'?",
                "x.blocks.toml:4: 'text': ",
            ],
        ),
        (
            'subject = "s"\n[[blocks]]\nkind = "button"\nlabel = "x"\nlink = "javascript:alert(1)"',
            ["x.blocks.toml:5: 'link': an address begins with https://, http:// or mailto:"],
        ),
        (
            'subject = "s"\n[[blocks]]\nkind = "hero"\nheadline = "x"\nimage = "https://example.org/x.png"',
            ["x.blocks.toml:2: the picture has no alt: say what it shows"],
        ),
        (
            'subject = "s"\n[[blocks]]\nkind = "divider"\nwhen = "a %}{% b"',
            ["x.blocks.toml:4: 'when': write the condition alone"],
        ),
        (
            'subject = "s"\n[look]\nink = "#999999"',
            ["x.blocks.toml:2: 'look': ink on card has a contrast of 2.8, and text needs 4.5"],
        ),
        ('subject = "a\\nb"', ["x.blocks.toml:1: 'subject': it is a single line"]),
    ],
)
def test_every_mistake_is_told_where_it_is(text: str, told: list[str]) -> None:
    found = mistakes_in(text)
    assert [one[: len(beginning)] for one, beginning in zip(found, told, strict=True)] == told


def test_a_place_in_the_mail_names_the_line_of_its_block() -> None:
    text = (
        'subject = "s"\n\n[[blocks]]\nkind = "divider"\n\n[[blocks]]\nkind = "text"\ntext = """\nHi {{ nmae }}\n"""\n'
    )
    (variable,) = (one for one in compiled(text).whole.variables() if one.path == "nmae")
    assert variable.at.line == 6


def test_what_is_as_usual_is_left_out() -> None:
    assert (
        write_blocks(BlockMail(subject="s", blocks=(Divider(),))) == 'subject = "s"\n\n[[blocks]]\nkind = "divider"\n'
    )


def test_partials_of_the_project_may_stand_in_a_text() -> None:
    text = 'subject = "s"\n\n[[blocks]]\nkind = "text"\ntext = "**Hi** {% render \'card\', p: person %}"\n'
    mail = read_blocks(text, [])
    assert mail is not None
    made = compiled_blocks(mail, text, language=Language(partials={"card": "<i>{{ p.name }}</i>"}))
    rendered = made.render({"person": {"name": "R&D"}})
    assert "<strong>Hi</strong> <i>R&amp;D</i>" in rendered.html
    assert "Hi R&D" in rendered.text
    with pytest.raises(TemplateError, match="there is no partial 'card'") as caught:
        compiled_blocks(mail, text)
    assert caught.value.at.line == 3
