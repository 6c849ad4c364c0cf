"""The builder's page: what was posted, in step again, with whom it holds for; and saving it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from envoi.campaigns.gates import gates
from envoi.conditions.bind import bind
from envoi.conditions.tree import All
from envoi.errors import Conflict, InvalidProject, ProjectError
from envoi.events.event import CONSENT, MODEL
from envoi.hosts.web.builder import files, words
from envoi.hosts.web.builder.act import led_to
from envoi.hosts.web.builder.draft import Draft, of_form, of_text, taken
from envoi.hosts.web.builder.node import Node
from envoi.hosts.web.builder.vocabulary import EVENT_OF, Vocabulary
from envoi.hosts.web.posted import FIELD, token
from envoi.hosts.web.view import build_path, page, segment_path
from envoi.reports.draft import doubts, examined, rough
from envoi.reports.fields import Field, Filled, filled, used
from envoi.reports.outcome import events_by_name, people_seen
from envoi.reports.sample import SMALL, share_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sized
    from types import ModuleType

    from starlette.requests import Request

    from envoi.conditions.bound import Bound
    from envoi.errors import EnvoiError
    from envoi.hosts.local import Envoi
    from envoi.hosts.web.memory import Memory
    from envoi.hosts.web.posted import Fields
    from envoi.reports.draft import Draft as Found

#: A field that more than this share lacks is told of.
EMPTY = 0.1
#: Up to so many names stand in a list to choose from; of more, one is found by typing.
LISTED = 60
CONFLICT, REFUSED = 409, 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is being edited."""

    #: Empty for a new segment.
    segment: str
    #: As it is to be called.
    name: str
    kept: files.Kept
    draft: Draft
    #: The id of the node to go on at.
    focus: str = ""
    #: Why it was not saved.
    fault: ProjectError | Conflict | None = None


def build(request: Request, envoi: Envoi, fields: Fields) -> Response:
    """A segment's condition to be edited, or a new one."""
    segment = request.path_params.get("segment", "")
    vocabulary = vocabulary_of(envoi, request.app.state.memory, segment)
    opened = _posted(segment, vocabulary, fields) if fields else _opened(envoi, segment, vocabulary)
    if _one(fields, "act") != "save":
        return _page(request, envoi, vocabulary, opened)
    fault = _unsaved(envoi, opened)
    if fault is not None:
        return _page(request, envoi, vocabulary, replace(opened, fault=fault))
    request.app.state.hold.close()
    return _gone_to(segment_path(opened.name, saved="yes"), request)


def vocabulary_of(envoi: Envoi, memory: Memory, segment: str = "") -> Vocabulary:
    """What there is to choose from in this project, with what history says of it."""
    tables, now, catalogue = envoi.stores.tables, envoi.clock.now(), envoi.project.definitions.catalogue
    head = tables.head()

    def known(event: str, path: str) -> Filled | None:
        asked = Field(event=event, path=path)
        share = share_of(memory.of((head, "people"), lambda: people_seen(tables, now)))
        return memory.of((head, event, path), lambda: filled(asked, catalogue, tables, now, share=share))

    happened = memory.of((head, "events"), lambda: events_by_name(tables, now))
    return Vocabulary(definitions=envoi.project.definitions, happened=happened, filled=known, name=segment)


def _opened(envoi: Envoi, segment: str, vocabulary: Vocabulary) -> Opened:
    if not segment:
        blank = of_form(Node(kind="all", parts=(vocabulary.start("did"),)), vocabulary, followed="")
        return Opened(segment="", name="", kept=files.Kept(file="", digest=""), draft=blank)
    envoi.project.segment(segment)
    kept = files.kept(envoi.root, segment)
    return Opened(segment=segment, name=segment, kept=kept, draft=of_text(kept.condition.strip(), vocabulary))


def _posted(segment: str, vocabulary: Vocabulary, fields: Fields) -> Opened:
    draft, act = taken(fields, vocabulary), _one(fields, "act")
    kept = files.Kept(
        file=_one(fields, "file"),
        digest=_one(fields, "digest"),
        condition=draft.text,
        description=_one(fields, "description").strip(),
    )
    name = segment or _one(fields, "name").strip()
    focus = led_to(draft.form, act) if draft.form and " " in act else ""
    return Opened(segment=segment, name=name, kept=kept, draft=draft, focus=focus)


def _unsaved(envoi: Envoi, opened: Opened) -> ProjectError | Conflict | None:
    """Saves; or says why it was not."""
    draft, project = opened.draft, envoi.project
    if draft.bound is None:
        return ProjectError("there is a mistake in the condition", hint="mend what is marked, and save again")
    if not opened.name:
        return ProjectError("the segment has no name", hint="give it one")
    if not opened.segment and opened.name in project.segments:
        return ProjectError(f"there is a segment {opened.name!r} already", hint="choose another name")
    place = files.kept(envoi.root, opened.segment) if opened.segment else files.new_file(envoi.root, opened.name)
    kept = replace(opened.kept, file=place.file)
    try:
        files.save(envoi.root, opened.name, kept, envoi.stores.tables.observed())
    except (Conflict, InvalidProject) as error:
        return error
    return None


def _page(request: Request, envoi: Envoi, vocabulary: Vocabulary, opened: Opened) -> Response:
    is_first = "hx-request" in request.headers and "count" not in request.query_params
    found = _found(envoi, opened, is_rough=is_first)
    answer = page(
        envoi,
        "build.html",
        choices=Choices(vocabulary=vocabulary, faults=opened.draft.faults, focus=opened.focus, listed=LISTED),
        opened=opened,
        draft=opened.draft,
        found=found,
        doubts=[*doubts(found), *_empty(vocabulary, opened.draft)] if found else [],
        fault=opened.fault,
        token_name=FIELD,
        token=token(envoi.root),
        to=build_path(opened.segment),
        to_exact=build_path(opened.segment, count="exact"),
    )
    if opened.fault:
        answer.status_code = CONFLICT if isinstance(opened.fault, Conflict) else REFUSED
    if opened.focus:
        # What moved is drawn anew: a browser would keep in each input what was in its place before.
        answer.headers["HX-Reswap"] = "outerHTML"
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the forms offer, what is wrong with them, and where to go on."""

    vocabulary: Vocabulary
    faults: Mapping[str, EnvoiError]
    focus: str
    listed: int
    words: ModuleType = words
    event_of: Mapping[str, str] = field(default_factory=lambda: EVENT_OF)

    @property
    def purposes(self) -> list[str]:
        """What people may have consented to."""
        return self.vocabulary.named(CONSENT)

    @property
    def models(self) -> list[str]:
        """The models that gave scores."""
        return self.vocabulary.named(MODEL)

    def offers(self, kind: str) -> bool:
        """Whether there is anything to make a rule of this kind of."""
        known = self.vocabulary
        needs: dict[str, Sized] = {
            "anniversary": known.dates,
            "consent": self.purposes,
            "member": known.segments,
            "points": known.points,
            "model": self.models,
            "trait": known.traits,
        }
        return len(needs.get(kind, "some")) > 0

    @staticmethod
    def pairs(names: Iterable[str]) -> list[tuple[str, str]]:
        """Names as a list to choose from: what is posted, and what is read."""
        return [(name, name) for name in names]


def _found(envoi: Envoi, opened: Opened, *, is_rough: bool) -> Found | None:
    bound, now, stores = _let_in(envoi, opened.draft), envoi.clock.now(), envoi.stores
    if bound is None:
        return None
    if is_rough and people_seen(stores.tables, now) > SMALL:
        return rough(bound, stores, at=now)
    return examined(bound, envoi.project, stores, at=now, name=opened.segment)


def _let_in(envoi: Envoi, draft: Draft) -> Bound | None:
    """The draft for those who allow what it needs, as the segment will be."""
    if draft.condition is None or draft.bound is None:
        return None
    definitions = envoi.project.definitions
    before = gates(draft.condition, definitions, envoi.project.settings.consent)
    return All((draft.bound, *(bind(gate, definitions) for gate in before)))


def _empty(vocabulary: Vocabulary, draft: Draft) -> list[str]:
    """The fields in use that many lack: for whom one is missing, no comparison with it holds."""
    told = []
    for one in used(draft.condition) if draft.condition else []:
        known = vocabulary.filled(one.event, one.path)
        if known and known.empty >= EMPTY:
            of = f"of {one.event}" if one.event else "of all people"
            told.append(f"Uses {one.path}, which is empty for {int(100 * known.empty)} % {of}")
    return told


def _gone_to(path: str, request: Request) -> Response:
    if "hx-request" in request.headers:
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=303)


def _one(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
