"""What is wrong with a mail template before anyone gets it: unknown variables, and what readers will miss."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from envoi.errors import Place, did_you_mean
from envoi.templates.mask import blanked
from envoi.templates.place import place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from envoi.templates.mail import MailTemplate
    from envoi.templates.template import Template, Variable

#: Gmail hides what comes after, and with it the way to unsubscribe.
CLIPPED_BYTES = 102 * 1024
UNSUBSCRIBE = "unsubscribe_url"
#: What Liquid answers itself about a list or a text.
_OF_ANY = frozenset({"first", "last", "size"})
_NOWHERE = Place()
_IMAGE = re.compile(r"<(?:mj-image|img)\b(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something to mend."""

    #: An error prints the wrong thing or nothing; a warning may be meant.
    severity: Literal["error", "warning"]
    what: str
    hint: str = ""
    at: Place = _NOWHERE

    def __str__(self) -> str:
        """One line, as errors print."""
        return ": ".join(part for part in (str(self.at), self.what) if part) + (f"; {self.hint}" if self.hint else "")


def variables(template: Template) -> set[str]:
    """The dotted paths of the values that the data must bring.

    >>> from envoi.templates.liquid import parse
    >>> sorted(variables(parse("{{ person.first_name }}{% for p in products %}{{ p.name }}{% endfor %}")))
    ['person.first_name', 'products']
    """
    return {each.path for each in template.variables()}


def check(template: MailTemplate, known: Collection[str]) -> list[Problem]:
    """The problems of a mail for which the data bring the paths in `known`; in the order of the file.

    A known path stands for all below it, unless some of those are known too: `content` allows `content.headline`, but
    `person.first_name` alone does not allow `person.age`.
    """
    found = [
        *_unknown(template.whole.variables(), known),
        *_silent_images(template.whole.source),
        *_as_a_mail(template),
    ]
    return sorted(found, key=lambda problem: (problem.at.line, problem.at.column))


def _unknown(used: Sequence[Variable], known: Collection[str]) -> Iterator[Problem]:
    first_uses = {each.path: each for each in reversed(used)}
    for each in first_uses.values():
        if not _is_known(each.path, known):
            yield Problem(
                severity="error", what=f"nothing brings {each.path!r}", hint=did_you_mean(each.path, known), at=each.at
            )


def _is_known(path: str, known: Collection[str]) -> bool:
    parts = path.split(".")
    while len(parts) > 1 and parts[-1] in _OF_ANY:
        parts.pop()
    path = ".".join(parts)
    above = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    parents = {name.rpartition(".")[0] for name in known}
    return any(name.startswith(f"{path}.") for name in known) or any(name in above - parents for name in known)


def _silent_images(source: str) -> Iterator[Problem]:
    for image in _IMAGE.finditer(blanked(source)):
        if not re.search(r"\salt\s*=", image[0]):
            hint = 'say what it shows in alt="...", or alt="" if it only decorates'
            yield Problem(severity="warning", what="an image without alt", hint=hint, at=place(source, image.start()))


def _as_a_mail(template: MailTemplate) -> Iterator[Problem]:
    if UNSUBSCRIBE not in variables(template.html):
        hint = f"add a link to {{{{ {UNSUBSCRIBE} }}}}"
        yield Problem(severity="warning", what="there is no way to unsubscribe", hint=hint)
    size = len(template.html.source.encode())
    if size > CLIPPED_BYTES:
        what = f"its HTML is {size // 1024} KB before anyone's data, and Gmail shows {CLIPPED_BYTES // 1024}"
        yield Problem(severity="warning", what=what, hint="use fewer or simpler sections")
