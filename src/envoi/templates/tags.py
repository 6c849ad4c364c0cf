"""How each dialect writes its tags: enough to hide them from tools that read HTML, and to find them in a file."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STRINGS = r"\"[^\"]*\"|'[^']*'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The tags of a dialect."""

    #: Finds one tag, and with it what it hides: a comment, raw text.
    pattern: re.Pattern[str]
    #: Matches a tag that decides, repeats or sets, and prints nothing of itself.
    steering: re.Pattern[str]
    #: How one writes that a value is printed, and that another is where there is none.
    printing: str
    fallback: str

    def steers(self, tag: str) -> bool:
        """Whether a tag decides, repeats or sets."""
        return bool(self.steering.match(tag))

    def example(self, path: str) -> str:
        """How a value is printed.

        >>> TAGS["liquid"].example("why"), TAGS["ampscript"].example("why")
        ('{{ why }}', '%%why%%')
        """
        return self.printing.replace("x", path)

    def with_fallback(self, path: str) -> str:
        """How a value is printed, and another where there is none.

        >>> TAGS["liquid"].with_fallback("person.name")
        '{{ person.name | default: "..." }}'
        """
        return re.sub(r"\bx\b", path, self.fallback)


def _tags(pattern: str, steering: str, printing: str, fallback: str) -> Tags:
    flags = re.DOTALL | re.IGNORECASE
    return Tags(
        pattern=re.compile(pattern, flags), steering=re.compile(steering, flags), printing=printing, fallback=fallback
    )


LIQUID = _tags(
    r"\{%-?\s*(?P<opaque>raw|comment|doc)\b.*?\{%-?\s*end(?P=opaque)\s*-?%\}|\{%.*?%\}|\{\{.*?\}\}",
    r"\{%",
    "{{ x }}",
    '{{ x | default: "..." }}',
)
_HANDLEBARS = _tags(
    r"\{\{~?!--.*?--~?\}\}|\{\{~?!.*?\}\}|\{\{\{\{(?P<opaque>[^/}].*?)\}\}\}\}.*?\{\{\{\{/.*?\}\}\}\}"
    rf"|\{{\{{\{{(?:{_STRINGS}|.)*?\}}\}}\}}|\{{\{{(?:{_STRINGS}|.)*?\}}\}}",
    r"\{\{~?\s*(?:[#/^!>]|else\b)",
    "{{ x }}",
    "{{#if x}}{{x}}{{else}}...{{/if}}",
)
TAGS: dict[str, Tags] = {
    "liquid": LIQUID,
    "handlebars": _HANDLEBARS,
    "mustache": _HANDLEBARS,
    "mailchimp": _tags(
        r"\*\|.*?\|\*",
        r"\*\|\s*(?:IF|IFNOT|ELSE|ELSEIF|END|INTERESTED|INTERESTEDNOT)\b",
        "*|x|*",
        "*|IF:x|**|x|**|ELSE:|*...*|END:IF|*",
    ),
    "ampscript": _tags(
        rf"%%\[(?:{_STRINGS}|/\*.*?\*/|.)*?\]%%|%%=(?:{_STRINGS}|.)*?=%%|%%[a-z_][\w .-]*%%"
        r"|<script\b[^>]*\brunat\s*=\s*[\"']?server\b[^>]*>.*?</script\s*>",
        r"%%\[|<script",
        "%%x%%",
        '%%=IIf(Empty(x), "...", x)=%%',
    ),
}
