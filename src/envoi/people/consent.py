"""The gate every use of a person's data passes: a purpose not granted is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envoi.people.profile import Profile


def allows(profile: Profile, purpose: str) -> bool:
    """True only if the person's last word on `purpose` was yes; never having been asked is no."""
    said = profile.consent.get(purpose)
    return said is not None and said.granted


def refusal(profile: Profile, purpose: str) -> str:
    """Why `purpose` is closed for this person, as a skip reason; empty if it is open."""
    if allows(profile, purpose):
        return ""
    return "consent withdrawn" if purpose in profile.consent else "never consented"
