"""What comes if nothing changes."""

import datetime as dt
from typing import Annotated

import msgspec

from vaultra_core.agent import figures
from vaultra_core.agent.figures import Figure
from vaultra_core.agent.registry import Arguments, Finding, Tool
from vaultra_core.domain.readiness.evidence import score_handle
from vaultra_core.domain.readiness.outlook import MOST_DAYS, REPEATED_DAYS, Outlook
from vaultra_core.domain.readiness.projections import outlook_handle
from vaultra_core.domain.wording import day
from vaultra_core.identity import Caller
from vaultra_core.use_cases.look_ahead import LookAhead


class Horizon(Arguments, frozen=True, kw_only=True):
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS, description="How far to look ahead.")] = 90


class TierCrossing(msgspec.Struct, frozen=True, kw_only=True):
    day: dt.date
    score: Figure
    tier: str


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """Chargebacks or a weak week that count against the score until `leaves_on`."""

    kind: str
    first: dt.date
    last: dt.date
    leaves_on: dt.date
    count: Figure
    amount: Figure


class ChargebackLimit(msgspec.Struct, frozen=True, kw_only=True):
    """`absorbable` more can come this calendar month before the threshold is crossed; `probability` is that of lying
    above it over the next 30 days."""

    source: str
    threshold: Figure
    absorbable: Figure
    crossed: bool
    probability: Figure | None


class OutlookData(msgspec.Struct, frozen=True, kw_only=True):
    """If the last days repeat, as many as `repeated`: a continuation, not a forecast."""

    as_of: dt.date
    until: dt.date
    days: Figure
    repeated: Figure
    score: Figure
    tier: str
    score_then: Figure
    next_tier_on: dt.date | None
    crossings: list[TierCrossing]
    leaving: list[Leaving]
    limits: list[ChargebackLimit]


class GetOutlook(Tool[Horizon]):
    name = "get_outlook"
    doing = "Looking ahead"
    description = (
        "The days ahead if nothing changes: where the score goes, when chargebacks and weak weeks stop counting, and "
        "how many chargebacks the month can still absorb before card networks' thresholds."
    )
    arguments = Horizon

    def __init__(self, outlook: LookAhead) -> None:
        self._outlook = outlook

    async def run(self, caller: Caller, arguments: Horizon) -> Finding:
        ahead = await self._outlook.execute(caller, arguments.days)
        data = outlook_data(ahead.outlook, ahead.currency)
        return Finding(data, f"{data.score.text} now, {data.score_then.text} on {day(data.until)} if nothing changes.")


def outlook_data(found: Outlook, currency: str) -> OutlookData:
    handle = outlook_handle(found.rulebook, found.as_of, found.days)
    end = found.scores[-1]
    return OutlookData(
        as_of=found.as_of,
        until=end.day,
        days=figures.days(found.days, handle, "Days ahead"),
        repeated=figures.days(REPEATED_DAYS, handle, "Days that repeat"),
        score=figures.score(found.score, score_handle(found.rulebook, found.as_of)),
        tier=found.tier.label,
        score_then=figures.score(end.score, handle, "Score if nothing changes"),
        next_tier_on=found.next_tier_on,
        crossings=[
            TierCrossing(
                day=each.day, score=figures.score(each.score, handle, "Score on that day"), tier=each.tier.label
            )
            for each in found.crossings
        ],
        leaving=[
            Leaving(
                kind=each.kind.value,
                first=each.first,
                last=each.last,
                leaves_on=each.leaves_on,
                count=figures.count(each.count, each.evidence[0], each.kind.value.replace("_", " ").capitalize()),
                amount=figures.money(each.amount_minor, currency, each.evidence[0], "Amount"),
            )
            for each in found.roll_offs
        ],
        limits=[
            ChargebackLimit(
                source=each.source,
                threshold=figures.share(each.threshold, handle, each.source),
                absorbable=figures.count(each.absorbable, handle, "Chargebacks that can still come this month"),
                crossed=each.crossed,
                probability=None
                if each.probability is None
                else figures.share(each.probability, handle, "Probability of crossing it"),
            )
            for each in found.limits
        ],
    )
