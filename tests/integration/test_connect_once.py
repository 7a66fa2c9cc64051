from urllib.parse import parse_qs, urlsplit

import pytest

from support.product import Product
from vaultra_core.errors import InvalidInput
from vaultra_core.use_cases.finish_connect import FinishConnect


async def test_a_used_state_connects_nothing_with_a_fresh_code(product: Product) -> None:
    """A code is good once at Stripe, so a state that comes back with its own code shows nothing of ours."""
    owner = await product.signed_up()
    business = await owner.business()
    finish = await product.container.get(FinishConnect)

    async def come_back() -> tuple[str, str]:
        answer = parse_qs(urlsplit(await owner.consent(business, "cafe")).query)
        return answer["state"][0], answer["code"][0]

    state, code = await come_back()
    await finish.execute(state=finish.read_state(state), code=code)
    assert (await owner.request("DELETE", "/integrations/stripe", params={"business_id": business})).status_code == 204
    _, fresh = await come_back()
    with pytest.raises(InvalidInput, match="used already"):
        await finish.execute(state=finish.read_state(state), code=fresh)
