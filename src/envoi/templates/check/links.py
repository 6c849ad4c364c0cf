"""Links that lead nowhere, or where a reader should not be led, and pictures that say nothing."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from envoi.templates.check.markup import VEIL, elements
from envoi.templates.check.problem import Problem
from envoi.templates.place import places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.templates.check.markup import Element

_LINKS = frozenset({"a", "area", "mj-button", "mj-image", "mj-navbar-link", "mj-social-element", "mj-carousel-image"})
_PICTURES = frozenset({"img", "mj-image"})
_SAFE = frozenset({"http", "https", "mailto", "tel", "sms"})
_RUNS = frozenset({"javascript", "vbscript", "data", "file", "blob"})
_PLACEHOLDERS = re.compile(r"(^|\.)(example\.(com|org|net)|localhost|yourdomain\.\w+|yoursite\.\w+|domain\.com)$")


def links(veil: str) -> Iterator[Problem]:
    """What is wrong with the addresses of a veiled source."""
    find = places(veil)
    for element in elements(veil):
        if element.name in _LINKS and "href" in element.attributes:
            value, offset = element.attributes["href"]
            yield from (_placed(problem, find(offset)) for problem in _wrong(unescape(value)))
        elif element.name in {"a", "mj-button"} and not {"name", "id"} & set(element.attributes):
            hint = 'add href="https://..."'
            yield Problem(severity="warning", what="a link without an address", hint=hint, at=find(element.start))
        if element.name == "link" and "stylesheet" in (element.get("rel") or "").lower():
            what, hint = "a style sheet on a server is not read", "write it into <style>"
            yield Problem(severity="warning", what=what, hint=hint, at=find(element.start))


def pictures(veil: str) -> Iterator[Problem]:
    """What those miss to whom pictures are read out, or who get none."""
    find = places(veil)
    for element in elements(veil):
        if element.name in _PICTURES:
            yield from (_placed(problem, find(element.start)) for problem in _silent(element))


def _silent(element: Element) -> Iterator[Problem]:
    if element.get("alt") is None:
        hint = 'say what it shows in alt="...", or alt="" if it only decorates'
        yield Problem(severity="warning", what="an image without alt", hint=hint)
    elif not (element.get("alt") or "").strip() and element.name == "mj-image" and element.get("href"):
        yield Problem(
            severity="warning", what="a link that says nothing where pictures are off", hint="say where it leads in alt"
        )
    source = (element.get("src") or "").strip()
    if source.startswith("data:"):
        what, hint = "a picture inside the mail, which Gmail and Outlook do not show", "put it on a server"
        yield Problem(severity="warning", what=what, hint=hint)
    elif source.startswith("http://"):
        what, hint = "a picture over http, which some readers block", "write https://"
        yield Problem(severity="warning", what=what, hint=hint)


def _wrong(address: str) -> Iterator[Problem]:
    value = address.strip()
    if value.startswith(VEIL):
        return
    if value in {"", "#"}:
        what, hint = "a link that leads nowhere", "write its address, or remove it"
        yield Problem(severity="warning", what=what, hint=hint)
        return
    if value.startswith("#"):
        return
    yield from _of_scheme(value)


def _of_scheme(value: str) -> Iterator[Problem]:
    scheme = value.partition(":")[0].lower() if re.match(r"[a-zA-Z][\w+.-]*:", value) else ""
    shown = repr(value.replace(VEIL, "") if len(value) < 60 else f"{value[:56].replace(VEIL, '')}...")  # noqa: PLR2004
    if re.sub(r"\s", "", scheme) in _RUNS:
        what, hint = f"a link that runs something or shows a page of its own: {shown}", "link to a page over https"
        yield Problem(severity="error", what=what, hint=hint)
    elif not scheme:
        yield Problem(
            severity="error",
            what=f"a link without https://, which no reader can follow: {shown}",
            hint="write all of it",
        )
    elif scheme not in _SAFE:
        yield Problem(
            severity="warning", what=f"a link that few programs open: {shown}", hint="link to a page over https"
        )
    elif scheme in {"http", "https"}:
        yield from _of_web(value, scheme, shown)
    elif scheme == "mailto" and "@" not in value and VEIL not in value:
        yield Problem(
            severity="error", what=f"a link to an address without @: {shown}", hint="write mailto:name@example.org"
        )


def _of_web(value: str, scheme: str, shown: str) -> Iterator[Problem]:
    try:
        host = urlsplit(value).hostname or ""
    except ValueError:
        host = ""
    if not host and VEIL not in value:
        yield Problem(severity="error", what=f"a link without a server: {shown}", hint="write https://server/page")
    elif re.search(r"\s", value.strip()):
        yield Problem(severity="error", what=f"a link with a space in it: {shown}", hint="write %20 for it")
    elif _PLACEHOLDERS.search(host):
        yield Problem(
            severity="warning", what=f"a link that only stands for another: {shown}", hint="write the real address"
        )
    elif scheme == "http":
        yield Problem(
            severity="warning", what=f"a link that others can read on its way: {shown}", hint="write https://"
        )


def _placed(problem: Problem, at: object) -> Problem:
    return Problem(severity=problem.severity, what=problem.what, hint=problem.hint, at=at)  # type: ignore[arg-type]
