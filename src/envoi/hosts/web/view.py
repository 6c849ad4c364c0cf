"""Turns what a page knows into HTML, and what an address asks into values."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from envoi.events.event import Name
from envoi.hosts.sandbox import way_of
from envoi.hosts.web import say
from envoi.hosts.web.sentences import outline, words
from envoi.reports.paging import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi

HERE = Path(__file__).parent
STATIC = HERE / "static"
ASSETS = ("codemirror.min.js", "editor.js", "envoi.css", "envoi.svg", "htmx.min.js")
#: No list is longer than this many pages, so that no address asks for more than can be counted.
MOST_PAGES = 1_000_000


def person_path(person: str, **asked: str | int) -> str:
    """The address of a person's page.

    >>> person_path("email:a/b@example.org", show="segments")
    '/people/email%3Aa%2Fb%40example.org?show=segments'
    """
    return _path("people", person, **asked)


def right_path(person: str, right: str) -> str:
    """Where a form goes that does something about a person: "export", "restrict", "erase" or "separate"."""
    return _path("people", person, right)


def segment_path(name: str, **asked: str | int) -> str:
    """The address of a segment's page."""
    return _path("segments", name, **asked)


def moving_path(name: str) -> str:
    """The address of what moves of a segment's page."""
    return _path("moving", name)


def build_path(name: str = "", **asked: str | int) -> str:
    """The address of the builder for this segment; without a name, for a new one."""
    return _path("build", *([name] if name else []), **asked)


def campaign_path(name: str, inner: str = "", **asked: str | int) -> str:
    """The address of a campaign's page, or of one below it."""
    return _path("campaigns", name, *([inner] if inner else []), **asked)


def mailbox_path(name: str, inner: str = "", **asked: str | int) -> str:
    """The address of a mail in the mailbox, or of one below it."""
    return _path("mailbox", *([inner] if inner else []), name, **asked)


def quality_path(inner: str = "", **asked: str | int) -> str:
    """The address of the page on the quality of data, or of one below it."""
    return _path("quality", *([inner] if inner else []), **asked)


def suppressions_path(**asked: str | int) -> str:
    """The address of the suppressions' page."""
    return _path("suppressions", **asked)


def review_path(**asked: str | int) -> str:
    """The address of the page of pairs that may be one person."""
    return _path("review", **asked)


def import_path(name: str, inner: str = "", **asked: str | int) -> str:
    """The address of an import that is being prepared, or of one that was run."""
    return _path("imports", name, *([inner] if inner else []), **asked)


def privacy_path(person: str, what: str) -> str:
    """Where a form goes that does what a person asked for: "export", "erase" or "restrict"."""
    return _path("people", person, what)


def template_path(name: str, inner: str = "", **asked: str | int) -> str:
    """The address of a template's page, or of one below it."""
    return _path("templates", name, *([inner] if inner else []), **asked)


def _path(*parts: str, **asked: str | int) -> str:
    query = urlencode({key: value for key, value in asked.items() if value != ""})
    return "/" + "/".join(quote(part, safe="") for part in parts) + (f"?{query}" if query else "")


def _asset(name: str) -> str:
    """The address of a static file, which changes with what is in it."""
    return f"/static/{name}?{blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()}"


def _fingerprint(text: str) -> str:
    """Tells texts apart, where a name is needed that is new when the text is."""
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": say.number,
        "share": say.share,
        "pretty": say.pretty,
        "digest": say.digest,
        "words": words,
        "fingerprint": _fingerprint,
        "spot": say.spot,
        "outline": outline,
    }
    environment.globals |= {
        "plural": say.plural,
        "items_of": say.items,
        "columns_of": say.columns,
        "person_path": person_path,
        "right_path": right_path,
        "segment_path": segment_path,
        "campaign_path": campaign_path,
        "build_path": build_path,
        "moving_path": moving_path,
        "template_path": template_path,
        "mailbox_path": mailbox_path,
        "quality_path": quality_path,
        "suppressions_path": suppressions_path,
        "privacy_path": privacy_path,
        "review_path": review_path,
        "import_path": import_path,
        "own_names": frozenset(Name),
        "assets": {name: _asset(name) for name in ASSETS},
    }
    return environment


TEMPLATES = _environment()


def html(template: str, context: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """A page that knows nothing of the project but what `context` holds."""
    return HTMLResponse(TEMPLATES.get_template(template).render(context), status)


def page(envoi: Envoi, template: str, **context: object) -> HTMLResponse:
    """A page within the frame that says which project this is, and when it is there."""
    settings = envoi.project.settings
    where, is_sandbox = say.post_office(envoi)
    frame = {
        "project": settings.name,
        "times": say.Times(zone=settings.zone, now=envoi.clock.now()),
        "lives_in_the_past": settings.as_of is not None,
        "mail_goes_to": where,
        "is_sandbox": is_sandbox,
        "way": way_of(settings),
    }
    return html(template, {**frame, **context})


def reads(show: Callable[[Request, Envoi], Response]) -> Callable[[Request], Response]:
    """An endpoint that shows what it reads in the project."""

    def endpoint(request: Request) -> Response:
        with request.app.state.hold.reading() as envoi:
            return show(request, envoi)

    endpoint.__name__ = show.__name__
    return endpoint


def asked_page(request: Request, *, size: int) -> Page:
    """Which page of a list the address asks for; the first if it does not say, or says what is no number."""
    text = request.query_params.get("page", "1")
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_PAGES)) else 1
    return Page(min(max(wanted, 1), MOST_PAGES), size=size)


def with_page(request: Request, number: int) -> str:
    """This very address, with another page of its list."""
    asked = {key: value for key, value in request.query_params.items() if key != "around"} | {"page": str(number)}
    return f"?{urlencode(asked)}"
