"""The page about the rulebooks is what the rulebooks say."""

import msgspec
import pytest
import write_rulebooks

from vaultra_core import RULEBOOKS


def test_the_page_is_current() -> None:
    assert write_rulebooks.PAGE.read_text() == write_rulebooks.page(), "run scripts/write_rulebooks.py"


def test_the_page_names_everything_that_counts() -> None:
    page = write_rulebooks.page()
    for book in RULEBOOKS.values():
        for factor in book.factors:
            assert f"(`{factor.name}`)" in page and factor.source in page
        for cap in book.caps:
            assert f"(`{cap.name}`)" in page and cap.source in page
        for caveat in book.caveats:
            assert caveat in page


def test_another_threshold_makes_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    book = RULEBOOKS["lender-2"]
    first, *rest = book.factors
    bands = (msgspec.structs.replace(first.bands[0], threshold=20_001), *first.bands[1:])
    other = msgspec.structs.replace(book, factors=(msgspec.structs.replace(first, bands=bands), *rest))
    before = write_rulebooks.page()
    monkeypatch.setattr(write_rulebooks, "RULEBOOKS", {**RULEBOOKS, "lender-2": other})
    assert write_rulebooks.page() != before
