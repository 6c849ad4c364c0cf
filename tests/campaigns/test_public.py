"""What `envoi.toml` says of the public side of mail: a mistake is told at its key."""

from __future__ import annotations

import pytest

from envoi.campaigns.project import load
from envoi.errors import InvalidProject
from envoi.settings import Asked
from tests.campaigns.corner import FILES

GOOD = """
[mail]
link_base = "https://mail.example.org/"
unsubscribe_mailto = "unsubscribe@in.example.org"
bounce_address = "bounces@in.example.org"
[tracking]
clicks = "opt-out"
[purposes.newsletter]
title = "News"
[purposes.newsletter.topics]
wine = "Wine"
"""


def test_it_is_read() -> None:
    settings = load({**FILES, "envoi.toml": FILES["envoi.toml"] + GOOD}).settings
    assert settings.link_base == "https://mail.example.org"
    assert settings.unsubscribe_mailto == "unsubscribe@in.example.org"
    assert settings.bounce_address == "bounces@in.example.org"
    assert (settings.tracking.clicks, settings.tracking.opens) == (Asked.OPT_OUT, Asked.OPT_IN)
    assert settings.purposes["newsletter"].topics == {"wine": "Wine"}


def test_who_says_nothing_counts_only_those_who_agree() -> None:
    tracking = load(FILES).settings.tracking
    assert (tracking.clicks, tracking.opens) == (Asked.OPT_IN, Asked.OPT_IN)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"https://mail.example.org/"', '"mail.example.org"', "is no base for links"),
        ('"https://mail.example.org/"', '"ftp://mail.example.org"', "is no base for links"),
        ('"https://mail.example.org/"', '"https://mail.example.org/?a=b"', "is no base for links"),
        ('"unsubscribe@in.example.org"', '"unsubscribe"', "is not an e-mail address"),
        ('"unsubscribe@in.example.org"', '"un+sub@in.example.org"', "leaves no room for a token"),
        ('"unsubscribe@in.example.org"', f'"{"u" * 30}@in.example.org"', "leaves no room for a token"),
        ('"bounces@in.example.org"', '"bounces"', "is not an e-mail address"),
        ('"bounces@in.example.org"', '"bou+nces@in.example.org"', "leaves no room for a token"),
        ('"opt-out"', '"always"', "opt-in"),
        ("wine =", '"a/b" =', "names no purpose"),
        ("[purposes.newsletter]", '[purposes."a/b"]', "names no purpose"),
        ("clicks =", "klicks =", "klicks"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, what: str) -> None:
    text = FILES["envoi.toml"] + GOOD.replace(old, new)
    with pytest.raises(InvalidProject) as told:
        load({**FILES, "envoi.toml": text})
    (mistake,) = told.value.mistakes
    assert what in str(mistake)
    assert mistake.at.line > 0
