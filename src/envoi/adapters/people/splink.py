"""Weighing pairs by what the records themselves teach: splink on DuckDB, of the extra `[identity]`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pyarrow as pa

from envoi.adapters.people.splink_model import Compared
from envoi.people.match.port import PERSONAL, Weighed
from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from splink import Linker, SettingsCreator

    from envoi.people.match.blocking import Block
    from envoi.people.match.compare import Nicknames
    from envoi.people.match.record import People

#: Random pairs that teach how often strangers agree, and agreeing pairs that teach how often one person does.
_RANDOM_PAIRS = 5e5
_TRAINING_PAIRS = 1e6
#: The same records give the same scores.
_SEED = 17
#: Blocks to learn from; what a block agrees in cannot be learned from it, so two at least.
_LESSONS = 3
#: Pairs with less evidence than this, in bits beyond what the number of records asks for, are two people.
_LEAST = -10.0


def is_installed() -> bool:
    """Whether the extra `[identity]` is there."""
    return find_spec("splink") is not None


@dataclass(frozen=True, slots=True)
class SplinkLinker:
    """Learns how much each likeness is worth from the pairs themselves, without labels."""

    nicknames: Nicknames

    @property
    def name(self) -> str:
        """See `Linker.name`."""
        return "splink"

    def weigh(self, people: People, blocks: Sequence[Block]) -> list[Weighed]:
        """See `Linker.weigh`."""
        if not blocks:
            return []
        # Takes half a second to load, and not everybody has it.
        from splink import DuckDBAPI, Linker

        # Splink tells at length, on the console, what it does.
        logging.getLogger("splink").setLevel(logging.CRITICAL)
        compared = _compared(people)
        database = DuckDBAPI()
        table = database.register(self._table(people, compared, blocks))
        splink = Linker(table, _settings(len(people.keys), compared, len(blocks)), log_level=None)
        splink.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
        for rule in _lessons(people, blocks, compared):
            _learn(splink, rule)
        scored = splink.inference.predict(threshold_match_weight=_LEAST, warning_mode="never").physical_name
        sums = f"{_sum(compared, personal=True)}, {_sum(compared, personal=False)}"
        rows = database.duckdb_con.execute(f"SELECT unique_id_l, unique_id_r, {sums} FROM {scored}").fetchall()
        return sorted(Weighed(min(row[:2]), max(row[:2]), *row[2:]) for row in rows)

    def _table(self, people: People, compared: Sequence[Compared], blocks: Sequence[Block]) -> pa.Table:
        # Types are said, as a column of which nothing is known has none of its own.
        columns = {"unique_id": pa.array(range(len(people.keys)), pa.int64())}
        for each in compared:
            columns[each.column] = _texts(people.values[each.field.name])
            if each.formal:
                names = [self._formal(name) for name in people.values[each.field.name]]
                columns[each.formal] = pa.array(names, pa.list_(pa.string()))
            if each.other:
                # Under a name of its own: splink would not learn about surnames from pairs of equal given names.
                columns[each.other] = _texts(people.values[_mixed_up_with(each, compared).field.name])
        for number, block in enumerate(blocks):
            groups = [group if group >= 0 else None for group in block.groups]
            columns[_block(number)] = pa.array(groups, pa.int64())
        return pa.table(columns)

    def _formal(self, name: str) -> list[str] | None:
        return [name, *sorted(self.nicknames.get(name, ()))] if name else None


def _texts(values: Sequence[str]) -> pa.Array:
    return pa.array([value or None for value in values], pa.string())


def _settings(records: int, compared: Sequence[Compared], blocks: int) -> SettingsCreator:
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[each.comparison() for each in compared],
        blocking_rules_to_generate_predictions=[block_on(_block(number)) for number in range(blocks)],
        probability_two_random_records_match=1 / records,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def _learn(splink: Linker, rule: Sequence[str]) -> None:
    from splink import block_on
    from splink.internals.exceptions import EMTrainingException

    try:
        splink.training.estimate_parameters_using_expectation_maximisation(block_on(*rule), max_pairs=_TRAINING_PAIRS)
    except EMTrainingException:
        # Its pairs agree or differ in everything else too; other blocks teach more.
        return


def _compared(people: People) -> list[Compared]:
    given, surname = (people.of_kind(kind)[:1] for kind in (Kind.GIVEN, Kind.SURNAME))
    mixed = [*given, *surname] if given and surname else []
    return [
        Compared(
            field=field,
            column=f"field_{number}",
            formal=f"formal_{number}" if field.kind is Kind.GIVEN else "",
            other=f"other_{number}" if field in mixed else "",
        )
        for number, field in enumerate(people.fields)
    ]


def _mixed_up_with(one: Compared, compared: Sequence[Compared]) -> Compared:
    return next(each for each in compared if each.other and each is not one)


def _lessons(people: People, blocks: Sequence[Block], compared: Sequence[Compared]) -> list[list[str]]:
    """The columns of each block to learn from.

    Of those that agree in something personal, if there are: pairs that share an address teach what families are like.
    """
    columns = {each.field.name: each.column for each in compared}
    personal = {field.name for field in people.fields if field.kind in PERSONAL}
    # Of what all its pairs agree in nothing can be learned from a block, so something else has to be left.
    whole = [block for block in blocks if block.fields and block.fields < columns.keys()]
    best = sorted(whole, key=lambda block: (not block.fields & personal, len(block.fields), block.pairs))
    return [sorted(columns[name] for name in block.fields) for block in best[:_LESSONS]]


def _block(number: int) -> str:
    return f"block_{number}"


def _sum(compared: Iterable[Compared], *, personal: bool) -> str:
    columns = [each.column for each in compared if (each.field.kind in PERSONAL) is personal]
    return " + ".join(f"mw_{name} + mw_tf_adj_{name}" for name in columns) or "0e0"
