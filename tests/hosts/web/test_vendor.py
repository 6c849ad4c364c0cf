"""The JavaScript that the pages carry is the pinned one, with its licence beside it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "src" / "envoi" / "hosts" / "web" / "static"


def test_every_vendored_file_is_the_pinned_one() -> None:
    tool = [sys.executable, str(ROOT / "tools" / "vendor.py"), "--check"]
    assert subprocess.run(tool, capture_output=True, text=True, check=True).stderr == ""


def test_there_is_no_other_javascript_but_our_own() -> None:
    scripts = {path.name for path in STATIC.iterdir() if path.suffix in {".js", ".mjs", ".map"}}
    assert scripts == {"htmx.min.js", "codemirror.min.js", "editor.js"}
    assert (STATIC / "htmx.min.js.LICENSE.txt").read_text(encoding="utf-8").startswith("htmx.org@4.0.1 (0BSD)")


def test_every_part_of_codemirror_has_its_licence_beside_it() -> None:
    licences = (STATIC / "codemirror.min.js.LICENSE.txt").read_text(encoding="utf-8")
    assert licences.startswith("codemirror.min.js (MIT), made by tools/vendor.py")
    for package in (
        "@codemirror/view@",
        "@codemirror/state@",
        "@lezer/highlight@",
        "style-mod@",
        "w3c-keyname@",
        "crelt@",
    ):
        assert f"\n{package}" in licences
    assert licences.count("Permission is hereby granted") == 14


def test_our_own_javascript_is_small() -> None:
    assert len((STATIC / "editor.js").read_bytes()) < 12_000
