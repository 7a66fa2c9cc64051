"""Owners' many words for the same thing, as one."""

import re
from collections.abc import Iterator
from typing import Final

from vaultra_core.agent.numbers import plain

# One word for each thing, and after the colon the expressions that owners use for it; a line that is indented goes on.
_MEANT: Final = r"""
whatif: what (?:if|would happen|happens)(?: if| when)? | suppos(?:e|ing) | imagine | simulate | assuming |
    (?:how|what) would .{0,40}\bif | would .{0,40}\bif\b | ^if\b
chargeback: charge[\s-]?backs? | disput(?:e|es|ed|ing)
contest: contest(?:ed|ing)? | fight(?:ing)? | defend(?:ing)? | challeng(?:e|ing) | appeal(?:ing)? | evidence for |
    (?:answer|respond(?:ing)?|reply(?:ing)?) (?:to )?(?:a|an|the|my|this|that)? ?(?:charge[\s-]?back|dispute)s? |
    win(?:ning)? (?:a|the|my|this) | withdraw\w* | (?:pre-?)?arbitration | representment | deadline
returning: (?:returning|repeat|loyal|regular) (?:customers?|buyers?|clients?) |
    customers? (?:come|coming|came) back | (?:come|coming|came) back
topcustomer: (?:largest|biggest|top|main|single|one|major) (?:customer|client|buyer|account)s? |
    concentrat(?:ion|ed) | depend(?:s|ent|ence|ing)? (?:too much )?on (?:one|a single|a few)
averagesale: (?:average|typical|mean|usual) (?:sale|order|transaction|ticket|basket|purchase)(?: size| value)? |
    basket size | ticket size | order value
failed: fail(?:ed|ing|ure|ures)? (?:payments?|charges?|cards?) |
    (?:payments?|charges?|cards?) (?:\w+ )?(?:fail\w*|declin\w+) | declined (?:payments?|cards?|charges?) | declines
mrr: mrr | (?:monthly )?recurring revenue | subscription (?:revenue|income) | subscriptions? | subscribers? |
    churn(?:ed|ing)?
steady: volatil\w+ | stead(?:y|ier|iness) | stab(?:le|ility) | unstable | fluctuat\w+ | erratic | uneven |
    swing\w* | ups and downs | predictable | consisten\w+ | bumpy | lumpy
refund: refund(?:s|ed|ing)? | money back | (?:giv\w+|send\w*|sent) (?:\w+ ){0,3}back
payout: pay[\s-]?outs? | deposits? | settlements? | transfers? to (?:my|our) bank | paid out | money arriv\w+
threshold: thresholds? | limits? | excessive | vamp | monitoring program\w*
absorb: can i (?:still )?(?:afford|absorb|take|have) | how many more | how much room | headroom |
    still (?:absorb|afford) | before (?:visa|stripe|mastercard|i hit|i cross|we hit|it)
rolloff: (?:stop|cease) (?:counting|mattering|hurting) | no longer count | drop (?:off|out) | age out | expire |
    fall (?:off|out) | leave (?:the|my) (?:window|record|score) | disappear | forgotten | roll off |
    how long (?:do|will|does)
tier: tiers? | levels? | (?:next|higher|another) (?:stage|step|band|grade|category) | funding[\s-]ready |
    highly attractive
lender: lenders? | banks? | underwriters? | investors? | funders? | financiers? | creditors?
score: how (?:am i|are we|is (?:my )?business|are things) (?:doing|going|looking) | how do (?:i|we) stand |
    where do (?:i|we) stand | my health |
    scor(?:e|es|ing) | ratings? | readiness | fundability | underwrit\w+ | grade
revenue: revenues? | sales | turnover | income | takings | earn(?:ed|ings|ing)? | takes? in | took in | bring in |
    brought in | money (?:did|do|have) (?:i|we) (?:make|made) | did (?:i|we) (?:make|sell) | ma(?:de|ke) last
growth: grow(?:ing|th|s|n)? | grew | trend(?:ing|s)? | momentum | expanding | shrink\w* | declining |
    going up or down
drop: drop(?:s|ped|ping)? | f[ae]ll(?:s|en|ing)? | decreas\w+ | lower(?:ed)? | declin\w+ | w[eo]nt? down |
    gone down | go down | slip(?:ped|ping)? | worse(?:n\w*)? | lost | lose | reduc\w+ | fewer | less | cut | down |
    shrank | sank | sink
rise: ris(?:e|es|ing|en) | rose | improv(?:e|ed|es|ing|ement) | increas\w+ | went up | gone up | go up | climb\w* |
    jump\w* | gain(?:ed)? | rais(?:e|ed|ing) | boost\w* | more | higher | up
hurt: hurt(?:s|ing)? | harm\w* | h[eo]ld(?:s|ing)? (?:me|us|it|my score)? ?(?:back|down) | drag(?:s|ging)? |
    cost(?:s|ing)? | damag\w+ | weak(?:est|ness|nesses|er)? | problems? | wrong | bad(?:ly)? | worst |
    negative\w* | against (?:me|us|my) | pull(?:s|ing)? .{0,12}down | issues? | trouble | lacking |
    standing in (?:my|our) way | red flags? | worr\w+ | (?:so|too|this|that) low | not (?:any )?(?:higher|better)
help: strong(?:est)? | strengths? | well | positive\w* | going for (?:me|us) | good at | working | what helps |
    helping | in my favou?r | best
action: should (?:i|we) | to do | (?<!did i )(?<!did we )do (?:this|next|first|now|today) | actions? | focus |
    priorit\w+ | fix | recommend\w* | advice | advise | suggest\w* | next steps? | tackle | to[\s-]?dos? | start with |
    quick(?:est)? wins? | can (?:i|we) do | work on | biggest (?:win|lever|impact)
funding: funding | loans? | credit | financing | finance | advance | capital | borrow\w* | fundable | lend
compute: calculat\w+ | comput\w+ | work(?:s)? out | made (?:up )?of | formula | worked out | determin\w+ |
    weigh\w+ | what goes into | rulebook | factors? | methodology | how (?:does|do) .{0,30}work | based on |
    consists? of
sure: confiden\w+ | sure | certain\w* | reliab(?:le|ility) is (?:the|my) score | trust\w* | accura\w+ |
    how much data
fresh: up[\s-]to[\s-]date | fresh\w* | last (?:sync\w*|updat\w+|refresh\w*) | synced | imported | import |
    complete | current data | missing data | stale | how old
outlook: will (?:my|our|the|it) | next (?:month|quarter|year|\d+) |
    in (?:a|one|two|three|six|\d+) (?:months?|weeks?|days?) | forecast\w* | outlook | ahead | future |
    nothing changes | going to | heading | expect\w* | by (?:the end|christmas|spring|summer) | predict\w* |
    in half a year
evidence: evidence | behind (?:my|the|this|that|it) | which (?:charges|objects|transactions|payments|sales) |
    prove | proof | where (?:does|do|did) .{0,40}(?:from|number) | source of | drill | show me the
about: know about (?:me|us|my business|our business) | who am i | my (?:business )?profile | about my business |
    my (?:company|business) (?:name|details|info\w*) | what (?:business|company) (?:is|am)
capable: what can you (?:do|answer|tell|help) | how can you help | what (?:should|can|may) i ask | ^help\b |
    who are you | what are you | your capabilities | how do you work
greeting: ^(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?|thank you)\b
far: how far | how close | how near | how much (?:more|further) | points? (?:away|missing|short|until|to go) |
    get to | reach | need(?:ed)? (?:to|for) | distance | what (?:does it|would it|will it) take | away from
list: which | list | show | name | what (?:are|were) (?:the|my) | identify
today: today | so far | right now
"""


def _patterns() -> Iterator[tuple[str, "re.Pattern[str]"]]:
    for entry in re.split(r"\n(?=\w)", _MEANT.strip()):
        word, _, expressions = entry.partition(":")
        alternatives = "|".join(each.strip() for each in re.split(r"\s\|\s|\s\|$", expressions.replace("\n", " ")))
        yield word, re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)


_PATTERNS: Final = tuple(_patterns())


def meant_by(question: str) -> frozenset[str]:
    """The things that a question speaks of, each by its one word."""
    text = " ".join(plain(question).lower().split())
    return frozenset(word for word, pattern in _PATTERNS if pattern.search(text))
