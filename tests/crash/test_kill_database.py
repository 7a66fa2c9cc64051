"""The embedded database is killed while the demo runs."""

import os
import signal

from support.demo import Demo, until


def test_a_killed_database_comes_back_and_callers_are_told_to_wait(demo: Demo) -> None:
    owner = demo.signed_up("patient@example.com")
    business = owner.business()
    killed = demo.postmaster()
    os.kill(killed, signal.SIGKILL)
    refused = until(lambda: answer if (answer := owner.ask("GET", "/auth/me")).status_code != 200 else None, "refusal")
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.json()["error"]["code"] == "UNAVAILABLE"
    until(demo.ready, "the database is back")
    assert demo.postmaster() != killed
    assert owner.call("GET", "/auth/me")["businesses"] == [{"id": business, "name": "Corner Café", "role": "owner"}]
    assert "Traceback" not in demo.output
