import datetime as dt

import msgspec

from vaultra_core.domain.accounts import Business, ImportPhase, Integration, IntegrationStatus
from vaultra_core.domain.audit import AuditAction, audited
from vaultra_core.domain.imports import plan_import
from vaultra_core.errors import Conflict, Forbidden, InvalidInput
from vaultra_core.identity import Caller, Role, new_id
from vaultra_core.ports.payments import ConnectedAccount, PaymentsProvider
from vaultra_core.ports.runtime import Clock, ConnectState, ConnectStates, Job, JobQueue
from vaultra_core.ports.secrets import SecretBox
from vaultra_core.ports.storage import TenantUnitOfWorkFactory, UnitOfWork
from vaultra_core.use_cases.reseal_secrets import TOKEN
from vaultra_core.use_cases.update_business import mark_all_days


class FinishConnect:
    """Come back from Stripe's consent page: store the account, plan its import, wake the sync."""

    def __init__(
        self,
        unit_of_work: TenantUnitOfWorkFactory,
        provider: PaymentsProvider,
        states: ConnectStates,
        queue: JobQueue,
        clock: Clock,
        secrets: SecretBox,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._provider = provider
        self._states = states
        self._queue = queue
        self._clock = clock
        self._secrets = secrets

    def read_state(self, state: str) -> ConnectState:
        """Who asked, for which business. Raise `InvalidInput` on a forged or expired state."""
        return self._states.read(state, self._clock.now())

    async def execute(self, *, state: ConnectState, code: str) -> Integration:
        """Raise `InvalidInput` on a replayed state or a refused code, `Forbidden` when the person is no owner any
        more, `Conflict` when the account belongs to another business or the business has another account."""
        async with self._unit_of_work(state.user_id) as work:
            fresh = await work.integrations.consume_state(state.nonce, state.expires_at)
            if not fresh:
                raise InvalidInput("This connection link was used already.", reason="replayed")
            if await work.businesses.role_of(state.user_id, state.business_id) is not Role.OWNER:
                raise Forbidden("Only an owner of the business can connect Stripe.")
            await work.commit()
        account = await self._provider.exchange_code(code)
        async with self._unit_of_work(Caller(state.user_id, state.business_id, Role.OWNER)) as work:
            integration = await self._store(work, state, account)
            await work.audit.add(
                audited(
                    AuditAction.STRIPE_CONNECTED,
                    self._clock.now(),
                    actor_id=state.user_id,
                    business_id=state.business_id,
                    target=account.external_id,
                )
            )
            await work.commit()
        self._queue.wake(Job.STRIPE_SYNC)
        return integration

    async def _store(self, work: UnitOfWork, state: ConnectState, account: ConnectedAccount) -> Integration:
        now = self._clock.now()
        known = await work.integrations.of_business(state.business_id)
        if known is not None:
            if known.status is not IntegrationStatus.REVOKED:
                raise Conflict("This business is connected to Stripe already.", account_id=known.external_id)
            if known.external_id != account.external_id:
                raise Conflict(
                    "This business holds the history of another Stripe account. Delete that history first.",
                    account_id=known.external_id,
                )
            # Connecting again imports again: what changed in between is read anew, and merges into what is there.
            await work.integrations.remove(state.business_id)
        integration = Integration(
            id=new_id(),
            business_id=state.business_id,
            external_id=account.external_id,
            livemode=account.livemode,
            status=IntegrationStatus.ACTIVE,
            phase=ImportPhase.STARTING,
            next_sync_at=now,
            events_through=int(now.timestamp()),
            import_started_at=now,
            created_at=now,
            updated_at=now,
        )
        await work.integrations.add(integration)
        if account.access_token:
            sealed = self._secrets.seal(account.access_token, business_id=integration.business_id, column=TOKEN)
            await work.integrations.put_token(integration.id, sealed)
        await work.windows.add(plan_import(integration.id, now=now, account_created=account.created))
        await work.inbox.readmit(account.external_id)
        business = await work.businesses.get(state.business_id)
        assert business is not None
        await self._adopt(work, business, account, now)
        return integration

    @staticmethod
    async def _adopt(work: UnitOfWork, business: Business, account: ConnectedAccount, now: dt.datetime) -> None:
        """The account decides the reporting currency, and the time zone as long as the owner has not chosen one."""
        timezone = account.timezone if account.timezone and business.timezone == "UTC" else business.timezone
        adopted = msgspec.structs.replace(
            business.in_currency(account.currency),
            timezone=timezone,
            sample_data=account.sample_data,
            updated_at=now,
        )
        await work.businesses.save(adopted)
        if (business.currency, business.timezone) != (adopted.currency, adopted.timezone):
            await mark_all_days(work, adopted)
