"""From a question to an answer without a model."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from vaultra_core.agent.grounded import ahead, figures, reading, score
from vaultra_core.agent.grounded.ask import Ask, CallTool
from vaultra_core.agent.grounded.intents import intent_of
from vaultra_core.errors import NotFound

Answer = Callable[[Ask], Awaitable[list[str]]]
ANSWERS: Final[Mapping[str, Answer]] = {
    "about": figures.about,
    "actions": score.actions,
    "capable": reading.capable,
    "change": score.change,
    "compute": score.compute,
    "disputes": figures.disputes,
    "evidence": figures.evidence,
    "fresh": figures.fresh,
    "funding": score.funding,
    "greeting": reading.capable,
    "helping": score.helping,
    "hurting": score.hurting,
    "knowledge": reading.knowledge,
    "lenders": reading.lenders,
    "limits": ahead.limits,
    "outlook": ahead.outlook,
    "path": ahead.path,
    "roll_off": ahead.roll_off,
    "score": score.score,
    "subject": figures.subject,
    "sure": score.sure,
    "today": figures.today,
    "what_if": ahead.what_if,
}
_MISSING: Final = {
    "not_connected": "Connect your Stripe account first; then this can be answered from your own figures.",
    "importing": "The first 90 days are being imported; ask again in a moment.",
    "insufficient_history": "There is not enough history for that yet.",
}


async def grounded_answer(question: str, today: dt.date, call: CallTool) -> str:
    """The answer in Markdown. What a tool cannot find is said, not raised; other errors are the caller's."""
    ask = Ask(question, today, call)
    try:
        parts = await ANSWERS[intent_of(ask)](ask)
    except NotFound as missing:
        parts = [missing.message, _MISSING.get(str(missing.details.get("reason")), "")]
    return "\n\n".join(part for part in parts if part)
