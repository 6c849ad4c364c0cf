"""What compiled templates call while they run: partials, shared names, what failed and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded, Place, TemplateError, Withheld, did_you_mean
from envoi.templates.limits import NESTING, too_much
from envoi.templates.template import Setback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from envoi.templates.limits import Run

    #: names, run, what is printed so far -> "" or the loop word ("break", "continue") that left it.
    Part = Callable[[Mapping[str, object], Run, list[str]], str]

#: What functions let through when they meet a value they were not made for.
MISHAPS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
#: In the state of an isolated partial.
ISOLATED = "isolated"
#: Among the names of compiled code: by line of the Python, where its author wrote what stands there.
PLACES = "__places__"
_OTHER_VALUES = re.compile(
    r"[\w.<>]+\(\) (?:(?P<missing>missing \d+ required)|takes .*given|got an unexpected .*'(?P<name>\w+)')"
)
_PLACE = re.compile(r"# (\d+):(\d+):(\d+)$")


class Shared(dict[str, object]):
    """The names of an included template: it reads its caller's and what it is given, and sets its caller's."""

    def __init__(self, names: dict[str, object], given: dict[str, object]) -> None:
        super().__init__(given)
        self._names = names

    def get(self, key: str, default: object = None) -> object:
        """What it was given, or else the caller's."""
        return super().get(key, default) if key in self else self._names.get(key, default)

    def __setitem__(self, key: str, value: object) -> None:
        self._names[key] = value


def include(run: Run, part: Part, names: Mapping[str, object], out: list[str]) -> str:
    """Another template, printed here; the loop word that left it, if any."""
    run.depth -= 1
    if run.depth < 0:
        raise too_much(f"partials are nested more than {NESTING} deep")
    word = part(names, run, out)
    run.depth += 1
    return word


def isolated(run: Run, part: Part, given: dict[str, object], out: list[str]) -> None:
    """Another template that sees the data and what it is given."""
    state, run.state = run.state, {ISOLATED: True}
    word = include(run, part, {**run.data, **given}, out)
    if word:
        raise TemplateError(f"{word!r} stands in no loop")
    run.state = state


def find(parts: Mapping[str, Part], name: object) -> Part:
    """The partial of this name.

    Raises:
        TemplateError: there is none.
    """
    if name not in parts:
        raise TemplateError(f"there is no partial {str(name)!r:.60}", hint=did_you_mean(str(name), parts))
    return parts[name]  # type: ignore[index]


def withhold(reason: str) -> Withheld:
    """The error by which a template decides not to write."""
    return Withheld(f"the template withholds this mail: {' '.join(reason.split()) or 'no reason given'}")


def set_back(run: Run, fault: Exception) -> None:
    """Keeps why a part failed on this person's data."""
    ours = in_our_words(fault)
    run.setbacks.append(Setback(reason=ours.what, at=ours.at))


def in_our_words(fault: BaseException) -> TemplateError:
    """The error to raise for what happened in compiled code, at the place where its author wrote it."""
    at = place_of(fault.__traceback__)
    if isinstance(fault, TemplateError):
        fault.at = fault.at if fault.at.line else at
        return fault
    if isinstance(fault, MemoryError | RecursionError):
        return LimitExceeded("the template or its data is nested too deep", at=at)
    return TemplateError(other_values(str(fault)) or f"the template failed on this data: {fault}", at=at)


def other_values(said: str) -> str:
    """What Python says of a call with other values than its function takes, for those who write templates.

    >>> other_values("f() missing 1 required positional argument: 'x'")
    'a value is missing here'
    >>> other_values("f() takes 1 positional argument but 2 were given")
    'these are more values than it takes'
    >>> other_values("f() got an unexpected keyword argument 'colour'"), other_values("no number")
    ("it takes no 'colour'", '')
    """
    found = _OTHER_VALUES.match(said)
    if not found:
        return ""
    if found["name"]:
        return f"it takes no {found['name']!r}"
    return "a value is missing here" if found["missing"] else "these are more values than it takes"


def place_of(traceback: TracebackType | None) -> Place:
    """Where the author wrote what failed: the innermost line of compiled code that has a place."""
    found = Place()
    while traceback:
        frame = traceback.tb_frame
        found = frame.f_globals.get(PLACES, {}).get(traceback.tb_lineno, found)
        traceback = traceback.tb_next
    return found


def places(source: str, files: Sequence[str]) -> dict[int, Place]:
    r"""The places noted at the ends of the lines of compiled code, by line; a place ends in the number of its file.

    >>> places("a(  # 3:7:1\nb)", ["x", "y"])
    {1: Place(file='y', line=3, column=7)}
    """
    found = ((number, _PLACE.search(line)) for number, line in enumerate(source.splitlines(), start=1))
    return {number: Place(file=files[int(at[3])], line=int(at[1]), column=int(at[2])) for number, at in found if at}
