"""The functions: what they give, and that none can hang, grow or crash."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import LimitExceeded, TemplateError, Withheld
from envoi.templates.ampscript import parse
from envoi.templates.ampscript.functions import AMPSCRIPT, KNOWN
from envoi.templates.ampscript.rowsets import lookup_ordered_rows, lookup_rows
from envoi.templates.ampscript.values import before, equal

NOW = datetime(2024, 5, 6, 19, 8, 9)  # noqa: DTZ001 - AMPscript's dates have no zone
DATA = {
    "now": NOW,
    "person": {"email": "anna@example.org"},
    "campaign": {"name": "May"},
    "null": None,
    "long": "a" * 90_000,
}


def value(code: str, **data: object) -> str:
    return parse(f"%%={code}=%%", autoescape=False).render({**DATA, **data})


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("Format(1234.5, 'N0')", "1,235"),
        ("Format(0.5, 'P')", "50.00%"),
        ("Format(5, '000')", "005"),
        ("Format(1234567.891, '#,##0.00')", "1,234,567.89"),
        ("Format(-3, '0.0;(0.0);zero')", "(3.0)"),
        ("Format(0, '0.0;(0.0);#.# zero')", " zero"),
        ("Format(0.256, '0.#%')", "25.6%"),
        ("Format(12, \"0 'pcs'\")", "12 pcs"),
        ("Format(255, 'X')", "FF"),
        ("Format(1234.5, 'E2')", "1.23E+003"),
        ("FormatNumber('', 'N2')", ""),
        ("FormatNumber(2.5, 'F0')", "3"),
        ("FormatNumber(1234.5, 'N2', 'fr-FR')", "1\u202f234,50"),
        ("FormatCurrency('1,234.5', 'en-GB')", "£1,234.50"),
        ("FormatCurrency(1234, 'ja-JP')", "￥1,234"),
        ("FormatCurrency(5, 'en-US', 0)", "$5"),
        ("FormatCurrency(5, 'en-US', 2, 'US$ ')", "US$ 5.00"),
        ("FormatDate(Now(), 'MMMM d, yyyy')", "May 6, 2024"),
        ("FormatDate('5/6/2024 14:07', 'yyyy-MM-dd', 'HH:mm:ss')", "2024-05-06 14:07:00"),
        ("FormatDate('5/6/2024 14:07', '', 'h:mm tt')", "2:07 PM"),
        ("FormatDate('5/6/2024', 'dddd')", "Mon"),
        ("FormatDate('5/6/2024', 'ddddd, MMMM', '', 'de-DE')", "Montag, Mai"),
        ("FormatDate('2012-10-05 03:21:34.567', 'MMM DD, YYYY', 'HH:MM:SS.MMM')", "Oct 05, 2012 03:21:34.567"),
        ("FormatDate('', 'd')", ""),
        ("FormatDate(Now(), 'iso')", "2024-05-06T19:08:09.0000000"),
        ("FormatDate(Now(), 'rfc')", "Mon, 06 May 2024 19:08:09 GMT"),
        ("Format(Now(), 'g', 'Date')", "5/6/2024 7:08 PM"),
        ("Format('soon', 'C')", "soon"),
        ("DateAdd('2024-01-31', 1, 'M')", "2/29/2024 12:00:00 AM"),
        ("DateDiff('2024-01-01 23:59', '2024-01-02', 'H')", "1"),
        ("DatePart(Now(), 'H')", "7"),
        ("SystemDateToLocalDate(Now())", "5/6/2024 7:08:09 PM"),
        ("IndexOf('banana', 'AN', 2)", "4"),
        ("Length('ab')", "2"),
        ("ReplaceList('a-b_c', ' ', '-', '_')", "a b c"),
        ("RegExMatch('Order 4711 x', '([0-9]+) (?<rest>.*)', 'rest')", "x"),
        ("Mod(-7, 3)", "-1"),
        ("Multiply('1.1', 3)", "3.3"),
        ("IsNull(null)", "True"),
        ("IsNull(@a)", "False"),
        ("IsNullDefault(@a, 'b')", "b"),
        ("IsEmailAddress('a@example.com')", "True"),
        ("Domain('a@b@c')", "b@c"),
        ("Base64Decode(Base64Encode('Grüße'))", "Grüße"),
        ("SHA256('')", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("StringToHex('é', 'UTF-8')", "c3a9"),
        ("RowCount(BuildRowsetFromString('a,b', ','))", "2"),
        ("Field(Row(BuildRowsetFromJSON('{\"a\":[{\"b\":1}]}', '$.a[0]', 0), 1), 'B')", "1"),
        ("Field(Row(BuildRowsetFromXML('<a><b c=\"1\">x<i>y</i></b></a>', '//b', 0), 1), 'Xml')", "<i>y</i>"),
        ("RowCount(LookupRows('rows', 'a', 'X'))", "2"),
        ("RowCount(LookupRowsCS('rows', 'a', 'X'))", "1"),
        ("Field(Row(LookupOrderedRows('rows', 1, 'b desc', 'a', 'x'), 1), 'b')", "10"),
        ("DataExtensionRowCount('rows')", "2"),
        ("BeginImpressionRegion('top')", ""),
    ],
)  # fmt: skip
def test_what_functions_give(code: str, text: str) -> None:
    assert value(code, rows=[{"a": "x", "b": "9"}, {"a": "X", "b": "10"}]) == text


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("Add('x', 1)", "line 1, column 4: Add takes a number, not 'x'"),
        ("Divide(1, 0)", "Divide by zero; ask before"),
        ("Substring('a', 1.5)", "Substring takes a whole number, not 1.5"),
        ("Char(-1)", "there is no character -1"),
        ("DateAdd('x', 1, 'D')", "DateAdd takes a date, not 'x'; write it as 2024-12-31"),
        ("DateAdd(Now(), 1, 'W')", "DateAdd has no unit 'W'; write Y, M, D, H or MI"),
        ("DateAdd(Now(), 99999, 'Y')", "DateAdd leads out of the calendar"),
        ("DateDiff(Now(), Now(), 'S')", "DateDiff has no unit 'S'"),
        ("DatePart(Now(), 'week')", "DatePart has no part 'week'"),
        ("FormatNumber(1, 'Q')", "there is no number format 'Q'; write one as C2"),
        ("FormatNumber(1.5, 'D')", "the format D is for whole numbers"),
        ("FormatNumber(1, 'N', 'xx-YY-')", "there is no locale 'xx-YY-'"),
        ("FormatCurrency(1, 'en', 99)", "a price has 0 to 15 digits"),
        ("Format(1, 'C', 'Money')", "Format knows no 'Money'"),
        ("RegExMatch('a', '(?=a)', 0)", "RegExMatch cannot search '(?=a)': invalid perl operator: (?="),
        ("RegExMatch('a', 'a', 0, 'RightToLeft')", "RegExMatch has no option 'RightToLeft'"),
        ("Base64Decode('%')", "'%' is not base 64 of a text"),
        ("MD5('a', 'klingon')", "there is no encoding 'klingon'"),
        ("Row(@none, 1)", "there is no row 1, only 0; ask RowCount"),
        ("Field('x', 1)", "Field takes a row, not 'x'"),
        ("Field(Row(BuildRowsetFromString('a', ','), 1), 'b')", "the row has no field 'b'"),
        ("Lookup('Loyalty', 'a', 'b', 1)", "Lookup finds no such list in the data; bring it as a list of mappings"),
        ("LookupOrderedRows('rows', 0, 'a sideways', 'a', 1)", "there is no order 'a sideways'"),
        ("BuildRowsetFromJSON('{', '$', 0)", "the JSON cannot be read"),
        ("BuildRowsetFromXML('<!DOCTYPE a><a/>', '/a', 1)", "XML with a document type is not read"),
        ("TreatAsContent(Concat(code, '%%=Now()=%%'))", "TreatAsContent runs no code from data"),
        ("RaiseError('no stock')", "the template raises an error: no stock"),
    ],
)  # fmt: skip
def test_what_functions_refuse(code: str, error: str) -> None:
    with pytest.raises(TemplateError) as caught:
        value(code, rows=[{"a": 1}])
    assert error in str(caught.value)
    assert caught.value.at.column >= 4


def test_an_author_can_withhold_a_mail() -> None:
    with pytest.raises(Withheld, match="the template withholds this mail: no stock"):
        value("RaiseError('no stock', true)")


def test_chance_is_the_same_for_the_same_mail() -> None:
    code = "Concat(Random(1, 1000000), ' ', Random(1000000, 1), ' ', GUID())"
    first = value(code)
    assert first == value(code)
    assert first != value(code, person={"email": "bo@example.org"})
    assert first != value(code, campaign={"name": "June"})
    assert len(set(first.split())) == 3
    assert {value("Random(1, 2)", person={"email": str(n)}) for n in range(20)} == {"1", "2"}


def test_time_comes_from_the_data() -> None:
    with pytest.raises(TemplateError, match="the data do not say what time it is"):
        parse("%%=Now()=%%").render({})


BOMBS = [
    "%%[ FOR @i = 1 TO 1000000000 DO NEXT ]%%",
    "%%[ FOR @i = 1000000000 DOWNTO 1 DO NEXT ]%%",
    "%%[ FOR @i = 1 TO 10000 DO FOR @j = 1 TO 10000 DO NEXT NEXT ]%%",
    "%%[ SET @a = 'aaaaaaaaaa' FOR @i = 1 TO 100 DO SET @a = Concat(@a, @a) NEXT ]%%",
    "%%[ SET @a = 2 FOR @i = 1 TO 9999 DO SET @a = Multiply(@a, @a) NEXT ]%%",
    "%%=Char(65, 1000000000)=%%",
    "%%=Replace(long, 'a', long)=%%",
    "%%=ReplaceList(long, long, 'a', 'a')=%%",
    "%%=Format(1, Concat('N', '99'))=%%%%=Format(1, long)=%%",
    "%%[ FOR @i = 1 TO 9999 DO SET @x = IndexOf(long, 'ab') NEXT ]%%",
    "%%[ FOR @i = 1 TO 500 DO SET @x = Lookup('rows', 'a', 'a', 'none') NEXT ]%%",
    "%%[ FOR @i = 1 TO 500 DO SET @x = Lookup('rows', 'a', 'A', 1) NEXT ]%%",
    "%%[ FOR @i = 1 TO 500 DO SET @x = LookupOrderedRows('some', 0, 'a', 'b', 'x') NEXT ]%%",
    "%%=RowCount(LookupOrderedRows('some', 0, 'a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a', 'b', 'x'))=%%",
    "%%[ FOR @i = 1 TO 9999 DO Output(v(long)) NEXT ]%%",
    "%%=RowCount(BuildRowsetFromString(long, 'a'))=%%",
    "%%=BuildRowsetFromJSON(Concat(nested, 'x'), '$', 0)=%%",
    "%%=RowCount(BuildRowsetFromXML(deep, '//a', 0))=%%",
    "%%=ContentBlockByName('again')=%%",
    "%%=" + "v(" * 5_000 + "1" + ")" * 5_000 + "=%%",
    "%%=IIf(" + "NOT " * 5_000 + "true, 1, 2)=%%",
    "%%[" + "IF true THEN " * 500 + "ENDIF " * 500 + "]%%",
]


@pytest.mark.parametrize("source", BOMBS, ids=range(len(BOMBS)))
def test_bombs_stop_at_a_limit(source: str) -> None:
    data = {
        **DATA,
        "rows": [{"a": str(n)} for n in range(9_000)],
        "some": [{"a": f"2024-01-{n % 28 + 1:02} 10:00" if n % 2 else n, "b": "x"} for n in range(1_500)],
        "nested": "[" * 90_000,
        "deep": "<a>" * 12_000 + "</a>" * 12_000,
    }
    with pytest.raises(TemplateError) as caught:
        parse(source, partials={"again": "x%%=ContentBlockByName('again')=%%"}).render(data)
    assert isinstance(caught.value, LimitExceeded) or "number" in str(caught.value)


CELLS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.5, "1", "1.5", "-2", "a", "A", "", "true"])
CELLS |= st.sampled_from(["1/2/2024", "2024-01-03", "2024", datetime(2024, 1, 2)])  # noqa: DTZ001 - on the wall


@given(st.lists(CELLS, max_size=6), CELLS)
def test_a_lookup_compares_as_a_condition_does(cells: list[object], wanted: object) -> None:
    rows = [{"Name": cell, "n": number} for number, cell in enumerate(cells)]
    kept = [found["n"] for found in lookup_rows(rows, "name", wanted)]
    assert kept == [number for number, cell in enumerate(cells) if equal(cell, wanted)]


@given(CELLS, CELLS)
def test_an_order_compares_as_a_condition_does(left: object, right: object) -> None:
    rows = [{"v": left, "n": 0, "k": "x"}, {"v": right, "n": 1, "k": "x"}]
    ordered = [found["n"] for found in lookup_ordered_rows(rows, 0, "v asc", "k", "x")]
    assert ordered == ([1, 0] if before(right, left) else [0, 1])


ARGUMENTS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(allow_nan=True), st.text(max_size=50), st.dates(),
    st.sampled_from(["$.a[*]", "//a", "<a/>", "{}", "N2", "d", "en-US", "5/1/2024", "Y", "IgnoreCase", "[a-z]*", "%%"]),
    st.just([{"a": 1}]), st.just({"a": Decimal(1)}), st.datetimes(),
)  # fmt: skip


@given(st.sampled_from(sorted(set(KNOWN) & set(AMPSCRIPT.functions))), st.lists(ARGUMENTS, max_size=6), st.booleans())
def test_a_function_of_whatever_gives_a_value_or_says_why_not(name: str, args: list[object], escapes: bool) -> None:
    given_values = {f"a{n}": each for n, each in enumerate(args)}
    source = f"%%={name}({', '.join(given_values)})=%%"
    assert "the template failed on this data" not in outcome(source, {**DATA, **given_values}, escapes=escapes)


def outcome(source: str, data: dict[str, object], *, escapes: bool) -> str:
    """What it prints, or the error's text."""
    try:
        return parse(source, autoescape=escapes).render(data)
    except TemplateError as error:
        return str(error)
