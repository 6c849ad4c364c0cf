"""Records of people as matching sees them: columns of comparable values, each of a known kind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Kind(StrEnum):
    """What a field says about a person; it decides how two values are compared."""

    GIVEN = "given name"
    SURNAME = "surname"
    #: One column with the whole name; it is compared as a given name and a surname.
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    #: Of birth, or of anything else that does not change.
    DATE = "date"
    ADDRESS = "address"
    POSTCODE = "postcode"
    PLACE = "place"
    #: A number that others gave the person: of a passport, a tax office, a loyalty card.
    IDENTIFIER = "identifier"
    #: One of few values: state, gender.
    CATEGORY = "category"
    TEXT = "text"
    #: Takes no part.
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field that is compared, and the column of the file it comes from."""

    name: str
    kind: Kind
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The records to match, column by column; all columns are as long as `keys`."""

    #: What each record is called; no two alike.
    keys: Sequence[str]
    fields: Sequence[Field]
    #: By the field's name, in comparable form (see forms.py); "" where nothing is known.
    values: Mapping[str, Sequence[str]]
    #: By column, as they stood in the file.
    raw: Mapping[str, Sequence[str]]

    def of_kind(self, *kinds: Kind) -> list[Field]:
        """The fields of these kinds, in order."""
        return [field for field in self.fields if field.kind in kinds]
