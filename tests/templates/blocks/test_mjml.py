"""The mail that blocks make: accessible whatever is written into it."""

from __future__ import annotations

import re

from hypothesis import given, settings

from envoi.templates.blocks.block import BlockMail, Button, Hero, Look, Products, Text
from envoi.templates.blocks.colour import READABLE, contrast
from envoi.templates.blocks.write import write_blocks
from envoi.templates.check import check
from envoi.templates.template import Rendered
from tests.templates.blocks.mails import DATA, compiled, mails

KNOWN = ("person", "content", "products", "shop.name", "shop.address", "shop.url", "unsubscribe_url", "why")
HERO = Hero(
    headline="Good food",
    text="See [our **shop**]({{ shop.url }}).",
    image="https://shop.example.org/x.png",
    alt='A "loaf" & more',
    button="Come",
    link="{{ shop.url }}?a=1&b=2",
)


def made(*blocks: object, **more: object) -> Rendered:
    return compiled(write_blocks(BlockMail(subject="s", blocks=tuple(blocks), **more))).render(DATA)


@settings(max_examples=30)
@given(mails)
def test_nothing_is_left_to_mend(mail: BlockMail) -> None:
    assert check(compiled(write_blocks(mail)), KNOWN) == []


def test_a_picture_says_what_it_shows() -> None:
    html = made(HERO, Products()).html
    assert 'alt="A &quot;loaf&quot; &amp; more"' in html
    assert re.findall(r"<img(?![^>]*\salt=)[^>]*>", html) == []
    assert 'A "loaf" & more' in made(HERO).text


@settings(max_examples=30)
@given(mails)
def test_buttons_and_heroes_can_be_read(mail: BlockMail) -> None:
    html = compiled(write_blocks(mail)).render(DATA).html
    buttons = re.findall(r"<a [^>]*style=\"[^\"]*background:\s*(#\w{6})[^\"]*?[;\s]color:\s*(#\w{6})", html)
    assert len(buttons) == sum(1 for block in mail.blocks if isinstance(block, Hero | Button))
    for background, ink in buttons:
        assert contrast(background, ink) >= READABLE


def test_a_dark_accent_is_no_colour_for_links_on_a_dark_card() -> None:
    look = Look(accent="#112233", card="#101418", ink="#f4f4f4")
    html = made(Text(text="[x](https://example.org)"), look=look).html
    (link,) = re.findall(r'<a href="https://example.org"[^>]*color: *(#\w{6})', html)
    assert contrast(link, "#101418") >= READABLE


def test_products_are_shown_as_asked() -> None:
    listed = made(Products(title="For you", count=1, link="{{ shop.url }}/p/{{ p.product }}"))
    assert "Milk & more (https://shop.example.org/p/m1)" in listed.text
    assert "$1.50" in listed.text
    assert "Bread" not in listed.text
    bare = made(Products(prices=False, reasons=False, layout="grid")).text
    assert "Bread" in bare
    assert "$" not in bare
    assert "Popular" not in bare


def test_without_products_there_is_what_was_written_for_that_or_nothing() -> None:
    none = {**DATA, "products": []}
    mail = BlockMail(subject="s", blocks=(Products(title="For you", empty="Come by and look."),))
    text = compiled(write_blocks(mail)).render(none).text
    assert "Come by and look." in text
    assert "For you" not in text
    silent = BlockMail(subject="s", blocks=(Products(title="For you"),))
    assert compiled(write_blocks(silent)).render(none).text.startswith("You agreed to it.")


def test_a_block_may_be_for_some_only() -> None:
    block = Text(text="Only for gold", when='person.tier == "gold"')
    mail = compiled(write_blocks(BlockMail(subject="s", blocks=(block,))))
    assert "Only for gold" not in mail.render(DATA).text
    assert "Only for gold" in mail.render({**DATA, "person": {"tier": "gold"}}).text


def test_what_people_write_is_text_and_no_markup() -> None:
    html = made(Text(title="<i>x</i>", text='<script>alert(1)</script> & [x](javascript:1) **b** "q"')).html
    assert "<script" not in html
    assert "javascript:1)" in html
    assert 'href="javascript' not in html
    assert "&lt;i&gt;x" in html
    assert "<strong>b</strong>" in html
