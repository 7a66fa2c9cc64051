"""What a question asks for. Rules are tried in their order; the first that fits decides."""

import re
from collections.abc import Callable
from typing import Final

from vaultra_core.agent.grounded.ask import Ask

# What a question can be about, in the order in which they win: the narrower thing first.
SUBJECTS: Final = (
    "chargeback", "refund", "payout", "mrr", "topcustomer", "returning", "averagesale", "failed", "steady", "growth",
    "revenue",
)  # fmt: skip
_OWN: Final = re.compile(r"\b(?:my|our|i|me|we|us|i'm|am i|mine)\b", re.IGNORECASE)
_HOW_TO: Final = re.compile(
    r"\bhow (?:do|can|could|should|would|to|might)\b|\bways? to\b|\btips?\b|\bhelp me\b|\bbest way\b|"
    r"\bwhat can (?:i|we) do\b",
    re.IGNORECASE,
)
_DEFINE: Final = re.compile(
    r"^(?:so |and |ok,? |please )?(?:what(?:'s| is| are| does| do| counts)|explain|define|tell me (?:about|what)|"
    r"why (?:do|does|are|is)|"
    r"when (?:do|does|is)|who|is it|are there|do i need|should i)\b",
    re.IGNORECASE,
)
_WHY: Final = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat (?:happened|changed|moved|caused|made|drove)\b|\breason", re.IGNORECASE
)
_HISTORY: Final = re.compile(
    r"\b(?:chang(?:e|ed)|mov(?:e|ed)|differ\w*|histor\w+|over time|compared?|progress\w*|evol\w+|since|better than)\b",
    re.IGNORECASE,
)
_WHETHER: Final = re.compile(r"^(?:so |and )?(?:can|could|will|would|do|does|am|are|is)\b.*\b(?:me|i|us|we)\b", re.I)
_TARGET: Final = re.compile(r"\b(?:reach|get to|score of|up to)\s+(?:a\s+)?\d{2,3}\b", re.IGNORECASE)
_WHEN: Final = re.compile(r"\bwhen\b|\bhow long\b|\bhow soon\b|\bwhat date\b", re.IGNORECASE)

Rule = tuple[str, Callable[[Ask], bool]]


def subject_of(ask: Ask) -> str | None:
    return next((each for each in SUBJECTS if each in ask.meant), None)


def _asks_for_knowledge(ask: Ask) -> bool:
    """A question about how things are in general, or a thing that the business's own figures do not hold."""
    return not _OWN.search(ask.question) and bool(_DEFINE.search(ask.question) or _HOW_TO.search(ask.question))


def _moved(ask: Ask) -> bool:
    moved = ask.means_any("drop", "rise") or _HISTORY.search(ask.question) is not None
    about_score = ask.means("score") or subject_of(ask) is None
    return moved and about_score and (ask.means("score") or _WHY.search(ask.question) is not None)


RULES: Final[tuple[Rule, ...]] = (
    ("what_if", lambda ask: ask.means("whatif") and subject_of(ask) is not None),
    ("capable", lambda ask: ask.means("capable")),
    ("about", lambda ask: ask.means("about")),
    ("funding", lambda ask: ask.means("funding", "lender") and _WHETHER.search(ask.question) is not None),
    ("lenders", lambda ask: ask.means("lender") and not ask.means_any("hurt", "drop")),
    ("knowledge", lambda ask: _asks_for_knowledge(ask) and not ask.means_any("score", "tier", "action", "fresh")),
    ("knowledge", lambda ask: ask.means("chargeback", "contest")),
    ("path", lambda ask: ask.means("tier") and not ask.means_any("compute", "drop")),
    ("path", lambda ask: ask.means("far") and _TARGET.search(ask.question) is not None),
    ("path", lambda ask: ask.means("far", "score") and not ask.means("absorb")),
    ("limits", lambda ask: ask.means("absorb") and ask.means_any("chargeback", "threshold")),
    ("limits", lambda ask: ask.means("threshold") and ask.means_any("chargeback", "far")),
    ("roll_off", lambda ask: ask.means("rolloff") and ask.means_any("chargeback", "steady", "refund")),
    ("roll_off", lambda ask: ask.means("chargeback") and _WHEN.search(ask.question) is not None),
    ("disputes", lambda ask: ask.means("chargeback") and ask.means_any("list", "evidence") and not ask.means("score")),
    ("disputes", lambda ask: ask.means("chargeback", "list", "hurt")),
    ("compute", lambda ask: ask.means("compute", "score") and not ask.means_any("drop", "rise", "hurt", "action")),
    ("sure", lambda ask: ask.means("sure") and not ask.means("payout")),
    ("fresh", lambda ask: ask.means("fresh") and subject_of(ask) is None),
    ("outlook", lambda ask: ask.means("outlook") and (ask.means("score") or subject_of(ask) is None)),
    ("hurting", lambda ask: ask.means("hurt") and subject_of(ask) in (None, "revenue") and not ask.means("action")),
    ("actions", lambda ask: ask.means("action") and subject_of(ask) is None),
    ("actions", lambda ask: ask.means("rise", "score") and _HOW_TO.search(ask.question) is not None),
    ("change", _moved),
    ("evidence", lambda ask: ask.means("evidence") and not ask.means("chargeback")),
    ("subject", lambda ask: subject_of(ask) is not None),
    ("helping", lambda ask: ask.means("help") and not ask.means("action")),
    ("funding", lambda ask: ask.means("funding")),
    ("score", lambda ask: ask.means("score")),
    ("today", lambda ask: ask.means("today")),
    ("greeting", lambda ask: ask.means("greeting")),
)


def intent_of(ask: Ask) -> str:
    """The name of the first rule that fits; `knowledge` when none does: perhaps a document answers it."""
    return next((name for name, fits in RULES if fits(ask)), "knowledge")


def is_how_to(ask: Ask) -> bool:
    return _HOW_TO.search(ask.question) is not None
