from typing import Protocol

from vaultra_core.ports.runtime import JobQueue


class SchemaCheck(Protocol):
    async def revision(self) -> str:
        """The schema's revision. Raise `Unavailable` when the database is down or its schema is not the code's."""


class CheckReadiness:
    """Whether this process can do its work: database, schema and queue answer."""

    def __init__(self, schema: SchemaCheck, queue: JobQueue) -> None:
        self._schema = schema
        self._queue = queue

    async def execute(self) -> str:
        """The schema's revision. Raise `Unavailable`, which says what is missing."""
        revision = await self._schema.revision()
        await self._queue.ping()
        return revision
