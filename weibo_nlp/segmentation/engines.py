"""The engines: what cuts the words between marked places. Each loads what it needs when it is made."""

from __future__ import annotations

from weibo_nlp.segmentation.base import Engine


def char_engine() -> Engine:
    """Return the engine for which every character is a word."""
    return Engine("char", "1", list)


def jieba_engine() -> Engine:
    """Return jieba with its own dictionary and hidden Markov model, in the Rust implementation `rjieba`."""
    from importlib import metadata

    import rjieba

    return Engine("jieba", f"rjieba-{metadata.version('rjieba')}", rjieba.Jieba().cut)


def fast_engine() -> Engine:
    """Return the shipped linear model, distilled from pkuseg, in the runtime `vaporetto`; errors as in `load_fast`."""
    from weibo_nlp.segmentation.shipped import load_fast

    version, tokenizer = load_fast()

    def cut(piece: str) -> list[str]:
        # The string form is three times as fast as asking for token after token, but escapes these two signs.
        if "/" in piece or "\\" in piece:
            return [token.surface() for token in tokenizer.tokenize(piece)]
        return tokenizer.tokenize_to_string(piece).split(" ")

    return Engine("fast", version, cut)


def pkuseg_engine() -> Engine:
    """Return pkuseg without a user dictionary, on the fetched model; errors as in `PkusegModel.from_cache`."""
    from weibo_nlp.segmentation.pkuseg import PkusegModel

    model = PkusegModel.from_cache()
    return Engine("pkuseg", model.version, model.cut)
