"""`envoi check`: every mistake in a project's files at once, each with its line."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.folders import MAIN
from envoi.campaigns.lawful import worries_of_mail, worries_of_project
from envoi.campaigns.mails import unknown_in_lines
from envoi.campaigns.project import Project, load, plan_of
from envoi.campaigns.words import known_paths
from envoi.errors import DataError, InvalidProject
from envoi.events.shapes import line_of
from envoi.hosts.cli.faults import INVALID, excerpt, mistake_of, told
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import paint, show
from envoi.hosts.folder import STATE, read_files
from envoi.hosts.local import open_project
from envoi.reports.answers import Checked, Mistake
from envoi.reports.preview import sample
from envoi.templates.check import Support, check, count, read_support, variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    #: By name of a template: what it sees of the people it goes to.
    Audiences = Mapping[str, Sequence[Mapping[str, object]]]


def command(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Look at the files alone, not at people's data.")] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> int:
    """Check all of a project's files, and print every mistake with its line and what to do.

    Exits with 3 if there is one. Conditions and templates may speak of what the tracking plan names and what history
    holds beyond it. Templates are also held against the data of the people whom they would go to.
    """
    root = root_of(project)
    files = read_files(root)
    held = observed(root, files)
    checked = checked_files(
        files,
        held,
        data=lambda: {} if quick or not held else audiences(root),
        support=supported(os.environ.get("ENVOI_CANIEMAIL")),
    )
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


def audiences(root: Path) -> Audiences:
    """What each template sees of the people whom its campaigns are for: of many, of some."""
    found: dict[str, list[Mapping[str, object]]] = {}
    with open_project(root, read_only=True) as envoi:
        for name, campaign in envoi.project.campaigns.items():
            people = sample(envoi.stage(name))
            for template in filter(None, {campaign.template, campaign.fallback_template}):
                found.setdefault(template, []).extend(people)
    return found


def supported(file: str | None) -> Support | None:
    """What mail programs show, from a file of caniemail's tests; None without one.

    Raises:
        DataError: it cannot be read.
    """
    if not file:
        return None
    try:
        packed = Path(file).read_bytes()
        return read_support((gzip.decompress(packed) if file.endswith(".gz") else packed).decode())
    except (OSError, EOFError, UnicodeDecodeError) as fault:
        raise DataError(f"{file} cannot be read: {fault}", hint="look at ENVOI_CANIEMAIL") from fault


def checked_files(
    files: Mapping[str, str],
    observed: Mapping[str, Mapping[str, str]],
    *,
    data: Callable[[], Audiences] = dict,
    support: Support | None = None,
) -> Checked:
    """All that is wrong in these files, and what is not wrong but worth a look; `data` is asked if they can be read."""
    try:
        project = load(files, observed=observed)
    except InvalidProject as invalid:
        mistakes = [mistake_of(one) for one in invalid.mistakes]
        return Checked(ok=False, mistakes=mistakes, warnings=[], segments=0, campaigns=0, templates=0)
    problems = [
        *_of_templates(project, data(), support),
        *_of_campaigns(project, files),
        *_of_settings(project, files),
    ]
    mistakes = [mistake for sort, mistake in problems if sort == "error"]
    return Checked(
        ok=not mistakes,
        mistakes=mistakes,
        warnings=[mistake for sort, mistake in problems if sort != "error"],
        segments=len(project.segments),
        campaigns=len(project.campaigns),
        templates=len(project.templates),
    )


def _of_templates(project: Project, audiences: Audiences, support: Support | None) -> Iterator[tuple[str, Mistake]]:
    """What is wrong in the templates and their partials; of a partial, each template that prints it tells the same."""
    known, told = known_paths(project), set[tuple[object, ...]]()
    for name, template in project.templates.items():
        data = audiences.get(name, ())
        seen = count(variables(template.whole), data) if data else None
        for problem in check(template, known, seen=seen, support=support):
            at, file = problem.at, project.languages.file_of(problem.at.file, name)
            if (file, at.line, at.column, problem.what) not in told:
                told.add((file, at.line, at.column, problem.what))
                found = Mistake(file=file, line=at.line, column=at.column, what=problem.what, hint=problem.hint)
                yield problem.severity, found


def _of_campaigns(project: Project, files: Mapping[str, str]) -> Iterator[tuple[str, Mistake]]:
    """What is wrong with the subjects and previews that campaigns have of their own."""
    known = known_paths(project)
    paths = {Path(file).stem: file for file in files if file.startswith("campaigns/")}
    for name, campaign in project.campaigns.items():
        for key, problem in unknown_in_lines(campaign, project.mail(campaign), known):
            line, what = line_of(files[paths[name]], [key]), f"{key}: {problem.what}"
            yield problem.severity, Mistake(file=paths[name], line=line, column=0, what=what, hint=problem.hint)
        for problem in worries_of_mail(campaign, project.mail(campaign), project.settings):
            line = line_of(files[paths[name]], ["template"])
            yield problem.severity, Mistake(file=paths[name], line=line, column=0, what=problem.what, hint=problem.hint)


def _of_settings(project: Project, files: Mapping[str, str]) -> Iterator[tuple[str, Mistake]]:
    """What the law and mailbox providers will miss."""
    for keys, problem in worries_of_project(project.settings):
        line = line_of(files[MAIN], list(keys))
        yield problem.severity, Mistake(file=MAIN, line=line, column=0, what=problem.what, hint=problem.hint)


def _text(checked: Checked, files: Mapping[str, str]) -> str:
    both = [("error", one) for one in checked.mistakes] + [("warning", one) for one in checked.warnings]
    lines = [told(one, excerpt(files.get(one.file, ""), one.line, one.column), sort=sort) for sort, one in both]
    if checked.ok:
        counts = f"segments: {checked.segments}, campaigns: {checked.campaigns}, templates: {checked.templates}"
        return "\n".join([*lines, f"{paint('✓', 'green')} no mistakes ({counts})"])
    return "\n".join([*lines, f"{paint('✗', 'red')} {len(checked.mistakes)} to mend"])
