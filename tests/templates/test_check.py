from __future__ import annotations

import pytest

from envoi.templates import check, parse_mail

LINK = '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'


def problems(body: str, *known: str) -> list[str]:
    section = f"<mj-section><mj-column>\n{body}</mj-column></mj-section>"
    source = f"<mjml><mj-head><mj-title>T</mj-title></mj-head><mj-body>{section}</mj-body></mjml>"
    return [f"{each.severity}: {each}" for each in check(parse_mail(source), {"unsubscribe_url", *known})]


def test_a_good_mail_has_none() -> None:
    assert problems(f'<mj-text>{{{{ person.age }}}}{LINK}</mj-text><mj-image src="u" alt="" />', "person.age") == []


def test_an_unknown_variable_is_named_once_with_what_was_meant() -> None:
    body = f"<mj-text>{LINK}\n{{{{ person.first_nmae }}}} {{{{ person.first_nmae }}}}</mj-text>"
    assert problems(body, "person.first_name") == [
        "error: line 3, column 4: nothing brings 'person.first_nmae'; did you mean 'person.first_name'?"
    ]


@pytest.mark.parametrize(
    ("path", "known", "is_known"),
    [
        ("person", "person.age", True),
        ("person.age", "person.age", True),
        ("person.points", "person.age", False),
        ("content.hero.text", "content", True),
        ("content.hero.text", "content.hero", True),
        ("content.offer", "content.hero", False),
        ("products.size", "products", True),
        ("products.first.name", "products", True),
        ("products[0].name", "products.name", True),
        ("age", "person.age", False),
    ],
)
def test_a_known_path_stands_for_what_is_below_it(path: str, known: str, is_known: bool) -> None:
    assert (problems(f"<mj-text>{LINK}{{{{ {path} }}}}</mj-text>", known) == []) is is_known


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<mj-text>x</mj-text>", "warning: there is no way to unsubscribe; add a link to {{ unsubscribe_url }}"),
        (
            f'<mj-text>{LINK}</mj-text>\n<mj-image src="{{{{ unsubscribe_url }}}}" />',
            "warning: line 3, column 1: an image without alt",
        ),
        (f"<mj-text>{LINK}<img src='a>b'></mj-text>", "warning: line 2, column 57: an image without alt"),
        (f"<mj-text>{LINK}{'word ' * 22_000}</mj-text>", "before anyone's data: Gmail shows 102"),
    ],
)
def test_what_readers_would_miss_is_a_warning(body: str, problem: str) -> None:
    (found,) = problems(body)
    assert problem in found


def test_a_commented_image_is_none() -> None:
    assert problems(f"<mj-text>{LINK}<!-- <img src='u'> --></mj-text>") == []
