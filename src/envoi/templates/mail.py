"""A mail template: one MJML file with Liquid, compiled once into subject, HTML and text, rendered for each person.

`<mj-title>` is the subject and `<mj-preview>` the line that mailboxes show beside it. What stands before `<mjml>` acts
in all three: a name that is assigned there can be used everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.errors import TemplateError
from envoi.templates import liquid
from envoi.templates.html import to_html
from envoi.templates.mask import mask
from envoi.templates.place import place
from envoi.templates.template import Rendered
from envoi.templates.text import break_lines, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.templates.mask import Piece
    from envoi.templates.template import Template

_ROOT = re.compile(r"<(?:mjml|html|!doctype)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTemplate:
    """A compiled mail."""

    #: The file as its author wrote it, for whoever asks about its lines and variables.
    whole: Template
    subject: Template
    html: Template
    text: Template

    def render(self, data: Mapping[str, object]) -> Rendered:
        """The mail for one person; the same data give the same texts.

        Raises:
            TemplateError: it fails on this data.
            LimitExceeded: a budget is used up.
        """
        return Rendered(
            subject=" ".join(self.subject.render(data).split()),
            html=self.html.render(data).lstrip(),
            text=break_lines(self.text.render(data)),
        )


def parse_mail(source: str, *, lang: str = "en") -> MailTemplate:
    """The mail in an MJML file (or a whole HTML page with a <title>); `lang` holds where the file names no language.

    Raises:
        TemplateError: Liquid or MJML does not parse, a tag stands where MJML has no place for it, or it has no subject.
    """
    whole = liquid.parse(source)
    root = _ROOT.search(source)
    if not root:
        raise TemplateError("this is not a mail template", hint="begin it with <mjml> or <html>")
    masked = mask(source, start=root.start())
    html = to_html(masked, source, lang=lang)
    title, text = to_text(masked, html)
    if not title.strip():
        raise TemplateError("it has no subject", hint="add <mj-title> to <mj-head>", at=place(source, root.start()))
    return MailTemplate(
        whole=whole,
        subject=_compiled(liquid.parse_plain, masked.piece(title), source),
        html=_compiled(liquid.parse_markup, masked.piece(html), source),
        text=_compiled(liquid.parse_plain, masked.piece(text), source),
    )


def _compiled(parse: Callable[..., Template], piece: Piece, source: str) -> Template:
    """A piece as a template whose errors point into the source."""
    return parse(piece.text, locate=lambda offset: place(source, piece.origin(offset)))
