"""A folder belongs to one demo at a time, and the next one goes on with what is in it."""

import json
from pathlib import Path

import httpx

from support.command import vaultra
from support.demo import Demo, Owner, a_demo
from support.samples import load_into, sample_objects


def test_a_second_demo_on_the_same_folder_is_refused(demo: Demo) -> None:
    second = vaultra("demo", "--port", "0", "--data-dir", str(demo.folder))
    assert second.code == 1
    assert second.complaint == f"vaultra: Another demo runs on {demo.folder}. Stop it first, or use another DATA_DIR.\n"
    assert demo.ready(), "the first one does not notice"
    assert json.loads((demo.folder / "demo.json").read_text()) == demo.facts


def test_a_port_that_is_taken_is_named(demo: Demo, tmp_path: Path) -> None:
    port = httpx.URL(demo.url).port
    second = vaultra("demo", "--port", f"{port}", "--data-dir", str(tmp_path / "other"))
    assert second.code == 1
    assert second.complaint.startswith(f"vaultra: Port {port} of 127.0.0.1 cannot be used: ")
    assert second.complaint.count("\n") == 1


def test_the_second_start_goes_on_with_the_data_of_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with a_demo(folder) as first:
        (sign_in,) = first.facts["sample_sign_ins"]
        owner = Owner(first)
        owner.log_in(**sign_in)
        businesses = owner.call("GET", "/auth/me")["businesses"]
        scores = {b["id"]: owner.call("GET", "/readiness", business_id=b["id"]) for b in businesses}
        assert len(scores) == 3
        newcomer = first.signed_up("newcomer@example.com")
        business = newcomer.business()
        assert first.stop() == 0
    assert (folder / "demo.json").stat().st_mode & 0o777 == 0o600
    load_into(folder, "late", sample_objects(folder, "fresh"))

    with a_demo(folder) as second:
        assert second.facts["sample_sign_ins"] == [sign_in]
        again = Owner(second)
        again.log_in(**sign_in)
        assert again.call("GET", "/auth/me")["businesses"] == businesses
        assert {b: again.call("GET", "/readiness", business_id=b) for b in scores} == scores
        back = Owner(second)
        back.log_in("newcomer@example.com")
        back.connect(business, "late")  # the sandbox's file is the same: it knows the account loaded in between
        assert back.wait_for_score(business)["score"] > 0
