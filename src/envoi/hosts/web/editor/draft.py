"""A template that is being written: the mail it makes, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.campaigns.templates import read_template
from envoi.campaigns.words import known_paths
from envoi.templates.check import Problem, check, count, variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.campaigns.project import Project
    from envoi.errors import ProjectError
    from envoi.templates.mail import MailTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text, and what became of it."""

    text: str
    #: None while it does not compile.
    template: MailTemplate | None
    #: Mistakes, or else what is worth a look.
    problems: Sequence[Problem]

    @property
    def mistakes(self) -> list[Problem]:
        """Those without which it would be right."""
        return [each for each in self.problems if each.severity == "error"]


def draft_of(name: str, text: str, project: Project, *, data: Sequence[Mapping[str, object]] = ()) -> Draft:
    """The text of the file of that name, compiled and checked, also against people's data; nothing is stored."""
    mistakes: list[ProjectError] = []
    template = read_template(text, mistakes, file=name, languages=project.languages)
    # On the page of the file a place need not name it.
    problems = [
        Problem(severity="error", what=each.what, hint=each.hint, at=replace(each.at, file="")) for each in mistakes
    ]
    if template is not None:
        seen = count(variables(template.whole), data) if data else None
        problems += check(template, known_paths(project), seen=seen)
    return Draft(text=text, template=template, problems=problems)
