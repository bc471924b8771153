"""Errors that a person can act on.

BadbuzzError
├── SettingsError        a setting is missing or wrong
├── BadMessageError      a record cannot be read; it goes to the dead letters
├── ArtefactError        a model artefact is incomplete, damaged or of an unknown kind
│   ├── GoldenSetError   a model version does not reproduce its golden set
│   └── TooSlowError     a model version is not loaded in time; another try may succeed
├── TrainingError        a candidate cannot be trained here
├── PromotionError       a version did not win the champion's place
├── RegistryError        the registry cannot be reached or lacks what was asked for
│   └── AbsentError      the registry answers, and has no such model, version or alias
├── StoppedError         work was stopped, because the process ends
├── DataError            labelled data is missing or is not of the layout expected
├── DeadLetterError      a dead letter cannot be sent again or dropped
├── BrandError           a brand cannot be added or removed
├── BrokerError          Kafka does not answer
├── TopicError           a topic is missing or is not as the settings say
└── StackError           a part of the local stack cannot start
"""

from typing import Literal

Reason = Literal[
    "null",
    "format",
    "encoding",
    "json",
    "type",
    "missing",
    "empty",
    "too_long",
    "too_large",
    "unreadable",
    "score",
]
"""Why a record went to the dead letters, in one word."""


class BadbuzzError(Exception):
    """Base of all errors whose message says what was expected, what came and what to do."""


class SettingsError(BadbuzzError):
    """A setting is missing or wrong."""


class BadMessageError(BadbuzzError):
    """A record cannot be read.

    Args:
        reason: one word for the metric and the dead letter's header, for example ``json``.
        detail: what was expected and what came, without the text itself.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ArtefactError(BadbuzzError):
    """A model artefact is incomplete, damaged or of an unknown kind."""


class GoldenSetError(ArtefactError):
    """A model version does not reproduce the golden set of its card."""


class TooSlowError(ArtefactError):
    """A model version took longer than it may. Another try may succeed."""


class StoppedError(BadbuzzError):
    """Work was stopped, because the process ends."""


class TrainingError(BadbuzzError):
    """A candidate cannot be trained here."""


class PromotionError(BadbuzzError):
    """A version did not win the champion's place; the message gives the reasons."""


class RegistryError(BadbuzzError):
    """The registry cannot be reached, or lacks the model, version or alias asked for."""


class AbsentError(RegistryError):
    """The registry answers, and has no such model, version or alias."""


class DataError(BadbuzzError):
    """Labelled data is missing, or is not of the layout expected."""


class BrandError(BadbuzzError):
    """A brand cannot be added or removed."""


class BrokerError(BadbuzzError):
    """Kafka does not answer."""


class TopicError(BadbuzzError):
    """A topic is missing or is not as the settings say."""


class DeadLetterError(BadbuzzError):
    """A dead letter cannot be sent again or dropped."""


class StackError(BadbuzzError):
    """A part of the local stack cannot start."""
