"""The project's names for the data, and what stands in for values that are not there: each leads to something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.campaigns.compose import KNOWN
from envoi.campaigns.plan import ADDRESS
from envoi.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envoi.campaigns.files import EnvoiShape
    from envoi.campaigns.mistakes import Mistakes

#: What differs from person to person, and may so be missing; the fields of `content` are each campaign's own.
_OF_PEOPLE = ("person", "content")


def check_names(mistakes: Mistakes, main: EnvoiShape, file: str, traits: Iterable[str]) -> None:
    """Notes each path in `[names]` and `[fallbacks]` that leads nowhere."""
    people = [f"person.{trait}" for trait in (ADDRESS, "id", *traits)]
    others = [path for path in KNOWN if path != "person"]
    for name, path in main.names.items():
        if path.partition(".")[0] not in {"content", "products"} and path not in {*people, *others}:
            hint = did_you_mean(path, [*people, *others])
            mistakes.unknown(f"{name!r} stands for {path!r}, which no template has", file, ["names", name], hint=hint)
    for path in main.fallbacks:
        root, _, name = path.partition(".")
        if root not in _OF_PEOPLE or not name or "." in name:
            hint = 'write it as "person.first_name" = "there"'
            mistakes.note(f"{path!r} is no field of a person", file, ["fallbacks", path], hint=hint)
        elif root == "person" and path not in people:
            mistakes.unknown(f"no trait {name!r}", file, ["fallbacks", path], hint=did_you_mean(path, people))
