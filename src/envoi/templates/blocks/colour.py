"""Colours that can be read: contrast as WCAG measures it, and the ink that suits a background."""

from __future__ import annotations

#: WCAG 2.2, 1.4.3: text is told from its background at this ratio; every colour reaches it with black or with white.
READABLE = 4.5
BLACK, WHITE = "#000000", "#ffffff"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").

    >>> round(contrast("#ffffff", "#000000"), 1), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(background: str, *wanted: str) -> str:
    """The first of the wanted colours that can be read on the background; else black or white, whichever is clearer.

    >>> ink_on("#2f5d46", "#22302a"), ink_on("#e3ecdf", "#22302a")
    ('#ffffff', '#22302a')
    """
    readable = (each for each in wanted if contrast(each, background) >= READABLE)
    return next(readable, max(BLACK, WHITE, key=lambda each: contrast(each, background)))


def towards(colour: str, goal: str, *, against: str) -> str:
    """The colour, mixed with as little of `goal` as it takes to be read against a background.

    >>> towards("#2f5d46", "#ffffff", against="#1f2622")
    '#829d90'
    """
    mixed = (_mixed(colour, goal, tenths) for tenths in range(11))
    return next((each for each in mixed if contrast(each, against) >= READABLE), goal)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own numbers


def _mixed(colour: str, goal: str, tenths: int) -> str:
    pairs = zip(_parts(colour), _parts(goal), strict=True)
    return "#" + "".join(f"{(a * (10 - tenths) + b * tenths) // 10:02x}" for a, b in pairs)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))
