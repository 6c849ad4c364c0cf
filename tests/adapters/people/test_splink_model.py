"""Every kind of field can be compared, and names of columns never become SQL."""

from __future__ import annotations

import pytest

from envoi.adapters.people.splink_model import Compared
from envoi.people.match.record import Field, Kind

COMPARED = [kind for kind in Kind if kind not in (Kind.NAME, Kind.IGNORED)]


@pytest.mark.parametrize("kind", COMPARED)
def test_levels_go_from_unknown_and_same_to_different(kind: Kind) -> None:
    field = Field(name='"; DROP TABLE x', kind=kind, column="c")
    levels = Compared(field=field, column="field_0").comparison()["comparison_levels"]
    sql = [level["sql_condition"] for level in levels]
    assert sql[0] == "field_0_l IS NULL OR field_0_r IS NULL"
    assert (sql[1], sql[-1]) == ("field_0_l = field_0_r", "ELSE")
    assert "DROP" not in " ".join(sql)
    assert "{" not in " ".join(sql)


def test_names_may_be_nicknames_and_swapped() -> None:
    field = Field(name="a", kind=Kind.GIVEN, column="a")
    levels = Compared(field=field, column="f", formal="n", other="o").comparison()["comparison_levels"]
    sql = [level["sql_condition"] for level in levels]
    assert "list_has_any(n_l, n_r)" in sql
    assert sql[-2] == "f_l = o_r OR f_r = o_l"
