from __future__ import annotations

from datetime import time, timedelta

import pytest

from envoi.campaigns.project import load
from envoi.errors import InvalidProject
from tests.campaigns.corner import FILES


def with_quality(text: str) -> dict[str, str]:
    return FILES | {"envoi.toml": f"{FILES['envoi.toml']}\n[quality]\n{text}\n"}


def test_the_section_says_what_good_data_are() -> None:
    audits = load(
        with_quality(
            'present = "14 days"\ncomplete = 0.8\nunique = ["tier"]\ndecides = ["email and tier decides first_name"]\n'
            'fresh = { tills = "2 days" }\nalerts = ["mailto:data@example.org", "https://hooks.example.org/x"]\n'
            'schedule = { at = "06:00", every = "day" }'
        )
    ).audits
    assert (audits.limits.present, audits.limits.complete) == (timedelta(days=14), 0.8)
    assert [str(each) for each in audits.limits.decides] == ["email and tier decides first_name"]
    assert audits.limits.fresh == {"tills": timedelta(days=2)}
    assert audits.schedule is not None
    assert audits.schedule.at == time(6)
    assert len(audits.alerts) == 2


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ('unique = ["emial"]', "no trait 'emial'", "did you mean 'email'?"),
        ('decides = ["zip"]', "'zip' names no fields", 'write it as "zip and street decides city"'),
        ('decides = ["tier decides city"]', "no trait 'city'", "known: 'email', 'first_name', 'tier'"),
        ('alerts = ["data@example.org"]', "'data@example.org' is neither a mail address nor a web address", "write"),
        ('alerts = ["mailto:data"]', "'mailto:data' is no address", "write"),
        ('alerts = ["https://me:pw@example.org"]', "has a password in it", "write"),
        ("complete = 2", "quality.complete", ""),
        ('schedule = { at = "06:00", every = "day", time_zone = "person" }', "an audit is at nobody's own time", ""),
    ],
)
def test_a_mistake_says_what_to_write(text: str, what: str, hint: str) -> None:
    with pytest.raises(InvalidProject) as raised:
        load(with_quality(text))
    [mistake] = raised.value.mistakes
    assert what in mistake.what
    assert mistake.hint.startswith(hint)
    assert mistake.at.file == "envoi.toml"
    assert mistake.at.line > 20
