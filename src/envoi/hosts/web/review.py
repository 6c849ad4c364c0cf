"""Review: two people side by side who may be one, and a person's word on it, which can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace
from starlette.responses import RedirectResponse

from envoi.clock import Instant, SystemClock
from envoi.errors import Conflict, ProjectError
from envoi.events.event import PersonId
from envoi.hosts.web.posted import FIELD, token
from envoi.hosts.web.sending import BY
from envoi.hosts.web.view import asked_page, page, review_path, with_page
from envoi.people.match.review import DECIDED, OPEN, Review, State, last_word, pair_of, without
from envoi.reports.review import name_of, next_pair, side_by_side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.errors import EnvoiError
    from envoi.hosts.local import Envoi
    from envoi.hosts.merging import Merging
    from envoi.hosts.web.posted import Fields
    from envoi.reports.review import SideBySide

PAIRS_A_PAGE = 50
OK, REFUSED = 200, 409
#: What the buttons say, and what is kept of it.
WORDS = {"same": State.SAME, "different": State.DIFFERENT, "later": State.LATER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """What was said last, for people."""

    review: Review
    one: str
    other: str


def review(request: Request, envoi: Envoi, fields: Fields) -> Response:
    """The pair that is next, or the one that the address names; or, by state, those that are decided."""
    fault: EnvoiError | None = None
    if fields:
        try:
            with request.app.state.merger(envoi.root) as merging:
                _say(merging, envoi, fields)
        except (Conflict, ProjectError) as refused:
            fault = refused
        else:
            # The next page opens the project anew, and so knows who is who by then.
            request.app.state.hold.close()
            return RedirectResponse(review_path(), 303)
    state = request.query_params.get("state", "")
    if state in set(State) and not fault:
        return _listed(request, envoi, State(state))
    shown = _shown(request, envoi)
    answer = page(envoi, "review.html", shown=shown, fault=fault, last=_last(envoi), **_frame(envoi))
    answer.status_code = REFUSED if fault else OK
    return answer


def _listed(request: Request, envoi: Envoi, state: State) -> Response:
    at = asked_page(request, size=PAIRS_A_PAGE)
    pairs = envoi.reviews.scan(state, offset=at.offset, limit=at.size)
    profiles = envoi.stores.people.get([person for each in pairs for person in each.pair])
    names = {person: name_of(profiles.get(person), person) for each in pairs for person in each.pair}
    link = {"at": at, "link": lambda number: with_page(request, number)}
    return page(envoi, "reviewed.html", state=state, pairs=pairs, names=names, **link, **_frame(envoi))


def _frame(envoi: Envoi) -> Mapping[str, object]:
    counts = envoi.reviews.counts()
    return {
        "counts": {str(state): counts.get(state, 0) for state in State},
        "open": sum(counts.get(state, 0) for state in OPEN),
        "decided": [str(state) for state in DECIDED],
        "token_name": FIELD,
        "token": token(envoi.root),
    }


def _shown(request: Request, envoi: Envoi) -> SideBySide | None:
    one, other = (request.query_params.get(name, "") for name in ("one", "other"))
    pair = pair_of(PersonId(one), PersonId(other))
    asked = envoi.reviews.get([pair]).get(pair) if one and other else None
    found = side_by_side(asked, envoi.stores.people) if asked else None
    return found or next_pair(envoi.reviews, envoi.stores.people)


def _last(envoi: Envoi) -> Last | None:
    said = last_word(envoi.reviews)
    if said is None:
        return None
    known = envoi.stores.people.get(said.pair)
    one, other = (name_of(known.get(person), person) for person in said.pair)
    return Last(review=said, one=one, other=other)


def _say(merging: Merging, envoi: Envoi, fields: Fields) -> None:
    """Keeps what was said, and does what follows from it.

    Raises:
        ProjectError: it is nothing that can be said, or of a pair that is not in the queue.
        Conflict: the two may not be one, or cannot be told apart any more.
    """
    act, one, other = (next(iter(fields.get(name, ())), "") for name in ("act", "one", "other"))
    pair = pair_of(PersonId(one), PersonId(other))
    known = envoi.reviews.get([pair]).get(pair)
    if known is None:
        raise ProjectError("this pair is not asked any more", hint="records changed, or they were merged meanwhile")
    if act == "undo":
        _take_back(merging, envoi, known)
        return
    if act not in WORDS:
        raise ProjectError("there is no such answer", hint="use the buttons on this page")
    said = replace(known, state=WORDS[act], at=SystemClock().now(), by=BY)
    if said.state is State.SAME:
        survivor = merging.merge(known.one, known.other, because="; ".join(known.reasons), by=BY, score=known.score)
        without(envoi.reviews, known.other if survivor == known.one else known.one)
    envoi.reviews.put([said])


def _take_back(merging: Merging, envoi: Envoi, known: Review) -> None:
    """Puts the pair before somebody again."""
    if known.state in (State.SAME, State.MERGED):
        merging.separate(known.one, known.other, because="taken back in review", by=BY)
    envoi.reviews.put([replace(known, state=State.WAITING, at=Instant(0), by="")])
