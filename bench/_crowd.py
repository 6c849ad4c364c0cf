"""People who do not exist, in households, some of them on record several times and not spelled alike."""

from __future__ import annotations

import random
from string import ascii_lowercase

import nicknames

COLUMNS = ("first_name", "surname", "dob", "email", "phone", "address", "postcode", "city")
_SYLLABLES = [
    "ba",
    "ber",
    "bur",
    "cor",
    "dal",
    "den",
    "el",
    "far",
    "gar",
    "hal",
    "hol",
    "kel",
    "lan",
    "mar",
    "mer",
    "nor",
    "pem",
    "ral",
    "ros",
    "sel",
    "stan",
    "tal",
    "ter",
    "wal",
    "wen",
    "wick",
]
_ENDS = ["ton", "son", "ley", "man", "field", "ford", "well", "worth", "by", "ham", "er", "ing"]
_STREETS = [
    *("Station", "Church", "Mill", "Park", "Green", "Victoria", "Albert"),
    *("Bridge", "Castle", "Chapel", "Grange", "Manor", "School", "York"),
]
_DOMAINS = ("mail.example", "post.example", "inbox.example", "web.example")


def crowd(records: int, *, seed: int = 0) -> dict[str, list[str | None]]:
    """Columns of `records` records; the column `person` says who each is of."""
    chance = random.Random(seed)
    given = sorted({each.name1 for each in nicknames.name_triplets()})
    short: dict[str, list[str]] = {}
    for each in nicknames.name_triplets():
        short.setdefault(each.name1, []).append(each.name2)
    surnames = [a + b + c for a in _SYLLABLES for b in ("", *_SYLLABLES) for c in _ENDS]
    chance.shuffle(surnames)
    shares = [1 / (rank + 20) for rank in range(len(surnames))]
    towns = [(a + b).title() for a in _SYLLABLES for b in _ENDS]
    rows: list[tuple[str, list[str]]] = []
    person = 0
    while len(rows) < records:
        surname, town = chance.choices(surnames, shares)[0], min(int(chance.expovariate(0.02)), len(towns) - 1)
        home = [
            f"0{chance.randrange(10**9, 10**10 - 1)}",
            f"{chance.randrange(1, 120)} {chance.choice(_STREETS)} {chance.choice(['Road', 'Street', 'Lane'])}",
            f"{towns[town][:2].upper()}{chance.randrange(1, 20)} {chance.randrange(1, 9)}"
            + chance.choice("ABDEFGH")
            + chance.choice("JLNPQRS"),
            towns[town],
        ]
        for _ in range(chance.choices((1, 2, 3, 4), (5, 3, 1, 1))[0]):
            person += 1
            name = chance.choice(given)
            born = f"{chance.randrange(1940, 2006)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            mail = f"{name}.{surname}{chance.randrange(100)}@{chance.choice(_DOMAINS)}"
            phone = home[0] if chance.random() < 0.3 else f"07{chance.randrange(10**8, 10**9 - 1)}"
            whole = [name.title(), surname.title(), born, mail, phone, *home[1:]]
            times = chance.choices((1, 2, 3, 5), (78, 15, 5, 2))[0]
            rows += [(str(person), _written(whole, short.get(name, []), chance)) for _ in range(times)]
    del rows[records:]
    chance.shuffle(rows)
    columns: dict[str, list[str | None]] = {"id": [str(n) for n in range(len(rows))]}
    columns |= {name: [row[n] or None for _, row in rows] for n, name in enumerate(COLUMNS)}
    columns["person"] = [person for person, _ in rows]
    return columns


def _written(whole: list[str], short: list[str], chance: random.Random) -> list[str]:
    row = [("" if chance.random() < 0.12 else _slipped(value, chance)) for value in whole]
    if short and chance.random() < 0.1:
        row[0] = chance.choice(short).title()
    if chance.random() < 0.01:
        row[0], row[1] = row[1], row[0]
    if chance.random() < 0.05:  # moved house
        row[5] = f"{chance.randrange(1, 120)} {chance.choice(_STREETS)} Close"
        row[6] = f"ZZ{chance.randrange(1, 99)} {chance.randrange(1, 9)}AA"
    return row


def _slipped(value: str, chance: random.Random) -> str:
    """The value as somebody typed it: one in twelve with one letter wrong."""
    if chance.random() > 0.08:
        return value
    at = chance.randrange(len(value))
    letter = chance.choice("0123456789" if value[at].isdigit() else ascii_lowercase)
    return chance.choice((value[:at] + letter + value[at + 1 :], value[:at] + value[at + 1 :]))
