"""Figures that no Stripe object stands behind: what the owner says, and how far the import is.

`business:revenue_estimate` and `business:imported`.
"""

from decimal import Decimal

from vaultra_core.domain.imports import progress
from vaultra_core.domain.readiness.evidence import Evidence
from vaultra_core.domain.wording import money, percent
from vaultra_core.errors import NotFound
from vaultra_core.identity import Caller
from vaultra_core.money import to_major
from vaultra_core.ports.storage import UnitOfWork

ESTIMATE = "business:revenue_estimate"
IMPORTED = "business:imported"


async def own_words(work: UnitOfWork, caller: Caller, handle: str) -> Evidence:
    """Raise `NotFound` for a figure that the business does not have."""
    business = await work.businesses.get(caller.business_id)
    if business and handle == ESTIMATE and business.revenue_estimate is not None:
        return Evidence(
            handle=handle,
            kind="business",
            title="Revenue estimate",
            statement=f"The owner expects {money(business.revenue_estimate, business.currency)} a year.",
            value=to_major(business.revenue_estimate, business.currency),
            currency=business.currency,
        )
    integration = await work.integrations.of_business(caller.business_id)
    if integration and handle == IMPORTED:
        windows = await work.windows.of(integration.id)
        share = 1.0 if integration.import_finished_at else progress(windows).percent / 100
        return Evidence(
            handle=handle,
            kind="business",
            title="Imported",
            statement=f"{percent(share)} of the Stripe account's history has been imported.",
            value=Decimal(repr(share)),
        )
    raise NotFound(f"{handle} names nothing here.", handle=handle)
