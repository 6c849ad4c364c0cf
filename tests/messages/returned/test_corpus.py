"""Real bounces of many mail servers, held against the verdicts of another library."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from envoi.messages.returned import Returned, What, read
from envoi.messages.returned.reason import Lasting

if TYPE_CHECKING:
    from pathlib import Path

#: How the other library says whether it is for good; of what is no bounce, it says neither.
SOFT = {Lasting.PERMANENT: 0, Lasting.TEMPORARY: 1, Lasting.UNDETERMINED: 1}
#: Its word for "no such user, or a filter of the reader's": it cannot tell which, and so neither answer is wrong.
EITHER = "filtered"


@pytest.fixture(scope="module")
def cases(envoi_data: Path) -> list[dict[str, Any]]:
    with gzip.open(envoi_data / "bounce_messages" / "sisimai_set_of_emails.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def test_whatever_came_back_can_be_read(cases: list[dict[str, Any]]) -> None:
    """In any form of line ends, and cut off anywhere."""
    for case in cases:
        raw = b64decode(case["message_base64"])
        for each in (raw, raw.replace(b"\n", b"\r\n"), raw.replace(b"\n", b"\r"), raw[: len(raw) // 2], raw[:100]):
            assert isinstance(read(each), Returned)


def test_line_ends_change_nothing(cases: list[dict[str, Any]]) -> None:
    for case in cases:
        raw = b64decode(case["message_base64"]).replace(b"\r\n", b"\n")
        assert read(raw.replace(b"\n", b"\r\n")) == read(raw)


def test_recipients_agree(cases: list[dict[str, Any]]) -> None:
    judged = [case for case in cases if case["sisimai_4_25"]]
    agree = [case for case in judged if found(case).keys() == verdict(case).keys()]
    assert len(agree) / len(judged) >= 0.95, sorted(case["file"] for case in judged if case not in agree)


def test_permanent_and_temporary_agree(cases: list[dict[str, Any]]) -> None:
    pairs = [
        (case["file"], who, soft, found(case)[who])
        for case in cases
        for who, (soft, reason) in verdict(case).items()
        if who in found(case) and reason != EITHER
    ]
    agree = [each for each in pairs if each[2] == each[3]]
    assert len(agree) / len(pairs) >= 0.95, [each for each in pairs if each not in agree]


def verdict(case: dict[str, Any]) -> dict[str, tuple[int, str]]:
    return {each["recipient"].lower(): (each["softbounce"], each["reason"]) for each in case["sisimai_4_25"]}


def found(case: dict[str, Any]) -> dict[str, int]:
    """The same of ours."""
    returned = read(b64decode(case["message_base64"]))
    match returned.what:
        case What.BOUNCE:
            return {each.recipient: SOFT[each.lasting] for each in returned.bounces}
        case What.COMPLAINT:
            return dict.fromkeys(returned.complained, -1)
        case What.AUTOMATIC | What.DELIVERED:
            # They name nobody, and need not: what they are is what is asked.
            return dict.fromkeys(verdict(case), -1)
        case _:
            return {}
