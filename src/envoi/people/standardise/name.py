"""People's names: which part is which, in whatever order and case they were typed, and in one form."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from envoi.people.standardise.base import Clean, folded, spaced
from envoi.people.standardise.name_case import cased, is_loud
from envoi.people.standardise.name_words import DOUBTFUL, GENERATIONS, HONORIFICS, ORGANISATION, PARTICLES, TITLES

#: What stands between two people; "y" and "e" stand within the family names of Spain and Portugal.
_ANDS = frozenset({"&", "and", "und", "et", "+"})
#: A name by which people call somebody: in brackets or quotes, of which two single ones make a double.
_QUOTED = re.compile(r"""\(([^()]+)\)|"([^"]+)"|''([^']+)''|(?<!\w)'([^']+)'(?!\w)""")
_WITH_INITIAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """One person's name in its parts; those that are not there are empty."""

    honorific: str = ""
    given: str = ""
    middle: str = ""
    nickname: str = ""
    family: str = ""
    #: "Jr", "III".
    generation: str = ""
    #: What was earned: "MD", "PhD".
    titles: str = ""

    def __str__(self) -> str:
        """In the order in which letters have it.

        >>> str(PersonName(honorific="Dr", given="Hugh", middle="F", family="Smisson", generation="Jr"))
        'Dr Hugh F Smisson Jr'
        """
        nickname = f'"{self.nickname}"' if self.nickname else ""
        words = (self.honorific, self.given, self.middle, nickname, self.family, self.generation)
        said = " ".join(word for word in words if word)
        return f"{said}, {self.titles}" if self.titles else said


def name(text: str) -> Clean:
    """The name in one form: given name first, in its usual case, honorific and suffixes as they are usually written.

    Its parts are those of the first person named, and `partner` for the second of a couple. The name of a firm stays
    as it is, and is the part `organisation`.

    >>> [name(text).value for text in ("SMITH SR, DONALD L", "o'neill, mary-jane", "LUDWIG VAN BEETHOVEN")]
    ['Donald L Smith Sr', "Mary-Jane O'Neill", 'Ludwig van Beethoven']
    >>> couple = name("mr & mrs james o davis")
    >>> couple.value, couple.parts["family"], couple.parts["partner"]
    ('Mr & Mrs James O Davis', 'Davis', 'Mrs Davis')
    """
    written = spaced(text)
    if is_organisation(written):
        return Clean(value=written, parts={"organisation": written})
    people = read_name(written)
    if not people:
        return Clean(fault="has no letter, so it is no name")
    first, *others = people
    value = _together(people)
    if value != written and _together(read_name(value)) != value:
        # What would be read differently the next time is not understood: it stays as it came.
        return Clean(value=written)
    parts = {part: getattr(first, part) for part in PersonName.__slots__} | {"partner": " & ".join(map(str, others))}
    return Clean(value=value, parts=parts)


def is_organisation(text: str) -> bool:
    """Whether the text names a firm, by a word that no person's name has.

    >>> is_organisation("Windsor Homes, Inc."), is_organisation("Anna Lee")
    (True, False)
    """
    words = folded(text).split()
    return len(words) > 1 and not ORGANISATION.isdisjoint(words)


def read_name(text: str) -> list[PersonName]:
    """The people whom the text names: one, or each of a couple; none if it has no letter.

    >>> [each.given + " " + each.family for each in read_name("Lloyd & Susan Hoffspiegel")]
    ['Lloyd Hoffspiegel', 'Susan Hoffspiegel']
    """
    written = spaced(text)
    if not any(each.isalpha() for each in written):
        return []
    people = [_person(words) for words in _couple(written)]
    people = [_with_initial(each) for each in people[:-1]] + people[-1:]
    people = [each for each in people if any(map(str, (each.honorific, each.given, each.family, each.titles)))]
    return _shared(people)


def _together(people: list[PersonName]) -> str:
    """A couple in one line: a family name they share is said once."""
    families = {each.family for each in people}
    if len(people) == 1 or len(families) != 1:
        return " & ".join(map(str, people))
    *before, last = people
    if all(not each.given for each in people[1:]) and people[0].given:
        # "Mr & Mrs James O Davis": the honorifics stand together.
        honorifics = " & ".join(each.honorific for each in people)
        return str(replace(people[0], honorific=honorifics))
    return " & ".join(str(replace(each, family="")) for each in before) + f" & {last}"


def _couple(written: str) -> list[str]:
    """The text of each person."""
    parts: list[list[str]] = [[]]
    words = written.split()
    for n, word in enumerate(words):
        if word.casefold() in _ANDS and parts[-1] and n + 1 < len(words):
            parts.append([])
        else:
            parts[-1].append(word)
    return [" ".join(words) for words in parts]


def _shared(people: list[PersonName]) -> list[PersonName]:
    """Gives each of a couple the family name, which stands only with the last."""
    if len(people) <= 1:
        return people
    last = people[-1]
    if people[0].honorific and people[0].family and not people[0].given and not last.family and not last.honorific:
        # "Drs Davidson and Burr"
        return [*people[:-1], replace(last, given="", family=last.given)]
    if last.given and not last.family and people[0].family:
        # "Davis, James & Mary"
        return [people[0], *(replace(each, family=each.family or people[0].family) for each in people[1:])]
    if not people[0].given and not people[0].family and people[0].honorific:
        # "Mr & Mrs James Davis": the name is the first one's.
        partner = PersonName(honorific=last.honorific, family=last.family)
        return [replace(last, honorific=people[0].honorific), partner]
    return [*(replace(each, family=each.family or last.family) for each in people[:-1]), last]


def _with_initial(person: PersonName) -> PersonName:
    """The first of a couple: "Ronald T." has an initial, and the family name of the other."""
    if len(person.family) != 1 or not person.given:
        return person
    return replace(person, middle=f"{person.middle} {person.family}".strip(), family="")


def _person(text: str) -> PersonName:
    nickname = ""
    if (quoted := _QUOTED.search(text)) and (inner := next(filter(None, quoted.groups()))):
        around = f"{text[: quoted.start()]} {text[quoted.end() :]}"
        if folded(inner) in GENERATIONS or not any(map(str.isalpha, around)):
            text = f"{text[: quoted.start()]} {inner} {text[quoted.end() :]}"
        else:
            nickname, text = inner.strip(" .,"), around
    chunks = [chunk.split() for chunk in text.split(",")]
    found = _sorted_out([chunk for chunk in chunks if chunk])
    return replace(found, nickname=cased(nickname, loud=is_loud(text)))


def _sorted_out(chunks: list[list[str]]) -> PersonName:
    """The parts of a name that commas part: "family suffix, given" or "given family, suffix"."""
    honorifics: list[str] = []
    generations: list[str] = []
    titles: list[str] = []
    kept: list[list[str]] = []
    for n, chunk in enumerate(chunks):
        words = list(chunk)
        _take_suffixes(words, generations, titles, after_comma=n > 0, alone=not kept)
        while words and (honorific := HONORIFICS.get(folded(words[0]))) and (len(words) > 1 or len(chunks) == 1):
            honorifics.append(honorific)
            words.pop(0)
        if words:
            kept.append(words)
    loud = is_loud(" ".join(word for words in kept for word in words))
    fields = {
        "honorific": " ".join(honorifics),
        "generation": " ".join(dict.fromkeys(generations)),
        "titles": ", ".join(dict.fromkeys(titles)),
    }
    given, family = _ordered(kept, is_addressed=bool(honorifics))
    return _named(given, family, loud=loud, fields=fields)


def _ordered(kept: list[list[str]], *, is_addressed: bool) -> tuple[list[str], list[str]]:
    """The given and the family names."""
    if len(kept) > 1:
        family, *rest = kept
        given = [word for words in rest for word in words]
        if len(family) == 1 or len(given) > 1 or not _is_initial(given[0]):
            return given, family
        # "Joseph Arojojoye, B": an initial that was forgotten.
        return [*family[:-1], *given], family[-1:]
    words = kept[0] if kept else []
    if len(words) == _WITH_INITIAL and _is_initial(words[-1]) and not _is_initial(words[0]):
        # "Brines Mark R": nobody's family name is a letter if there is another word for it.
        return (words[1:], words[:1]) if not _is_initial(words[1]) else (words[:1], words[1:])
    # A single word under an honorific is a family name: "Dr Williams".
    split = 0 if len(words) == 1 and is_addressed else _family_from(words)
    return words[:split], words[split:]


def _is_initial(word: str) -> bool:
    return len(word.strip(".")) == 1


def _take_suffixes(
    words: list[str], generations: list[str], titles: list[str], *, after_comma: bool, alone: bool
) -> None:
    """Moves what stands after a name from the end of `words`."""
    if [folded(word) for word in words[-3:]] in (["attorney", "at", "law"], ["atty", "at", "law"]):
        del words[-3:]
        titles.insert(0, "Attorney at Law")
    found: list[tuple[list[str], str]] = []
    while len(words) > (1 if alone else 0):
        key = folded(words[-1])
        if key in GENERATIONS:
            found.append((generations, GENERATIONS[key]))
        elif key in TITLES and (key not in DOUBTFUL or after_comma or "." in words[-1][:-1] or words[-1].isupper()):
            # "SMITH, MA" is a person called Ma if nothing else is.
            found.append((titles, TITLES[key]))
        else:
            break
        words.pop()
    for taken, word in reversed(found):
        taken.append(word)


def _family_from(words: list[str]) -> int:
    """Where the family name begins: at the last word, or at the particles before it."""
    start = max(len(words) - 1, min(len(words), 1))
    while start > 1 and folded(words[start - 1]) in PARTICLES and len(words[start - 1].strip(".")) > 1:
        start -= 1
    return start


def _named(given: list[str], family: list[str], *, loud: bool, fields: dict[str, str]) -> PersonName:
    first, *middle = given or [""]
    return PersonName(
        given=cased(first, loud=loud),
        middle=cased(" ".join(middle), loud=loud),
        family=cased(" ".join(family), loud=loud, is_family=True),
        **fields,
    )
