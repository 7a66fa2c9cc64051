"""The sandbox as a process: restarts, commands beside a running server, and a quick end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from support.sandbox import CLIENT_ID, SECRET_KEY, Sandbox, a_sandbox
from support.sandbox_client import CALLBACK, command, connect, sdk

DAY = 86_400


def charge_ids(sandbox: Sandbox, account: str) -> list[str]:
    listed = sdk(sandbox).v1.charges.list({"limit": 100}, {"stripe_account": account})
    return [charge.id for charge in listed.auto_paging_iter()]


def test_a_restart_goes_on_with_the_same_accounts(tmp_path: Path) -> None:
    with a_sandbox(tmp_path) as sandbox:
        account = connect(sandbox, "fresh")
        before = charge_ids(sandbox, account)
        assert before
    with a_sandbox(tmp_path) as sandbox:
        after = charge_ids(sandbox, account)
        assert after[len(after) - len(before) :] == before
        assert len(after) - len(before) <= 3  # what may have happened in between


def test_sigterm_ends_it_with_connections_open(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    line = [sys.executable, "-m", "vaultra_sandbox", "serve", "--data", str(tmp_path / "s"), "--ready-file", str(ready)]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL) as process:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.05)
        with httpx.Client(base_url=ready.read_text()) as http:
            http.get("/v1/account")
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        assert process.returncode in (-signal.SIGTERM, 0)


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    child = f"""
import subprocess, sys, time, pathlib
p = subprocess.Popen([sys.executable, "-m", "vaultra_sandbox", "serve", "--die-with-parent",
    "--data", {str(tmp_path / "s")!r}, "--ready-file", {str(ready)!r}], stdout=subprocess.DEVNULL)
while not pathlib.Path({str(ready)!r}).exists(): time.sleep(0.05)
print(p.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)
        parent.kill()
    deadline = time.monotonic() + 60
    while _alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    """Running; a dead process that nobody has waited for yet does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_file_is_loaded_beside_a_running_server(tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text("date,amount,customer\n2020-02-28,10.50,ann\n2020-03-01,4,bob\n")
    malformed = "date,amount\n2020-01-01,1\nyesterday,1\n"
    with a_sandbox(tmp_path) as sandbox:
        own = httpx.get(f"{sandbox.url}/v1/account", auth=(SECRET_KEY, "")).json()["id"]
        for name, place in (("by-server", ["--server", sandbox.url]), ("by-file", ["--data", str(sandbox.data)])):
            done = command("load", str(file), "--account", name, "--shift-to-today", *place)
            assert done.returncode == 0, done.stderr
            query = {"client_id": CLIENT_ID, "response_type": "code", "redirect_uri": CALLBACK}
            page = httpx.get(f"{sandbox.url}/oauth/authorize", params=query)
            assert f'value="{name}"' in page.text
            account = connect(sandbox, name)
            charges = sdk(sandbox).v1.charges.list({"limit": 10}, {"stripe_account": account}).data
            assert [charge.amount for charge in charges] == [400, 1050]
            assert charges[0].created // DAY == int(time.time()) // DAY - 1
            assert charges[0].created - charges[1].created == 2 * DAY  # 2020 was a leap year
            refused = command("load", "-", "--account", name, *place, stdin=malformed)
            assert refused.returncode == 2
            assert "line 3: 'yesterday' is not a date" in refused.stderr
            assert len(charge_ids(sandbox, account)) == 2
        offered = httpx.get(f"{sandbox.url}/_sandbox/accounts").json()["accounts"]
        assert {"by-server", "by-file"} <= {one["name"] for one in offered}
        assert own not in {one["id"] for one in offered}, "the platform is no business"


def test_commands_work_without_a_server(tmp_path: Path) -> None:
    place = ("--data", str(tmp_path / "s"))
    made = command("load-test", "--account", "big", "--charges", "2000", "--days", "30", *place)
    assert made.returncode == 0, made.stderr
    accounts = {one["name"]: one for one in json.loads(command("accounts", "--json", *place).stdout)}
    assert accounts["big"]["objects"]["charge"] == 2000
    assert {"cafe", "saas", "shop", "thrive", "fresh", "empty", "travel"} <= accounts.keys()
    assert "events" in command("tick", "--days", "14", "--account", "cafe", *place).stdout
    later = {one["name"]: one for one in json.loads(command("accounts", "--json", *place).stdout)}
    assert later["cafe"]["objects"]["charge"] > accounts["cafe"]["objects"]["charge"]
    assert "thrive" in command("accounts", *place).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["load", "nowhere.csv", "--account", "x", "--data", "{tmp}/s"], 1, "nowhere.csv"),
        (["load", "-", "--account", "x", "--server", "http://127.0.0.1:9"], 1, "No sandbox answers"),
        (["load", "-", "--account", "x", "--server", "file:///etc"], 1, "http"),
        (["load", "-", "--account", "x"], 2, "--data"),
        (["tick", "--days", "-1", "--data", "{tmp}/s"], 2, "between 0 and 366"),
        (["tick", "--account", "nobody", "--data", "{tmp}/s"], 1, "nobody"),
        (["serve", "--data", "{tmp}/s", "--error-rate", "7"], 2, "error_rate"),
        (["serve", "--data", "{tmp}/s", "--webhook-url", "http://127.0.0.1:9"], 2, "--webhook-secret"),
        (["load-test", "--account", "x", "--charges", "-5", "--data", "{tmp}/s"], 2, "--charges"),
    ],
)
def test_bad_commands_say_what_is_wrong(tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    done = command(*(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
