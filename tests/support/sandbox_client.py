"""What scripts do with a sandbox: the official SDK pointed at it, consent without a browser, and its commands."""

import subprocess
import sys
from typing import Any

import httpx
import stripe

from support.sandbox import CLIENT_ID, SECRET_KEY, Sandbox

CALLBACK = "http://127.0.0.1:9/callback"


def sdk(sandbox: Sandbox, key: str = SECRET_KEY) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": sandbox.url, "connect": sandbox.url}, max_network_retries=0)


def connect(sandbox: Sandbox, name: str) -> str:
    """Through OAuth, as a script does it; returns the account's id."""
    query = {"client_id": CLIENT_ID, "response_type": "code", "redirect_uri": CALLBACK, "sandbox_account": name}
    answer = httpx.get(f"{sandbox.url}/oauth/authorize", params={**query, "decision": "approve"})
    code = httpx.URL(answer.headers["location"]).params["code"]
    token = sdk(sandbox).oauth.token({"grant_type": "authorization_code", "code": code})
    return str(token.stripe_user_id)


def tick(sandbox: Sandbox, **body: Any) -> int:
    """Let the businesses live on; returns how many events that made."""
    answer = httpx.post(f"{sandbox.url}/_sandbox/tick", json=body, timeout=120)
    return int(answer.raise_for_status().json()["events"])


def command(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "vaultra_sandbox", *arguments]
    return subprocess.run(line, input=stdin, capture_output=True, text=True, check=False, timeout=300)
