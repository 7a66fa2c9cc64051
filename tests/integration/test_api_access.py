"""Who may do what: every business-scoped route, for every kind of caller."""

import uuid
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product
from vaultra_core.identity import Role
from vaultra_core.ports.storage import UnitOfWorkFactory

NOBODY_HAS = "00000000-0000-7000-8000-000000000000"
READS = [
    "/metrics",
    "/metrics/history",
    "/readiness",
    "/readiness/history",
    "/recommendations",
    "/integrations/stripe/status",
]
OWNER_ONLY = [("GET", "/integrations/stripe/connect"), ("DELETE", "/integrations/stripe")]


def error(answer: Any) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()["error"]
    assert body.pop("request_id")
    return body


async def member(product: Product, business: str, role: Role, uow: UnitOfWorkFactory) -> Product:
    somebody = await product.signed_up(f"{role}@example.com")
    user_id = (await somebody.get("/auth/me")).json()["id"]
    async with uow() as work:
        await work.businesses.add_member(uuid.UUID(business), uuid.UUID(user_id), role)
        await work.commit()
    return somebody


async def test_without_a_good_token_nothing_is_read(product: Product) -> None:
    for path in (*READS, "/auth/me", "/users/me", f"/users/businesses/{NOBODY_HAS}"):
        for header in (None, b"Bearer", b"Bearer x.y.z", b"Basic abc", b"Bearer \xe9"):
            answer = await product.request("GET", path, headers={} if header is None else {"Authorization": header})
            assert answer.status_code == 401, (path, header)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert error(answer)["code"] == "UNAUTHORIZED"


async def test_a_foreign_business_looks_like_one_that_does_not_exist(product: Product) -> None:
    owner, stranger = await product.signed_up("a@example.com"), await product.signed_up("b@example.com")
    business = await owner.business()
    for path in READS:
        foreign = await stranger.get(path, business_id=business)
        missing = await stranger.get(path, business_id=NOBODY_HAS)
        assert foreign.status_code == missing.status_code == 403
        assert error(foreign) == error(missing)


async def test_a_foreign_business_cannot_be_changed(product: Product) -> None:
    owner, stranger = await product.signed_up("a@example.com"), await product.signed_up("b@example.com")
    business = await owner.business("Mine")
    for method, path in [
        *OWNER_ONLY,
        ("GET", f"/users/businesses/{business}"),
        ("PATCH", f"/users/businesses/{business}"),
    ]:
        body = {"name": "Theirs"} if method == "PATCH" else None
        answer = await stranger.request(method, path, params={"business_id": business}, json=body)
        assert answer.status_code == 403, path
    assert (await owner.get(f"/users/businesses/{business}")).json()["name"] == "Mine"


async def test_a_foreign_recommendation_looks_like_one_that_does_not_exist(product: Product) -> None:
    owner, stranger = await product.signed_up("a@example.com"), await product.signed_up("b@example.com")
    await owner.imported("shop")
    pending = (await owner.get("/recommendations")).json()["recommendations"][0]
    foreign = await stranger.patch(f"/recommendations/{pending['id']}", {"status": "accepted"})
    missing = await stranger.patch(f"/recommendations/{NOBODY_HAS}", {"status": "accepted"})
    assert foreign.status_code == missing.status_code == 404
    assert error(foreign) == error(missing)
    assert pending in (await owner.get("/recommendations")).json()["recommendations"]


async def test_a_viewer_reads_and_changes_nothing(product: Product, uow: UnitOfWorkFactory) -> None:
    owner = await product.signed_up()
    business = await owner.imported("shop")
    viewer = await member(product, business, Role.VIEWER, uow)
    for path in READS:
        assert (await viewer.get(path)).status_code == 200, path
    pending = (await viewer.get("/recommendations")).json()["recommendations"][0]
    assert (await viewer.patch(f"/recommendations/{pending['id']}", {"status": "accepted"})).status_code == 403
    assert (await viewer.patch(f"/users/businesses/{business}", {"name": "X"})).status_code == 403
    for method, path in OWNER_ONLY:
        assert (await viewer.request(method, path)).status_code == 403, path


async def test_an_admin_writes_but_does_not_connect(product: Product, uow: UnitOfWorkFactory) -> None:
    owner = await product.signed_up()
    business = await owner.imported("shop")
    admin = await member(product, business, Role.ADMIN, uow)
    assert (await admin.patch(f"/users/businesses/{business}", {"name": "New"})).status_code == 200
    pending = (await admin.get("/recommendations")).json()["recommendations"][0]
    assert (await admin.patch(f"/recommendations/{pending['id']}", {"status": "accepted"})).status_code == 200
    for method, path in OWNER_ONLY:
        assert (await admin.request(method, path)).status_code == 403, path


async def test_with_several_businesses_one_has_to_be_named(product: Product) -> None:
    owner = await product.signed_up()
    none = await owner.get("/readiness")
    await owner.business("First")
    one = await owner.get("/readiness")
    await owner.business("Second")
    two = await owner.get("/readiness")
    assert [none.status_code, one.status_code, two.status_code] == [400, 404, 400]
    assert error(two)["details"]["field"] == "business_id"


async def test_somebody_who_lost_their_role_cannot_finish_connecting(product: Product, engine: AsyncEngine) -> None:
    owner = await product.signed_up()
    business = await owner.business()
    back = await owner.consent(business, "fresh")
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE user_business_memberships SET role = 'viewer'"))
    answer = await owner.come_back(back)
    assert "error=forbidden" in answer.headers["Location"]
    assert (await owner.get("/integrations/stripe/status")).json() == {"connected": False}
