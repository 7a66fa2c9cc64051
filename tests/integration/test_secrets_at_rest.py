"""What Stripe gives us to keep lies sealed in the database, is sealed anew on demand, and goes when it should."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product
from vaultra_core.ports.secrets import SecretBox
from vaultra_core.use_cases.reseal_secrets import TOKEN, ResealSecrets

KEPT = text("SELECT business_id, access_token_encrypted, t::text AS row FROM integration_accounts t")


async def test_the_token_of_a_connected_account_is_sealed_for_its_business(
    product: Product, engine: AsyncEngine
) -> None:
    owner = await product.signed_up()
    business = await owner.business()
    await owner.connect(business, "cafe")
    async with engine.connect() as connection:
        row = (await connection.execute(KEPT)).one()
    assert str(row.business_id) == business
    assert "sk_test" not in row.row and b"sk_test" not in row.access_token_encrypted
    box = await product.container.get(SecretBox)
    opened = box.open(row.access_token_encrypted, business_id=row.business_id, column=TOKEN)
    assert opened.startswith("sk_test_")
    resealed = await (await product.container.get(ResealSecrets)).execute()
    assert (resealed.resealed, resealed.current, resealed.broken) == (0, 1, [])


async def test_a_disconnected_account_keeps_no_token(product: Product, engine: AsyncEngine) -> None:
    owner = await product.signed_up()
    await owner.connect(await owner.business(), "cafe")
    assert (await owner.request("DELETE", "/integrations/stripe")).status_code == 204
    async with engine.connect() as connection:
        assert (await connection.execute(KEPT)).one().access_token_encrypted is None
