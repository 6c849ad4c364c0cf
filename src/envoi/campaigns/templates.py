"""A file in `templates/` as the mail it makes: the one door, for the project as for what is still being written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from envoi.errors import ProjectError
from envoi.templates.blocks.read import ENDING as BLOCKS
from envoi.templates.blocks.read import compiled_blocks, read_blocks
from envoi.templates.language import Language
from envoi.templates.mail import MailTemplate, parse_mail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.mistakes import Mistakes

FOLDER, PARTIALS = "templates/", "templates/partials/"
#: The dialect of a file, by how its name ends.
_DIALECTS = {
    ".liquid": "liquid",
    ".hbs": "handlebars",
    ".mustache": "mustache",
    ".mailchimp.html": "mailchimp",
    ".amp.html": "ampscript",
    # What MJML holds is Liquid unless its name says otherwise.
    ".mjml": "liquid",
    ".hbs.mjml": "handlebars",
    ".mustache.mjml": "mustache",
    ".mailchimp.mjml": "mailchimp",
    ".amp.mjml": "ampscript",
}
ENDINGS = (*_DIALECTS, BLOCKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """What all templates of a project share."""

    #: From a name that they use to a path of the data.
    names: Mapping[str, str] = field(default_factory=dict)
    #: By dialect, then by name.
    partials: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: The files of the partials, by dialect and name.
    files: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of(self, file: str) -> Language:
        """What this file is written in.

        >>> Languages().of("summer.hbs.mjml").dialect, Languages().of("summer.mjml").dialect
        ('handlebars', 'liquid')
        """
        dialect = dialect_of(file)
        return Language(dialect=dialect, names=self.names, partials=self.partials.get(dialect, {}))

    def file_of(self, partial: str, name: str) -> str:
        """The file of a partial of the template of this name; if there is no such partial, that of the template."""
        return self.files.get((dialect_of(name), partial)) or FOLDER + name


_PLAIN = Languages()


def dialect_of(file: str) -> str:
    """What a file of this name is written in.

    >>> dialect_of("summer.amp.html"), dialect_of("summer.blocks.toml")
    ('ampscript', 'liquid')
    """
    return _DIALECTS[_ending(file)]


def languages(mistakes: Mistakes, names: Mapping[str, str]) -> Languages:
    """The project's names, and its partials: each file in `templates/partials/`, by its name without the ending."""
    partials: dict[str, dict[str, str]] = {}
    files: dict[tuple[str, str], str] = {}
    for file, text in mistakes.folder(PARTIALS.rstrip("/"), tuple(_DIALECTS)):
        ending = _ending(file)
        dialect, name = _DIALECTS[ending], file.removeprefix(PARTIALS).removesuffix(ending)
        if (dialect, name) in files:
            what = f"two partials for {dialect} are called {name!r}"
            mistakes.note(what, file, [], hint=f"rename one; the other is {files[dialect, name]}")
        partials.setdefault(dialect, {})[name] = text
        files[dialect, name] = file
    return Languages(names=names, partials=partials, files=files)


def read_template(
    text: str, mistakes: list[ProjectError], *, file: str, languages: Languages = _PLAIN
) -> MailTemplate | None:
    """The mail in the text of a file; None, and every mistake added to `mistakes`, if there are any."""
    try:
        if not file.endswith(BLOCKS):
            return parse_mail(text, language=languages.of(file))
        mail = read_blocks(text, mistakes, file=file)
        return compiled_blocks(mail, text, language=languages.of(file)) if mail else None
    except ProjectError as error:
        mistake = _in_its_file(error, file, languages)
        # Of a partial, each template that names it tells the same.
        if str(mistake) not in map(str, mistakes):
            mistakes.append(mistake)
        return None


def template_names(mistakes: Mistakes) -> list[str]:
    """The file names within `templates/` that are mails."""
    files = (file for file, _ in mistakes.folder(FOLDER.rstrip("/"), ENDINGS) if not file.startswith(PARTIALS))
    return [file.removeprefix(FOLDER) for file in files]


def read_templates(mistakes: Mistakes, languages: Languages) -> dict[str, MailTemplate]:
    """All mails, compiled, by their file names within `templates/`."""
    found = {
        name: read_template(mistakes.files[FOLDER + name], mistakes.found, file=FOLDER + name, languages=languages)
        for name in template_names(mistakes)
    }
    return {name: template for name, template in found.items() if template is not None}


def _in_its_file(error: ProjectError, file: str, languages: Languages) -> ProjectError:
    """The error in the file where it can be mended; one in a partial has the partial's name so far."""
    partial = languages.files.get((dialect_of(file), error.at.file))
    error.at = replace(error.at, file=partial or error.at.file or file)
    return error


def _ending(file: str) -> str:
    """The longest of the known endings; of a file without one, that of MJML."""
    return max((ending for ending in _DIALECTS if file.endswith(ending)), key=len, default=".mjml")
