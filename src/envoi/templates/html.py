"""The HTML of a mail, made once for everyone: MJML to tables, styles into elements, and what mail programs need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from css_inline import CSSInliner, InlineError
from mjml import mjml2html

from envoi.errors import TemplateError, did_you_mean
from envoi.templates.mask import blanked
from envoi.templates.mirror import mirrored
from envoi.templates.place import place

if TYPE_CHECKING:
    from envoi.errors import Place
    from envoi.templates.mask import Masked
    from envoi.templates.tags import Tags

#: Style sheets are never fetched; what cannot stand in an element (media queries) stays in the head.
_INLINER = CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, remove_inlined_selectors=True)
_COLOR_SCHEME = (
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
)
_MJ_TAG = re.compile(r"<(/?)(mj[\w-]*)\b(?:\"[^\"]*\"|'[^']*'|[^>\"'])*?(/?)>")
_ELEMENTS = [
    "mjml", "mj-head", "mj-attributes", "mj-all", "mj-class", "mj-breakpoint", "mj-font", "mj-html-attributes",
    "mj-preview", "mj-style", "mj-title", "mj-body", "mj-accordion", "mj-accordion-element", "mj-accordion-text",
    "mj-accordion-title", "mj-button", "mj-carousel", "mj-carousel-image", "mj-column", "mj-divider", "mj-group",
    "mj-hero", "mj-image", "mj-navbar", "mj-navbar-link", "mj-raw", "mj-section", "mj-social", "mj-social-element",
    "mj-spacer", "mj-table", "mj-text", "mj-wrapper",
]  # fmt: skip


def to_html(masked: Masked, source: str, *, lang: str) -> str:
    """The masked HTML of a masked MJML or HTML source.

    Raises:
        TemplateError: MJML cannot read it, or has no place for one of its tags.
    """
    # A line break inside a style comes out of mrml as a backslash and an n.
    text = re.sub(r"""style\s*=\s*("[^"]*"|'[^']*')""", lambda style: " ".join(style[0].split()), masked.text)
    is_mjml = "<mjml" in text
    html = _from_mjml(text, source, masked.dialect) if is_mjml else text
    # Rows after a hidden tag get their body here: the parser would open it after the tag, and so inside the loop.
    html = re.sub(rf"(<table\b[^>]*>)((?:\s*<!--{masked.key}\d+x-->)+\s*)(?=<tr\b)", r"\1<tbody>\2", html)
    try:
        html = _INLINER.inline(html)
    except InlineError as fault:
        raise TemplateError(f"its CSS does not parse: {fault}") from fault
    html = _for_mail_programs(html if is_mjml else mirrored(html, masked.key), lang)
    for tag, offset in masked.missing(html):
        hint = "put it around a whole element, inside text, or in an attribute that the element has"
        raise TemplateError(f"MJML has no place for {tag} here", hint=hint, at=place(source, offset))
    return html


def _from_mjml(text: str, source: str, dialect: Tags) -> str:
    plain = blanked(source, dialect)
    _check_elements(source, plain)
    try:
        # No fonts: mrml would link Google's for the ones it knows, and a mail is read without asking anyone.
        return mjml2html(text, fonts={})
    except ValueError as fault:
        stray = re.search(r"<(?![a-z/!])", plain, re.IGNORECASE)
        if stray:
            hint, at = "write &lt; where you mean the sign", place(source, stray.start())
            raise TemplateError("this < begins no element", hint=hint, at=at) from fault
        hint = "look for an element or a quote that is not closed"
        raise TemplateError(f"MJML cannot read it: {fault}", hint=hint) from fault


def _check_elements(source: str, plain: str) -> None:
    """Finds what mrml copies without a word, or complains of without a place: unknown and unclosed elements."""
    opened: list[tuple[str, Place]] = []
    for tag in _MJ_TAG.finditer(plain):
        closing, name, alone = tag.groups()
        at = place(source, tag.start())
        if name not in _ELEMENTS:
            raise TemplateError(f"MJML has no <{name}>", hint=did_you_mean(name, _ELEMENTS), at=at)
        if not closing and not alone:
            opened.append((name, at))
        elif closing and (not opened or opened.pop()[0] != name):
            raise TemplateError(f"</{name}> closes nothing", hint="close the elements in the order they opened", at=at)
    for name, at in opened:
        raise TemplateError(f"<{name}> is never closed", hint=f"add </{name}>", at=at)


def _for_mail_programs(html: str, lang: str) -> str:
    """What readers need and mrml leaves out: the language, both colour schemes, the empty `alt` of decoration."""
    html = html.replace('lang="und"', f'lang="{lang}"')
    html = re.sub(r"<html(?![^>]*\slang=)", f'<html lang="{lang}"', html, count=1)
    if 'name="color-scheme"' not in html:
        html = html.replace("<head>", f"<head>{_COLOR_SCHEME}", 1)
    return re.sub(r"<img(?![^>]*\salt=)", '<img alt=""', html)
