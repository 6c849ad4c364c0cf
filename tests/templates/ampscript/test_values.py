from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import TemplateError
from envoi.templates.ampscript import parse
from envoi.templates.ampscript.values import SIGNS, as_number, text

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(-(10**6), 10**6),
    st.decimals(-(10**6), 10**6, places=2),
    st.dates(),
    st.sampled_from(["", "a", "A", "7", "7.0", "1,000", "true", "1/2/2024", "2024-01-02"]),
)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (None, ""),
        (False, "False"),
        (7, "7"),
        (1e20, "1E+20"),
        (Decimal("2.50"), "2.5"),
        (Decimal("1E+3"), "1000"),
        (date(2024, 1, 2), "1/2/2024 12:00:00 AM"),
        (datetime(2024, 1, 2, 13, 4, 5, tzinfo=UTC), "1/2/2024 1:04:05 PM"),
    ],
)
def test_how_values_print(value: object, printed: str) -> None:
    assert parse("%%=v(a)=%%").render({"a": value}) == printed


@pytest.mark.parametrize("value", [[], [{"a": 1}], {"a": 1}, object()])
def test_what_is_no_value_does_not_print(value: object) -> None:
    with pytest.raises(TemplateError):
        text(value)


@pytest.mark.parametrize(
    "holds",
    [
        "'gold' == 'GOLD'", "'1' != '1.0'", "1 == '1.0'", "'10' > '9'", "10 > '9'", "'b' > 'A'", "true == 'True'",
        "true == 1", "@none == ''", "NOT (@none > 0)", "NOT (@none >= 0)", "NOT (@none < 0)", "null == ''",
        "day == '1/2/2024'", "day < '2024-01-03'", "'1/2/2024' < '1/10/2024'", "5 >= 5", "5 <= '5'", "'a' >= 'A'",
        "'x' != 5", "NOT ('x' > 5)",
    ],
)  # fmt: skip
def test_comparisons(holds: str) -> None:
    data = {"day": date(2024, 1, 2), "null": None}
    assert parse(f"%%=IIf({holds}, 'yes', 'no')=%%").render(data) == "yes"


@pytest.mark.parametrize("test", ["'true'", "1", "'x'", "@none", "null"])
def test_only_a_boolean_decides(test: str) -> None:
    assert parse(f"%%[ IF {test} THEN ]%%yes%%[ ELSE ]%%no%%[ ENDIF ]%%").render({"null": None}) == "no"


@given(VALUES, VALUES)
def test_comparing_is_an_order(left: object, right: object) -> None:
    assert SIGNS["=="](left, right) is SIGNS["=="](right, left)
    assert SIGNS["!="](left, right) is not SIGNS["=="](left, right)
    assert SIGNS["<"](left, right) is SIGNS[">"](right, left)
    assert SIGNS["<="](left, right) is SIGNS[">="](right, left)
    assert not (SIGNS["<"](left, right) and SIGNS[">"](left, right))
    assert not (SIGNS["<"](left, right) and SIGNS["=="](left, right))


@given(st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False, width=32)))
def test_a_number_is_read_as_it_prints(value: float) -> None:
    assert as_number(f"{value:,}" if isinstance(value, int) else format(Decimal(value), "f")) == value


@pytest.mark.parametrize(
    "value", ["", " ", ".", "-", "1,00", "1e5", "inf", "nan", "0x1", "1 2", True, None, [1], "9" * 500]
)
def test_what_is_no_number(value: object) -> None:
    assert as_number(value) is None
