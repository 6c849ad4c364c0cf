"""Shopify's Liquid as golden-liquid describes it, in strict mode: all of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from envoi.errors import TemplateError
from envoi.templates.liquid import parse


def rendered(case: dict[str, Any]) -> str | None:
    try:
        return parse(case["template"], partials=case.get("templates"), autoescape=False).render(case.get("data", {}))
    except TemplateError:
        return None


def test_every_case_renders_or_is_refused_as_it_should(envoi_data: Path) -> None:
    cases = json.loads(gzip.decompress((envoi_data / "golden_liquid/golden_liquid_dev.json.gz").read_bytes()))
    wrong = [
        case["name"]
        for case in cases
        if rendered(case) not in ([None] if case.get("invalid") else case.get("results", [case.get("result")]))
    ]
    assert wrong == []
    assert len(cases) > 500
