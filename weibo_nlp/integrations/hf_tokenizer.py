"""The tokenizer for Hugging Face models, read from the files shipped with the package.

It is made of parts of the `tokenizers` library alone: a copy written with ``save_pretrained`` is read by
``AutoTokenizer.from_pretrained`` where this package is not installed, and without a network.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from weibo_nlp.errors import DataError, UsageError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "tokenizer"


def tokenizer_dir() -> Path:
    """Folder of the shipped tokenizer, for ``AutoTokenizer.from_pretrained`` or ``tokenizers.Tokenizer.from_file``.

    The latter does not know that a typed ``[SEP]`` is text: set ``tokenizer.encode_special_tokens = True``.
    """
    return _FOLDER


def hf_tokenizer() -> PreTrainedTokenizerFast:
    r"""Return the tokenizer for Weibo text that `transformers` models take.

    One token is a Chinese character, a part of a word in letters, a digit, a sign, or as a whole

    - a mention (``[MENTION]``) and a link (``[URL]``); the name and the address are not kept;
    - either sign of a hashtag (``[HASHTAG]``, ``[/HASHTAG]``), whose words stay words;
    - an emoticon whose name the lexicon lists (``[doge]``, ``［泪］``);
    - a run of white space (``▁``, which has the place of the first one), or a newline.

    Characters outside the vocabulary are given as their bytes. Texts are put in lower case, full-width letters, digits
    and the signs of links, mentions and hashtags in half width; invisible characters such as U+200B vanish. Offsets
    count code points of the raw text.

    The grammar is that of :func:`weibo_nlp.text.parse` as far as regular expressions can tell it. Drawn faces are no
    tokens, but the usual ones hold no hashtag and no mention (``(#^.^#)``, ``(@ω@)``); one with more than two signs
    of a kind, or told from a word by capitals alone, may be read otherwise. So may an emoticon: invisible characters
    inside of its brackets vanish first, and of its traditional forms those that the lexicon does not list are text
    (``[吃瓜群眾]``). Names that a source states (`known_mentions`) are not asked for. A text with a
    lone surrogate is refused by the library behind it, with its TypeError.

    What a user types as ``[SEP]``, ``[MASK]`` or ``[MENTION]`` is text. For a text with a ``[MASK]`` of your own, as
    for guessing a word, pass ``split_special_tokens=False``; that holds for every control token in it.

    Returns
    -------
    transformers.PreTrainedTokenizerFast
        With BERT's ``[CLS]``, ``[SEP]``, ``[PAD]``, ``[MASK]`` and ``[UNK]``; at most 512 tokens where truncation is
        asked for.

    Raises
    ------
    UsageError
        If `transformers` is not installed.
    DataError
        If the shipped files are missing.

    Examples
    --------
    >>> tokenizer = hf_tokenizer()
    >>> text = "#话题#好[doge]@小甲 http://t.cn/A6x"
    >>> tokenizer.tokenize(text)
    ['[HASHTAG]', '话', '题', '[/HASHTAG]', '好', '[doge]', '[MENTION]', '▁', '[URL]']
    >>> [text[a:b] for a, b in tokenizer(text, return_offsets_mapping=True)["offset_mapping"]][7:10]
    ['@小甲', ' ', 'http://t.cn/A6x']
    """
    try:
        from transformers import PreTrainedTokenizerFast
    except ImportError as error:
        raise UsageError(
            "hf_tokenizer() needs the package transformers, which is not installed; pip install transformers."
        ) from error
    if not (file := _FOLDER / "tokenizer.json").exists():
        raise DataError(f"{file} does not exist; the installation is incomplete, reinstall weibo-nlp.")
    tokenizer: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(str(_FOLDER))
    return tokenizer
