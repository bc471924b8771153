"""The tokenizer of transformers: the `tokenizer.json` of a Hugging Face directory."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from sentiment.natural_text import natural
from sentiment.ragged import Ragged, joined_rows
from sentiment.text import clean
from sentiment.tokenizer_file import write_tokenizer

Cleaning = Literal["clean", "natural"]
"""`clean` lower-cases and names pictures in English; `natural` keeps a text's own language."""

_CLEANERS = {"clean": clean, "natural": natural}


class HuggingFaceTokenizer:
    """The tokenizer of a Hugging Face directory, over cleaned text.

    Args:
        tokenizer: the content of its `tokenizer.json`.
        max_tokens: a longer text is cut here.
        replace: texts that stand for badbuzz' own tokens, which its vocabulary lacks.
        cleaning: how texts are cleaned.
    """

    kind = "huggingface"

    def __init__(
        self,
        tokenizer: dict[str, Any],
        max_tokens: int = 64,
        replace: dict[str, str] | None = None,
        cleaning: Cleaning = "clean",
    ) -> None:
        from tokenizers import Tokenizer as Fast  # noqa: PLC0415 - only transformers need it

        self._content = tokenizer
        self.max_tokens = max_tokens
        self.replace = replace or {}
        self.cleaning = cleaning
        self._clean = _CLEANERS[cleaning]
        self._tokenizer = Fast.from_str(json.dumps(tokenizer))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        self.unknown_id: int | None = self._tokenizer.token_to_id("[UNK]")

    @property
    def size(self) -> int:
        """Number of different ids."""
        return max(self._tokenizer.get_vocab().values()) + 1

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text, special tokens included."""
        cleaned = [self._clean(text) for text in texts]
        for token, stand_in in self.replace.items():
            cleaned = [text.replace(token, stand_in) for text in cleaned]
        return joined_rows([row.ids for row in self._tokenizer.encode_batch_fast(cleaned)])

    def save(self, path: Path) -> None:
        """Write the Hugging Face tokenizer and the options as JSON."""
        options: dict[str, Any] = {"max_tokens": self.max_tokens, "replace": self.replace}
        if self.cleaning != "clean":  # the default stays unsaid: older versions read such files
            options["cleaning"] = self.cleaning
        write_tokenizer(path, self.kind, tokenizer=self._content, **options)
