"""A mail's blocks as MJML: readable in both colour schemes, one column on phones, always with a way to unsubscribe.

The MJML of a block stands on the line on which the block begins in its file, so that every place in it names the block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.templates.blocks.block import Block, BlockMail, Button, Divider, Hero, Products, Text
from envoi.templates.blocks.colour import WHITE, ink_on, towards
from envoi.templates.blocks.prose import attribute, inline, paragraphs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envoi.templates.blocks.block import Footer, Look

_PLAIN = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
_LETTERS = {"plain": _PLAIN, "serif": "Georgia, 'Times New Roman', serif"}
_NIGHT_PAPER, _NIGHT_CARD, _NIGHT_INK, _NIGHT_LINE = "#121514", "#1e2321", "#eeece6", "#3a423e"
_EDGE = "24px"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """On which lines of the file the parts of a mail begin."""

    blocks: Sequence[int]
    footer: int = 1


def to_mjml(mail: BlockMail, lines: Lines) -> str:
    """The mail as MJML with Liquid."""
    parts = [(1, _head(mail))]
    parts += [(line, _shown(block, mail.look)) for line, block in zip(lines.blocks, mail.blocks, strict=True)]
    parts += [(lines.footer, f"{_footer(mail.footer, mail.look)}</mj-body></mjml>")]
    out, at = list[str](), 1
    for line, part in parts:
        out.append("\n" * max(line - at, 0) + " ".join(part.split("\n")))
        at = max(line, at)
    return "".join(out)


def _head(mail: BlockMail) -> str:
    look = mail.look
    link = ink_on(look.card, look.accent, look.ink)
    night_link = towards(look.accent, WHITE, against=_NIGHT_CARD)
    return (
        f'<mjml lang="{mail.lang}"><mj-head><mj-title>{inline(mail.subject)}</mj-title>'
        f"<mj-preview>{inline(mail.preheader)}</mj-preview><mj-attributes>"
        f'<mj-all font-family="{_PLAIN}" /><mj-section padding="0" /><mj-column padding="0" />'
        f'<mj-text padding="0" font-size="16px" line-height="1.55" color="{look.ink}" />'
        f'<mj-class name="title" font-family="{_LETTERS[look.letters]}" line-height="1.2" />'
        "</mj-attributes><mj-style>"
        "h1, h2, p { margin: 0; } h1, h2 { font-size: inherit; font-weight: 600; line-height: inherit; }"
        f" p + p {{ margin-top: 14px; }} .hero a {{ color: inherit; }} .words a {{ color: {link}; }}"
        f" .row td {{ padding: 14px 0; border-top: 1px solid {_line(look)}; vertical-align: top; }}"
        " .name { font-weight: 600; } .small { font-size: 14px; line-height: 20px; } .price { white-space: nowrap; }"
        " @media (max-width: 479px) { .hero-title div { font-size: 29px !important; } }"
        " @media (prefers-color-scheme: dark) {"
        f" body, .paper {{ background-color: {_NIGHT_PAPER} !important; }}"
        f" .card, .card > table {{ background: {_NIGHT_CARD} !important; background-color: {_NIGHT_CARD} !important; }}"
        f" .words div, .words p, .words h2, .words td, .words span {{ color: {_NIGHT_INK} !important; }}"
        f" .words a {{ color: {night_link} !important; }}"
        f" .row td, .rule p {{ border-top-color: {_NIGHT_LINE} !important; }} }}"
        f'</mj-style></mj-head><mj-body background-color="{look.paper}" css-class="paper">'
    )


def _shown(block: Block, look: Look) -> str:
    made = _MAKERS[block.kind](block, look)
    return f"{{% if {block.when} %}}{made}{{% endif %}}" if block.when else made


def _hero(block: Hero, look: Look) -> str:
    ink = ink_on(block.background, look.ink)
    image = (
        f'<mj-image src="{attribute(block.image)}" alt="{attribute(block.alt)}" padding="0 0 22px" '
        'border-radius="8px" />'
        if block.image
        else ""
    )
    text = (
        f'<mj-text css-class="hero" align="center" color="{ink}" font-size="17px" padding="14px 8px 0">'
        f"{paragraphs(block.text)}</mj-text>"
        if block.text
        else ""
    )
    button = _link(block.button, block.link, look, padding="24px 0 0") if block.button else ""
    return (
        f'<mj-wrapper css-class="card" background-color="{look.card}" padding="16px">'
        f'<mj-section background-color="{block.background}" border-radius="14px" padding="36px 20px 40px"><mj-column>'
        f'{image}<mj-text css-class="hero-title" mj-class="title" align="center" color="{ink}" font-size="35px">'
        f"<h1>{inline(block.headline)}</h1></mj-text>{text}{button}</mj-column></mj-section></mj-wrapper>"
    )


def _text(block: Text, look: Look) -> str:
    return _section(_title(block.title, block.align) + _words(paragraphs(block.text), align=block.align), look)


def _button(block: Button, look: Look) -> str:
    return _section(_link(block.label, block.link, look, padding="4px 0"), look)


def _divider(_: Divider, look: Look) -> str:
    line = f'<mj-divider css-class="rule" border-width="1px" border-color="{_line(look)}" padding="6px 0" />'
    return _section(line, look)


def _products(block: Products, look: Look) -> str:
    each = _row(block) if block.layout == "list" else _tile(block)
    loop = f"{{% for p in products limit: {block.count} %}}{each}{{% endfor %}}"
    table = '<table role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%">'
    held = f'<div class="row">{table}{loop}</table></div>' if block.layout == "list" else loop
    some = _section(_title(block.title) + _words(held), look)
    none = _section(_words(paragraphs(block.empty)), look) if block.empty else ""
    return f"{{% if products.size > 0 %}}{some}" + (f"{{% else %}}{none}" if none else "") + "{% endif %}"


_NAME = "{{ p.name | default: p.product }}"
_PRICE = "{% if p.price %}{{ p.price | money }}{% endif %}"
_REASON = '<div class="small">{{ p.reason }}</div>'


def _row(block: Products) -> str:
    picture = (
        '{% if p.image %}<td width="64" style="width:64px"><img src="{{ p.image }}" width="52" alt="" '
        'style="display:block;border-radius:8px"></td>{% endif %}'
    )
    price = f'<td class="name price" align="right" style="padding-left:14px">{_PRICE}</td>' if block.prices else ""
    told = f'<div class="name">{_named(block)}</div>{_REASON if block.reasons else ""}'
    return f"<tr>{picture}<td>{told}</td>{price}</tr>"


def _tile(block: Products) -> str:
    """Side by side where there is room for two, else one below the other: no program need know how wide it is."""
    picture = (
        '{% if p.image %}<img src="{{ p.image }}" alt="" width="240" '
        'style="display:block;width:100%;border-radius:8px;margin-bottom:8px">{% endif %}'
    )
    price = f'<div class="small price">{_PRICE}</div>' if block.prices else ""
    return (
        '<div style="display:inline-block;width:100%;max-width:262px;vertical-align:top;margin:0 4px 20px 0">'
        f'{picture}<div class="name">{_named(block)}</div>{price}{_REASON if block.reasons else ""}</div>'
    )


def _named(block: Products) -> str:
    return f'<a href="{attribute(block.link)}">{_NAME}</a>' if block.link else _NAME


def _footer(footer: Footer, look: Look) -> str:
    ink = ink_on(look.paper, towards("#7b807d", ink_on(look.paper), against=look.paper))
    return (
        f'<mj-section padding="26px {_EDGE} 40px"><mj-column>'
        '<mj-text css-class="words" align="center" font-size="13px" '
        f'line-height="20px" color="{ink}">{paragraphs(footer.text)}'
        f'<p style="margin-top:12px"><a href="{{{{ unsubscribe_url }}}}" style="color:{ink}">'
        f"{inline(footer.unsubscribe)}</a></p>"
        '<p style="margin-top:12px">{{ shop.name }}, {{ shop.address }}</p></mj-text></mj-column></mj-section>'
    )


def _section(inner: str, look: Look) -> str:
    return (
        f'<mj-section css-class="card" background-color="{look.card}" padding="16px {_EDGE}"><mj-column>{inner}'
        "</mj-column></mj-section>"
    )


def _title(title: str, align: str = "left") -> str:
    if not title:
        return ""
    return (
        f'<mj-text css-class="words" mj-class="title" align="{align}" font-size="23px" padding="0 0 12px">'
        f"<h2>{inline(title)}</h2></mj-text>"
    )


def _words(html: str, *, align: str = "left") -> str:
    return f'<mj-text css-class="words" align="{align}">{html}</mj-text>'


def _link(label: str, to: str, look: Look, *, padding: str) -> str:
    return (
        f'<mj-button href="{attribute(to)}" background-color="{look.accent}" color="{ink_on(look.accent, WHITE)}" '
        f'border-radius="8px" font-size="16px" font-weight="600" inner-padding="13px 26px" padding="{padding}">'
        f"{inline(label)}</mj-button>"
    )


def _line(look: Look) -> str:
    """A line that is seen, and not loud: between the paper and the ink."""
    return "#e2dfd6" if ink_on(look.card) == "#000000" else "#4a504d"


_MAKERS: dict[str, Callable[..., str]] = {
    Hero.kind: _hero,
    Text.kind: _text,
    Button.kind: _button,
    Products.kind: _products,
    Divider.kind: _divider,
}
