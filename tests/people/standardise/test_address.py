from __future__ import annotations

import gzip
import json
from itertools import groupby
from pathlib import Path

import pytest

from envoi.adapters.people.usaddress import parse_address
from envoi.people.standardise.address import PARTS, address, mended, read_address

PARSE = parse_address()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10 S. LASALLE, STE. 1050, CHICAGO, ILLINOIS 60603", "10 S Lasalle Ste 1050, Chicago, IL 60603"),
        ("4326 north bell avenue apartment 2b, chicago il 606181234", "4326 N Bell Ave Apt 2B, Chicago, IL 60618-1234"),
        ("P.O. Box 370316", "PO Box 370316"),
        ("142 East 154th Street, Harvey", "142 E 154th St, Harvey"),
    ],
)
def test_an_address_has_one_form(text: str, value: str) -> None:
    assert address(text, parse=PARSE).value == value
    assert address(value, parse=PARSE).value == value


def test_the_parts_of_an_address() -> None:
    parts = read_address("100 M Street SE, Suite 12, Washington, D.C. 20003", parse=PARSE)
    found = {"number": "100", "street": "M St SE", "unit": "Ste 12", "city": "Washington", "state": "DC"}
    assert parts == dict.fromkeys(PARTS, "") | found | {"zip": "20003"}


@pytest.mark.parametrize("text", ["", "n/a", "Anna Lee"])
def test_what_is_no_address_says_why(text: str) -> None:
    clean = address(text, parse=PARSE)
    assert not clean.value
    assert clean.fault.startswith("is no address that can be read: ")


@pytest.mark.parametrize(
    ("words", "place", "label"),
    [
        ("PO/USPSBoxType Box/USPSBoxType 8/OccupancyIdentifier", 2, "USPSBoxID"),
        ("State/StreetNamePreType Route/StreetNamePreType 410/AddressNumber", 2, "StreetName"),
        ("8/AddressNumber Highway/StreetNamePostType 157/StreetName", 1, "StreetNamePreType"),
        ("8/AddressNumber Elm/StreetName NY/PlaceName 10001/ZipCode", 2, "StateName"),
        ("8/AddressNumber Elm/StreetName York/PlaceName 10001/ZipCode", 2, "PlaceName"),
    ],
)
def test_labels_are_mended_where_their_neighbours_leave_no_doubt(words: str, place: int, label: str) -> None:
    labelled = [(word, of) for word, _, of in (each.partition("/") for each in words.split())]
    assert mended(labelled)[place][1] == label


def test_us_addresses_labeled(envoi_data: Path) -> None:
    """Parts found exactly. The parser learned from these very addresses: bench/address_parts.py has both figures."""
    with gzip.open(envoi_data / "us_addresses_labeled" / "addresses.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    there = exact = 0
    for row in rows:
        truth, found = _parts([(word, label) for label, word in row["parts"]]), _parts(mended(PARSE(row["raw"])))
        there += len(truth)
        exact += len(truth & found)
    assert exact / there >= 0.95


def _parts(words: list[tuple[str, str]]) -> set[tuple[str, int, tuple[str, ...]]]:
    found, at = set(), 0
    for label, run in groupby(words, key=lambda pair: pair[1]):
        said = tuple(word for word, _ in run)
        found.add((label, at, said))
        at += len(said)
    return found
