"""The words of notifications: one file a language, beside this module."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""Those that there is a file for."""


@dataclass(frozen=True)
class Texts:
    """Sentences of one language, by key, and how it writes numbers and days.

    Attributes:
        sentences: with places for values, such as `{brand}`.
        months: the twelve names.
        decimal: the sign before the tenths.
    """

    sentences: Mapping[str, str]
    months: tuple[str, ...]
    decimal: str

    def say(self, key: str, **values: object) -> str:
        """A sentence with its values.

        Raises:
            KeyError: the language lacks it, or a value is missing.
        """
        return self.sentences[key].format(**values)

    def named(self, group: str, name: str) -> str:
        """What a name is called; itself, if a newer version sent it."""
        key = f"{group}.{name}"
        return self.say(key) if key in self.sentences else name

    def percent(self, share: float) -> str:
        """A share from 0 to 1, in whole percent."""
        return self.say("percent", value=f"{100 * share:.0f}")

    def tenths(self, value: float) -> str:
        """A number with one decimal."""
        return f"{value:.1f}".replace(".", self.decimal)

    def day(self, moment: datetime) -> str:
        """Day, month by its name, and year."""
        month = self.months[moment.month - 1]
        return self.say("day", day=moment.day, month=month, year=moment.year)


@cache
def texts_in(language: Language) -> Texts:
    """The words of a language."""
    content = (files("stream.notify") / f"{language}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(content)
    return Texts(found["sentences"], tuple(found["months"]), found["decimal"])
