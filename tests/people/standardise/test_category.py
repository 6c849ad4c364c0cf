from __future__ import annotations

import pytest

from envoi.people.standardise.category import Taxonomy, category

SHOP = Taxonomy.of(
    "shop",
    {"Clothes": (), "Shoes": ("footwear", "sneakers", "trainers"), "Shirts": ("tops",), "Skirts": ()},
    {"Shoes": "Clothes", "Shirts": "Clothes", "Skirts": "Clothes"},
)


@pytest.mark.parametrize("text", ["Shoes", " shoes ", "SHOES", "Footwear", "sneakers", "TRAINERS"])
def test_what_sources_call_one_thing_has_one_name(text: str) -> None:
    clean = category(text, taxonomy=SHOP)
    assert (clean.value, clean.parts["path"]) == ("Shoes", "Clothes > Shoes")


def test_what_is_like_a_name_is_suggested() -> None:
    assert category("sneaker", taxonomy=SHOP).fault == "is not in the taxonomy shop; did you mean Shoes?"
    assert category("drills", taxonomy=SHOP).fault == "is not in the taxonomy shop"


def test_what_is_like_enough_is_taken_where_the_rule_says_so() -> None:
    assert category("sneaker", taxonomy=SHOP, accept=90).value == "Shoes"
    assert not category("sneaker", taxonomy=SHOP, accept=99).value


def test_what_is_as_like_one_as_another_is_never_taken() -> None:
    clean = category("Sirts", taxonomy=Taxonomy.of("two", {"Shirts": (), "Skirts": ()}), accept=50)
    assert clean.fault == "is not in the taxonomy two; did you mean Shirts or Skirts?"


def test_categories_in_a_circle_have_a_path_all_the_same() -> None:
    round_and_round = Taxonomy.of("odd", {"A": (), "B": ()}, {"A": "B", "B": "A"})
    assert category("a", taxonomy=round_and_round).parts["path"] == "B > A"
