"""AMPscript's functions that know of this mail: whose it is, chance, and whether it is sent at all.

Chance is drawn from the person and the campaign: the same mail always draws the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

from envoi.bucket import bucket
from envoi.errors import TemplateError
from envoi.templates.ampscript.values import MISSING, flag, glimpse, text, whole
from envoi.templates.runtime import withhold

if TYPE_CHECKING:
    from envoi.templates.limits import Run

_DRAWN = object()
_KEYS = ("email", "id", "key")


def attribute(run: Run, value: object, name: object) -> object:
    """What the data have under a name as it is written, or else in another case."""
    if value is not None and value != MISSING:
        return value
    wanted = text(name).lower()
    return next((found for key, found in run.data.items() if str(key).lower() == wanted), value)


def random(run: Run, least: object, most: object) -> int:
    """A whole number between two, both included."""
    low, high = sorted((whole(least, "Random"), whole(most, "Random")))
    return low + int(bucket("ampscript random", _draw(run)) * (high - low + 1))


def guid(run: Run) -> str:
    """A name that nothing else has, as 8-4-4-4-12 hexadecimal digits."""
    digest = blake2b(_draw(run).encode(), digest_size=16, person=b"ampscript guid").digest()
    return str(UUID(bytes=digest, version=4))


def raise_error(run: Run, message: object, skip: object = 0, *codes: object) -> object:
    """Refuses this mail: with `skip` because the author wants it so, else because something is wrong.

    Raises:
        Withheld: this person shall not get it.
        TemplateError: the template found a mistake.
    """
    del run, codes
    if flag(skip, "RaiseError"):
        raise withhold(text(message))
    raise TemplateError(f"the template raises an error: {' '.join(text(message).split()) or 'without a message'}")


def treat_as_content(source: object) -> str:
    """A text from data, printed as it is.

    Raises:
        TemplateError: it holds code, which data never bring.
    """
    shown = text(source)
    if "%%" in shown:
        hint = "write the code in a partial and print it with ContentBlockByName"
        raise TemplateError(f"TreatAsContent runs no code from data: {glimpse(shown)}", hint=hint)
    return shown


def treat_as_content_area(name: object, source: object) -> str:
    """The same; its name was for a cache."""
    del name
    return treat_as_content(source)


def region(name: object = "") -> str:
    """Nothing: Envoi counts who clicks by links, not by regions."""
    del name
    return ""


def _draw(run: Run) -> str:
    """A text that is this person's, this campaign's and this draw's alone."""
    run.state[_DRAWN] = run.state.get(_DRAWN, 0) + 1
    person, campaign = run.data.get("person"), run.data.get("campaign")
    whose = [str(person.get(key, "")) for key in _KEYS] if isinstance(person, Mapping) else []
    which = str(campaign.get("name", "")) if isinstance(campaign, Mapping) else ""
    return "|".join([*whose, which, str(run.data.get("emailaddr", "")), str(run.state[_DRAWN])])
