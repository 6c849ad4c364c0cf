"""The blocks of a mail: one record a kind, whose fields say what may be written in them and how a form asks for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from envoi.errors import TemplateError
from envoi.events.shapes import Shape
from envoi.templates import liquid
from envoi.templates.blocks.colour import READABLE, contrast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

#: Longer is no text for a mail.
MOST_LETTERS = 20_000
#: Where a link may lead; what a person's data fill in is begun by Liquid.
_ADDRESS = re.compile(r"(https?://|mailto:|\{\{).*", re.DOTALL)
_PARTIAL = re.compile(r"\{%-?\s*(?:render|include)\s+[\"']([^\"']+)[\"']")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """How a form asks for a field."""

    #: "line", "prose", "address", "colour" or "condition"; what has choices, numbers and truths say so by their type.
    kind: str


def _liquid(text: str) -> str:
    """Each field stands for itself: a tag that is opened in one cannot be closed in another.

    Which partials there are is not known here: compiling the mail finds the one that is not.
    """
    try:
        liquid.parse(text, partials=dict.fromkeys(_PARTIAL.findall(text), ""))
    except TemplateError as error:
        raise ValueError(f"{error.what}; {error.hint}" if error.hint else error.what) from None
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise ValueError("it is a single line")
    return _liquid(text)


def _address(text: str) -> str:
    if text and not _ADDRESS.fullmatch(text):
        raise ValueError(
            "an address begins with https://, http:// or mailto:, or is brought by the data: {{ shop.url }}"
        )
    return _one_line(text)


def _condition(text: str) -> str:
    if "%}" in text or "{%" in text:
        raise ValueError("write the condition alone, as in person.first_name != blank")
    if text:
        _one_line(f"{{% if {text} %}}{{% endif %}}")
    return text


_Text = Annotated[str, Field(max_length=MOST_LETTERS)]
#: Text that may hold Liquid, on one line.
Line = Annotated[_Text, AfterValidator(_one_line), Input(kind="line")]
#: Paragraphs, with an empty line between them; **bold** and [links](https://example.org) are understood.
Prose = Annotated[_Text, AfterValidator(_liquid), Input(kind="prose")]
Address = Annotated[_Text, AfterValidator(_address), Input(kind="address")]
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$"), Input(kind="colour")]
#: As Liquid writes it after `if`.
Condition = Annotated[_Text, AfterValidator(_condition), Input(kind="condition")]
Title = Annotated[Line, Field(min_length=1)]


class Block(Shape):
    """What all blocks have in common."""

    kind: ClassVar[str]
    when: Condition = Field(
        default="", title="Only when", description="A Liquid condition, as content.offer; empty: always"
    )


class Hero(Block):
    """What the mail opens with."""

    kind = "hero"
    headline: Title = Field(title="Headline")
    text: Prose = Field(default="", title="Text")
    image: Address = Field(default="", title="Picture", description="Where it lies: https://…")
    alt: Line = Field(default="", title="What the picture shows", description="Read out where it cannot be seen")
    button: Line = Field(default="", title="Button")
    link: Address = Field(default="", title="The button leads to")
    background: Colour = Field(default="#e3ecdf", title="Background")

    @model_validator(mode="after")
    def _whole(self) -> Hero:
        if self.image and not self.alt:
            raise ValueError("the picture has no alt: say what it shows")
        if bool(self.button) != bool(self.link):
            raise ValueError("a button has a label and a link: give both or neither")
        return self


class Text(Block):
    """Paragraphs."""

    kind = "text"
    title: Line = Field(default="", title="Title")
    text: Prose = Field(title="Text", min_length=1)
    align: Literal["left", "center"] = Field(default="left", title="Aligned")


class Button(Block):
    """One thing to do."""

    kind = "button"
    label: Title = Field(title="Label")
    link: Address = Field(title="Leads to", min_length=1)


class Products(Block):
    """What was recommended to this person."""

    kind = "products"
    title: Line = Field(default="", title="Title")
    layout: Literal["list", "grid"] = Field(default="list", title="Layout")
    count: int = Field(default=4, ge=1, le=24, title="At most")
    prices: bool = Field(default=True, title="Prices")
    reasons: bool = Field(default=True, title="Why each is there")
    link: Address = Field(
        default="", title="Each leads to", description="p is the product: {{ shop.url }}/p/{{ p.product | url_encode }}"
    )
    empty: Prose = Field(
        default="", title="If there are none", description="Instead of the products; empty: nothing at all"
    )


class Divider(Block):
    """A line between what belongs apart."""

    kind = "divider"


class Footer(Shape):
    """What every mail ends with; the way to unsubscribe, the shop and its address are always in it."""

    text: Prose = Field(default="{{ why }}", title="Text")
    unsubscribe: Title = Field(default="Unsubscribe", title="Words of the link to unsubscribe")


class Look(Shape):
    """The colours and the letters of the whole mail."""

    accent: Colour = Field(default="#2f5d46", title="Accent", description="Buttons and links")
    paper: Colour = Field(default="#f4f1ea", title="Around the mail")
    card: Colour = Field(default="#ffffff", title="Behind the text")
    ink: Colour = Field(default="#22302a", title="Text")
    letters: Literal["plain", "serif"] = Field(default="plain", title="Headlines")

    @model_validator(mode="after")
    def _readable(self) -> Look:
        ratio = contrast(self.ink, self.card)
        if ratio < READABLE:
            raise ValueError(
                f"ink on card has a contrast of {ratio:.1f}, and text needs {READABLE}: choose a darker or lighter one"
            )
        return self


class BlockMail(Shape):
    """A whole mail."""

    subject: Title = Field(title="Subject")
    preheader: Line = Field(default="", title="Preheader", description="What mailboxes show beside the subject")
    lang: str = Field(default="en", title="Language", pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")
    look: Look = Look()
    footer: Footer = Footer()
    blocks: tuple[Block, ...] = ()


#: In the order in which they are offered.
KINDS: Mapping[str, type[Block]] = {each.kind: each for each in (Hero, Text, Button, Products, Divider)}


def input_of(field: FieldInfo) -> str:
    """How a form asks for a field: an `Input.kind`, "choice", "number" or "truth"."""
    told = [each.kind for each in field.metadata if isinstance(each, Input)]
    plain: dict[object, str] = {int: "number", bool: "truth", str: "line"}
    return told[0] if told else plain.get(field.annotation, "choice")
