"""Prompts that a client offers by name: which tools to ask, and what a good answer holds."""

from typing import Final

import msgspec

_RULES: Final = (
    " Use only figures that the tools give, say where each comes from, cite knowledge as [doc_id], and end with the "
    "note that this is informational and no offer of credit or advice."
)


class PromptText(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    description: str
    text: str


PROMPTS: Final = (
    PromptText(
        name="financial_health_check",
        title="Financial health check",
        description="Where the business stands, what helps and hurts, and what to do first.",
        text=(
            "Give my business a financial health check. Read the readiness breakdown, the metric summary, the outlook "
            "and the top recommendations. Tell me in this order: where I stand, the two things that help most, the "
            "two that hurt most, what is coming if nothing changes, and the three steps that would bring most points."
            + _RULES
        ),
    ),
    PromptText(
        name="weekly_review",
        title="Weekly review",
        description="What changed since last week, why, and what deserves attention.",
        text=(
            "Review my week. Compare the score with the one of a week ago, explain the change factor by factor with "
            "explain_change, look at the outlook for what comes next week, and name at most two things that need me."
            + _RULES
        ),
    ),
    PromptText(
        name="path_to_next_tier",
        title="Path to the next tier",
        description="The least effort that reaches the next tier, as a plan.",
        text=(
            "How do I reach the next tier? Ask for the path to the tier, turn its steps into a plan for the coming "
            "weeks in the order of least effort, and say what each step brings. Look up in the knowledge base how "
            "others do the first step." + _RULES
        ),
    ),
    PromptText(
        name="lender_preparation",
        title="Prepare for a lender",
        description="What a lender will ask about this business, with answers.",
        text=(
            "Prepare me for a conversation with a lender. Search the knowledge base for what lenders look at and for "
            "the papers they want. From my breakdown and metrics name the five questions that I will be asked, each "
            "with my honest answer and the evidence for it." + _RULES
        ),
    ),
)
