"""A mail template: one MJML or HTML file, compiled once into subject, HTML and text, rendered for each person.

`<mj-title>` is the subject and `<mj-preview>` the line that mailboxes show beside it. What stands before `<mjml>` acts
in all three: a name that is assigned there can be used everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.errors import TemplateError, Withheld
from envoi.templates.given import Partly
from envoi.templates.html import to_html
from envoi.templates.language import LIQUID, Language
from envoi.templates.located import Located, located
from envoi.templates.mask import mask
from envoi.templates.place import place
from envoi.templates.quoted import encoded, joined
from envoi.templates.quoted_text import broken, marked
from envoi.templates.template import Rendered, Setback
from envoi.templates.text import break_lines, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.templates.program import Program

_ROOT = re.compile(r"<(?:mjml|html|!doctype)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lined:
    """A person's data with the lines of their mail."""

    data: Mapping[str, object]
    subject: str
    setbacks: Sequence[Setback] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTemplate:
    """A compiled mail."""

    #: The file as its author wrote it, for whoever asks about its lines and variables.
    whole: Program
    subject: Located
    html: Located
    text: Located
    language: Language = LIQUID
    #: What the mail prints as `campaign.preview`, if its campaign says so.
    preview: Located | None = None
    #: What a person gets whose data break this one.
    fallback: MailTemplate | None = None
    #: The subject, and the preview if it has one, where they are the same for all; None: each person's data make them.
    lines: Mapping[str, str] | None = None
    #: HTML and text come out as `Quoted` texts.
    quotes: bool = False

    def render(self, data: Mapping[str, object]) -> Rendered:
        """The mail for one person; the same data give the same texts.

        Raises:
            TemplateError: it fails on this data, and so does its fallback if it has one.
            LimitExceeded: a budget is used up.
            Withheld: the template decides that this person gets no mail.
        """
        try:
            return self._render(data)
        except Withheld:
            raise
        except TemplateError as fault:
            if not self.fallback:
                raise
            rendered = self.fallback.render(data)
            return replace(rendered, setbacks=(Setback(reason=fault.what, at=fault.at), *rendered.setbacks))

    def _render(self, data: Mapping[str, object]) -> Rendered:
        lined = self.lined(data)
        html, text = self.html.print(lined.data), self.text.print(lined.data)
        return Rendered(
            subject=lined.subject,
            html=joined(html.text) if self.quotes else html.text.lstrip(),
            text=broken(text.text) if self.quotes else break_lines(text.text),
            setbacks=tuple(dict.fromkeys((*lined.setbacks, *html.setbacks, *text.setbacks))),
        )

    def lined(self, data: Mapping[str, object]) -> Lined:
        """What HTML and text are printed from: the data, and the subject and preview that the mail makes of them.

        Raises:
            TemplateError: one of these fails on this data.
        """
        if self.lines is not None:
            return Lined(data=data, subject=self.lines["subject"])
        lines, setbacks = self._lines(data)
        return Lined(data=_with_lines(data, lines), subject=lines["subject"], setbacks=setbacks)

    def _lines(self, data: Mapping[str, object]) -> tuple[dict[str, str], list[Setback]]:
        """What the mail prints as `campaign.subject` and `campaign.preview`, and what had to be replaced in them."""
        subject = self.subject.print(data)
        lines = {"subject": _one_line(subject.text)}
        if self.preview:
            lines["preview"] = _one_line(self.preview.render(data))
        return lines, list(subject.setbacks)

    def given(self, data: Mapping[str, object]) -> MailTemplate:
        """The same mail for people who all have these data: what follows from them is worked out now; it takes a while.

        `whole` stays as its author wrote it.
        """
        fallback = self.fallback.given(data) if self.fallback else None
        preview = _given(self.preview, data) if self.preview else None
        own = replace(self, subject=_given(self.subject, data), preview=preview, fallback=fallback)
        if own.subject.is_fixed and (preview is None or preview.is_fixed):
            lines = own._lines(data)[0]  # noqa: SLF001 - of the same class
            own, known = replace(own, lines=lines), _with_lines(data, lines)
        else:
            known = _without_lines(data, has_preview=preview is not None)
        return replace(own, html=_given(self.html, known), text=_given(self.text, known))

    def quoted(self) -> MailTemplate:
        """The same mail in quoted-printable as mails carry it: what is the same for all is encoded once."""
        html = replace(self.html, template=self.html.template.encoded(encoded))
        text = replace(self.text, template=self.text.template.encoded(marked))
        fallback = self.fallback.quoted() if self.fallback else None
        return replace(self, html=html, text=text, fallback=fallback, quotes=True)

    def with_lines(self, *, subject: str = "", preview: str = "") -> MailTemplate:
        """The same mail with a campaign's own subject and preview, both in the dialect of the mail.

        Raises:
            TemplateError: one of them does not parse.
        """
        own = replace(self, subject=_own(subject, self.language), lines=None) if subject else self
        return replace(own, preview=_own(preview, self.language), lines=None) if preview else own


def _with_lines(data: Mapping[str, object], lines: Mapping[str, str]) -> Mapping[str, object]:
    campaign = data.get("campaign")
    return {**data, "campaign": {**(campaign if isinstance(campaign, dict) else {}), **lines}}


def _without_lines(data: Mapping[str, object], *, has_preview: bool) -> Mapping[str, object]:
    """The data, without what the mail itself makes of each person's."""
    campaign = data.get("campaign")
    if not isinstance(campaign, dict):
        return data
    own = {"subject", "preview"} if has_preview else {"subject"}
    return {**data, "campaign": Partly({name: value for name, value in campaign.items() if name not in own})}


def _given(piece: Located, data: Mapping[str, object]) -> Located:
    made = piece.template.given(data)
    # What is known in part must not hide the whole that each person's data bring.
    fixed = {name: value for name, value in made.fixed.items() if not isinstance(value, Partly)}
    return replace(piece, template=replace(made, fixed=fixed))


def _own(text: str, language: Language) -> Located:
    return Located(template=language.plain(text), move=lambda at: at)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def parse_mail(source: str, *, lang: str = "en", language: Language = LIQUID) -> MailTemplate:
    """The mail in an MJML file (or a whole HTML page with a <title>); `lang` holds where the file names no language.

    Raises:
        TemplateError: the template or MJML does not parse, a tag stands where MJML has no place for it, or it has no
            subject.
    """
    whole = language.markup(source)
    root = _ROOT.search(source)
    if not root:
        raise TemplateError("this is not a mail template", hint="begin it with <mjml> or <html>")
    masked = mask(source, start=root.start(), dialect=language.tags)
    html = to_html(masked, source, lang=lang)
    title, text = to_text(masked, html)
    if not title.strip():
        what = "<mj-title> to <mj-head>" if "<mjml" in masked.text else "<title> to <head>"
        raise TemplateError("it has no subject", hint=f"add {what}", at=place(source, root.start()))
    return MailTemplate(
        whole=whole,
        subject=located(masked.piece(title), source, language.plain),
        html=located(masked.piece(html), source, language.markup),
        text=located(masked.piece(text), source, language.plain),
        language=language,
    )
