"""How far what was imported is known to be complete, in the shapes of the answers."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

import msgspec

from vaultra_core import money
from vaultra_core.domain.reconciliation import Certificate, CertificateState, Difference, Problem
from vaultra_http.rendering import utc


class DifferenceView(msgspec.Struct, kw_only=True):
    """One object of which the ledger and the balance say different things, in units of `currency`."""

    date: Annotated[dt.date, msgspec.Meta(description="UTC, as Stripe dates balance transactions.")]
    kind: str
    id: str
    problem: Problem
    currency: str
    expected: Annotated[Decimal | None, msgspec.Meta(description="By the balance; null: nothing moved on it.")]
    found: Annotated[Decimal | None, msgspec.Meta(description="In the ledger; null: the object is not there.")]

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceView":
        def major(minor: int | None) -> Decimal | None:
            return None if minor is None else money.to_major(minor, difference.currency)

        return cls(
            date=difference.day,
            kind=difference.kind,
            id=difference.id,
            problem=difference.problem,
            currency=difference.currency,
            expected=major(difference.expected_minor),
            found=major(difference.found_minor),
        )


class CompletenessView(msgspec.Struct, kw_only=True):
    """Whether what was imported agrees with Stripe's balance, to the cent."""

    state: CertificateState
    complete_through: Annotated[
        dt.date | None, msgspec.Meta(description="Everything up to and with this day (UTC) agrees to the cent.")
    ]
    difference_count: int
    differences: Annotated[list[DifferenceView], msgspec.Meta(description="The first of them, by day.")]
    checked_at: dt.datetime | None

    @classmethod
    def of(cls, certificate: Certificate | None) -> "CompletenessView":
        if certificate is None:
            return cls(
                state=CertificateState.CHECKING,
                complete_through=None,
                difference_count=0,
                differences=[],
                checked_at=None,
            )
        return cls(
            state=certificate.state,
            complete_through=certificate.complete_through,
            difference_count=certificate.difference_count,
            differences=[DifferenceView.of(difference) for difference in certificate.differences],
            checked_at=utc(certificate.checked_at) if certificate.checked_at else None,
        )
