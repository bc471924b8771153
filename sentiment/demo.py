"""How the demonstration marks its tweets, so that every screen can say what they are."""

DEMO_AUTHOR = "demo."
"""What the names of its authors begin with."""


def is_demo(author: str | None) -> bool:
    """Whether a tweet belongs to the demonstration."""
    return author is not None and author.startswith(DEMO_AUTHOR)
