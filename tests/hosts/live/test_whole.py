"""What is written leaves in order and whole, and nothing of it later than at the end of a turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from envoi.hosts.live.whole import WholeAnswers

Data = bytes | bytearray | memoryview

#: What an application does: it writes, or it lets the loop turn.
_steps = st.lists(st.binary(min_size=1, max_size=3) | st.none(), max_size=12)


class Calls(asyncio.Transport):
    """A transport that notes what each call of the system would have been given."""

    def __init__(self) -> None:
        super().__init__({"peername": "there"})
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: Data) -> None:
        self.sent.append(bytes(data))

    def writelines(self, list_of_data: Iterable[Data]) -> None:
        self.sent.append(b"".join(list_of_data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""


def after(steps: Sequence[bytes | None], *, close: bool = False) -> Calls:
    """What was sent after these steps, the last of which is a turn of the loop or the end of the connection."""

    async def take() -> Calls:
        calls = Calls()
        whole = WholeAnswers(calls, asyncio.get_running_loop().call_soon)
        for step in steps:
            if step is None:
                await asyncio.sleep(0)
            else:
                whole.write(step)
        if close:
            whole.close()
        else:
            await asyncio.sleep(0)
        assert whole.is_closing() == close
        assert whole.get_extra_info("peername") == "there"
        return calls

    return asyncio.run(take())


def test_head_and_body_are_one_call() -> None:
    assert after([b"head", b"body"]).sent == [b"headbody"]
    assert after([b"head", b"body", None, b"head", b"body"]).sent == [b"headbody", b"headbody"]


def test_a_head_whose_body_takes_time_does_not_wait_for_it() -> None:
    assert after([b"head", None, b"body"]).sent == [b"head", b"body"]


def test_who_closes_has_written_all() -> None:
    assert after([b"head"], close=True).sent == [b"head"]


@given(steps=_steps)
def test_all_that_is_written_is_sent_in_order(steps: list[bytes | None]) -> None:
    assert b"".join(after(steps).sent) == b"".join(filter(None, steps))
