"""AMPscript's rows: looked up in lists that the data bring, or read from a text, JSON or XML.

What AMPscript calls a data extension is here a list of mappings in the data; a rowset is such a list, a row a mapping.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from envoi.errors import TemplateError
from envoi.templates.ampscript.values import as_moment, as_number, before, equal, flag, glimpse, text, whole
from envoi.templates.limits import require, require_small

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = Mapping[str, object]
#: As many rows as a lookup gives at most.
MOST_ROWS = 2_000
_LONGEST_PATH = 200
_STEP = re.compile(r"\.(\w+|\*)|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[(\d+|\*)\]")


def row_count(rows: object) -> int:
    """How many rows there are; none in what is empty."""
    return len(_list(rows, "RowCount"))


def row(rows: object, position: object) -> Row:
    """One row, counted from 1.

    Raises:
        TemplateError: there are not so many.
    """
    found, place = _list(rows, "Row"), whole(position, "Row")
    if not 1 <= place <= len(found):
        raise TemplateError(f"there is no row {place}, only {len(found)}", hint="ask RowCount(@rows) before")
    return _row(found[place - 1], "Row")


def field(of: object, name: object, required: object = 1) -> object:
    """A field of a row by its name, in any case, or by its position from 1.

    >>> field({"Name": "Anna", "age": 7}, "name"), field({"Name": "Anna", "age": 7}, 2), field({}, "x", 0)
    ('Anna', 7, '')

    Raises:
        TemplateError: it has none such, and it is required.
    """
    of = _row(of, "Field")
    key = _key(of, text(name))
    if key is not None:
        return of[key]
    if flag(required, "Field"):
        raise TemplateError(f"the row has no field {glimpse(name)}", hint=f"it has {', '.join(map(repr, of))}")
    return ""


def lookup(rows: object, wanted: object, *pairs: object) -> object:
    """A field of the first row whose fields have these values; nothing if there is none.

    >>> lookup([{"level": "Gold", "id": 1}, {"level": "gold", "id": 2}], "id", "LEVEL", "gold")
    1
    """
    found = _matching(rows, pairs, "Lookup")
    return field(found[0], wanted) if found else ""


def lookup_rows(rows: object, *pairs: object) -> Sequence[Row]:
    """The rows whose fields have these values, in any case."""
    return _matching(rows, pairs, "LookupRows")


def lookup_rows_cs(rows: object, *pairs: object) -> Sequence[Row]:
    """The rows whose fields have exactly these values."""
    return _matching(rows, pairs, "LookupRowsCS", exact=True)


def lookup_ordered_rows(rows: object, count: object, order: object, *pairs: object) -> Sequence[Row]:
    """The same in an order such as "price desc, name asc", and so many; 0 is all.

    >>> lookup_ordered_rows([{"a": 1, "b": 2}, {"a": 1, "b": 10}], 1, "b desc", "a", 1)
    [{'a': 1, 'b': 10}]
    """
    return _first(_ordered(_matching(rows, pairs, "LookupOrderedRows"), text(order)), count)


def lookup_ordered_rows_cs(rows: object, count: object, order: object, *pairs: object) -> Sequence[Row]:
    """The same with exactly these values."""
    return _first(_ordered(_matching(rows, pairs, "LookupOrderedRowsCS", exact=True), text(order)), count)


def from_string(source: object, delimiter: object) -> Sequence[Row]:
    """The parts of a text, each a row with one field.

    >>> [field(each, 1) for each in from_string("ONE|TWO", "|")], from_string("", "|")
    (['ONE', 'TWO'], [])
    """
    whole_text, sign = text(source), text(delimiter)
    parts = (whole_text.split(sign) if sign else [whole_text]) if whole_text else []
    require_small(parts)
    return [{"": part} for part in parts]


def from_json(source: object, path: object, empty_on_error: object) -> Sequence[Row]:
    """The rows that a JSONPath of names, positions and * finds; an object's fields are the row's.

    >>> from_json('{"items": [{"n": 1}, {"n": 2}]}', "$.items[*]", 1), from_json("{", "$", 1)
    ([{'n': 1}, {'n': 2}], [])
    """
    try:
        nodes = [json.loads(text(source))]
    except ValueError as fault:
        return _unreadable("JSON", fault, empty_on_error)
    for name in _json_steps(text(path)):
        nodes = [each for node in nodes for each in _step(node, name)]
        require_small(nodes)
    if len(nodes) == 1 and isinstance(nodes[0], list):
        nodes = nodes[0]
    return [_json_row(node) for node in nodes]


def from_xml(source: object, path: object, empty_on_error: object) -> Sequence[Row]:
    """The rows that a path finds: the value of each element, its XML, and each attribute as `name_att`.

    >>> rows = from_xml('<a><b id="7">x</b></a>', "/a/b", 1)
    >>> field(rows[0], "value"), field(rows[0], "id_att")
    ('x', '7')
    """
    shown = text(source)
    if "<!DOCTYPE" in shown.upper() or "<!ENTITY" in shown.upper():
        raise TemplateError("XML with a document type is not read", hint="remove it")
    try:
        root = ElementTree.fromstring(shown)  # noqa: S314 - without a document type there are no entities
        found = _xml_nodes(root, text(path))
    except (ElementTree.ParseError, SyntaxError) as fault:
        return _unreadable("XML", fault, empty_on_error)
    rows, size = [], 0
    for each in found:
        inner = "".join(ElementTree.tostring(part, "unicode") for part in each)
        size += len(inner) + len(each.attrib) + 1
        require(size)
        attributes = {f"{name}_att": value for name, value in each.attrib.items()}
        rows.append({"Value": "".join(each.itertext()), "Xml": inner} | attributes)
    return rows


def _list(value: object, what: str) -> Sequence[object]:
    if value is None or value == "":
        return []
    if not isinstance(value, list | tuple):
        hint = "a template looks up rows in a list that its data bring: check its name"
        raise TemplateError(f"{what} takes rows, not {glimpse(value)}", hint=hint)
    return value


def _row(value: object, what: str) -> Row:
    if not isinstance(value, Mapping):
        raise TemplateError(f"{what} takes a row, not {glimpse(value)}", hint="take one with Row(@rows, 1)")
    return value


def _matching(rows: object, pairs: Sequence[object], what: str, *, exact: bool = False) -> Sequence[Row]:
    if len(pairs) % 2:
        raise TemplateError(f"{what} takes the names of fields and their values in pairs")
    if rows is None or rows == "":
        hint = "bring it as a list of mappings: a template cannot reach a data extension"
        raise TemplateError(f"{what} finds no such list in the data", hint=hint)
    found = [each if type(each) is dict else _row(each, what) for each in _list(rows, what)]
    for name, wanted in zip(pairs[::2], pairs[1::2], strict=True):
        found = _having(found, text(name), _exactly(wanted) if exact else _equal_to(wanted))
    return found[:MOST_ROWS]


def _having(rows: Sequence[Row], name: str, holds: Callable[[object], bool]) -> list[Row]:
    """The rows of whose field it holds; nearly all write its name in the same way."""
    found, key = [], name
    for row in rows:
        if key not in row:
            key = _key(row, name) or name
        if holds(row[key] if key in row else field(row, name)):
            found.append(row)
    return found


def _key(row: Row, name: str) -> str | None:
    """How a row writes the name of a field, or the position of one."""
    if name in row:
        return name
    folded = name.lower()
    for key in row:
        if str(key).lower() == folded:
            return key
    if name.isdecimal() and len(name) < 6:  # noqa: PLR2004
        return next(islice(row, max(int(name) - 1, 0), int(name)), None)
    return None


def _exactly(wanted: object) -> Callable[[object], bool]:
    shown = text(wanted)
    return lambda value: (value if type(value) is str else text(value)) == shown


def _equal_to(wanted: object) -> Callable[[object], bool]:
    """What `equal` says, quick for the texts and numbers that nearly all rows are made of."""
    if not isinstance(wanted, str):
        return lambda value: equal(value, wanted)
    folded, number = wanted.casefold(), as_number(wanted)

    def holds(value: object) -> bool:
        if isinstance(value, str):
            return value.casefold() == folded
        return number == value if type(value) is int else equal(value, wanted)

    return holds


def _ordered(rows: Sequence[Row], order: str) -> Sequence[Row]:
    made = list(rows)
    for part in reversed([part.split() for part in order.split(",") if part.strip()]):
        if len(part) > 2 or (len(part) == 2 and part[1].lower() not in {"asc", "desc"}):  # noqa: PLR2004
            raise TemplateError(f"there is no order {glimpse(' '.join(part))}", hint='write "price desc, name asc"')
        made.sort(key=lambda each, name=part[0]: _Sorted(field(each, name)), reverse=part[-1].lower() == "desc")  # type: ignore[misc]
    return made


def _first(rows: Sequence[Row], count: object) -> Sequence[Row]:
    wanted = whole(count, "LookupOrderedRows")
    return rows[:wanted] if wanted > 0 else rows


class _Sorted:
    """A value among others, by AMPscript's order; a text is read once, not each time it is compared."""

    __slots__ = ("folded", "moment", "number", "value")

    def __init__(self, value: object) -> None:
        self.value = value
        self.folded = value.casefold() if isinstance(value, str) else None
        self.number, self.moment = (as_number(value), as_moment(value)) if isinstance(value, str) else (None, None)

    def __lt__(self, other: _Sorted) -> bool:
        if self.folded is None or other.folded is None:
            return before(self.value, other.value)
        if self.number is not None and other.number is not None:
            return self.number < other.number
        if self.moment is not None and other.moment is not None:
            return self.moment < other.moment
        return self.folded < other.folded


def _json_steps(path: str) -> list[str]:
    rest = path.strip().removeprefix("$")
    steps = list(_STEP.finditer(rest))
    if "".join(found[0] for found in steps) != rest:
        hint = "write it as $.items[*] or $.a['b'][0]"
        raise TemplateError(f"there is no path {glimpse(path)} here", hint=hint)
    return [next(part for part in found.groups() if part is not None) for found in steps]


def _step(node: object, name: str) -> list[object]:
    if isinstance(node, dict):
        return list(node.values()) if name == "*" else [node[name]] if name in node else []
    if isinstance(node, list):
        if name == "*":
            return node
        if name.isdecimal() and len(name) < 9:  # noqa: PLR2004
            return node[int(name) : int(name) + 1]
    return []


def _json_row(node: object) -> Row:
    if isinstance(node, dict):
        return {name: _plain(value) for name, value in node.items()}
    return {"Value": _plain(node)}


def _plain(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _xml_nodes(root: ElementTree.Element, path: str) -> Sequence[ElementTree.Element]:
    steps = path.strip()
    if len(steps) > _LONGEST_PATH or steps.count("//") > 1 or "[" in steps:
        raise TemplateError(f"there is no path {glimpse(path)} here", hint="write it as /a/b or //b")
    if steps.startswith("//"):
        return ([root] if root.tag == steps[2:] else []) + root.findall(f".{steps}")
    first, _, rest = steps.removeprefix("/").partition("/")
    if first not in {root.tag, "*"}:
        return []
    return root.findall(rest) if rest else [root]


def _unreadable(what: str, fault: Exception, empty_on_error: object) -> Sequence[Row]:
    if flag(empty_on_error, f"BuildRowsetFrom{what}"):
        return []
    raise TemplateError(f"the {what} cannot be read: {fault}", hint="write 1 as the third value to go on without rows")
