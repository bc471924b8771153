"""Which verdicts of people count: a caller has one on a text and a version."""

from collections import OrderedDict
from hashlib import sha256

from sentiment.messages import Feedback
from sentiment.normal_form import normalise


class Votes:
    """The newest votes that were counted.

    Args:
        most: votes that are remembered.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def first(self, feedback: Feedback) -> bool:
        """Whether its caller says so of this text for the first time; remembers it."""
        text = normalise(feedback.text).casefold()
        said = "\0".join((feedback.caller or "", feedback.model_version, text))
        vote = sha256(said.encode()).digest()[:16]
        is_first = vote not in self._known
        self._known[vote] = None
        self._known.move_to_end(vote)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return is_first
