"""Members: invited by mail, promoted, removed; a business is never without an owner."""

import asyncio
import datetime as dt
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.product import Product
from vaultra_core.domain.mail import Invitation
from vaultra_core.ports.storage import UnitOfWorkFactory


async def links(uow: UnitOfWorkFactory) -> dict[str, str]:
    """The token of the newest invitation that waits in the outbox, by address."""
    async with uow() as work:
        mails = [waiting.mail for waiting in await work.outbox.claim(dt.datetime.now(dt.UTC), limit=99, seconds=1)]
    found = {}
    for mail in mails:
        if isinstance(mail.content, Invitation):
            page, _, token = mail.content.link.partition("#token=")
            assert page == "/invite"
            found[mail.to] = token
    return found


async def joined(owner: Product, business: str, uow: UnitOfWorkFactory, email: str, role: str) -> Product:
    """Somebody who has been invited and has accepted."""
    invited = await owner.post(f"/users/businesses/{business}/members", {"email": email, "role": role})
    assert invited.status_code == 201, invited.text
    person = await owner.signed_up(email)
    answer = await person.post("/invitations/accept", {"token": (await links(uow))[email]})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["id"], answer.json()["role"]) == (business, role)
    return person


async def roles(person: Product, business: str) -> dict[str, str]:
    answer = await person.get(f"/users/businesses/{business}/members")
    assert answer.status_code == 200, answer.text
    return {member["email"]: member["role"] for member in answer.json()["members"]}


async def id_of(person: Product) -> str:
    return str((await person.get("/auth/me")).json()["id"])


def error(answer: Any) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()["error"]
    assert body.pop("request_id")
    return body


async def test_somebody_is_invited_joins_and_sees_the_others(product: Product, uow: UnitOfWorkFactory) -> None:
    owner = await product.signed_up("owner@example.com")
    business = await owner.business()
    viewer = await joined(owner, business, uow, "viewer@example.com", "viewer")
    assert await roles(viewer, business) == {"owner@example.com": "owner", "viewer@example.com": "viewer"}
    assert (await viewer.get(f"/users/businesses/{business}")).status_code == 200
    assert (await owner.get(f"/users/businesses/{business}/invitations")).json() == {"invitations": []}


async def test_an_invitation_is_good_once_and_for_its_address_only(product: Product, uow: UnitOfWorkFactory) -> None:
    owner, stranger = await product.signed_up("owner@example.com"), await product.signed_up("eve@example.com")
    business = await owner.business()
    await owner.post(f"/users/businesses/{business}/members", {"email": "New@example.com", "role": "admin"})
    token = (await links(uow))["New@example.com"]
    missing = await stranger.post("/invitations/accept", {"token": "x" * len(token)})
    foreign = await stranger.post("/invitations/accept", {"token": token})
    assert missing.status_code == foreign.status_code == 404
    assert error(missing) == error(foreign)
    person = await product.signed_up("new@example.com")
    assert (await person.post("/invitations/accept", {"token": token})).status_code == 200
    assert (await person.post("/invitations/accept", {"token": token})).status_code == 404
    again = await owner.post(f"/users/businesses/{business}/members", {"email": "new@example.com", "role": "viewer"})
    assert again.status_code == 409


async def test_one_that_is_too_old_or_taken_back_or_replaced_is_dead(
    product: Product, uow: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    owner, person = await product.signed_up("owner@example.com"), await product.signed_up("new@example.com")
    business = await owner.business()
    path = f"/users/businesses/{business}"
    body = {"email": "new@example.com", "role": "viewer"}
    await owner.post(f"{path}/members", body)
    replaced = (await links(uow))["new@example.com"]
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM mail_outbox"))
    invitation = (await owner.post(f"{path}/members", body)).json()
    revoked = (await links(uow))["new@example.com"]
    assert replaced != revoked
    assert (await person.post("/invitations/accept", {"token": replaced})).status_code == 404
    assert [one["id"] for one in (await owner.get(f"{path}/invitations")).json()["invitations"]] == [invitation["id"]]
    assert (await owner.request("DELETE", f"{path}/invitations/{invitation['id']}")).status_code == 204
    assert (await owner.request("DELETE", f"{path}/invitations/{invitation['id']}")).status_code == 404
    assert (await person.post("/invitations/accept", {"token": revoked})).status_code == 404
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM mail_outbox"))
    await owner.post(f"{path}/members", body)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE invitations SET expires_at = now()"))
    old = (await links(uow))["new@example.com"]
    assert (await person.post("/invitations/accept", {"token": old})).status_code == 404
    assert (await owner.get(f"{path}/invitations")).json() == {"invitations": []}


async def test_only_owners_manage(product: Product, uow: UnitOfWorkFactory) -> None:
    owner = await product.signed_up("owner@example.com")
    business = await owner.business()
    admin = await joined(owner, business, uow, "admin@example.com", "admin")
    path, target = f"/users/businesses/{business}", await id_of(owner)
    attempts = [
        ("POST", f"{path}/members", {"email": "x@example.com", "role": "owner"}),
        ("PATCH", f"{path}/members/{await id_of(admin)}", {"role": "owner"}),
        ("PATCH", f"{path}/members/{target}", {"role": "viewer"}),
        ("DELETE", f"{path}/members/{target}", None),
        ("GET", f"{path}/invitations", None),
        ("DELETE", f"{path}/invitations/{target}", None),
    ]
    for method, url, body in attempts:
        assert (await admin.request(method, url, json=body)).status_code == 403, (method, url)
    assert await roles(owner, business) == {"owner@example.com": "owner", "admin@example.com": "admin"}


async def test_a_removed_member_is_out_at_once_and_anybody_may_leave(product: Product, uow: UnitOfWorkFactory) -> None:
    owner = await product.signed_up("owner@example.com")
    business = await owner.business()
    one = await joined(owner, business, uow, "one@example.com", "admin")
    other = await joined(owner, business, uow, "two@example.com", "viewer")
    path = f"/users/businesses/{business}/members"
    assert (await owner.request("DELETE", f"{path}/{await id_of(one)}")).status_code == 204
    assert (await one.get(f"/users/businesses/{business}")).status_code == 403
    assert (await owner.request("DELETE", f"{path}/{await id_of(one)}")).status_code == 404
    assert (await other.request("DELETE", f"{path}/{await id_of(other)}")).status_code == 204
    assert await roles(owner, business) == {"owner@example.com": "owner"}


async def test_a_business_is_never_without_an_owner(product: Product, uow: UnitOfWorkFactory) -> None:
    owner = await product.signed_up("owner@example.com")
    business = await owner.business()
    path, mine = f"/users/businesses/{business}/members", await id_of(owner)
    for method, body in (("DELETE", None), ("PATCH", {"role": "admin"})):
        answer = await owner.request(method, f"{path}/{mine}", json=body)
        assert answer.status_code == 409
        assert error(answer)["details"] == {"reason": "last_owner"}
    other = await joined(owner, business, uow, "second@example.com", "admin")
    theirs = await id_of(other)
    assert (await owner.patch(f"{path}/{theirs}", {"role": "owner"})).json()["role"] == "owner"
    # Both leave at the same moment: one of them has to stay.
    answers = await asyncio.gather(
        owner.request("DELETE", f"{path}/{mine}"), other.request("DELETE", f"{path}/{theirs}")
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_what_happened_to_members_is_in_the_audit_log(product: Product, uow: UnitOfWorkFactory) -> None:
    owner = await product.signed_up("owner@example.com")
    business = await owner.business()
    person = await joined(owner, business, uow, "new@example.com", "viewer")
    path = f"/users/businesses/{business}"
    await owner.patch(f"{path}/members/{await id_of(person)}", {"role": "admin"})
    await owner.request("DELETE", f"{path}/members/{await id_of(person)}")
    waiting = (await owner.post(f"{path}/members", {"email": "x@example.com", "role": "viewer"})).json()
    await owner.request("DELETE", f"{path}/invitations/{waiting['id']}")
    async with uow() as work:
        entries = [record.entry for record in await work.audit.latest(limit=50)]
    kinds = ("member_invited", "member_joined", "role_changed", "member_removed", "invitation_revoked")
    noted = [entry.action.value for entry in reversed(entries) if entry.action.value in kinds]
    assert noted == [*kinds[:4], "member_invited", "invitation_revoked"]
