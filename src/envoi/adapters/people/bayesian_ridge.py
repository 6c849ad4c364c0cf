"""Fills the holes of a table by scikit-learn: each column from all others, round after round, by Bayesian ridge.

The way of R's MICE in its plainest form (van Buuren and Groothuis-Oudshoorn, J. Stat. Softw. 45, 2011), with the linear
regression whose strength of shrinking is learned from the data itself (MacKay, Neural Computation 4, 1992).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from envoi.errors import ProjectError
from envoi.people.impute.allowed import Method

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.people.impute.port import Column, Filler

_ROUNDS = 10
#: More rows make no line straighter.
_MOST_ROWS = 100_000


class BayesianRidge:
    """See `Filler`."""

    name = Method.RIDGE.value

    def fill(self, columns: Sequence[Column]) -> Sequence[Sequence[float]]:
        """See `Filler.fill`; no estimate is beyond what its column holds.

        Raises:
            ProjectError: scikit-learn is not installed.
        """
        # Takes a second to load, and few commands estimate anything.
        try:
            import numpy as np
            import sklearn.experimental.enable_iterative_imputer  # noqa: F401 - makes the next import possible
            from sklearn.exceptions import ConvergenceWarning
            from sklearn.impute import IterativeImputer
            from sklearn.linear_model import BayesianRidge as Ridge
        except ImportError:
            hint = 'install it with: pip install "envoi[ml]"; or write method = "median" under [impute]'
            raise ProjectError("scikit-learn is not installed, which estimates from other fields", hint=hint) from None
        table = np.array([[np.nan if value is None else value for value in column] for column in columns]).T
        # Of fields in very different units the small ones would count for nothing.
        middle, spread = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
        spread[spread == 0] = 1.0
        scaled = (table - middle) / spread
        low, high = np.nanmin(scaled, axis=0), np.nanmax(scaled, axis=0)
        # A column that is the same for all has no range.
        high = np.where(high > low, high, low + 1.0)
        imputer = IterativeImputer(
            estimator=Ridge(),
            max_iter=_ROUNDS,
            initial_strategy="median",
            keep_empty_features=True,
            min_value=low,
            max_value=high,
            random_state=0,
        )
        with warnings.catch_warnings():
            # Whether it has come to rest shows in the error on what was hidden.
            warnings.simplefilter("ignore", ConvergenceWarning)
            imputer.fit(scaled[:_MOST_ROWS])
            filled = imputer.transform(scaled) * spread + middle
        whole: list[list[float]] = filled.T.tolist()
        return whole


def filler(method: Method) -> Filler | None:
    """What estimates numbers from other fields; None where the median is wanted."""
    return BayesianRidge() if method is Method.RIDGE else None
