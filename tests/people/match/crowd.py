"""People on record several times, drawn by hypothesis or written down."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from envoi.people.match.gather import gather
from envoi.people.match.record import Kind, People

KINDS = {
    "first": Kind.GIVEN,
    "last": Kind.SURNAME,
    "born": Kind.DATE,
    "mail": Kind.EMAIL,
    "phone": Kind.PHONE,
    "street": Kind.ADDRESS,
    "code": Kind.POSTCODE,
}
NICKNAMES = {"rob": frozenset({"robert"}), "bobby": frozenset({"robert"}), "lizzy": frozenset({"elizabeth"})}
ROB = ("Robert", "Hall", "1990-05-01", "rob@example.org", "020 7946 0018", "3 High Street", "N1 4BQ")
ANN = ("Ann", "Hall", "1992-11-23", "ann@example.org", "020 7946 0018", "3 High Street", "N1 4BQ")

_given = st.sampled_from(["Robert", "Rob", "Ann", "Anne", "Elizabeth", "Lizzy", ""])
_surname = st.sampled_from(["Hall", "Hale", "Meier", "Maier", "Oduya", ""])
_born = st.sampled_from(["1990-05-01", "1990-05-11", "1990-01-05", "1961-12-24", ""])
_mail = st.sampled_from(["rob@example.org", "rob@example.com", "ann@example.org", ""])
_phone = st.sampled_from(["020 7946 0018", "+44 20 7946 0018", "0113 496 0000", ""])
_street = st.sampled_from(["3 High Street", "3 High St", "17 Mill Lane", ""])
_code = st.sampled_from(["N1 4BQ", "N1 4BR", "LS1 2AB", ""])

rows = st.lists(st.tuples(_given, _surname, _born, _mail, _phone, _street, _code), min_size=1, max_size=24)


def people(given: Sequence[Sequence[str]], *, keys: Sequence[str] = ()) -> People:
    """The records, known by their places unless they have keys."""
    columns = {name: [row[number] for row in given] for number, name in enumerate(KINDS)}
    return gather(keys or [str(number) for number in range(len(given))], columns, KINDS)


def strangers(count: int) -> list[tuple[str, ...]]:
    """People who have nothing to do with each other."""
    return [
        (
            f"{chr(97 + n % 26)}{n * 7919 % 9973}name",
            f"{chr(97 + n * 5 % 26)}{n * 104729 % 99991}",
            f"{1940 + n % 60}-{1 + n % 12:02}-{1 + n % 28:02}",
            f"p{n * 31 % 9973}@{n}.example",
            f"0{7000000000 + n * 999983}",
            f"{n} {chr(97 + n % 26) * 3} road",
            f"{chr(65 + n % 26)}{chr(65 + n * 3 % 26)}{n} {n % 10}AA",
        )
        for n in range(count)
    ]
