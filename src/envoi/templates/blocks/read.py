"""Reads the file of a mail made of blocks; all its mistakes are told, each with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from envoi.errors import Place, ProjectError, did_you_mean
from envoi.events.shapes import Shape, line_of, mistakes_of, values_of
from envoi.templates.blocks.block import KINDS, Block, BlockMail
from envoi.templates.blocks.mjml import Lines, to_mjml
from envoi.templates.language import LIQUID, Language
from envoi.templates.mail import MailTemplate, parse_mail

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDING = ".blocks.toml"
_Shape = TypeVar("_Shape", bound=Shape)


def read_blocks(text: str, mistakes: list[ProjectError], *, file: str = "") -> BlockMail | None:
    """The mail that the file describes; None, and every mistake added to `mistakes`, if there are any."""
    found: list[ProjectError] = []
    try:
        values = values_of(text, file=file)
    except ProjectError as error:
        mistakes.append(error)
        return None
    listed = values.pop("blocks", [])
    blocks = [
        _block(fields, text, number, found) for number, fields in enumerate(listed if isinstance(listed, list) else [])
    ]
    if not isinstance(listed, list):
        found.append(
            ProjectError("'blocks' is no list", hint="begin each block with [[blocks]]", at=_at(text, "blocks"))
        )
    mail = _fitted(BlockMail, values, text, found)
    mistakes.extend(mistake.in_file(file) for mistake in sorted(found, key=lambda mistake: mistake.at.line))
    if found or mail is None:
        return None
    return mail.model_copy(update={"blocks": tuple(each for each in blocks if each)})


def compiled_blocks(mail: BlockMail, text: str, *, language: Language = LIQUID) -> MailTemplate:
    """The mail that was read from this text, compiled as every mail is; places in it name the line of the block."""
    starts = [line_of(text, ["blocks", number]) for number in range(len(mail.blocks))]
    footer = line_of(text, ["footer"]) if "[footer]" in text else 1
    return parse_mail(to_mjml(mail, Lines(blocks=starts, footer=footer)), lang=mail.lang, language=language)


def _block(fields: object, text: str, number: int, found: list[ProjectError]) -> Block | None:
    start = line_of(text, ["blocks", number])
    if not isinstance(fields, dict):
        found.append(ProjectError("this block has no fields", hint="begin it with [[blocks]]", at=Place(line=start)))
        return None
    kind = fields.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        what = (
            f"there is no kind of block {kind!r}" if kind is not None else "this block does not say of which kind it is"
        )
        found.append(ProjectError(what, hint=did_you_mean(str(kind), KINDS), at=Place(line=start)))
        return None
    # The block alone, on the lines that it has in the file.
    lines = text.splitlines()
    end = line_of(text, ["blocks", number + 1]) - 1
    own = "\n" * (start - 1) + "\n".join(lines[start - 1 : end if end > start else len(lines)])
    return _fitted(KINDS[kind], fields, own, found, start=start)


def _fitted(
    shape: type[_Shape], values: Mapping[str, object], text: str, found: list[ProjectError], *, start: int = 1
) -> _Shape | None:
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        for mistake in mistakes_of(shape, error, text):
            mistake.at = Place(line=max(mistake.at.line, start))
            found.append(mistake)
        return None


def _at(text: str, key: str) -> Place:
    return Place(line=line_of(text, [key]))
