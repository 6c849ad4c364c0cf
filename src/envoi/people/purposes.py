"""What people can agree to: the purposes that Envoi itself heeds, and those that a project adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import did_you_mean
from envoi.settings import Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

NEWSLETTER, TRANSACTIONAL = "newsletter", "transactional"
OPENS, CLICKS = "open_tracking", "click_tracking"
PROFILING, SCORING, ENRICHMENT = "profiling", "model_scoring", "enrichment"

#: What each means, in words for the person who is asked; docs/how-to/consent.md says what stops without it.
KNOWN: Mapping[str, Purpose] = {
    NEWSLETTER: Purpose(title="Newsletter", description="Mail with news and offers."),
    PROFILING: Purpose(
        title="Choosing what suits me", description="What I buy and look at decides what mail shows me."
    ),
    SCORING: Purpose(title="Estimates about me", description="Computed scores, such as how likely I am to buy soon."),
    OPENS: Purpose(title="Counting that I open mails", description="A picture in the mail tells us that it was shown."),
    CLICKS: Purpose(
        title="Counting which links I follow", description="Links in the mail lead to their pages by way of us."
    ),
    ENRICHMENT: Purpose(title="Completing my data", description="What we lack is asked of other sources."),
    TRANSACTIONAL: Purpose(
        title="Mail about my orders", description="Receipts and notices that follow from what I did."
    ),
}


def purposes_of(own: Mapping[str, Purpose]) -> dict[str, Purpose]:
    """All purposes of a project that has these of its own, which may put known ones in other words."""
    return {**KNOWN, **own}


def names_of(own: Mapping[str, Purpose]) -> list[str]:
    """What consent may be about: each purpose, and each topic of one behind a slash.

    >>> names_of({"newsletter": Purpose(topics={"wine": "Wine"})})[-1]
    'newsletter/wine'
    """
    purposes = purposes_of(own)
    return [*purposes, *(f"{name}/{topic}" for name, purpose in purposes.items() for topic in purpose.topics)]


def title_of(name: str, own: Mapping[str, Purpose]) -> str:
    """What a purpose, or a topic of one, is called to people.

    >>> title_of("newsletter/wine", {"newsletter": Purpose(title="Our letter", topics={"wine": "Wine"})})
    'Our letter: Wine'
    """
    whole, _, topic = name.partition("/")
    purpose = purposes_of(own).get(whole, Purpose())
    title = purpose.title or whole.replace("_", " ").capitalize()
    return f"{title}: {purpose.topics.get(topic, topic)}" if topic else title


def hint_for(name: str, own: Mapping[str, Purpose]) -> str:
    """What to do about a name that is no purpose of the project; empty if it is one.

    >>> hint_for("newsleter", {}), hint_for("profiling", {})
    ("did you mean 'newsletter'? else describe it in envoi.toml, under [purposes.newsleter]", '')
    """
    names = names_of(own)
    if name in names:
        return ""
    whole, _, topic = name.partition("/")
    table = f"[purposes.{whole}.topics]" if topic else f"[purposes.{whole}]"
    return f"{did_you_mean(name, names)} else describe it in envoi.toml, under {table}"
