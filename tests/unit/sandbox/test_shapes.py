"""The sandbox's objects against Stripe's own published examples: no field is invented, none of a wrong kind."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from unit.sandbox.conftest import named, objects
from vaultra_sandbox.store import Store

FIXTURES = Path(__file__).parents[4] / "shared/data/stripe-fixtures.json"
# Fields that Stripe documents but that its examples happen to leave out.
DOCUMENTED = {
    "charge": {"outcome.risk_level"},
    "refund": {"destination_details.card.reference_status"},
    "subscription": {"items.total_count"},
    "event": {"data.previous_attributes"},
    "account": {"external_accounts.total_count", "settings.payouts.schedule.weekly_anchor"},
}
# Free-form: what stands in there is not part of the shape.
OPEN = ("metadata", "data.object", "data.previous_attributes", "fee_details", "balance_transactions")


@pytest.fixture(scope="session")
def fixtures() -> dict[str, Any]:
    if not FIXTURES.exists():
        pytest.skip("../shared/data/stripe-fixtures.json is not here")
    resources: dict[str, Any] = msgspec.json.decode(FIXTURES.read_bytes())["resources"]
    return resources


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Paths at which ours has a field that theirs lacks, or a value of another kind."""
    if path.startswith(OPEN):
        return []
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = []
        for name, value in ours.items():
            here = f"{path}.{name}".lstrip(".")
            found += differences(value, theirs[name], here) if name in theirs else [here]
        return found
    if isinstance(ours, list) and isinstance(theirs, list):
        return [difference for one in ours for difference in (differences(one, theirs[0], path) if theirs else [])]
    if ours is None or theirs is None or {type(ours), type(theirs)} <= {int, float} or type(ours) is type(theirs):
        return []
    return [path]


@pytest.mark.parametrize(
    "kind", ["charge", "refund", "dispute", "payout", "subscription", "balance_transaction", "event"]
)
def test_an_object_has_the_fields_that_stripe_publishes(samples: Store, fixtures: dict[str, Any], kind: str) -> None:
    for name in ("saas", "shop", "travel"):
        for one in objects(samples, named(samples, name), kind):
            assert set(differences(one, fixtures[kind])) <= DOCUMENTED.get(kind, set())
            assert one["object"] == kind


def test_an_account_has_the_fields_that_stripe_publishes(samples: Store, fixtures: dict[str, Any]) -> None:
    for account in samples.accounts():
        body = msgspec.json.decode(account.body)
        assert set(differences(body, fixtures["account"])) <= DOCUMENTED["account"]
