"""`envoi consents`: what a person agreed to, when, by which words and with what proof; or what everybody did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from envoi.events.event import PersonId
from envoi.hosts.cli.opening import opened
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import columns, paint, show
from envoi.reports.consents import consent_counts, consent_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.reports.answers import ConsentCount, ConsentCounts, ConsentLedger, Word


def command(
    person: Annotated[
        str, typer.Argument(metavar="[PERSON]", help="The id, as 'envoi who' lists it; without it, all people.")
    ] = "",
    *,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Show every word of PERSON on what their data may be used for, with its proof; or count what all people said."""
    with opened(project, read_only=True) as envoi:
        if person:
            ledger = consent_ledger(envoi.stores, envoi.project.settings, PersonId(person))
            show(ledger, "\n".join(_of_one(ledger)), json=json)
        else:
            counts = consent_counts(envoi.stores.people)
            show(counts, "\n".join(_of_all(counts)), json=json)


def _of_one(ledger: ConsentLedger) -> Iterator[str]:
    yield paint(f"What {ledger.person} agreed to", "bold")
    yield columns(
        [
            (one.purpose, ("open" if one.is_open else "closed") + (f" since {one.since}" if one.since else ""))
            for one in ledger.stands
        ]
    )
    for word in ledger.words:
        said = "asked" if word.granted is None else "yes" if word.granted else "no"
        yield f"{word.at}  {word.purpose}: {paint(said, 'bold')} ({_by(word)}), {word.changed}"
        if word.basis:
            yield f"    basis: {word.basis}"
        if word.wording_id:
            yield f"    wording {word.wording_id}: {ledger.wordings[word.wording_id]}"
        if word.proof:
            yield "    proof: " + ", ".join(f"{key} {value}" for key, value in word.proof.items())


def _of_all(counts: ConsentCounts) -> Iterator[str]:
    yield paint(f"What {counts.people:,} people last said", "bold")
    for one in counts.counts:
        yield f"  {one.people:>9,}  {one.purpose}: {'yes' if one.granted else 'no'} ({_by(one)})"
    if not counts.counts:
        yield "  Nobody was asked yet: a form to sign up, or an import with its basis, begins it."


def _by(word: Word | ConsentCount) -> str:
    return ", ".join(dict.fromkeys(filter(None, (word.source, word.method)))) or "not told how"
