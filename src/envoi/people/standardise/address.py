"""Postal addresses of the US: the parts that a parser found, mended and put in the post's own spelling (USPS 28)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envoi.people.standardise.base import Clean, folded, spaced
from envoi.people.standardise.name_case import recased
from envoi.people.standardise.place import state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    #: The words of an address, each with its label in the address standard of the FGDC, as usaddress has them.
    ParseAddress = Callable[[str], Sequence[tuple[str, str]]]

#: Which field of an address each label belongs to.
FIELDS = {
    "AddressNumberPrefix": "number", "AddressNumber": "number", "AddressNumberSuffix": "number",
    "StreetNamePreModifier": "street", "StreetNamePreDirectional": "street", "StreetNamePreType": "street",
    "StreetName": "street", "StreetNamePostType": "street", "StreetNamePostDirectional": "street",
    "StreetNamePostModifier": "street", "CornerOf": "street", "IntersectionSeparator": "street",
    "SecondStreetName": "street", "LandmarkName": "building", "BuildingName": "building",
    "OccupancyType": "unit", "OccupancyIdentifier": "unit", "SubaddressType": "unit", "SubaddressIdentifier": "unit",
    "USPSBoxType": "box", "USPSBoxID": "box", "USPSBoxGroupType": "box", "USPSBoxGroupID": "box",
    "PlaceName": "city", "StateName": "state", "ZipCode": "zip", "ZipPlus4": "zip", "CountryName": "country",
    "Recipient": "recipient",
}  # fmt: skip
#: In the order in which a label has them.
PARTS = ("recipient", "building", "number", "street", "box", "unit", "city", "state", "zip", "country")
_DIRECTIONS = {
    "north": "N", "south": "S", "east": "E", "west": "W", "northeast": "NE", "northwest": "NW", "southeast": "SE",
    "southwest": "SW", "n": "N", "s": "S", "e": "E", "w": "W", "ne": "NE", "nw": "NW", "se": "SE", "sw": "SW",
}  # fmt: skip
#: The post's abbreviations of what streets are called.
_STREETS = {
    "street": "St", "str": "St", "st": "St", "avenue": "Ave", "av": "Ave", "ave": "Ave", "aven": "Ave", "road": "Rd",
    "rd": "Rd", "drive": "Dr", "dr": "Dr", "drv": "Dr", "boulevard": "Blvd", "blvd": "Blvd", "boul": "Blvd",
    "lane": "Ln", "ln": "Ln", "court": "Ct", "ct": "Ct", "circle": "Cir", "cir": "Cir", "place": "Pl", "pl": "Pl",
    "terrace": "Ter", "ter": "Ter", "parkway": "Pkwy", "pkwy": "Pkwy", "pky": "Pkwy", "highway": "Hwy", "hwy": "Hwy",
    "square": "Sq", "sq": "Sq", "trail": "Trl", "trl": "Trl", "tr": "Trl", "way": "Way", "plaza": "Plz", "plz": "Plz",
    "expressway": "Expy", "freeway": "Fwy", "turnpike": "Tpke", "alley": "Aly", "crossing": "Xing", "loop": "Loop",
    "route": "Rte", "rte": "Rte", "rt": "Rte", "ridge": "Rdg", "point": "Pt", "cove": "Cv", "run": "Run",
}  # fmt: skip
_UNITS = {
    "apartment": "Apt", "apt": "Apt", "suite": "Ste", "ste": "Ste", "suit": "Ste", "unit": "Unit", "floor": "Fl",
    "fl": "Fl", "flr": "Fl", "room": "Rm", "rm": "Rm", "building": "Bldg", "bldg": "Bldg", "department": "Dept",
    "dept": "Dept", "lot": "Lot", "space": "Spc", "trailer": "Trlr", "number": "#", "no": "#",
}  # fmt: skip
_BOX = re.compile(r"p\.?\s*o\.?\s*box|post\s+office\s+box|box", re.IGNORECASE)
_ZIP = re.compile(r"(\d{5})(?:-?(\d{4}))?")
_SMALL = frozenset({"of", "the", "and", "at"})
_ENDS = " ,;()"


def address(text: str, *, parse: ParseAddress) -> Clean:
    """The address in one line, as the post writes it; `parse` says what each word is.

    Its parts are PARTS, those that are not there empty; the state is its two letters. One that would be read
    differently in its new form keeps its old one.
    """
    parts = read_address(text, parse=parse)
    line = _line(parts)
    if not line:
        return Clean(fault="is no address that can be read: it has no street, box, city or ZIP code")
    # What would be read differently the next time stays as it came.
    return Clean(value=line if _line(read_address(line, parse=parse)) == line else spaced(text), parts=parts)


def _line(parts: Mapping[str, str]) -> str:
    """The parts in one line; empty if they are of no address."""
    if not (parts["street"] or parts["box"] or parts["city"] or parts["zip"]):
        return ""
    street = " ".join(parts[part] for part in ("number", "street", "box", "unit") if parts[part])
    place = " ".join(parts[part] for part in ("state", "zip") if parts[part])
    said = [parts["recipient"], parts["building"], street, parts["city"], place, parts["country"]]
    return ", ".join(each for each in said if each)


def read_address(text: str, *, parse: ParseAddress) -> dict[str, str]:
    """The parts of the address, by PARTS."""
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    for word, label in mended(parse(spaced(text))):
        if part := FIELDS.get(label):
            found[part].append(_word(word, label))
    parts = {part: " ".join(word for word in words if word) for part, words in found.items()}
    parts["state"] = state(parts["state"], short=True).value or parts["state"]
    if exact := _ZIP.fullmatch(parts["zip"].replace(" ", "")):
        parts["zip"] = "-".join(filter(None, exact.groups()))
    if parts["box"]:
        parts["box"] = _BOX.sub("PO Box", parts["box"], count=1).replace("# ", "")
    return parts


def mended(words: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The labels, corrected where what stands around a word leaves no doubt.

    >>> mended([("8", "AddressNumber"), ("Elm", "StreetName"), ("NY", "PlaceName"), ("10001", "ZipCode")])[2]
    ('NY', 'StateName')
    """
    labels = [label for _, label in words]
    texts = [folded(word) for word, _ in words]
    last = len(words) - 1
    for n, (text, label) in enumerate(zip(texts, labels, strict=True)):
        before, after = labels[n - 1] if n else "", labels[n + 1] if n < last else ""
        if label == "OccupancyIdentifier" and before == "USPSBoxType":
            # What follows "PO Box" is the box.
            labels[n] = "USPSBoxID"
        elif label == "PlaceName" and after == "ZipCode" and before and "StateName" not in labels and _is_state(text):
            labels[n] = "StateName"
        elif label == "AddressNumber" and before == "StreetNamePreType":
            # "State Route 410": the number of a road, not of a house.
            labels[n] = "StreetName"
        elif label == "StreetNamePostType" and after == "StreetName" and before == "AddressNumber":
            labels[n] = "StreetNamePreType"
    return [(word, label) for (word, _), label in zip(words, labels, strict=True)]


def _is_state(text: str) -> bool:
    return bool(state(text).value)


def _word(word: str, label: str) -> str:
    """A word as the post writes it."""
    bare = word.strip(_ENDS)
    key = folded(bare)
    if label.endswith("Directional"):
        return _DIRECTIONS.get(key, bare)
    if label.endswith(("PreType", "PostType")):
        return _STREETS.get(key, recased(bare))
    if label in ("OccupancyType", "SubaddressType"):
        return _UNITS.get(key, recased(bare))
    if label in ("OccupancyIdentifier", "SubaddressIdentifier", "USPSBoxID"):
        return bare.upper()
    return key if key in _SMALL else recased(bare)
