"""A caller's vote on a text counts once, however it is repeated."""

from datetime import UTC, datetime

from api.votes import Votes
from sentiment.messages import Feedback


def vote(text: str, caller: str | None = "ann", version: str = "1") -> Feedback:
    return Feedback(
        key=f"{text}{caller}{version}", text=text, predicted="positive", right="negative",
        model_version=version, caller=caller, received_at=datetime.now(UTC),
    )  # fmt: skip


def test_the_same_text_in_another_spelling_is_the_same_vote() -> None:
    votes = Votes(10)
    assert votes.first(vote("so late"))
    assert not any(map(votes.first, [vote("so late"), vote(" SO\u200b late "), vote("so  late")]))


def test_another_caller_text_or_version_has_a_vote_of_its_own() -> None:
    votes = Votes(10)
    said = [
        vote("late"),
        vote("late", "bob"),
        vote("late", None),
        vote("early"),
        vote("late", version="2"),
    ]
    assert all(map(votes.first, said))


def test_only_the_newest_are_remembered() -> None:
    votes = Votes(2)
    assert all(votes.first(vote(text)) for text in ("a", "b", "c", "a"))
