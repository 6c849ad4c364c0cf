"""What a mail is written in: its dialect, the partials it can name, and the project's names for the data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.errors import TemplateError, did_you_mean
from envoi.templates import liquid
from envoi.templates.dialects import DIALECTS
from envoi.templates.mask import mask
from envoi.templates.tags import TAGS, Tags
from envoi.templates.text import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.templates.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A dialect, ready to parse."""

    dialect: str = "liquid"
    partials: Mapping[str, str] = field(default_factory=dict)
    #: From a name that authors write to a path of the data: {"FNAME": "person.first_name"}.
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses a dialect that nobody knows."""
        if self.dialect not in DIALECTS or self.dialect not in TAGS:
            hint = did_you_mean(self.dialect, DIALECTS)
            raise TemplateError(f"there is no template dialect {self.dialect!r}", hint=hint)

    @property
    def tags(self) -> Tags:
        """How its tags look."""
        return TAGS[self.dialect]

    def markup(self, source: str) -> Program:
        """The template in `source`, which prints HTML."""
        return DIALECTS[self.dialect](source, partials=self.partials, autoescape=True, names=self.names)

    def plain(self, source: str) -> Program:
        """The template in `source`, which prints plain text: nothing is escaped."""
        partials = {name: self._text(partial) for name, partial in self.partials.items()}
        if self.dialect == "liquid":  # whose filters escape too
            return liquid.parse_plain(source, partials=partials, names=self.names)
        return DIALECTS[self.dialect](source, partials=partials, autoescape=False, names=self.names)

    def _text(self, partial: str) -> str:
        """A partial as it prints in plain text: without the HTML around its words."""
        masked = mask(partial, dialect=self.tags)
        return masked.unmask(to_text(masked, masked.text)[1])


LIQUID = Language()
