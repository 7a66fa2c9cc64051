"""The encoder in numpy computes what the runtime for its file computes, and the packaged vectors are its own."""

import math
from pathlib import Path

import pytest
from embed_documents import contents
from threadpoolctl import threadpool_info  # type: ignore[import-untyped] # brings no types

from vaultra_adapters.knowledge.local_embedder import LocalEmbedder, digest
from vaultra_adapters.knowledge.onnx_tensors import read_tensors
from vaultra_adapters.knowledge.sentence_encoder import SentenceEncoder

COMPUTING = LocalEmbedder(known=None)

# The first and last numbers of the vectors that ONNX Runtime 1.32 gave for the same file and tokenizer.
REFERENCE = {
    "A late payout.": (
        [-0.03069, 0.08902, -0.00962, 0.03487, -0.02757, 0.02511, 0.09794, -0.05172],
        [-0.05227, -0.09839, 0.00729, 0.01526],
    ),
    "Ünïcode café ☕, 1,234.50 EUR and an unpronounceablelongword": (
        [-0.01579, -0.02321, 0.0493, 0.00994, -0.06254, -0.02108, 0.05379, -0.00627],
        [0.00569, 0.01813, -0.02807, -0.01696],
    ),
}


@pytest.mark.parametrize("text", REFERENCE)
async def test_it_computes_what_the_runtime_computes(text: str) -> None:
    [vector] = await COMPUTING.embed([text])
    first, last = REFERENCE[text]
    assert vector[:8] == pytest.approx(first, abs=2e-5)
    assert vector[-4:] == pytest.approx(last, abs=2e-5)


async def test_whoever_loaded_numpy_first_no_thread_waits_for_another() -> None:
    await COMPUTING.embed(["A late payout."])
    # Another test may have brought a library with arithmetic of its own.
    pools = {pool["filepath"]: pool["num_threads"] for pool in threadpool_info() if "numpy" in pool["filepath"]}
    assert pools and set(pools.values()) == {1}, pools


async def test_a_text_longer_than_the_model_reads_is_cut() -> None:
    long = "one payout after the other " * 400
    vector, other = await COMPUTING.embed([long, long + "and a refund"])
    assert vector == other
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-5)


async def test_the_packaged_vectors_are_those_of_the_documents() -> None:
    """After an edit of a document: `python scripts/embed_documents.py`."""
    packaged = LocalEmbedder()
    texts = contents(packaged)
    assert packaged.packaged == {digest(text) for text in texts}
    sample = texts[:: len(texts) // 12]
    for known, computed in zip(await packaged.embed(sample), await COMPUTING.embed(sample), strict=True):
        assert known == pytest.approx(computed, abs=1e-3)
        assert math.hypot(*known) == pytest.approx(1, abs=1e-5)


async def test_texts_with_packaged_vectors_need_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = LocalEmbedder()
    texts = contents(packaged)[:3]
    monkeypatch.setattr(SentenceEncoder, "encode", lambda *_: pytest.fail("computed what is known"))
    assert len(await packaged.embed(texts)) == 3


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.onnx"
    file.write_bytes(b"\x08\x0a")  # a model of version 10, and nothing else
    assert read_tensors(file) == {}
    with pytest.raises(ValueError, match="does not hold"):
        SentenceEncoder(file)
    file.write_bytes(b"\x0b")
    with pytest.raises(ValueError, match="no ONNX file"):
        read_tensors(file)


async def test_what_was_asked_a_moment_ago_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = LocalEmbedder(known=None)
    first = await embedder.embed(["A late payout."])
    monkeypatch.setattr(SentenceEncoder, "encode", lambda *_: pytest.fail("computed what was kept"))
    assert await embedder.embed(["A late payout."]) == first
