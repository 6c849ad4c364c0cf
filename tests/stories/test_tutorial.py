"""The files that the tutorial has its reader write are what it says they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envoi.campaigns.project import load
from envoi.errors import InvalidProject
from envoi.hosts.examples import example
from envoi.hosts.folder import read_files

TUTORIAL = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
SEGMENT, CAMPAIGN = re.findall(r"```toml\n(.*?)```", TUTORIAL, re.DOTALL)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return read_files(example("grocer"))


def test_the_mistake_is_the_one_that_is_shown(files: dict[str, str]) -> None:
    with pytest.raises(InvalidProject) as caught:
        load(files | {"segments/dog-people.toml": SEGMENT})
    (mistake,) = caught.value.mistakes
    assert f"error: {mistake.what}\n  at {mistake.at}\n" in TUTORIAL
    assert f"  fix: {mistake.hint}\n" in TUTORIAL


def test_mended_the_segment_and_the_campaign_are_part_of_the_project(files: dict[str, str]) -> None:
    written = {
        "segments/dog-people.toml": SEGMENT.replace("catgory", "category"),
        "campaigns/good-dogs.toml": CAMPAIGN,
    }
    project = load(files | written)
    assert len(project.segments) == 9
    campaign = project.campaign("good-dogs")
    assert campaign.content("first pick")["subject"] == "Your dog shops here more than most"
    assert campaign.content("fallback")["subject"] == "A biscuit for every good dog"
