"""`envoi check`: every mistake in a project's files at once, each with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.compose import KNOWN
from envoi.campaigns.plan import ADDRESS
from envoi.campaigns.project import Project, load, plan_of
from envoi.errors import InvalidProject
from envoi.hosts.cli.faults import INVALID, excerpt, mistake_of, told
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import paint, show
from envoi.hosts.folder import STATE, read_files
from envoi.reports.answers import Checked, Mistake
from envoi.templates.check import check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def command(project: ProjectDir = None, json: Json = False) -> int:
    """Check all of a project's files, and print every mistake with its line and what to do.

    Exits with 3 if there is one. Conditions and templates may speak of what the tracking plan names and what history
    holds beyond it.
    """
    root = root_of(project)
    files = read_files(root)
    checked = checked_files(files, observed(root, files))
    show(checked, _text(checked, files), json=json)
    return 0 if checked.ok else INVALID


def observed(root: Path, files: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """What the project's history holds; nothing if there is none yet."""
    path = root / STATE / "history.duckdb"
    if not path.exists():
        return {}
    tables = DuckTables(path, plan_of(files), read_only=True)
    try:
        return tables.observed()
    finally:
        tables.close()


def checked_files(files: Mapping[str, str], observed: Mapping[str, Mapping[str, str]]) -> Checked:
    """All that is wrong in these files, and what is not wrong but worth a look."""
    try:
        project = load(files, observed=observed)
    except InvalidProject as invalid:
        mistakes = [mistake_of(one) for one in invalid.mistakes]
        return Checked(ok=False, mistakes=mistakes, warnings=[], segments=0, campaigns=0, templates=0)
    problems = list(_of_templates(project))
    mistakes = [mistake for sort, mistake in problems if sort == "error"]
    return Checked(
        ok=not mistakes,
        mistakes=mistakes,
        warnings=[mistake for sort, mistake in problems if sort != "error"],
        segments=len(project.segments),
        campaigns=len(project.campaigns),
        templates=len(project.templates),
    )


def _of_templates(project: Project) -> Iterator[tuple[str, Mistake]]:
    traits = (ADDRESS, *project.definitions.catalogue.traits)
    known = (*KNOWN, *(f"person.{trait}" for trait in traits))
    for name, template in project.templates.items():
        for problem in check(template, known):
            at = problem.at
            yield (
                problem.severity,
                Mistake(file=f"templates/{name}", line=at.line, column=at.column, what=problem.what, hint=problem.hint),
            )


def _text(checked: Checked, files: Mapping[str, str]) -> str:
    both = [("error", one) for one in checked.mistakes] + [("warning", one) for one in checked.warnings]
    lines = [told(one, excerpt(files.get(one.file, ""), one.line, one.column), sort=sort) for sort, one in both]
    if checked.ok:
        counts = f"segments: {checked.segments}, campaigns: {checked.campaigns}, templates: {checked.templates}"
        return "\n".join([*lines, f"{paint('✓', 'green')} no mistakes ({counts})"])
    return "\n".join([*lines, f"{paint('✗', 'red')} {len(checked.mistakes)} to mend"])
