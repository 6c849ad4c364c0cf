"""Mails of blocks, drawn at random, and data to render them with."""

from __future__ import annotations

from hypothesis import strategies as st

from envoi.templates.blocks.block import BlockMail, Button, Divider, Footer, Hero, Look, Products, Text
from envoi.templates.blocks.read import compiled_blocks, read_blocks
from envoi.templates.mail import MailTemplate

#: Texts as odd as people write them, none of which is Liquid: what is, is added whole.
PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="{%}\u2028\u2029\x85"), max_size=30
)
LIQUID = st.sampled_from(['{{ person.first_name | default: "there" }}', "{{ shop.name }}", "{{ content.headline }}"])
LINES = st.lists(PLAIN | LIQUID, min_size=1, max_size=3).map("".join)
TITLES = LINES.filter(bool)
PROSE = st.lists(LINES, min_size=1, max_size=3).map("\n\n".join).filter(bool)
ADDRESSES = st.sampled_from(["https://shop.test/?a=1&b=2", "mailto:ada@shop.test", "{{ shop.url }}/x"])
COLOURS = st.from_regex("#[0-9a-f]{6}", fullmatch=True)
WHEN = st.sampled_from(["", "content.offer", "person.first_name != blank"])

heroes = st.builds(
    Hero,
    headline=TITLES,
    text=PROSE,
    image=ADDRESSES,
    alt=TITLES,
    button=TITLES,
    link=ADDRESSES,
    background=COLOURS,
    when=WHEN,
)
products = st.builds(
    Products,
    title=LINES,
    layout=st.sampled_from(["list", "grid"]),
    count=st.integers(1, 24),
    prices=st.booleans(),
    reasons=st.booleans(),
    link=ADDRESSES,
    empty=PROSE | st.just(""),
    when=WHEN,
)
texts = st.builds(Text, title=LINES, text=PROSE, align=st.sampled_from(["left", "center"]), when=WHEN)
buttons = st.builds(Button, label=TITLES, link=ADDRESSES, when=WHEN)
blocks = st.one_of(heroes, products, texts, buttons, st.builds(Divider, when=WHEN))
looks = st.builds(Look, accent=COLOURS, paper=COLOURS, letters=st.sampled_from(["plain", "serif"]))
mails = st.builds(
    BlockMail,
    subject=TITLES,
    preheader=LINES,
    look=looks,
    footer=st.builds(Footer, text=PROSE, unsubscribe=TITLES),
    blocks=st.lists(blocks, max_size=4).map(tuple),
)

DATA = {
    "person": {"first_name": "Ada <b>"},
    "content": {"headline": "Hello", "offer": True},
    "shop": {"name": "Corner & Co", "address": "1 Corner Street", "url": "https://shop.example.org"},
    "products": [
        {"product": "m1", "name": "Milk & more", "price": 1.5, "reason": "You bought this before"},
        {"product": "b1", "name": "Bread", "reason": "Popular", "image": "https://shop.example.org/b1.png"},
    ],
    "unsubscribe_url": "https://shop.example.org/unsubscribe/x",
    "why": "You agreed to it.",
}


def compiled(text: str) -> MailTemplate:
    """The mail in a file without mistakes."""
    mail = read_blocks(text, [])
    assert mail is not None
    return compiled_blocks(mail, text)
