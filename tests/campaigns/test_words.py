"""The words that a template can use: what the plan, the campaigns and the data of every mail bring."""

from __future__ import annotations

from envoi.campaigns.project import load
from envoi.campaigns.words import known_paths, words
from tests.campaigns.corner import FILES


def test_the_words_of_a_template_are_those_of_the_campaigns_that_use_it() -> None:
    project = load(FILES)
    said = {word.path: word.says for word in words(project, "hello.mjml")}
    assert said["person.tier"] == "one of gold, silver"
    assert said["person.first_name"] == "a text"
    assert said["content.headline"] == "from hello: For our best"
    assert said["p.price"] == "of each product p"
    assert said["unsubscribe_url"].startswith("a link that ends")
    assert not any(path.startswith(("content.", "p.")) for path in (one.path for one in words(project, "other.mjml")))


def test_each_word_comes_once_and_may_be_used() -> None:
    project = load(FILES)
    paths = [word.path for word in words(project, "hello.mjml")]
    assert len(paths) == len(set(paths))
    known = known_paths(project)
    assert [path for path in paths if path.split(".")[0] not in {"p", "content"} and path not in known] == []
