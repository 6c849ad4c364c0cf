"""The rules of the files in rules/, and the taxonomies they name: what is put in standard form as it comes in."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from pydantic import Field

from envoi.errors import did_you_mean
from envoi.events.shapes import Shape
from envoi.people.standardise.category import Taxonomy
from envoi.people.standardise.date import Order  # noqa: TC001 - pydantic reads it
from envoi.people.standardise.rule import OPTIONS, Kind, Otherwise, Rule
from envoi.people.standardise.states import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.mistakes import Mistakes

_PERCENT = 100
_YEARS = 9999


class FieldShape(Shape):
    """`[fields.NAME]` of a file in rules/."""

    rule: Kind
    into: dict[str, str] = Field(default_factory=dict)
    otherwise: Otherwise = Otherwise.LEAVE_OUT
    country: str = Field(default="", pattern="^([A-Z]{2})?$")
    locale: str = ""
    order: Order | None = None
    newest: int = Field(default=0, ge=0, le=_YEARS)
    short: bool = False
    taxonomy: str = ""
    accept: float = Field(default=0, ge=0, le=_PERCENT)
    roles: tuple[str, ...] = ()
    disposable: tuple[str, ...] = ()
    dns: bool = False


class RulesShape(Shape):
    """A file in `rules/`."""

    description: str = ""
    #: Only of what comes from this source.
    source: str = ""
    fields: dict[str, FieldShape] = Field(default_factory=dict)


class TermShape(Shape):
    """`[categories."NAME"]` of a taxonomy."""

    #: What else it is called.
    also: tuple[str, ...] = ()
    #: The category above it.
    within: str = ""


class TaxonomyShape(Shape):
    """A file in `taxonomies/`."""

    description: str = ""
    categories: dict[str, TermShape] = Field(default_factory=dict)


def read_rules(mistakes: Mistakes) -> tuple[Rule, ...]:
    """The rules in the order of their files and, within one, of its lines."""
    taxonomies = _taxonomies(mistakes)
    rules: list[Rule] = []
    told: dict[tuple[str, str], str] = {}
    for file, _ in mistakes.folder("rules", ".toml"):
        shape = mistakes.shaped(RulesShape, file)
        for field, one in shape.fields.items() if shape else ():
            source = shape.source if shape else ""
            if other := told.get((source, field)):
                what = f"the field {field!r} has two rules"
                mistakes.note(what, file, ["fields", field], hint=f"the other is in {other}")
            told[source, field] = file
            _check(mistakes, one, file, field)
            rules.append(_rule(mistakes, one, taxonomies, place=(file, field), source=source))
    return tuple(rules)


def _rule(
    mistakes: Mistakes, one: FieldShape, taxonomies: Mapping[str, Taxonomy], *, place: tuple[str, str], source: str
) -> Rule:
    file, field = place
    taxonomy = taxonomies.get(one.taxonomy)
    if one.rule is Kind.CATEGORY and taxonomy is None:
        what = f"no taxonomy {one.taxonomy!r}" if one.taxonomy else "a category needs the taxonomy it is of"
        hint = did_you_mean(one.taxonomy, taxonomies) or f"write taxonomies/{one.taxonomy or 'NAME'}.toml"
        mistakes.note(what, file, ["fields", field, "taxonomy"], hint=hint)
    # Who reads an address that is nobody's own is worth a condition, so this part has its place by default.
    into = one.into or ({"kind": f"{field.rpartition('.')[2]}_kind"} if one.rule is Kind.EMAIL else {})
    options = {name: getattr(one, name) for name in OPTIONS[one.rule] if name != "taxonomy"}
    return Rule(
        path=field, kind=one.rule, source=source, into=into, otherwise=one.otherwise, taxonomy=taxonomy, **options
    )


def _check(mistakes: Mistakes, one: FieldShape, file: str, field: str) -> None:
    keys = ["fields", field]
    its_own = OPTIONS[one.rule]
    for name in one.model_fields_set - {"rule", "into", "otherwise", *its_own}:
        has = f"it has {', '.join(its_own)}" if its_own else "it has none"
        mistakes.note(f"the rule {one.rule.value!r} has no option {name!r}", file, [*keys, name], hint=has)
    if one.locale and not _is_locale(one.locale):
        mistakes.note(f"no locale {one.locale!r}", file, [*keys, "locale"], hint="write one as en_GB")
    if one.rule is Kind.STATE and one.country and one.country not in STATES:
        hint = f"known: {', '.join(STATES)}"
        mistakes.note(f"the states of {one.country!r} are not known", file, [*keys, "country"], hint=hint)


def _is_locale(name: str) -> bool:
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _taxonomies(mistakes: Mistakes) -> dict[str, Taxonomy]:
    found: dict[str, Taxonomy] = {}
    for file, _ in mistakes.folder("taxonomies", ".toml"):
        shape, name = mistakes.shaped(TaxonomyShape, file), PurePosixPath(file).stem
        terms = shape.categories if shape else {}
        for term, one in terms.items():
            if one.within and one.within not in terms:
                hint = did_you_mean(one.within, terms)
                mistakes.note(f"no category {one.within!r}", file, ["categories", term, "within"], hint=hint)
        _check_named_once(mistakes, terms, file)
        above = {term: one.within for term, one in terms.items() if one.within}
        found[name] = Taxonomy.of(name, {term: one.also for term, one in terms.items()}, above)
    return found


def _check_named_once(mistakes: Mistakes, terms: Mapping[str, TermShape], file: str) -> None:
    meant: dict[str, str] = {}
    for term, one in terms.items():
        for name in (term, *one.also):
            if meant.setdefault(name.casefold(), term) != term:
                what = f"{name!r} means two categories, {meant[name.casefold()]!r} and {term!r}"
                mistakes.note(what, file, ["categories", term], hint="leave it to one of the two")
