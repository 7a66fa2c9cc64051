"""What a number is made of, down to the Stripe objects."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from vaultra_core.agent import figures
from vaultra_core.agent.figures import Figure, Statement
from vaultra_core.agent.registry import Arguments, Finding, Tool
from vaultra_core.domain.ledger import Charge, Dispute, Payout, Refund
from vaultra_core.domain.readiness.evidence import DaysHandle
from vaultra_core.identity import Caller
from vaultra_core.use_cases.resolve_evidence import Exhibit, Resolved, ResolveEvidence


class HandleArguments(Arguments, frozen=True, kw_only=True):
    handle: Annotated[str, msgspec.Meta(min_length=3, max_length=400, description="As found beside a figure.")]
    limit: Annotated[int, msgspec.Meta(ge=1, le=100, description="Stripe objects to list, oldest first.")] = 20


class PartLine(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    handle: str
    value: Figure | None


class StripeObject(msgspec.Struct, frozen=True, kw_only=True):
    object: str
    id: str
    day: dt.date
    status: str
    amount: Figure | None  # None for a subscription whose price is not known

    @property
    def text(self) -> str:
        return self.amount.text if self.amount else "no known price"


class EvidenceList(msgspec.Struct, frozen=True, kw_only=True):
    """`more` says that there are further objects than those listed."""

    handle: str
    title: str
    statement: Statement
    formula: Statement | None
    parts: list[PartLine]
    objects: list[StripeObject]
    more: bool


class ListEvidence(Tool[HandleArguments]):
    name = "list_evidence"
    doing = "Looking up what is behind a number"
    description = (
        "What a figure is made of: resolves any handle to its parts and to the Stripe objects (disputes, refunds, "
        "charges, payouts) behind it."
    )
    arguments = HandleArguments

    def __init__(self, evidence: ResolveEvidence) -> None:
        self._evidence = evidence

    async def run(self, caller: Caller, arguments: HandleArguments) -> Finding:
        found = await self._evidence.execute(caller, arguments.handle, cursor=None, limit=arguments.limit)
        data = evidence_list(found)
        objects = f", {len(data.objects)} Stripe objects" if data.objects else ""
        return Finding(data, f"{data.title}: {len(data.parts)} parts{objects}.")


# Evidence says whether a part is money by its field's name; the others are counts, or points.
_AMOUNTS: Final = ("_minor",)


def evidence_list(found: Resolved) -> EvidenceList:
    evidence = found.evidence
    return EvidenceList(
        handle=evidence.handle,
        title=evidence.title,
        statement=Statement(evidence.statement, evidence.handle),
        formula=Statement(evidence.formula, evidence.handle) if evidence.formula else None,
        parts=[
            PartLine(
                label=part.label,
                handle=part.handle,
                value=_value(part.label, part.value, part.handle, evidence.currency),
            )
            for part in evidence.parts
        ],
        objects=[_object(exhibit, evidence.handle) for exhibit in found.objects],
        more=found.next_cursor is not None,
    )


def _value(label: str, value: Decimal | None, handle: str, currency: str | None) -> Figure | None:
    if value is None:
        return None
    kind, *rest = handle.split(":")
    if kind == "days" and rest[0].endswith(_AMOUNTS) and currency:
        return figures.amount(value, currency, handle, label)
    if kind == "contribution":
        return figures.points(float(value), handle, label)
    return figures.count(float(value), handle, label)


def _object(exhibit: Exhibit, asked: str) -> StripeObject:
    state, minor = exhibit.state, exhibit.amount_minor
    field = _FIELD.get(state.kind)
    handle = str(DaysHandle(field, exhibit.day, exhibit.day)) if field else asked
    label = f"{state.kind.capitalize()} {state.id}"
    return StripeObject(
        object=state.kind,
        id=state.id,
        day=exhibit.day,
        status=exhibit.status,
        amount=None if minor is None else figures.money(minor, exhibit.currency, handle, label),
    )


# Where an object's amount is found: among the objects of its day. A subscription's is its own handle.
_FIELD: Final = {
    Charge.kind: "gross_minor",
    Refund.kind: "refunded_minor",
    Dispute.kind: "chargeback_minor",
    Payout.kind: "payout_due_minor",
}
