"""The documents that the package carries: what a finance person would sign."""

import re

import pytest

from vaultra_adapters.knowledge.library import PackagedLibrary, parse
from vaultra_adapters.knowledge.local_embedder import LocalEmbedder
from vaultra_adapters.knowledge.score_sections import ASKED
from vaultra_core.agent.figures import Statement
from vaultra_core.agent.grounded.reading import passages_on
from vaultra_core.agent.grounds import Grounds
from vaultra_core.agent.prose import sentences
from vaultra_core.agent.registry import NoArguments, ToolResult
from vaultra_core.agent.tools.knowledge import PassageLine, Passages, knowledge_handle
from vaultra_core.domain.knowledge import CHUNK_TOKENS, Document, entries
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, RULEBOOKS
from vaultra_core.domain.readiness.scoring import TIERS
from vaultra_core.domain.wording import number

DOCUMENTS = PackagedLibrary().documents()
REQUIRED = {
    "funding-readiness-factors": "lending-criteria",
    "reducing-chargebacks": "chargebacks",
    "revenue-stability": "cash-flow",
    "payout-timing": "cash-flow",
    "readiness-score-explained": "best-practices",
}
BOOK = RULEBOOKS[DEFAULT_RULEBOOK]


def test_there_are_a_dozen_documents_of_substance() -> None:
    categories = {document.doc_id: document.category for document in DOCUMENTS}
    assert len(categories) == len(DOCUMENTS) >= 12
    assert categories.items() >= REQUIRED.items()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.doc_id)
def test_a_document_names_its_sources_and_says_something(document: Document) -> None:
    assert document.sources
    assert len(document.sections) >= 5
    assert len({section.heading for section in document.sections}) == len(document.sections)
    for section in document.sections:
        assert len(section.text.split()) >= 30, section.heading
        assert section.questions, section.heading
        assert "<!--" not in section.text


def test_the_score_page_says_what_the_rulebook_says() -> None:
    [page] = [document for document in DOCUMENTS if document.doc_id == "readiness-score-explained"]
    texts = {section.heading: section.text for section in page.sections}
    for factor in BOOK.factors:
        text = texts[f"{factor.title} ({factor.name})"]
        assert f"up to {number(factor.max_points)} points, of 100 in all" in text
        assert [line for line in text.splitlines() if line.startswith("| ")][1:] == [
            f"| {band.text(factor.unit)} | {number(band.points)} |" for band in factor.bands
        ]
    for cap in BOOK.caps:
        assert f"| {cap.title} |" in texts["Ceilings"]
    assert all(f"| {tier.label} |" in texts["Tiers"] for _, tier in TIERS)
    assert ASKED.keys() == {factor.name for factor in BOOK.factors}


def test_thresholds_in_the_prose_are_the_rulebooks() -> None:
    """Points, days and percentages that a document states about the score, against the rulebook itself."""
    maximum = {factor.name: number(factor.max_points) for factor in BOOK.factors}
    bands = {factor.name: {band.threshold for band in factor.bands} for factor in BOOK.factors}
    text = {document.doc_id: document.markdown for document in DOCUMENTS}
    assert f"chargebacks give up to {maximum['disputes']} points, refunds up to {maximum['refunds']}" in text["refunds"]
    assert {0.02, 0.15} <= bands["refunds"] and "below 2 % for full points and 15 % or more for none" in text["refunds"]
    assert {0.0075, 0.015} <= bands["disputes"] and "use 0.75 % and 1.5 %" in text["card-network-programmes"]
    assert "full points\nbelow 10 %" in text["customer-concentration"].replace(
        "full points below", "full points\nbelow"
    )
    assert {0.10, 0.20, 0.35, 0.50} <= bands["top_customer"]
    confidence = next(cap for cap in BOOK.caps if cap.name == "cap_confidence")
    assert [(band.threshold, number(band.points)) for band in confidence.ceilings] == [(0.5, "70"), (0.75, "85")]
    assert "confidence below 50 % keeps the sum at or below 70 points, one below 75 % at or below 85 points" in re.sub(
        r"\s+", " ", text["readiness-score-explained"]
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.doc_id)
def test_what_is_quoted_of_a_document_is_not_held_back(document: Document) -> None:
    """A number beside the word score is taken for the owner's own: no sentence of ours may read like that."""
    for section in document.sections:
        line = PassageLine(
            doc_id=document.doc_id,
            title=document.title,
            category=document.category,
            section=section.heading,
            score=1.0,
            text=Statement(section.text, knowledge_handle(document.doc_id)),
        )
        found = ToolResult(name="", arguments=NoArguments(), summary="", data=Passages(passages=[line]))
        grounds = Grounds([found])
        quoted = sentences("\n\n".join(passages_on([line])))
        assert [verdict.invented for each in quoted if (verdict := grounds.judge(each)).invented] == []


def test_every_entry_fits_the_embedder() -> None:
    count = LocalEmbedder().count_tokens
    found = [entry for document in DOCUMENTS for entry in entries(document, count, "local")]
    assert max(count(entry.content) for entry in found) <= CHUNK_TOKENS
    assert len({entry.id for entry in found}) == len(found)


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("# No front matter", "front matter"),
        ("---\ndoc_id: a\n---\n## One\ntext", "title"),
        ("---\ndoc_id: a\ntitle: A\ncategory: c\nsources: []\n---\nlost\n## One\ntext", "second level"),
    ],
)
def test_a_page_that_does_not_fit_is_refused(page: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(page)
