"""Stripe's list parameters → one page of a list, as bytes."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from vaultra_sandbox import rendering
from vaultra_sandbox.errors import StripeError, missing
from vaultra_sandbox.store import Account, Store

EVENTS_KEPT: Final = 30 * 86_400  # seconds; Stripe keeps events for 30 days
_ENDLESS: Final = 2**62
_LEVELS: Final = 4
_RANGE: Final = re.compile(r"(created|arrival_date)(?:\[(gt|gte|lt|lte)\])?")


class Listed(msgspec.Struct, frozen=True):
    """How one kind of object is listed: its path, its filters by name, and the SQL condition of each."""

    kind: str
    path: str
    filters: Mapping[str, str] = {}
    expands: frozenset[str] = frozenset()  # paths below the object


def _field(name: str) -> str:
    return f"json_extract(o.body, '$.{name}') = ?"


_BT: Final = "balance_transaction"
LISTS: Final[Mapping[str, Listed]] = {
    listed.path: listed
    for listed in (
        Listed(
            "charge",
            "charges",
            {"customer": _field("customer"), "payment_intent": _field("payment_intent")},
            frozenset({_BT}),
        ),
        Listed(
            "refund",
            "refunds",
            {"charge": _field("charge"), "payment_intent": _field("payment_intent")},
            frozenset({_BT, "charge"}),
        ),
        Listed(
            "dispute",
            "disputes",
            {"charge": _field("charge"), "payment_intent": _field("payment_intent")},
            frozenset({"charge"}),
        ),
        Listed("payout", "payouts", {"status": "o.tag = ?", "destination": _field("destination")}, frozenset({_BT})),
        Listed(
            "subscription",
            "subscriptions",
            {"status": "o.tag = ?", "customer": _field("customer")},
            frozenset({"discounts", "discounts.source.coupon", "items.data.price.tiers", "items.data.discounts"}),
        ),
        Listed(
            _BT,
            "balance_transactions",
            {
                "payout": "o.payout = ?",
                "type": "o.tag = ?",
                "source": _field("source"),
                "currency": _field("currency"),
            },
            frozenset({"source"}),
        ),
        Listed("event", "events", {"type": "o.tag = ?"}),
    )
}


_ITEMS: Final = Listed(
    "subscription_item",
    "subscription_items",
    expands=frozenset({"price.tiers", "discounts", "discounts.source.coupon"}),
)


class Query(msgspec.Struct):
    """The parsed parameters of one list call."""

    limit: int = 10
    starting_after: str | None = None
    ending_before: str | None = None
    low: int = -1  # created > low
    high: int = _ENDLESS  # created < high
    conditions: list[str] = []
    values: list[Any] = []
    expand: list[str] = []


def parse(listed: Listed, parameters: Sequence[tuple[str, str]]) -> Query:
    """Raise `StripeError` (400) on anything that Stripe would refuse."""
    query = Query()
    types: list[str] = []
    for name, value in parameters:
        if listed.kind == "event" and name.startswith("types["):
            types.append(value)
        else:
            _take(query, listed, name, value)
    if query.starting_after and query.ending_before:
        raise StripeError(400, "You cannot parameterize both starting_after and ending_before.", param="ending_before")
    if types:
        query.conditions.append(f"o.tag IN ({', '.join('?' * len(types))})")
        query.values.extend(types)
    if listed.kind == "subscription" and not any(name == "status" for name, _ in parameters):
        query.conditions.append("o.tag NOT IN ('canceled', 'incomplete_expired')")
    if listed.kind == "event":
        query.low = max(query.low, int(time.time()) - EVENTS_KEPT)
    return query


def _take(query: Query, listed: Listed, name: str, value: str) -> None:
    """One parameter, of those that most lists know or of this list's own."""
    if name == "limit":
        query.limit = _integer(name, value)
        if not 1 <= query.limit <= 100:
            direction = "greater than or equal to 1" if query.limit < 1 else "less than or equal to 100"
            raise StripeError(400, f"This value must be {direction}.", param=name, code="parameter_invalid_integer")
    elif name in ("starting_after", "ending_before"):
        setattr(query, name, value)
    elif (match := _RANGE.fullmatch(name)) and (match[1] == "created" or listed.kind == "payout"):
        _bound(query, match[1], match[2], _integer(name, value))
    elif name == "expand" or name.startswith("expand["):
        query.expand.append(expansion(listed, value, prefix="data."))
    elif listed.kind == "event" and name == "delivery_success":
        _delivery(query, value)
    elif listed.kind == "subscription" and name == "status" and value in ("all", "ended"):
        query.conditions.append("1" if value == "all" else "o.tag IN ('canceled', 'incomplete_expired')")
    elif name in listed.filters:
        query.conditions.append(listed.filters[name])
        query.values.append(value)
    else:
        raise StripeError(400, f"Received unknown parameter: {name}", param=name, code="parameter_unknown")


def expansion(listed: Listed, value: str, *, prefix: str = "") -> str:
    """The path that one `expand[]` names, below the object."""
    path = value.removeprefix(prefix)
    if value.count(".") >= _LEVELS:
        raise StripeError(400, f"You cannot expand more than {_LEVELS} levels of a property ({value}).", param="expand")
    if path not in listed.expands or not value.startswith(prefix):
        raise StripeError(
            400, f"This property cannot be expanded ({value}).", param="expand", code="property_not_expandable"
        )
    return path


def subscription_items(store: Store, account: Account, parameters: Sequence[tuple[str, str]]) -> bytes:
    """The list of all items of one subscription, in their order: they have no list of their own in the store."""
    query = Query()
    wanted: str | None = None
    for name, value in parameters:
        if name == "subscription":
            wanted = value
        elif name in ("limit", "starting_after") or name == "expand" or name.startswith("expand["):
            _take(query, _ITEMS, name, value)
        else:
            raise StripeError(400, f"Received unknown parameter: {name}", param=name, code="parameter_unknown")
    if wanted is None:
        raise StripeError(400, "Missing required param: subscription.", param="subscription", code="parameter_missing")
    found = store.object(account, "subscription", wanted)
    if found is None:
        raise missing("subscription", wanted, status=400, param="subscription")
    items = rendering.items(found.body, query.expand)
    ids = [item["id"] for item in items]
    if query.starting_after is not None:
        if query.starting_after not in ids:
            raise missing("subscription_item", query.starting_after, status=400, param="starting_after")
        items = items[ids.index(query.starting_after) + 1 :]
    shown = items[: query.limit]
    for item in shown:
        for path in query.expand:
            _expand(store, account, item, path.split("."))
    return msgspec.json.encode(
        {"object": "list", "data": shown, "has_more": len(items) > len(shown), "url": f"/v1/{_ITEMS.path}"}
    )


def page(store: Store, account: Account, listed: Listed, query: Query) -> bytes:
    """The list object, newest first."""
    backwards = query.ending_before is not None
    high, low = (query.high, -1), (query.low, _ENDLESS)
    if query.starting_after is not None:
        high = min(high, _position(store, account, listed, query.starting_after, "starting_after"))
    elif query.ending_before is not None:
        low = max(low, _position(store, account, listed, query.ending_before, "ending_before"))
    direction = "ASC" if backwards else "DESC"
    by_payout = any(condition == "o.payout = ?" for condition in query.conditions)
    in_text = query.expand == [_BT]
    columns, joined = (_EXPANDED, _EXPANDED_FROM) if in_text else ("o.body", "objects o")
    index = "object_by_payout" if by_payout else "object_by_time"
    joined = joined.replace("objects o", f"objects o INDEXED BY {index}", 1)
    conditions = "".join(f" AND {condition}" for condition in query.conditions)
    rows: Sequence[tuple[bytes]] = store.db.execute(
        f"SELECT {columns} FROM {joined} WHERE o.account = ? AND o.kind = ? "  # noqa: S608 (no input in the text)
        f"AND (o.created, o.seq) > (?, ?) AND (o.created, o.seq) < (?, ?){conditions} "
        f"ORDER BY o.created {direction}, o.seq {direction} LIMIT ?",
        (account.number, listed.kind, *low, *high, *query.values, query.limit + 1),
    ).fetchall()
    more = len(rows) > query.limit
    bodies = [row[0] for row in rows[: query.limit]]
    if backwards:
        bodies.reverse()
    if listed.kind == "subscription" or (query.expand and not in_text):
        bodies = [expanded(store, account, body, query.expand, kind=listed.kind) for body in bodies]
    return b"".join(
        (
            b'{"object":"list","data":[',
            b",".join(bodies),
            b'],"has_more":%s,"url":"/v1/%s"}' % (b"true" if more else b"false", listed.path.encode()),
        )
    )


# Charges with their balance transactions are what an import reads most: expanded in the text, nothing is decoded.
_EXPANDED: Final = (
    "CASE WHEN t.seq IS NULL THEN o.body ELSE replace(o.body, "
    "'\"balance_transaction\":\"' || t.id || '\"', '\"balance_transaction\":' || t.body) END"
)
_EXPANDED_FROM: Final = "objects o LEFT JOIN objects t ON t.account = o.account AND t.id = o.link"


def expanded(store: Store, account: Account, body: bytes, paths: Sequence[str], *, kind: str) -> bytes:
    """An object as the API shows it, with the objects that stand on `paths` in place of their ids."""
    if kind == "subscription":
        body = rendering.subscription(body, paths)
    if not paths:
        return body
    decoded = msgspec.json.decode(body)
    for path in paths:
        _expand(store, account, decoded, path.split("."))
    return msgspec.json.encode(decoded)


def _expand(store: Store, account: Account, holder: Any, path: Sequence[str]) -> None:
    if isinstance(holder, list):
        for one in holder:
            _expand(store, account, one, path)
        return
    if not path or not isinstance(holder, dict) or path[0] not in holder:
        return
    name, rest = path[0], path[1:]
    value = holder[name]
    values = value if isinstance(value, list) else [value]
    full = [_full(store, account, one) for one in values]
    holder[name] = full if isinstance(value, list) else full[0]
    for one in full:
        _expand(store, account, one, rest)


def _full(store: Store, account: Account, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    row = store.db.execute("SELECT body FROM objects WHERE account = ? AND id = ?", (account.number, value)).fetchone()
    return msgspec.json.decode(row[0]) if row else value


def _position(store: Store, account: Account, listed: Listed, cursor: str, param: str) -> tuple[int, int]:
    found = store.db.execute(
        "SELECT created, seq FROM objects WHERE account = ? AND id = ? AND kind = ?",
        (account.number, cursor, listed.kind),
    ).fetchone()
    if found is None:
        raise missing(listed.kind, cursor, status=400, param=param)
    created, seq = found
    return int(created), int(seq)


def _integer(name: str, value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise StripeError(400, f"Invalid integer: {value}", param=name, code="parameter_invalid_integer") from None
    if abs(number) >= _ENDLESS:
        raise StripeError(400, f"Invalid integer: {value}", param=name, code="parameter_invalid_integer")
    return number


def _bound(query: Query, field: str, operator: str | None, moment: int) -> None:
    low = {"gt": moment, "gte": moment - 1, None: moment - 1}.get(operator, -1)
    high = {"lt": moment, "lte": moment + 1, None: moment + 1}.get(operator, _ENDLESS)
    if field == "created":
        query.low, query.high = max(query.low, low), min(query.high, high)
    else:
        query.conditions.append(f"json_extract(o.body, '$.{field}') > ? AND json_extract(o.body, '$.{field}') < ?")
        query.values.extend((low, high))


def _delivery(query: Query, value: str) -> None:
    if value not in ("true", "false"):
        raise StripeError(400, f"Invalid boolean: {value}", param="delivery_success")
    undelivered = "EXISTS (SELECT 1 FROM deliveries d WHERE d.event = o.seq)"
    query.conditions.append(undelivered if value == "false" else f"NOT {undelivered}")
