"""The questions that owners ask most, and others in their words."""

# ruff: noqa: E501 - a row is a pattern beside the questions whose answers hold it; cut up it is harder to read.

from typing import Final

# What the answer of `support.owners.an_owner` has to hold, and several ways to ask for it.
ASKED: Final[list[tuple[str, list[str]]]] = [
    (r"\*\*77 of 100\*\* \(Funding-ready\)", ["What is my score?", "How am I doing?", "What's my rating today?"]),
    (
        r"cost the most points:\n- \*\*Chargebacks\*\*: 12 points lost\. There were 10 chargebacks on 900 sales",
        [
            "What's hurting my funding readiness?",
            "What is dragging my score down?",
            "What's wrong with my business?",
            "Where am I weak?",
            "What is holding us back?",
            "Why is my score so low?",
        ],
    ),
    (
        r"What speaks for you:\n- \*\*Growth of revenue\*\*",
        ["What am I doing well?", "What are my strengths?", "What helps my score?"],
    ),
    (
        r"Start here, most important first:\n- \*\*.+\*\* \(\+[\d.]+ points?\)",
        [
            "What should I do this week?",
            "What are my next steps?",
            "Give me three things to fix first",
            "How can I improve my score?",
            "What's the biggest win for me?",
        ],
    ),
    (
        r"chargebacks at 5 instead of 10\.\n\nYour score would rise from 77 to \*\*80 of 100\*\*, by 3 points",
        [
            "What if my chargebacks fell by half?",
            "What would happen if I halved my disputes?",
            "Suppose we had 5 fewer chargebacks",
            "If chargebacks dropped by 50%, what then?",
            "What if I only had five chargebacks?",
        ],
    ),
    (
        r"Assumed: revenue in 30 days at [\d,.]+ USD instead of [\d,.]+ USD\.",
        ["What if my revenue grew by 20 %?", "Suppose sales grew by a quarter"],
    ),
    (
        r"Assumed: growth per 4 weeks at 6\.\d %? instead of 4\.\d %?",
        ["What if my growth went up by 2 %?"],
    ),
    (r"Assumed: growth per 4 weeks at 5 % instead of", ["What if my growth were at 5 %?"]),
    (r"That is how it is now: chargebacks at 10\. Your score would stay", ["What if I had 10 chargebacks?"]),
    (r"refunded share of revenue at .+ instead of", ["What if refunds doubled?", "Imagine refunds went up to 5 %"]),
    (r"payouts in time at 100 % instead of 80\.8 %", ["What if every payout arrived on time?"]),
    (
        r"It did not drop in that time\. Your score rose by|Your score fell by [\d.]+ points?, from \d+ to \d+, from 30 September 2026",
        [
            "Why did my score drop last month?",
            "Why did my score fall in October?",
            "How come my rating slipped last month?",
        ],
    ),
    (
        r"from 25 October 2026 to 31 October 2026|unchanged",
        ["Why is my score lower than this week?", "What changed this week?"],
    ),
    (r"from 25 October 2026 to 31 October 2026", ["Is my score better than last week?"]),
    (
        r"- `dp_179` of 23 July 2026: 75\.27 USD, lost",
        ["Which disputes count against me?", "List the chargebacks that hurt me", "Show me my disputes"],
    ),
    (
        r"You need 9 points more to reach 86\.\n\nThe least effort that leads to 86 \(Highly attractive\):\n- \*\*Payouts in time\*\* \(\+6 points\)",
        [
            "How far am I from the next tier?",
            "How do I get to the next level?",
            "What would it take to be highly attractive?",
            "What would it take to reach 86?",
        ],
    ),
    (r"You are there", ["How far am I from funding-ready?"]),
    (
        r"Lenders look at revenue[^\[]+\[funding-readiness-factors\]",
        ["What do lenders look at?", "What will a bank want to see?"],
    ),
    (
        r"\*\*Revenue\*\*: [\d,]+ USD \([\d,]+ USD in the period before",
        ["How much revenue did I make last month?", "How are sales?"],
    ),
    (r"\*\*Growth per 4 weeks\*\*: 4\.[\d]+ %", ["Is my revenue growing?", "Are we growing?"]),
    (r"\*\*Chargeback ratio\*\*: ", ["What is my chargeback ratio?", "How many disputes did I have?"]),
    (r"What to do: ", ["How can I reduce my chargebacks?", "What should I do about disputes?"]),
    (
        r"\*\*Refunds\*\*: \d+",
        [
            "How many refunds did I have?",
            "How much money back did we give?",
            "Are customers giving stuff back more often than before?",
        ],
    ),
    (r"\*\*Payouts in time\*\*: ", ["Are my payouts on time?", "Do my deposits arrive in time?"]),
    (r"\*\*Weekly volatility of revenue\*\*: ", ["How stable is my revenue?", "Is my income too bumpy?"]),
    (r"\*\*Largest customer's share\*\*: ", ["Do I depend too much on one customer?", "Who is my biggest client?"]),
    (r"\*\*Returning customers' share\*\*: ", ["How many customers come back?", "Do I have repeat customers?"]),
    (r"\*\*Average sale\*\*: [\d.]+ USD", ["What's my average order value?", "How big is my typical sale?"]),
    (r"\*\*Failed payments\*\*: ", ["How many payments fail?", "Are many cards declined?"]),
    (
        r"repeat, it is \d+ on 1 May 2027",
        ["Will I be better off in half a year?"],
    ),
    (
        r"repeat, it is \d+ on 29 January 2027",
        ["Where will my score be in three months?", "What happens if nothing changes?"],
    ),
    (
        r"\*\*0\.75 %\*\* \(Stripe: excessive\): \d+ more can come this month",
        ["How many more chargebacks can I afford this month?", "How close am I to Visa's limit?"],
    ),
    (
        r"19 January 2027: 1 chargeback of 23 July 2026 \(75\.27 USD\)",
        ["When do my old chargebacks stop counting?", "How long do disputes count?"],
    ),
    (
        r"Vaultra is no lender",
        ["Can I get a loan?", "Am I ready for funding?", "Could a bank lend me money right now?"],
    ),
    (r"sum of what these factors earn.+\n- \*\*", ["How is the score calculated?", "What goes into my score?"]),
    (
        r"91\.3 % of it rests on enough data",
        ["How sure are you about my score?", "How much data is behind this, can I trust it?"],
    ),
    (r"last synced on 1 November 2026.+Its import is complete", ["Is my data up to date?", "When was the last sync?"]),
    (r"Name: Corner Café", ["What do you know about my business?", "Show my business profile"]),
    (
        r"^Revenue total of the 30 days up to 31 October 2026: [\d,]+ USD\..+the oldest first:\n- `ch_\d+` of ",
        [
            "Where does my revenue number come from?",
            "Show me what's behind my revenue",
            "Which charges made my sales?",
            "Where do you get the sales figure from?",
        ],
    ),
    (r"Figures go up to 31 October 2026, the last day that is over", ["How did I do today?"]),
    (r"There are no figures of monthly recurring revenue from", ["What is my MRR?", "Did we lose subscribers?"]),
    (r"For example:\n- What is my score", ["What can you do?", "Help", "Hello"]),
    (
        r"I have no answer to that\. What I can answer",
        ["What's the weather tomorrow?", "Who won the cup?", "Write me a poem"],
    ),
]

QUESTIONS: Final = [(question, held) for held, questions in ASKED for question in questions]
