"""What a template is, whatever dialect it is written in: text with holes, parsed once and rendered for each person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.errors import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One use of a value from outside the template."""

    #: As the data is nested: `person.first_name`; a list's items have no name of their own.
    path: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Setback:
    """A part that failed on a person's data, and was replaced by its fallback."""

    reason: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a template made of a person's data."""

    text: str
    #: In the order in which they happened.
    setbacks: tuple[Setback, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail's three texts for one person."""

    #: One line.
    subject: str
    html: str
    text: str
    #: Of all three, each once.
    setbacks: tuple[Setback, ...] = ()


class Template(Protocol):
    """A compiled template."""

    @property
    def source(self) -> str:
        """The text it was compiled from."""
        ...

    def render(self, data: Mapping[str, object]) -> str:
        """The text for this data: plain values only; a missing one prints nothing.

        Raises:
            TemplateError: a filter refused its value, or the data holds an object of the program.
            LimitExceeded: a budget of `limits` is used up.
        """
        ...

    def print(self, data: Mapping[str, object]) -> Printed:
        """The same, with what failed on this data and was replaced by its fallback."""
        ...

    def variables(self) -> Sequence[Variable]:
        """Each use of a value that the data must bring, in the order of the template."""
        ...
