"""A mapping file for matching: which column names a record, and what kinds of fields columns are."""

from __future__ import annotations

from pydantic import Field, field_validator

from envoi.errors import did_you_mean
from envoi.events.shapes import Shape, fit, values_of
from envoi.people.match.cluster import CAP
from envoi.people.match.record import Kind


class FieldMap(Shape):
    """`match.toml`; what it does not say is guessed."""

    #: The column that names a record.
    key: str = ""
    #: The kind of each column.
    fields: dict[str, Kind] = Field(default_factory=dict)
    #: The most records one person may have.
    cap: int = Field(default=CAP, ge=2)
    #: Of a text file, where they cannot be told by looking.
    encoding: str = ""
    delimiter: str = Field(default="", max_length=1)

    @field_validator("fields", mode="before")
    @classmethod
    def _are_kinds(cls, fields: object) -> object:
        for kind in fields.values() if isinstance(fields, dict) else ():
            if kind not in set(Kind):
                raise ValueError(f"there is no kind {kind!r}; {did_you_mean(str(kind), Kind)}")
        return fields


def parse_field_map(text: str, *, file: str = "") -> FieldMap:
    """The mapping that the TOML text is.

    Raises:
        ProjectError: it is none; every mistake is told, with its line and what was probably meant.
    """
    return fit(FieldMap, values_of(text, file=file), text=text, file=file)
