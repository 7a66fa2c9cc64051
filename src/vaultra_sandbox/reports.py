"""What the server and the command line both tell about accounts."""

import datetime as dt
from typing import Any

from vaultra_sandbox.loading import Survey
from vaultra_sandbox.store import Account, Store


def loaded(account: Account, survey: Survey) -> dict[str, Any]:
    """What a load has made; days as they stand in the file."""
    first, last = (dt.datetime.fromtimestamp(moment, dt.UTC).date() for moment in (survey.first, survey.last))
    return {
        "name": account.name,
        "id": account.id,
        "objects": survey.objects,
        "currency": survey.currency,
        "from": first,
        "to": last,
    }


def describe(store: Store) -> list[dict[str, Any]]:
    """Every account with what it holds."""
    return [
        {
            "name": account.name,
            "id": account.id,
            "title": account.title,
            "line": account.line,
            "connected": account.authorized,
            "objects": store.counts(account),
        }
        for account in store.accounts()
    ]
