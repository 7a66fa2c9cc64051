"""A server ingests its knowledge base beside serving, in a task that nobody waits for."""

import logging

import pytest
from dishka import Provider, Scope, make_async_container

from vaultra_adapters.settings import Settings
from vaultra_cli.knowledge import ingest_beside
from vaultra_core.errors import Unavailable
from vaultra_core.use_cases.ingest_knowledge import IngestKnowledge


@pytest.mark.parametrize(
    ("error", "level"),
    [(Unavailable("no database", dependency="database"), "WARNING"), (KeyError("a mistake of ours"), "ERROR")],
)
async def test_whatever_goes_wrong_is_logged(error: Exception, level: str, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> IngestKnowledge:
        raise error

    provider = Provider(scope=Scope.APP)
    provider.provide(broken, provides=IngestKnowledge)
    container = make_async_container(provider)
    with caplog.at_level(logging.INFO):
        await ingest_beside(container, Settings(vector_store="embedded"))
    assert [record.levelname for record in caplog.records] == [level]
    assert str(error) in caplog.text
