"""Which arm a person is in: by a stable hash, so the split is random, needs no memory and can be checked later."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from envoi.bucket import bucket

if TYPE_CHECKING:
    from collections.abc import Mapping


class Assigned(NamedTuple):
    """An arm and the probability with which it was drawn."""

    arm: str
    propensity: float


def assign(experiment: str, person: str, shares: Mapping[str, float]) -> Assigned:
    """The person's arm, each drawn with its share; the shares are positive and add up to 1.

    >>> arms = [assign("c", str(n), {"holdout": 0.1, "send": 0.9}).arm for n in range(10_000)]
    >>> arms.count("holdout")
    971
    """
    at, end = bucket(experiment, person), 0.0
    for arm, share in shares.items():
        end += share
        if at < end:
            return Assigned(arm, share)
    # Shares such as 0.1 + 0.2 + 0.7 may add up to a hair less than 1.
    arm, share = list(shares.items())[-1]
    return Assigned(arm, share)
