"""AMPscript's functions by name, how many values each takes, and the dialect they belong to."""

from __future__ import annotations

from functools import partial
from inspect import Parameter, signature
from typing import TYPE_CHECKING

from envoi.templates.ampscript import dates, encodings, maths, questions, rowsets, sending, strings
from envoi.templates.ampscript.values import MISSING, SIGNS, text, truthy
from envoi.templates.dialect import Dialect, Function
from envoi.templates.limits import bounded
from envoi.templates.values import escaping, item_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.templates.limits import Run

_PURE: dict[str, Callable[..., object]] = {
    "Add": maths.add, "Subtract": maths.subtract, "Multiply": maths.multiply, "Divide": maths.divide, "Mod": maths.mod,
    "FormatNumber": maths.format_number, "FormatCurrency": maths.format_currency, "Format": maths.format_value,
    "Concat": strings.concat, "Substring": strings.substring, "IndexOf": strings.index_of, "Length": strings.length,
    "Lowercase": strings.lowercase, "Uppercase": strings.uppercase, "ProperCase": strings.proper_case,
    "Trim": strings.trim, "Replace": strings.replace, "ReplaceList": strings.replace_list, "Char": strings.char,
    "RegExMatch": strings.regex_match,
    "URLEncode": encodings.url_encode, "Base64Encode": encodings.base64_encode, "Base64Decode": encodings.base64_decode,
    "MD5": encodings.md5, "SHA1": encodings.sha1, "SHA256": encodings.sha256, "SHA512": encodings.sha512,
    "StringToHex": encodings.string_to_hex, "RedirectTo": encodings.redirect_to,
    "WrapLongURL": encodings.wrap_long_url, "GetJWT": encodings.get_jwt,
    "DateAdd": dates.date_add, "DateDiff": dates.date_diff, "DatePart": dates.date_part, "DateParse": dates.date_parse,
    "StringToDate": dates.string_to_date, "FormatDate": dates.format_date, "SystemDateToLocalDate": dates.same_zone,
    "LocalDateToSystemDate": dates.same_zone,
    "Empty": questions.empty, "IsNull": questions.is_null, "IsNullDefault": questions.is_null_default,
    "IsEmailAddress": questions.is_email_address, "IsPhoneNumber": questions.is_phone_number,
    "Domain": questions.domain, "BuildRowsetFromString": rowsets.from_string,
    "BuildRowsetFromJSON": rowsets.from_json, "BuildRowsetFromXML": rowsets.from_xml,
    "TreatAsContent": sending.treat_as_content, "TreatAsContentArea": sending.treat_as_content_area,
    "BeginImpressionRegion": sending.region, "EndImpressionRegion": sending.region,
}  # fmt: skip
#: Of lists, whose items are looked at one by one.
_OF_ROWS: dict[str, Callable[..., object]] = {
    "Field": rowsets.field, "Row": rowsets.row, "RowCount": rowsets.row_count,
    "DataExtensionRowCount": rowsets.row_count, "Lookup": rowsets.lookup, "LookupRows": rowsets.lookup_rows,
    "LookupRowsCS": rowsets.lookup_rows_cs, "LookupOrderedRows": rowsets.lookup_ordered_rows,
    "LookupOrderedRowsCS": rowsets.lookup_ordered_rows_cs,
}  # fmt: skip
_OF_THIS_MAIL: dict[str, Callable[..., object]] = {
    "Now": dates.now, "GetSendTime": dates.now, "SystemDate": dates.now,
    "Random": sending.random, "GUID": sending.guid, "RaiseError": sending.raise_error,
}  # fmt: skip
#: Characters of work that looking at a row is; functions of more values than this look at all.
_A_ROW, _LOOKS = 500, 2
#: As many rows is one whose value has to be read as a number or a date first, and one that is put in an order.
_READ, _PLACED = 6, 12
#: Functions that the parser turns into other nodes: how many values each takes.
_OF_THE_LANGUAGE = {
    "V": (1, 1), "IIf": (3, 3), "Output": (1, None), "OutputLine": (0, None), "AttributeValue": (1, 1),
    "ContentBlockByName": (1, 5), "ContentBlockByKey": (1, 5), "ContentBlockByID": (1, 5),
    "ContentArea": (1, 5), "ContentAreaByName": (1, 5), "ContentAreaByID": (1, 5),
}  # fmt: skip
#: Functions that print a partial, or text as code.
BLOCKS = frozenset(name.lower() for name in _OF_THE_LANGUAGE if name.startswith("Content"))
#: Functions whose first value names a list of the data.
LOOKUPS = frozenset(
    {"lookup", "lookuprows", "lookuprowscs", "lookuporderedrows", "lookuporderedrowscs", "dataextensionrowcount"}
)
#: Names that no author can write.
ATTRIBUTE, UP, DOWN = " attribute", " up", " down"


def _counting(name: str, function: Callable[..., object]) -> Callable[..., object]:
    """A function of rows: what it looks at counts, but no row that it leaves alone is walked through."""

    def counted(run: Run, *args: object) -> object:
        if len(args) > _LOOKS and isinstance(args[0], list | tuple):
            each = 1 if all(isinstance(each, str) for each in args[1:]) else _READ
            each += _PLACED * (1 + str(args[2]).count(",")) if "Ordered" in name else 0
            run.work(len(args[0]) * _A_ROW * each)
        return function(*args)

    return counted


def _arity(function: Callable[..., object], *, run: bool) -> tuple[int, int | None]:
    """The least and the most values of a function; None is any number."""
    given = list(signature(function).parameters.values())[1 if run else 0 :]
    least = sum(each.default is Parameter.empty and each.kind is not Parameter.VAR_POSITIONAL for each in given)
    return least, None if any(each.kind is Parameter.VAR_POSITIONAL for each in given) else len(given)


#: By the name in small letters: the name, and the least and the most values.
KNOWN: dict[str, tuple[str, int, int | None]] = {
    name.lower(): (name, *arity)
    for name, arity in {
        **{name: _arity(function, run=False) for name, function in {**_PURE, **_OF_ROWS}.items()},
        **{name: _arity(function, run=True) for name, function in _OF_THIS_MAIL.items()},
        **_OF_THE_LANGUAGE,
    }.items()
}

AMPSCRIPT = Dialect(
    name="ampscript",
    functions={
        **{name.lower(): Function(call=bounded(function)) for name, function in _PURE.items()},
        **{name.lower(): Function(call=_counting(name, function)) for name, function in _OF_ROWS.items()},
        **{name.lower(): Function(call=function, pure=False) for name, function in _OF_THIS_MAIL.items()},
        ATTRIBUTE: Function(call=sending.attribute, pure=False),
        UP: Function(call=bounded(partial(maths.rounds, step=1))),
        DOWN: Function(call=bounded(partial(maths.rounds, step=-1))),
    },
    missing=MISSING,
    text=text,
    markup=escaping(text),
    truthy=truthy,
    compare=SIGNS,
    item=lambda value, key: found if (found := item_of(value, key)) is not None or value is None else MISSING,
)
