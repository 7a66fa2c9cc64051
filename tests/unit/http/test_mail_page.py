from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from vaultra_adapters.mail.compose import Composer
from vaultra_adapters.mail.folder import FolderMailer
from vaultra_core.domain.mail import Invitation
from vaultra_core.identity import Role
from vaultra_core.testing.contracts.mail import a_mail
from vaultra_http.mail_page import mail_routers


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar(route_handlers=list(mail_routers(tmp_path)))
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
def mailer(tmp_path: Path) -> FolderMailer:
    return FolderMailer(tmp_path, Composer(sender="v@vaultra.example", public_url="http://127.0.0.1:8000"))


async def test_a_script_reads_mails_with_their_links(browser: httpx.AsyncClient, mailer: FolderMailer) -> None:
    assert (await browser.get("/mail", headers={"Accept": "application/json"})).json() == {"mails": []}
    mail = a_mail()
    await mailer.send(mail)
    [seen] = (await browser.get("/mail", headers={"Accept": "application/json"})).json()["mails"]
    assert (seen["id"], seen["to"]) == (str(mail.id), mail.to)
    assert "http://127.0.0.1:8000/auth/verify#token=a" in seen["links"]


async def test_a_person_reads_them_too_and_nothing_in_them_runs(
    browser: httpx.AsyncClient, mailer: FolderMailer
) -> None:
    mail = a_mail(content=Invitation(inviter="<script>x</script>", business="B", role=Role.ADMIN, link="/invite#t=1"))
    await mailer.send(mail)
    for path in ("/mail", f"/mail/{mail.id}"):
        answer = await browser.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert "<script" not in answer.text and 'href="http://127.0.0.1:8000/invite#t=1"' in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]


async def test_a_name_that_somebody_pointed_here_gets_nothing(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/mail", headers={"Host": "evil.example"})
    assert answer.status_code == 404


def test_without_a_folder_there_is_no_page() -> None:
    assert mail_routers(None) == []
