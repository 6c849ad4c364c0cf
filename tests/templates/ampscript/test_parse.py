from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import TemplateError
from envoi.templates.ampscript import parse

DATA = {
    "person": {"first_name": "Anna", "email": "anna@example.org", "points": 120},
    "FirstName": "Bo & Co",
    "unsubscribe_url": "https://example.org/u?a=1&b=2",
    "shop": {"name": "Maple & Main", "address": "12 Main Street"},
    "now": "2024-05-06 14:07",
    "orders": [{"item": "Pears", "price": 2.5}, {"item": "Bread", "price": 4}],
}


def printed(source: str, *, autoescape: bool = False, **partials: str) -> str:
    return parse(source, partials=partials, autoescape=autoescape).render(DATA)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("100%% sure, 5 % off %%", "100%% sure, 5 % off %%"),
        ("%%FirstName%%|%%firstname%%|%%nobody%%", "Bo & Co|Bo & Co|"),
        ("%%person.first_name%% %%emailaddr%%", "Anna anna@example.org"),
        ("%%member_busname%%: %%unsub_center_url%%", "Maple & Main: https://example.org/u?a=1&b=2"),
        ("%%xtmonth%% %%xtday%%, %%xtyear%%, a %%xtdayofweek%%", "May 6, 2024, a Monday"),
        ("%%xtmonthnumeric%% %%xtshortdate%% %%xtlongdate%%", "5 5/6/2024 Monday, May 6, 2024"),
        ("%%[ /* a \n note */ VAR @a, @B SET @a = 'it''s' ]%%%%=v(@A)=%%%%=v(@b)=%%", "it's"),
        ('%%[ set @a = "say ""hi""" ]%%%%=v(@a)=%%', 'say "hi"'),
        ("%%[ if 1 == 1 then ]%%a%%[ endif ]%%", "a"),
        ("%%[ IF 1 > 2 THEN ]%%a%%[ ELSEIF 'A' == 'a' THEN ]%%b%%[ ELSE ]%%c%%[ ENDIF ]%%", "b"),
        ("%%[ IF 1 > 2 THEN SET @a = 1 ELSE SET @a = 2 ENDIF ]%%%%=V(@a)=%%", "2"),
        ("%%[ IF NOT EMPTY(@x) AND 1 == 1 OR NOT (2 < 1) THEN ]%%a%%[ ENDIF ]%%", "a"),
        ("%%[ FOR @i = 1 TO 3 DO ]%%%%=v(@i)=%%,%%[ NEXT @i ]%%%%=v(@i)=%%", "1,2,3,3"),
        ("%%[ FOR @i = 3 DOWNTO 1 DO ]%%%%=v(@i)=%%%%[ NEXT ]%%", "321"),
        ("%%[ FOR @i = 1 TO 0 DO ]%%x%%[ NEXT ]%%", ""),
        (
            "%%[ SET @r = [orders] FOR @i = 1 TO RowCount(@r) DO SET @o = Row(@r, @i) ]%%"
            "%%=Field(@o, 'ITEM')=%% %%=FormatCurrency(Field(@o, 2), 'en-US')=%%; %%[ NEXT @i ]%%",
            "Pears $2.50; Bread $4.00; ",
        ),
        ("%%=Lookup('orders', 'price', 'item', 'bread')=%%", "4"),
        ("%%[ OutputLine(Concat('a', 'b')) Output(v(@x)) Output(Concat('c'), Concat('d')) ]%%", "ab\ncd"),
        ("%%=IIf(person.points > 100, 'gold', Divide(1, 0))=%%", "gold"),
        ("%%=AttributeValue('FirstName')=%%%%=AttributeValue(Concat('First', 'name'))=%%", "Bo & CoBo & Co"),
        ("%%= Add([person.points], 1) =%%", "121"),
        ("%%=v(1))=%%", "1"),
        ('<script runat="server" language="ampscript">SET @a = 7</script>%%=v(@a)=%%', "7"),
        ("%%=TreatAsContent('a%%=Add(1,2)=%%b')=%%", "a3b"),
        ("%%=TreatAsContent(FirstName)=%%", "Bo & Co"),
    ],
)
def test_the_language(source: str, text: str) -> None:
    assert printed(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("%%=ContentBlockByName('Head')=%%", "<Anna>"),
        (r"%%=ContentBlockByName('My Contents\Mails\head')=%%", "<Anna>"),
        ("%%=ContentBlockByKey('Head', 'region', 0)=%%", "<Anna>"),
        ("%%[ SET @a = ContentBlockByName('Sets') ]%%%%=v(@a)=%%%%=v(@b)=%%", "ok2"),
        ("%%=Concat('(', ContentBlockByName('Head'), ')')=%%", "(<Anna>)"),
        ("%%=IIf(1 == 2, ContentBlockByName('Head'), ContentBlockByName('Sets'))=%%", "ok"),
        ("%%=ContentBlockByName(Concat('He', 'ad'))=%%", "<Anna>"),
        ("%%=ContentBlockByName('none', '', false, 'instead')=%%", "instead"),
        ("%%=ContentBlockByName('none', '', 0)=%%", ""),
    ],
)
def test_content_blocks_are_partials(source: str, text: str) -> None:
    assert printed(source, Head="<%%person.first_name%%>", Sets="ok%%[ SET @b = 2 ]%%") == text


def test_a_projects_names_are_found_in_any_case() -> None:
    template = parse(
        "Dear %%First Name%%, %%=v(EMAILADDR)=%%", names={"FIRST NAME": "person.first_name", "emailaddr": "e"}
    )
    assert template.render(DATA | {"e": "x"}) == "Dear Anna, x"
    assert [each.path for each in template.variables()] == ["person.first_name", "e"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("%%FirstName%%", "Bo &amp; Co"),
        ("%%[ SET @a = '<b>' ]%%%%=v(@a)=%%R&D", "<b>R&D"),
        ("%%=Concat('<b>', FirstName, '</b>')=%%", "<b>Bo &amp; Co</b>"),
        ("%%=Concat('&copy; ', FirstName)=%%", "&copy; Bo &amp; Co"),
        ("%%=Concat('a < b ', FirstName)=%%", "a &lt; b Bo &amp; Co"),
        ("%%=Uppercase('<br>')=%%%%=Trim(' <i>x</i> ')=%%", "<BR><i>x</i>"),
        ("%%=Replace('<b>x</b>', 'x', FirstName)=%%", "<b>Bo &amp; Co</b>"),
        ("%%=Replace(FirstName, '& Co', '<b>')=%%", "Bo &lt;b&gt;"),
        ("%%=URLEncode(unsubscribe_url)=%%", "https://example.org/u?a=1&amp;b=2"),
        ("%%=TreatAsContent('<p>%%FirstName%%</p>')=%%", "<p>Bo &amp; Co</p>"),
        ("%%[ SET @a = ContentBlockByName('p') ]%%%%=v(@a)=%%", "<i>Bo &amp; Co</i>"),
    ],
)
def test_the_authors_html_stays_and_data_are_escaped(source: str, text: str) -> None:
    assert printed(source, autoescape=True, p="<i>%%FirstName%%</i>") == text


GOLDEN = Path(__file__).parents[2] / "golden/ampscript.toml"
ERRORS = [(each["source"], each["message"]) for each in tomllib.loads(GOLDEN.read_text(encoding="utf-8"))["error"]]


@pytest.mark.parametrize(("source", "error"), ERRORS)
def test_it_says_what_is_wrong_where_and_what_to_write(source: str, error: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(source, partials={"p": "x"} if "'p'" in source else {})
    assert str(caught.value) == error


def test_a_partials_mistake_is_in_its_file() -> None:
    with pytest.raises(TemplateError, match=r"^foot\.amp:2:4: there is no function"):
        parse("%%=ContentBlockByName('foot.amp')=%%", partials={"foot.amp": "\n%%=nope()=%%"})


WORDS = st.sampled_from(
    [
        "%%[", "]%%", "%%=", "=%%", "%%a b%%", "%%", "[", "]", "(", ")", ",", "=", "==", "<", "@a", "@b", "'x'", '"',
        "'", "1", "-2.5", "/*", "*/", "text", "\n", "IF", "THEN", "ELSEIF", "ELSE", "ENDIF", "FOR", "TO", "DOWNTO",
        "DO", "NEXT", "SET", "VAR", "NOT", "AND", "OR", "true", "v(", "Concat(", "IIf(", "Add(", "Output(",
        "Row(", "Lookup(", "TreatAsContent(", "ContentBlockByName(",
        '<script runat="server" language="ampscript">', "</script>",
    ]
)  # fmt: skip
SOURCES = st.one_of(st.lists(WORDS, max_size=60).map(" ".join), st.lists(WORDS, max_size=30).map("".join), st.text())


@given(SOURCES)
def test_whatever_is_written_parses_or_is_our_error(source: str) -> None:
    try:
        template = parse(source, partials={"x": source})
    except TemplateError as error:
        why = str(error)
        assert why.startswith(("line", "x:"))
    else:
        template.variables()
        with suppress(TemplateError):
            template.render(DATA)
