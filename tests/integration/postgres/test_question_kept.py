"""A question is stored without waiting for the disk (decision 20); its answer, which is waited for, brings it along."""

import os
import signal
from functools import partial
from pathlib import Path

from support.database import outside_the_loop
from support.owners import FixedClock
from vaultra_adapters.postgres import migrate
from vaultra_adapters.postgres.embedded import EmbeddedPostgres
from vaultra_adapters.postgres.engine import make_engine
from vaultra_adapters.postgres.unit_of_work import PostgresUnitOfWork
from vaultra_core.agent.chat import Chat
from vaultra_core.agent.registry import ToolRegistry
from vaultra_core.domain.conversations import MessageRole
from vaultra_core.identity import Caller, Role
from vaultra_core.testing.contracts.conversations import given_member
from vaultra_core.testing.language import Says, ScriptedModel

# What is not waited for comes to the disk when this server's writer gets to it: not during this test.
LAZY = {"fsync": "off", "wal_writer_delay": "10s", "wal_writer_flush_after": "1GB"}


async def test_a_database_that_is_killed_once_the_answer_is_stored_has_the_question_too(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data", settings=LAZY) as server:
        outside_the_loop(lambda: migrate.upgrade(server.url))
        engine = make_engine(server.url, application="vaultra-tests")
        work = partial(PostgresUnitOfWork, engine)
        user, business = await given_member(work)
        caller = Caller(user_id=user.id, business_id=business.id, role=Role.OWNER)
        chat = Chat(work, FixedClock(), ToolRegistry([]), ScriptedModel(Says("Ask me about your payouts.")))
        turn = await chat.start(caller, "Who are you?")
        await turn.answer()
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        await engine.dispose()
        await chat.close()
    with EmbeddedPostgres(tmp_path / "data", settings=LAZY) as server:
        engine = make_engine(server.url, application="vaultra-tests")
        async with PostgresUnitOfWork(engine, user.id) as again:
            kept = await again.conversations.messages(turn.conversation.id, limit=9)
        await engine.dispose()
    assert [(message.role, message.content) for message in kept] == [
        (MessageRole.USER, "Who are you?"),
        (MessageRole.ASSISTANT, "Ask me about your payouts."),
    ]
