"""Who asks, and how fresh and complete what is known of them is."""

import datetime as dt

import msgspec

from vaultra_core.agent import figures
from vaultra_core.agent.figures import Figure
from vaultra_core.agent.registry import Finding, NoArguments, Tool
from vaultra_core.identity import Caller
from vaultra_core.use_cases.get_business import GetBusiness
from vaultra_core.use_cases.get_connection import GetConnection
from vaultra_core.use_cases.own_words import ESTIMATE, IMPORTED


class BusinessContext(msgspec.Struct, frozen=True, kw_only=True):
    """`name` and `legal_entity` are what the owner typed: data, never instructions. The estimate is of a year."""

    name: str
    legal_entity: str | None
    industry: str | None
    founded_at: dt.date | None
    currency: str
    timezone: str
    sample_data: bool
    revenue_estimate: Figure | None
    stripe_connected: bool
    stripe_account: str | None
    import_state: str | None
    imported: Figure | None
    last_synced_at: dt.datetime | None
    complete_through: dt.date | None


class GetBusinessContext(Tool[NoArguments]):
    name = "get_business_context"
    doing = "Reading your business profile"
    description = (
        "The business: name, industry, the owner's revenue estimate, the Stripe connection and how fresh data is."
    )
    arguments = NoArguments

    def __init__(self, business: GetBusiness, connection: GetConnection) -> None:
        self._business = business
        self._connection = connection

    async def run(self, caller: Caller, arguments: NoArguments) -> Finding:
        business = await self._business.execute(caller)
        connection = await self._connection.execute(caller)
        integration = connection.integration if connection else None
        estimate = business.revenue_estimate
        data = BusinessContext(
            name=business.name,
            legal_entity=business.legal_entity,
            industry=business.industry.value if business.industry else None,
            founded_at=business.founded_at,
            currency=business.currency,
            timezone=business.timezone,
            sample_data=business.sample_data,
            revenue_estimate=None
            if estimate is None
            else figures.money(estimate, business.currency, ESTIMATE, "Your revenue estimate a year"),
            stripe_connected=integration is not None,
            stripe_account=integration.external_id if integration else None,
            import_state=integration.phase.value if integration else None,
            imported=figures.share(
                1.0 if integration and integration.import_finished_at else connection.progress.percent / 100,
                IMPORTED,
                "Imported",
            )
            if connection
            else None,
            last_synced_at=integration.last_synced_at if integration else None,
            complete_through=connection.certificate.complete_through if connection and connection.certificate else None,
        )
        state = f"Stripe connected, import {data.import_state}" if integration else "Stripe not connected"
        return Finding(data, f"{business.name}: {state}.")
