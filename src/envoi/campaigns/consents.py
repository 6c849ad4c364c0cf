"""What `envoi.toml` says of consent: the project's own purposes, what closes them, and the form to sign up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.people.purposes import hint_for
from envoi.settings import Consents, Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.files import EnvoiShape
    from envoi.campaigns.mistakes import Keys, Mistakes


def purposes_in(main: EnvoiShape) -> Mapping[str, Purpose]:
    """The purposes that the project puts in its own words."""
    return {name: Purpose(**shape.model_dump()) for name, shape in main.purposes.items()}


def consents_in(main: EnvoiShape | None) -> Consents:
    """Its `[consent]`; as it is by default where the file could not be read."""
    return Consents(**main.consent.model_dump()) if main else Consents()


def check_consent(mistakes: Mistakes, main: EnvoiShape, file: str) -> None:
    """Notes each name that is no purpose."""
    for n, name in enumerate(main.consent.privacy_control):
        check_purpose(mistakes, name, main, file=file, keys=["consent", "privacy_control", n])
    for n, name in enumerate(main.sign_up.purposes if main.sign_up else ()):
        check_purpose(mistakes, name, main, file=file, keys=["sign_up", "purposes", n])


def check_purpose(mistakes: Mistakes, name: str, main: EnvoiShape, *, file: str, keys: Keys) -> None:
    """Notes a name that is no purpose: nobody could ever agree to it."""
    if hint := hint_for(name, purposes_in(main)):
        mistakes.note(f"no purpose {name!r}", file, keys, hint=hint)
