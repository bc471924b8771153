"""What every way of telling says of an alert: title, figures, cause, samples, link."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from sentiment.alerts import AlertState, BuzzAlert, Measure
from sentiment.printable import printable
from stream.notify.texts import Texts

_BRAND_CHARS = 80
_SAMPLE_CHARS = 280
_SAMPLES = 2
_WORD_CHARS = 60
_WORDS = 5
_LINK_CHARS = 1_000
_SAFE_IN_LINKS = "!#$%&'*+,/:;=?@[]~"


@dataclass(frozen=True)
class Summary:
    """An alert in a few lines of plain text. Nothing in it ends a line, and all of it is bounded.

    Attributes:
        title: brand, kind, state and the main figure.
        when: the window, in UTC.
        facts: figures beside what is normal.
        cause: a line of the words that set the window apart; empty: none is known.
        samples: at most two tweets of the window.
        link: the brand's page; empty: none is set.
        link_title: what the link says.
        state: of the alert.
    """

    title: str
    when: str
    facts: tuple[str, ...]
    cause: str
    samples: tuple[str, ...]
    link: str
    link_title: str
    state: AlertState


def summarise(alert: BuzzAlert, texts: Texts) -> Summary:
    """The summary of an alert."""
    words = ", ".join(_cut(one_line(one.word), _WORD_CHARS) for one in alert.words[:_WORDS])
    return Summary(
        title=title(alert, _BRAND_CHARS, texts),
        when=when(alert, texts),
        facts=tuple(facts(alert, texts)),
        cause=texts.say("cause", words=words) if words else "",
        samples=tuple(_cut(one_line(one.text), _SAMPLE_CHARS) for one in alert.samples[:_SAMPLES]),
        link=_link(alert.url or ""),
        link_title=texts.say("link"),
        state=alert.state,
    )


def title(alert: BuzzAlert, brand_chars: int, texts: Texts) -> str:
    """The alert in one line.

    Args:
        alert: the alert.
        brand_chars: of a longer brand the rest is left out.
        texts: its language.
    """
    return texts.say(
        "title",
        brand=one_line(alert.brand)[:brand_chars],
        what=texts.say(f"{alert.kind}.{alert.state}"),
        figure=_main_figure(alert, texts),
    )


def when(alert: BuzzAlert, texts: Texts) -> str:
    """The window, in UTC."""
    start, end = alert.window_start, alert.window_end
    hours = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    if start.date() == end.date():
        return texts.say("window.day", day=texts.day(start), **hours)
    days = {"first_day": texts.day(start), "last_day": texts.day(end)}
    return texts.say("window.days", **days, **hours)


def facts(alert: BuzzAlert, texts: Texts) -> Iterator[str]:
    """Figures of the window beside what is normal at this hour of the week."""
    if alert.share is not None:
        yield texts.say("fact.share", **_shares(alert.share, texts))
    yield texts.say("fact.volume", **_amounts(alert.volume))
    if alert.reason:
        yield texts.say("fact.reason", reason=one_line(texts.named("reason", alert.reason)))


def one_line(text: str) -> str:
    """One line in which nothing acts: a brand or a tweet must not write headers."""
    # Some programs fill texts up with NUL, which says nothing.
    return printable(" ".join(text.replace("\0", " ").split()))


def _main_figure(alert: BuzzAlert, texts: Texts) -> str:
    if alert.share is None:
        return texts.say("figure.volume", **_amounts(alert.volume))
    return texts.say("figure.share", **_shares(alert.share, texts))


def _shares(share: Measure, texts: Texts) -> dict[str, str]:
    return {"now": texts.percent(share.now), "normal": texts.percent(share.expected)}


def _amounts(volume: Measure) -> dict[str, str]:
    return {"now": f"{volume.now:.0f}", "normal": f"{volume.expected:.0f}"}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _link(url: str) -> str:
    """An address in which no sign ends it where a chat looks for one; empty: it is none."""
    if not url.startswith(("http://", "https://")):
        return ""
    made = quote(url, safe=_SAFE_IN_LINKS)
    return made if len(made) <= _LINK_CHARS else ""
