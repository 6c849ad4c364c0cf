"""`[impute]` of envoi.toml: which fields are estimated for people who did not tell them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from envoi.errors import did_you_mean
from envoi.events.event import IMPUTED
from envoi.events.shapes import Shape
from envoi.people.impute.allowed import Impute, Method, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.campaigns.mistakes import Mistakes
    from envoi.events.catalogue import Catalogue, Property
    from envoi.people.standardise.rule import Rule


class ImputeShape(Shape):
    """`[impute]` of envoi.toml."""

    fields: tuple[str, ...] = Field(min_length=1)
    using: tuple[str, ...] = ()
    method: Literal["bayesian ridge", "median"] = "bayesian ridge"


def impute_of(
    mistakes: Mistakes, shape: ImputeShape, file: str, traits: Mapping[str, Property], rules: Sequence[Rule]
) -> Impute:
    """What the section means; what may not be estimated is a mistake."""
    for key, names in {"fields": shape.fields, "using": shape.using}.items():
        for n, name in enumerate(names):
            planned = traits.get(name)
            if planned is None:
                hint = did_you_mean(name, [each for each in traits if not each.startswith(IMPUTED)])
                mistakes.unknown(f"no trait {name!r}", file, ["impute", key, n], hint=hint)
            elif why := refusal(name, planned, rules):
                what = f"{name!r} is never estimated: it is {why}"
                hint = "leave it out, and see with 'envoi report quality' who lacks it"
                mistakes.note(what, file, ["impute", key, n], hint=hint)
    return Impute(fields=shape.fields, using=shape.using, method=Method(shape.method))


def with_estimates(catalogue: Catalogue, shape: ImputeShape | None) -> Catalogue:
    """The plan with a field for each estimate, so that conditions and templates can ask for it."""
    named = [name for name in (shape.fields if shape else ()) if name in catalogue.traits]
    more = {
        f"{IMPUTED}{name}": replace(catalogue.traits[name], description=f"an estimate of {name}, where it was not told")
        for name in named
    }
    return replace(catalogue, traits={**more, **catalogue.traits}) if more else catalogue
