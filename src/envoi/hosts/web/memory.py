"""What was asked of history before, so that it need not be asked again while history is the same."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Answer = TypeVar("Answer")

#: So many answers are remembered, those last asked for.
MOST = 500


@dataclass(slots=True)
class Memory:
    """Answers by what they answer."""

    answers: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)

    def of(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer to what the key stands for."""
        found: Answer = self.answers[key] if key in self.answers else ask()
        self.answers[key] = found
        self.answers.move_to_end(key)
        while len(self.answers) > MOST:
            self.answers.popitem(last=False)
        return found
