"""A mail of blocks as a form: everything as the texts that a browser posts, until it is whole enough to be a mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import ValidationError

from envoi.hosts.web.editor.asked import one
from envoi.templates.blocks.block import KINDS, Block, BlockMail, Footer, Look, input_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic.fields import FieldInfo

    from envoi.events.shapes import AnyShape, Shape
    from envoi.hosts.web.posted import Fields

#: What a block says when it is new.
_NEW: Mapping[str, Mapping[str, str]] = {
    "hero": {"headline": "Something worth opening", "button": "Have a look", "link": "{{ shop.url }}"},
    "text": {"text": 'Hi {{ person.first_name | default: "there" }},'},
    "button": {"label": "Have a look", "link": "{{ shop.url }}"},
    "products": {"title": "Picked for you"},
}
#: More blocks are no mail.
MOST_BLOCKS = 200
_PARTS: Mapping[str, type[Shape]] = {"mail": BlockMail, "look": Look, "footer": Footer}
_KIND = re.compile(r"b\.(\d{1,3})\.kind")

Values = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A block, or what belongs to the whole mail: fields as texts."""

    #: A kind of block; else "mail", "look" or "footer".
    kind: str
    values: Values

    @property
    def shape(self) -> type[Shape]:
        """What it is to become."""
        return _PARTS.get(self.kind) or KINDS[self.kind]

    def fields(self) -> list[Field]:
        """Its fields, each with what a form needs to know of it."""
        found = type(self).fields_of(self.shape)
        return [Field(name=name, about=about, value=self.values.get(name, "")) for name, about in found.items()]

    @staticmethod
    def fields_of(shape: type[Shape]) -> dict[str, FieldInfo]:
        """The fields of a shape that a form asks for: not those that are parts of their own."""
        return {name: about for name, about in shape.model_fields.items() if about.title}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    about: FieldInfo
    value: str

    @property
    def input(self) -> str:
        """How it is asked for: see `input_of`."""
        return input_of(self.about)

    @property
    def choices(self) -> Sequence[str]:
        """What there is to choose from."""
        return getattr(self.about.annotation, "__args__", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The whole form."""

    mail: Part
    look: Part
    footer: Part
    blocks: tuple[Part, ...] = ()


#: By the name of the field, or of the block that is wrong as a whole: what is wrong.
Faults = dict[str, str]


def form_of(mail: BlockMail) -> Form:
    """The mail as a form."""
    return Form(
        mail=_part("mail", mail),
        look=_part("look", mail.look),
        footer=_part("footer", mail.footer),
        blocks=tuple(_part(block.kind, block) for block in mail.blocks),
    )


def posted(fields: Fields) -> Form:
    """The form that was posted."""
    numbers = sorted(int(found[1]) for found in map(_KIND.fullmatch, fields) if found)
    kinds = [(number, one(fields, f"b.{number}.kind")) for number in numbers[:MOST_BLOCKS]]
    return Form(
        mail=_taken("mail", "mail", fields),
        look=_taken("look", "look", fields),
        footer=_taken("footer", "footer", fields),
        blocks=tuple(_taken(kind, f"b.{number}", fields) for number, kind in kinds if kind in KINDS),
    )


def acted(form: Form, act: str) -> tuple[Form, int | None]:
    """The form after a button was pressed ("up 2", "add hero"), and the block to go on at; None: no such button."""
    verb, _, what = act.partition(" ")
    blocks = list(form.blocks)
    if verb == "add" and what in KINDS and len(blocks) < MOST_BLOCKS:
        return replace(form, blocks=(*blocks, Part(kind=what, values=_new(what)))), len(blocks)
    number = int(what) if what.isdecimal() else len(blocks)
    if number >= len(blocks):
        return form, None
    block = blocks.pop(number)
    match verb:
        case "up" | "down":
            place = min(max(number + (1 if verb == "down" else -1), 0), len(blocks))
            blocks.insert(place, block)
        case "duplicate" if len(blocks) < MOST_BLOCKS:
            place = number + 1
            blocks[number:number] = [block, block]
        case "remove":
            place = max(min(number, len(blocks) - 1), 0)
        case _:
            return form, None
    return replace(form, blocks=tuple(blocks)), place


def mail_of(form: Form) -> tuple[BlockMail | None, Faults]:
    """The mail that the form describes; None while something is wrong with it."""
    faults: Faults = {}
    look = _fitted(Look, form.look, "look", faults)
    footer = _fitted(Footer, form.footer, "footer", faults)
    blocks = [_fitted(KINDS[part.kind], part, f"b.{n}", faults) for n, part in enumerate(form.blocks)]
    mail = _fitted(BlockMail, form.mail, "mail", faults)
    if faults or mail is None:
        return None, faults
    whole = {"look": look, "footer": footer, "blocks": tuple(each for each in blocks if isinstance(each, Block))}
    return mail.model_copy(update=whole), faults


def _part(kind: str, shape: Shape) -> Part:
    return Part(kind=kind, values={name: _written(getattr(shape, name)) for name in Part.fields_of(type(shape))})


def _new(kind: str) -> Values:
    usual = {
        name: "" if about.is_required() else _written(about.default)
        for name, about in Part.fields_of(KINDS[kind]).items()
    }
    return {**usual, **_NEW.get(kind, {})}


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _taken(kind: str, prefix: str, fields: Fields) -> Part:
    shape = _PARTS.get(kind) or KINDS[kind]
    values = {name: one(fields, f"{prefix}.{name}").replace("\r\n", "\n") for name in Part.fields_of(shape)}
    truths = [name for name, about in Part.fields_of(shape).items() if input_of(about) == "truth"]
    # A box that is not ticked is not posted.
    return Part(kind=kind, values={**values, **{name: values[name] or "false" for name in truths}})


def _fitted(shape: type[AnyShape], part: Part, prefix: str, faults: Faults) -> AnyShape | None:
    try:
        return shape.model_validate(part.values)
    except ValidationError as error:
        for each in error.errors():
            name = ".".join([prefix, *(str(key) for key in each["loc"])])
            faults.setdefault(name, _says(each["type"], each["msg"]))
        return None


def _says(kind: str, message: str) -> str:
    if kind == "string_too_short":
        return "this cannot be empty"
    return message.removeprefix("Value error, ").removeprefix("Input ").strip()
