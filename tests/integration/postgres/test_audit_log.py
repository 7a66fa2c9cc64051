"""What has been written into the audit log stays, whatever statement somebody finds a way to send."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.ports.storage import UnitOfWorkFactory
from vaultra_core.testing.contracts.samples import NOW


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_log",
        "UPDATE audit_log SET action = 'signed_out'",
        "UPDATE audit_log SET actor_id = gen_random_uuid(), address = NULL",
        "UPDATE audit_log SET address = '203.0.113.1'",
        "UPDATE audit_log SET at = at - interval '500 days'",
    ],
)
async def test_no_entry_can_be_changed_or_taken_out(
    engine: AsyncEngine, uow: UnitOfWorkFactory, statement: str
) -> None:
    async with uow() as work:
        await work.audit.add(audited(AuditAction.SIGNED_IN, NOW))
        await work.commit()
    async with engine.connect() as connection:
        with pytest.raises(ProgrammingError, match="only added to"):
            await connection.execute(text(statement))
