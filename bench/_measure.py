"""What every benchmark prints: the machine, how often, the median and the spread."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def machine() -> str:
    """The processor, its cores and the Python."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    return f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def report(what: str, samples: Sequence[float], unit: str) -> None:
    """One line: what, the median, the mean, the range that holds 80 % of the samples, how many there are."""
    low, *_, high = quantiles(samples, n=10) if len(samples) > 1 else (samples[0], samples[0])
    mean = sum(samples) / len(samples)
    print(f"{what:<56} {median(samples):7.2f} {unit}  (mean {mean:.2f}, {low:.2f} to {high:.2f}, n={len(samples)})")
