"""A file that people write, read into its shape; all its mistakes are told at once, each with what was meant."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from envoi.errors import Place, ProjectError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

    Keys = tuple[str | int, ...]


class Shape(BaseModel):
    """What all shapes have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)


AnyShape = TypeVar("AnyShape", bound=Shape)


def values_of(text: str, *, file: str) -> dict[str, object]:
    """What the TOML text says.

    Raises:
        ProjectError: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        cause, _, place = str(error).partition(" (at ")
        line, column = (int(n) for n in re.findall(r"\d+", place) or (0, 0))
        raise ProjectError(f"this is not TOML: {cause}", at=Place(file=file, line=line, column=column)) from None


def fit(shape: type[AnyShape], values: dict[str, object], *, text: str, file: str) -> AnyShape:
    """The values in their shape.

    Raises:
        ProjectError: they do not fit; it lists all mistakes, each with its line in `text`.
    """
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        mistakes = [mistake.in_file(file) for mistake in mistakes_of(shape, error, text)]
    if len(mistakes) == 1:
        raise mistakes[0]
    listed = "".join(f"\n  {mistake}" for mistake in mistakes)
    raise ProjectError(f"there are {len(mistakes)} mistakes:{listed}", at=Place(file=file))


def mistakes_of(shape: type[Shape], error: ValidationError, text: str) -> list[ProjectError]:
    """What did not fit, each with its line in `text`, in their order."""
    told: dict[Keys, ProjectError] = {}
    for one in error.errors():
        keys = tuple(part for part in one["loc"] if not _is_branch(part))
        # Of the branches of a union the first that says something of the same keys is told.
        told.setdefault(keys, _mistake(shape, text, keys, one))
    # A branch that says the whole is wrong adds nothing to one that says which part of it is.
    deepest = [
        mistake
        for keys, mistake in told.items()
        if not any(keys != more and more[: len(keys)] == keys for more in told)
    ]
    return sorted(deepest, key=lambda mistake: mistake.at.line)


def line_of(text: str, keys: Sequence[str | int]) -> int:
    r"""The line of the key found by following `keys` from the top of the text; of the nearest above it if missing.

    A number after a name means that one of the array's tables, from 0.

    >>> line_of("a = 1\n[b]\nc = 2\n", ["b", "c"]), line_of("a = 1", ["z"])
    (3, 1)
    >>> line_of("[[a]]\nb = 1\n[[a]]\nb = 2\n", ["a", 1, "b"])
    4
    """
    lines = text.splitlines()
    found, end, name = 0, len(lines), ""
    for key in keys:
        if isinstance(key, int):
            header = re.compile(rf"\s*\[\[(.*[.\s])?{name}\s*\]\]")
            tables = [*(n for n in range(found, end) if header.match(lines[n])), end]
            if key + 1 < len(tables):
                found, end = tables[key], tables[key + 1]
            continue
        # A key stands before "=", or is a part of a table's [header].
        name = rf"[\"']?{re.escape(key)}[\"']?"
        pattern = re.compile(rf"\s*(\[.*[\[.\s]?{name}\s*[.\]]|([^=]*\.\s*)?{name}\s*[.=])|[^#]*[{{,]\s*{name}\s*=")
        found = next((n for n in range(found, end) if pattern.match(lines[n])), found)
    return found + 1


#: What stands around a choice as Python prints it: <Kind.TEXT: 'text'>.
_NAMED = re.compile(r"<[\w.]+: |(?<=')>")
#: What pydantic puts among the keys to name a branch of a union.
_BRANCHES = frozenset({"enum", "str", "int", "float", "bool"})


def _is_branch(part: int | str) -> bool:
    return isinstance(part, str) and (part.endswith("Shape") or part.startswith("str-enum[") or part in _BRANCHES)


def _mistake(shape: type[Shape], text: str, keys: Keys, error: ErrorDetails) -> ProjectError:
    names = [key for key in keys if isinstance(key, str)]
    name, at = ".".join(names), Place(line=line_of(text, keys))
    if error["type"] == "extra_forbidden":
        return ProjectError(f"unknown key {name!r}", hint=did_you_mean(names[-1], _siblings(shape, names[:-1])), at=at)
    if error["type"] == "missing":
        return ProjectError(f"{name!r} is missing", at=at)
    cause = _NAMED.sub("", error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    cause = cause[:1].lower() + cause[1:]
    hint = did_you_mean(error["input"], _expected(error)) if isinstance(error["input"], str) else ""
    return ProjectError(f"{name!r}: {cause}" if name else cause, hint=hint, at=at)


def _expected(error: ErrorDetails) -> list[str]:
    """The words that could stand there, if they can be counted."""
    is_choice = error["type"] in ("enum", "literal_error")
    return re.findall(r"'([^']+)'", str(error.get("ctx", {}).get("expected", ""))) if is_choice else []


def _siblings(shape: type[Shape], keys: list[str]) -> list[str]:
    """The keys that may stand where `keys` lead; the name of an entry in a table of entries leads no further."""
    for key in keys:
        inner = [
            found
            for name, field in shape.model_fields.items()
            if (field.alias or name) == key
            for found in _shapes(field.annotation)
        ]
        shape = inner[0] if inner else shape
    return [field.alias or name for name, field in shape.model_fields.items()]


def _shapes(annotation: object) -> list[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return [annotation]
    return [found for inner in getattr(annotation, "__args__", ()) for found in _shapes(inner)]
