"""From a campaign's [products] to a recommender, with every name looked up in the tracking plan."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from envoi.campaigns.campaign import Products
from envoi.conditions.bind import bind_scope
from envoi.conditions.bound import BoundProperty
from envoi.conditions.parse import parse_scope
from envoi.conditions.tree import Not
from envoi.decisions.recommend.base import Shelf
from envoi.decisions.recommend.decayed import DecayedHistory
from envoi.errors import did_you_mean
from envoi.events.catalogue import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.campaigns.files import ProductsShape
    from envoi.campaigns.mistakes import Keys, Mistakes
    from envoi.conditions.bind import Definitions
    from envoi.conditions.bound import BoundFilter, Events
    from envoi.conditions.tree import Scope
    from envoi.events.catalogue import Property


def read_products(mistakes: Mistakes, definitions: Definitions, shape: ProductsShape, file: str) -> Products | None:
    """The recommender that the shape describes; None after a mistake in its shelf."""
    keys = ["products", "shelf"]
    scope = mistakes.tried(partial(parse_scope, shape.shelf), file, keys, shape.shelf)
    if scope is None:
        return None
    found = mistakes.bound(partial(bind_scope, scope, definitions, text=shape.shelf), file, keys, shape.shelf)
    if found is None:
        return None
    _check_shelf(mistakes, scope, found, shape, file)
    _check_fields(mistakes, definitions, found.name, shape, file)
    shelf = Shelf(
        event=found.name,
        items=shape.items,
        product=shape.product,
        name=shape.name,
        fields={name: "num" if kind is Kind.NUMBER else "text" for name, kind in shape.fields.items()},
        where=found.where,
    )
    recommender = DecayedHistory(shelf=shelf, half_life_days=shape.half_life_days, popular_days=shape.popular_days)
    return Products(recommender=recommender, count=shape.count, fields=tuple(shape.fields))


def _check_shelf(mistakes: Mistakes, scope: Scope, found: Events, shape: ProductsShape, file: str) -> None:
    """A shelf is narrowed by what its items are, and by nothing else."""
    keys = ["products", "shelf"]
    if scope.window:
        mistakes.note("a shelf has no window", file, keys, hint="use half_life_days and popular_days")
    others = [one for one in _properties(found.where) if not one.of_item]
    if others or (found.items and found.items != shape.items):
        what = f"a shelf can only be narrowed by fields of {shape.items!r}"
        mistakes.note(what, file, keys, hint=f"write {shape.items}.price > 0")


def _properties(where: BoundFilter | None) -> Iterator[BoundProperty]:
    if isinstance(where, BoundProperty):
        yield where
    elif where is not None:
        for part in (where.part,) if isinstance(where, Not) else where.parts:
            yield from _properties(part)


def _check_fields(mistakes: Mistakes, definitions: Definitions, event: str, shape: ProductsShape, file: str) -> None:
    """The list and each field of its items are in the plan, and of the kind that is needed."""
    plan = definitions.catalogue.events[event]
    listed = plan.properties.get(shape.items)
    if listed is None or listed.kind is not Kind.ITEMS:
        lists = [name for name, prop in plan.properties.items() if prop.kind is Kind.ITEMS]
        what = f'no list of items {shape.items!r} in "{event}"'
        mistakes.unknown(what, file, ["products", "items"], hint=did_you_mean(shape.items, lists))
        return
    _check_field(mistakes, listed, shape.product, kind=Kind.TEXT, at=(file, ["products", "product"]))
    _check_field(mistakes, listed, shape.name, kind=Kind.TEXT, at=(file, ["products", "name"]))
    for name, kind in shape.fields.items():
        _check_field(mistakes, listed, name, kind=kind, at=(file, ["products", "fields", name]))


def _check_field(mistakes: Mistakes, listed: Property, name: str, *, kind: Kind, at: tuple[str, Keys]) -> None:
    planned = listed.fields.get(name)
    if planned is None:
        mistakes.unknown(f"the items have no field {name!r}", *at, hint=did_you_mean(name, listed.fields))
    elif planned.kind is not kind:
        what = f"{name!r} should be a {kind}, and the plan says {planned.kind}"
        mistakes.note(what, *at, hint="choose another field")
