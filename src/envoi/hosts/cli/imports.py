"""`envoi imports`: the files that were taken in, what each brought, and what it set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.clock import iso
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import paint, show
from envoi.hosts.imports.record import Import, every

if TYPE_CHECKING:
    from collections.abc import Iterator


class Imports(msgspec.Struct, frozen=True, kw_only=True):
    """All imports, the last one first."""

    imports: list[Import]


def command(*, project: ProjectDir = None, json: Json = False) -> None:
    """List the imports of the project, by the command and by the pages, the last one first."""
    found = Imports(imports=every(root_of(project)))
    show(found, "\n".join(_text(found.imports)), json=json)


def _text(imports: list[Import]) -> Iterator[str]:
    if not imports:
        yield "Nothing was imported yet: envoi import FILE --people, or the page Imports of 'envoi serve'."
    for one in imports:
        what = f"{one.file}, {one.kind} from {one.source}"
        yield f"{paint(one.name, 'bold')}  {what}, begun {iso(one.seen_at)}: {one.state}"
        yield (
            f"    {one.records:,} records, {sum(one.events.values()):,} new events of {one.people:,} people, "
            f"{one.repeated:,} known already, {sum(one.rejected.values()):,} set aside"
        )
        if one.rejects_file:
            yield f"    with their reasons: {one.rejects_file}"
