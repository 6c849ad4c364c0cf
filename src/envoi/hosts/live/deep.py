"""A batch in which a message is nested deeper than a reader of JSON goes: that one is taken out, the others stay."""

from __future__ import annotations

import re

#: A message nested deeper than this is taken out; readers give up at about a thousand levels.
DEEPEST = 500
#: Messages stand in the list of the batch, which stands in the body's object.
_AROUND = 2

#: A text, or as many brackets as stand together: a bomb of a megabyte is one step.
_steps = re.compile(rb'"(?:[^"\\]|\\.)*+"|(?P<opened>[\[{]+)|(?P<closed>[\]}]+)', re.DOTALL).finditer


def without_deep(body: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """The body with a text in place of each message that is nested too deep, and the message for each such text.

    >>> without_deep(b'{"batch": [1, ' + b"[" * 501 + b"]" * 501 + b"]}")[0]
    b'{"batch": [1, "deep 0"]}'
    """
    parts: list[bytes] = []
    taken: dict[bytes, bytes] = {}
    depth = deepest = start = written = 0
    for step in _steps(body):
        if opened := step["opened"]:
            if depth <= _AROUND < depth + len(opened):
                start, deepest = step.start() + _AROUND - depth, 0
            depth += len(opened)
            deepest = max(deepest, depth - _AROUND)
        elif closed := step["closed"]:
            if depth - len(closed) <= _AROUND < depth and deepest > DEEPEST:
                end = step.start() + depth - _AROUND
                name = b'"deep %d"' % len(taken)
                taken[name] = body[start:end]
                parts += [body[written:start], name]
                written = end
            depth -= len(closed)
    return b"".join([*parts, body[written:]]), taken
