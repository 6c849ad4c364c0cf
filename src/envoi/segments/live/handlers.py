"""The handler of each event name: its route written out as one Python function, so that no event pays for loops.

Written out it takes up to a fifth less of the time of a whole event than read from its tables. Nothing that people
wrote is in the text of the function: names, values and doors are variables of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.event import Event
    from envoi.segments.live.looks import Look, Touches
    from envoi.segments.live.routes import Route
    from envoi.segments.live.state import Person, Turn

#: Has an event, of which `turn` says when and where it came in, touch what its route says.
Handler = Callable[["Person", "Turn", "Event"], None]

#: A look with so many answers is written out, one comparison after the other; with more it is read from its table.
FEW = 6


def handler(route: Route) -> Handler:
    """The route as a function."""
    writer = _Writer()
    lines = ["def handle(person, turn, event):", "    turn.at = event.at", "    turn.props = props = event.props"]
    lines += writer.touching(route.always, "    ")
    for look in route.looks:
        lines += writer.looking(look)
    for gate in route.gates:
        lines += writer.each_of(f"{writer.name(gate)}(event)", "    ")
    scope = writer.scope
    exec("\n".join(lines), scope)  # noqa: S102 - the text is made of what stands in this file, and of numbers
    handle: Handler = scope["handle"]
    return handle


class _Writer:
    """Writes lines of a function, and gives a name to each thing they speak of."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {"bisect_right": bisect_right}

    def name(self, thing: Any) -> str:  # noqa: ANN401 - whatever a function may speak of
        """A name under which the function knows the thing."""
        name = f"_{len(self.scope)}"
        self.scope[name] = thing
        return name

    def touching(self, touches: Touches, indent: str) -> list[str]:
        """Touches each of these."""
        return [
            f"{indent}{self.name(take)}(person, turn, {'None' if given is None else self.name(given)})"
            for take, given in touches
        ]

    def each_of(self, touches: str, indent: str) -> list[str]:
        """Touches what an expression gives."""
        return [f"{indent}for take, given in {touches}:", f"{indent}    take(person, turn, given)"]

    def looking(self, look: Look) -> list[str]:
        """Looks at one property, and touches what its value says."""
        if len(look.table) > FEW:
            place = "{table}.get(value, {others})" if look.kind is str else "{others}[bisect_right({table}, value)]"
            found = place.format(table=self.name(look.table), others=self.name(look.others))
            several = self.each_of(found, " " * 8)
        else:
            several = self._by_text(look) if look.kind is str else self._by_size(look)
        return [
            f"    value = props.get({self.name(look.path)})",
            f"    if type(value) is {look.kind.__name__}:",
            *several,
            "    else:",
            *self.each_of(f"{self.name(look.of_another_kind)}(value)", " " * 8),
        ]

    def _by_text(self, look: Look) -> list[str]:
        tests = [f"value == {self.name(text)}" for text in look.table]
        return self._chosen(tests, [*look.table.values(), look.others])

    def _by_size(self, look: Look) -> list[str]:
        # What is no number at all is below no bound, and comes out with what is too large.
        return self._chosen([f"value < {self.name(bound)}" for bound in look.table], look.others)

    def _chosen(self, tests: Sequence[str], several: Sequence[Touches]) -> list[str]:
        """Touches what belongs to the first test that passes; if none does, the last."""
        lines: list[str] = []
        for test, touches in zip(tests, several, strict=False):
            lines += [f"        {'elif' if lines else 'if'} {test}:", *self._or_pass(touches)]
        return [*lines, "        else:", *self._or_pass(several[-1])] if lines else self._or_pass(several[-1])

    def _or_pass(self, touches: Touches) -> list[str]:
        return self.touching(touches, " " * 12) or [" " * 12 + "pass"]
