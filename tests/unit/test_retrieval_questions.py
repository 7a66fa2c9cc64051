"""The question set of the retrieval benchmark: enough of it, answered by sections that exist, and copied from none."""

import re
from pathlib import Path

from vaultra_adapters.knowledge.library import PackagedLibrary

QUESTIONS = Path(__file__).parents[2] / "bench" / "questions.txt"
LINES = [line.split("|") for line in QUESTIONS.read_text().splitlines() if line and not line.startswith("#")]
DOCUMENTS = PackagedLibrary().documents()
# Words that every question has say nothing about where it was taken from.
COMMON = (
    "a an the is are was do does did i my me we our us you your it its to of in on for and or what how why when which "
    "who where if with from by at be can could should would will that this than them they he she his her as not no "
    "have has had am"
)


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower())) - set(COMMON.split(" "))


def test_there_are_enough_and_half_of_them_are_in_other_words() -> None:
    kinds = [kind.strip() for kind, _, _ in LINES]
    assert len(kinds) >= 120
    assert kinds.count("other") * 2 >= len(kinds)
    assert len({text.strip() for _, text, _ in LINES}) == len(LINES)


def test_every_answer_is_a_section_that_exists() -> None:
    sections = {(document.doc_id, section.heading) for document in DOCUMENTS for section in document.sections}
    for _, text, places in LINES:
        for place in places.split(";"):
            document, _, section = place.partition("#")
            assert (document.strip(), section.strip()) in sections, text
    answered = {place.partition("#")[0].strip() for _, _, places in LINES for place in places.split(";")}
    assert answered == {document.doc_id for document in DOCUMENTS}


def test_no_question_stands_in_a_document() -> None:
    """Else the benchmark would measure whether a text is equal to itself. Questions in the documents' own words come
    near to some, those in other words must not."""
    asked = {question for document in DOCUMENTS for section in document.sections for question in section.questions}
    for kind, text, _ in LINES:
        most = 0.5 if kind.strip() == "other" else 0.7
        for known in asked:
            shared, together = words(text) & words(known), words(text) | words(known)
            assert len(shared) < most * len(together), (text, known)


def test_other_words_are_other_words() -> None:
    """Measured, not claimed: of the words of such a question, the answering sections hold few."""
    texts = {
        (document.doc_id, section.heading): words(f"{document.title} {section.heading} {section.text}")
        for document in DOCUMENTS
        for section in document.sections
    }
    shares: dict[str, list[float]] = {"direct": [], "other": []}
    for kind, text, places in LINES:
        answers = [tuple(part.strip() for part in place.split("#", 1)) for place in places.split(";")]
        held = set().union(*(texts[document, section] for document, section in answers))
        shares[kind.strip()].append(len(words(text) & held) / len(words(text)))
    mean = {kind: sum(values) / len(values) for kind, values in shares.items()}
    assert mean["other"] < 0.25, mean
    assert mean["direct"] > 0.7, mean
