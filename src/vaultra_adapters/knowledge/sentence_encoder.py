"""The sentence encoder all-MiniLM-L6-v2 in numpy: six layers of attention over the pieces of a text, then their mean.

The weights are 8-bit integers with a scale per row or column, and the arithmetic is single precision, as the file's own
graph has it. A runtime for such files unpacks all of them at its start and keeps them: 190 MB of memory for what takes
20 this way (docs/decisions/0016-retrieval.md).

Architecture: Devlin et al., "BERT" (2018); training: Wang et al., "MiniLM" (2020), and Reimers and Gurevych,
"Sentence-BERT" (2019).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from vaultra_adapters.knowledge.onnx_tensors import read_tensors

LAYERS: Final = 6
HEADS: Final = 12
WIDTH: Final = 384
MATRICES: Final = 6  # of a layer: query, key, value, the attention's output, and the two of the feed-forward network
EPSILON: Final = 1e-12  # of the layer norms


class SentenceEncoder:
    def __init__(self, weights: Path) -> None:
        """Raise `ValueError` for a file that holds another model."""
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # noqa: PLC0415 - see read_tensors

        self._tensors = read_tensors(weights)
        # Now that numpy is loaded. The matrices are small: threads that wait for each other took ten times as long, and
        # nothing else here has any.
        threadpool_limits(limits=1, user_api="blas")
        # The export numbers the matrices in the order of their use.
        matrices = [name[:-2] for name in self._tensors if name.startswith("val_") and name.endswith("_q")]
        if len(matrices) != LAYERS * MATRICES or self._tensors[matrices[0] + "_q"].shape[0] != WIDTH:
            raise ValueError(f"{weights.name} does not hold the encoder that is expected")
        self._layers = [matrices[at : at + MATRICES] for at in range(0, len(matrices), MATRICES)]

    def encode(self, pieces: Sequence[int]) -> Any:
        """The vector of a text, of length one, from the numbers of its pieces, at most 512."""
        import numpy as np  # noqa: PLC0415 - see read_tensors

        shown = self._rows("word", list(pieces)) + self._rows("position", slice(len(pieces)))
        states = self._norm(shown + self._tensors["inner.embeddings.token_type_embeddings.weight"][0], "embeddings")
        for number, (query, key, value, output, wide, narrow) in enumerate(self._layers):
            layer = f"encoder.layer.{number}"
            attention = f"{layer}.attention"
            queries, keys, values = (
                self._linear(states, matrix, f"{attention}.self.{role}").reshape(len(pieces), HEADS, -1).swapaxes(0, 1)
                for role, matrix in (("query", query), ("key", key), ("value", value))
            )
            heads = (_attended(queries, keys) @ values).swapaxes(0, 1).reshape(len(pieces), WIDTH)
            said = self._linear(heads, output, f"{attention}.output.dense")
            states = self._norm(states + said, f"{attention}.output")
            inner = _gelu(self._linear(states, wide, f"{layer}.intermediate.dense"))
            states = self._norm(states + self._linear(inner, narrow, f"{layer}.output.dense"), f"{layer}.output")
        mean = states.mean(axis=0)
        return mean / np.linalg.norm(mean)

    def _rows(self, kind: str, rows: Any) -> Any:
        name = f"inner.embeddings.{kind}_embeddings.weight"
        return self._tensors[f"{name}_q"][rows].astype("f4") * self._tensors[f"{name}_scale"][rows]

    def _linear(self, states: Any, matrix: str, place: str) -> Any:
        unpacked = states @ self._tensors[f"{matrix}_q"].astype("f4")
        return unpacked * self._tensors[f"{matrix}_scale"] + self._tensors[f"inner.{place}.bias"]

    def _norm(self, states: Any, place: str) -> Any:
        centred = states - states.mean(axis=-1, keepdims=True)
        spread = ((centred * centred).mean(axis=-1, keepdims=True) + EPSILON) ** 0.5
        weight, bias = (self._tensors[f"inner.{place}.LayerNorm.{part}"] for part in ("weight", "bias"))
        return centred / spread * weight + bias


def _attended(queries: Any, keys: Any) -> Any:
    import numpy as np  # noqa: PLC0415 - as above

    closeness = queries @ keys.swapaxes(1, 2) / queries.shape[-1] ** 0.5
    weights = np.exp(closeness - closeness.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def _gelu(values: Any) -> Any:
    """x · Φ(x), by approximation 7.1.26 of the error function of Abramowitz and Stegun (1964), off by 1.5e-7."""
    import numpy as np  # noqa: PLC0415 - as above

    size = np.abs(values) / 2**0.5
    t = 1 / (1 + 0.3275911 * size)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return values * 0.5 * (1 + np.sign(values) * (1 - series * np.exp(-size * size)))
