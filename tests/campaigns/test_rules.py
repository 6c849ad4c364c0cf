"""The rules of a project's files: what they say, and every mistake in them told at its line."""

from __future__ import annotations

import pytest

from envoi.campaigns.project import rules_of
from envoi.errors import InvalidProject
from envoi.people.standardise.date import Order
from envoi.people.standardise.rule import Kind, Otherwise, Rule

SHOP = """
[categories.Clothes]
[categories.Shoes]
also = ["footwear"]
within = "Clothes"
"""


def rules(text: str, shop: str = SHOP) -> tuple[Rule, ...]:
    return rules_of({"rules/crm.toml": text, "taxonomies/shop.toml": shop})


def test_a_file_of_rules() -> None:
    email, birthday, category = rules(
        """
        source = "crm"
        [fields.email]
        rule = "email"
        roles = ["kasse"]
        [fields.birthday]
        rule = "date"
        order = "day-first"
        otherwise = "set aside"
        [fields."basket.category"]
        rule = "category"
        taxonomy = "shop"
        into = { path = "category_path" }
        """
    )
    assert email == Rule(path="email", kind=Kind.EMAIL, source="crm", into={"kind": "email_kind"}, roles=("kasse",))
    assert (birthday.order, birthday.otherwise) == (Order.DAY, Otherwise.SET_ASIDE)
    assert category.path == "basket.category"
    assert category.taxonomy is not None
    assert category.taxonomy.path(category.taxonomy.names["footwear"]) == "Clothes > Shoes"


def test_no_files_no_rules() -> None:
    assert rules_of({}) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[fields.email]\nrule = "emial"', "rules/crm.toml:2: 'fields.email.rule': input should be 'email', 'phone', "),
        ('[fields.email]\nrule = "email"\nrolls = []', "unknown key 'fields.email.rolls'; did you mean 'roles'?"),
        ('[fields.x]\nrule = "name"\norder = "day-first"', "rules/crm.toml:3: the rule 'name' has no option 'order'; "),
        (
            '[fields.x]\nrule = "date"\nlocale = "en_XX_YY"',
            "rules/crm.toml:3: no locale 'en_XX_YY'; write one as en_GB",
        ),
        ('[fields.x]\nrule = "state"\ncountry = "DE"', "rules/crm.toml:3: the states of 'DE' are not known; known: US"),
        ('[fields.x]\nrule = "category"\ntaxonomy = "shpo"', "no taxonomy 'shpo'; did you mean 'shop'?"),
        ('[fields.x]\nrule = "category"', "a category needs the taxonomy it is of"),
        ('[fields.x]\nrule = "phone"\ncountry = "gb"', "rules/crm.toml:3: 'fields.x.country': "),
    ],
)
def test_mistakes_in_rules(text: str, told: str) -> None:
    with pytest.raises(InvalidProject) as caught:
        rules(text)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("shop", "told"),
    [
        ('[categories.Shoes]\nwithin = "Cloths"\n[categories.Clothes]', "taxonomies/shop.toml:2: no category 'Cloths'"),
        ('[categories.A]\nalso = ["x"]\n[categories.B]\nalso = ["X"]', "'X' means two categories, 'A' and 'B'"),
    ],
)
def test_mistakes_in_taxonomies(shop: str, told: str) -> None:
    with pytest.raises(InvalidProject) as caught:
        rules("", shop)
    assert told in str(caught.value)


def test_two_rules_of_one_field_are_a_mistake_unless_their_sources_differ() -> None:
    one = '[fields.x]\nrule = "name"'
    with pytest.raises(InvalidProject, match=r"the field 'x' has two rules; the other is in rules/a.toml"):
        rules_of({"rules/a.toml": one, "rules/b.toml": one})
    assert len(rules_of({"rules/a.toml": one, "rules/b.toml": f'source = "web"\n{one}'})) == 2
