from __future__ import annotations

from quopri import decodestring

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from envoi.templates.mail import parse_mail
from envoi.templates.quoted_text import broken, marked
from envoi.templates.text import break_lines

pieces = (
    st.sampled_from(["\x01", "\x02", "\x03", " ", "", "\x01\x02 \x02", "·"])
    | st.text("\x01\x02\x03 ab.=·é\n\t\x0b\xa0\x04\r", max_size=12)
    | st.text("ab =.é", min_size=60, max_size=170)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)


def decoded(body: str) -> str:
    return decodestring(body.encode("ascii")).decode().replace("\r\n", "\n")


@given(st.lists(pieces, max_size=8))
@example(["Dear ", "", "\x02"])
@example(["a\x01", " ", "\x02b"])
@example(["\x02 ", ".b"])
@example(["\x02", " ", " b"])
@example(["a" * 75 + "." * 75 + "é"])
def test_a_text_in_pieces_says_what_it_says_as_a_whole(some: list[str]) -> None:
    body = broken("".join(marked(piece) for piece in some))
    whole = "".join(piece.replace("\r\n", "\n").replace("\r", "\n") for piece in some)
    assert decoded(body) == break_lines(whole)
    assert body.endswith("\r\n")
    lines = body.split("\r\n")
    assert all(len(line) <= 76 and not line.startswith(".") and line == line.rstrip() for line in lines)


@pytest.mark.parametrize("name", ["Anna", "", " ", "Zoë ", "a\nb", ".", "x" * 200, "·", "\x02", "\xa0"])
def test_a_mail_in_quoted_printable_has_the_same_text(name: str) -> None:
    source = (
        "<html><head><title>Hi</title></head><body><p>Dear {{ name }}</p>{{ name }}<div>{{ name }} ok</div>"
        "<table><tr><td>{{ name }}</td><td>1 = 1</td></tr></table>"
        "{% for p in list %}<p>{{ p.t }} {{ p.u }} {{ name }}</p>{% endfor %}</body></html>"
    )
    mail, data = parse_mail(source), {"name": name, "list": [{"t": "Pears", "u": "·"}, {"t": "é" * 80, "u": ""}] * 3}
    assert decoded(mail.quoted().render(data).text) == mail.render(data).text
