from vaultra_core.domain.accounts import Business
from vaultra_core.errors import NotFound
from vaultra_core.identity import Caller
from vaultra_core.ports.storage import TenantUnitOfWorkFactory


class GetBusiness:
    def __init__(self, unit_of_work: TenantUnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def execute(self, caller: Caller) -> Business:
        async with self._unit_of_work(caller) as work:
            business = await work.businesses.get(caller.business_id)
        if business is None:
            raise NotFound("No such business.")
        return business
