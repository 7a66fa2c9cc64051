"""The shapes of exports, deletions and the audit log."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

import msgspec

from vaultra_core.domain.audit import AuditAction
from vaultra_core.ports.audit import AuditRecord
from vaultra_core.use_cases.read_audit import AuditPage
from vaultra_http.rendering import utc


class ConfirmBody(msgspec.Struct, forbid_unknown_fields=True):
    confirm: Annotated[str, msgspec.Meta(max_length=200, description="The name of the business.")]


class PersonalExport(msgspec.Struct):
    """Rows as they are stored, by table: moments in UTC, money in minor units. Secrets are left out."""

    exported_at: dt.datetime
    data: dict[str, list[dict[str, Any]]]


class AuditEntryView(msgspec.Struct, kw_only=True):
    id: UUID
    at: dt.datetime
    action: AuditAction
    actor_id: Annotated[UUID | None, msgspec.Meta(description="null: nobody was recognised, or a job acted.")]
    actor_name: Annotated[str | None, msgspec.Meta(description="null: that account is gone.")]
    business_id: UUID | None
    target: Annotated[str | None, msgspec.Meta(description="The id of what was acted on.")]
    details: dict[str, str]
    address: Annotated[str | None, msgspec.Meta(description="The network address that the request came from.")]

    @classmethod
    def of(cls, record: AuditRecord) -> "AuditEntryView":
        entry = record.entry
        return cls(
            id=entry.id,
            at=utc(entry.at),
            action=entry.action,
            actor_id=entry.actor_id,
            actor_name=record.actor_name,
            business_id=entry.business_id,
            target=entry.target,
            details=entry.details,
            address=entry.address,
        )


class AuditView(msgspec.Struct):
    entries: list[AuditEntryView]
    next_cursor: str | None

    @classmethod
    def of(cls, page: AuditPage) -> "AuditView":
        return cls([AuditEntryView.of(record) for record in page.records], page.next_cursor)
