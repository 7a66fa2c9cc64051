"""An answer leaves in one piece, and nothing that was written is lost or waits for more."""

import asyncio
from typing import Any

from vaultra_cli.joined_writes import JoinedWrites


class Transport:
    """What reaches the network."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str) -> str:
        return f"the {name}"


async def joined() -> tuple[Transport, Any]:
    transport = Transport()
    return transport, JoinedWrites(transport, asyncio.get_running_loop())  # type: ignore[arg-type]


async def test_what_is_written_in_one_turn_is_sent_once() -> None:
    transport, writes = await joined()
    writes.write(b"head ")
    writes.write(b"body")
    assert transport.sent == []
    await asyncio.sleep(0)
    assert transport.sent == [b"head body"]


async def test_the_parts_of_a_stream_do_not_wait_for_each_other() -> None:
    transport, writes = await joined()
    for part in (b"a", b"b"):
        writes.write(part)
        await asyncio.sleep(0)
    assert transport.sent == [b"a", b"b"]


async def test_a_whole_answer_is_sent_at_once() -> None:
    transport, writes = await joined()
    writes.write_whole(b"whole")
    assert transport.sent == [b"whole"]
    await asyncio.sleep(0)
    assert transport.sent == [b"whole"]


async def test_a_whole_answer_does_not_overtake_what_waits() -> None:
    transport, writes = await joined()
    writes.write(b"before ")
    writes.write_whole(b"whole")
    assert transport.sent == []
    await asyncio.sleep(0)
    assert transport.sent == [b"before whole"]


async def test_closing_sends_first_and_only_once() -> None:
    transport, writes = await joined()
    writes.write(b"good-bye")
    writes.close()
    assert transport.sent == [b"good-bye"] and transport.closed
    await asyncio.sleep(0)
    assert transport.sent == [b"good-bye"]


async def test_a_connection_that_has_gone_is_written_to_no_more() -> None:
    transport, writes = await joined()
    writes.write(b"too late")
    transport.close()
    await asyncio.sleep(0)
    assert transport.sent == []


async def test_all_else_is_the_transports_own() -> None:
    _, writes = await joined()
    assert writes.get_extra_info("peername") == "the peername"
    assert not writes.is_closing()
