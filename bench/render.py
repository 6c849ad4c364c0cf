"""The promotion of 11 KB, on one core, limits on: against python-liquid and Jinja2 in the same run.

    python bench/render.py

"cold" renders products that nobody saw before; "shared" those of a catalogue of 2,000, with campaign and shop worked
out beforehand; "MIME" is shared, as quoted-printable bytes; then what a large campaign takes to compile, and what
hostile templates take until they are stopped. CPU time, the engines in turns.
"""

from __future__ import annotations

import gc
import resource
import sys
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import liquid
from jinja2.sandbox import ImmutableSandboxedEnvironment

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench._measure import machine, report
from bench.promotion import FIXED, LIQUID, catalogue, people, to_jinja
from envoi.errors import LimitExceeded
from envoi.templates.liquid import parse
from envoi.templates.liquid.filters import money
from envoi.templates.quoted import encoded
from tests.templates.test_limits import FULL, HOSTILE, LONG, PARTIALS

if TYPE_CHECKING:
    from collections.abc import Callable

#: So many mails that a sample of each engine lasts about as long; 200 people, in turns.
ROUNDS, PEOPLE, FEW, PASSES = 9, 200, 50, 12


class Limited(liquid.Environment):
    """python-liquid with its limits on."""

    loop_iteration_limit = 10_000
    output_stream_limit = 1_000_000
    local_namespace_limit = 1_000_000
    context_depth_limit = 30


def rivals() -> tuple[Callable[[dict[str, Any]], str], Callable[[dict[str, Any]], str]]:
    """python-liquid and Jinja2's sandbox, ready to render."""
    engine = Limited(autoescape=True)
    engine.add_filter("money", money)
    sandbox = ImmutableSandboxedEnvironment(autoescape=True)
    sandbox.filters |= {
        "money": money,
        "date": lambda text, form: datetime.fromisoformat(text).strftime(form),
        "cut": lambda text, size: text if len(text) < size else text[: size - 3] + "...",
        "divided_by": lambda number, by: number // by,
    }
    return engine.from_string(LIQUID).render, sandbox.from_string(to_jinja(LIQUID)).render


def microseconds(render: Callable[[dict[str, Any]], object], data: list[dict[str, Any]]) -> float:
    """CPU time of one mail."""
    start = process_time()
    for each in data:
        render(each)
    return (process_time() - start) / len(data) * 1e6


def speed() -> None:
    """Microseconds a mail."""
    reference, jinja = rivals()
    plain, cold, shared = parse(LIQUID), parse(LIQUID), parse(LIQUID).given(FIXED)
    mime = shared.encoded(encoded)
    known = people(PEOPLE, catalogue(2_000))
    whole = [{**each, **FIXED} for each in known]
    different = sum(
        not (reference(all_) == plain.render(all_) == shared.render(own))
        for all_, own in zip(whole, known, strict=True)
    )
    print(f"{len(plain.render(whole[0])):,} characters; {different} of {PEOPLE} differ from python-liquid")
    for own in known:
        mime.render(own)
    for own in people(2_000, catalogue(12_000, seed=99)):  # until it shows that products do not come again
        cold.render({**own, **FIXED})
    samples: dict[str, list[float]] = {}
    for n in range(ROUNDS):
        new = [{**each, **FIXED} for each in people(2 * PEOPLE, catalogue(12 * PEOPLE, seed=100 + n))]
        for name, render, data in (
            ("python-liquid, limits on", reference, whole[:FEW]),
            ("Jinja2, sandbox", jinja, whole),
            ("Envoi, cold: products never seen", cold.render, new),
            ("Envoi, shared", shared.render, known * PASSES),
            ("Envoi, shared, to MIME bytes", lambda own: mime.render(own).encode("ascii"), known * PASSES),
        ):
            samples.setdefault(name, []).append(microseconds(render, data))
    base = sorted(samples["python-liquid, limits on"])[ROUNDS // 2]
    for name, each in samples.items():
        report(name, each, "us")
        median = sorted(each)[ROUNDS // 2]
        print(f"{'':<56} {1e6 / median:9,.0f} a second, {base / median:.1f} x python-liquid")


def compiling() -> None:
    """Milliseconds to compile a campaign of 15 KB."""
    source = LIQUID * 2 + "<p>and some words that stay as they are</p>\n" * max(0, (15_000 - 2 * len(LIQUID)) // 44)
    parse(source)
    samples = []
    for _ in range(ROUNDS):
        start = process_time()
        parse(source)
        samples.append((process_time() - start) * 1e3)
    report(f"compile {len(source) / 1000:.0f} KB", samples, "ms")


def hostile() -> None:
    """Milliseconds until the worst hostile template is stopped, and what all take."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    worst, stopped = (0.0, ""), 0
    for name, source in HOSTILE.items():
        try:
            template = parse(source, partials=PARTIALS)
        except LimitExceeded:
            stopped += 1
            continue
        start = process_time()
        try:
            template.render(FULL if "many" in name or "work" in name else LONG)
        except LimitExceeded:
            stopped += 1
        worst = max(worst, ((process_time() - start) * 1e3, name))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"hostile: {stopped} of {len(HOSTILE)} stopped; slowest ({worst[1]}) {worst[0]:.1f} ms, all {grown:.0f} MB")


if __name__ == "__main__":
    print(machine())
    gc.disable()  # what it finds to do depends on who rendered before
    speed()
    compiling()
    hostile()
