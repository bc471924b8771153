"""What a window must hold to be a storm, and how limits follow the peaks that a brand had."""

import pytest

from stream.buzz.methods import TailMethod, Window, WindowCounts, WindowMemory
from stream.buzz.tail import START, Tail


def _window(negatives: float, share: float, total: float = 100) -> Window:
    """Five times the usual mentions; `negatives` weighed ones among them, `share` usual."""
    usual = total / 5
    seen = WindowCounts(total, total, negatives, negatives, 0.8 * total)
    normal = WindowCounts(usual, usual, usual * share, usual * share, 0.8 * usual)
    return Window(60, seen, normal, total * share, share, 1.0, 0.0)


def _storm(window: Window) -> float:
    return TailMethod().score("storm", window, WindowMemory())


def test_a_storm_holds_nearly_the_usual_share_of_negatives_or_more():
    assert _storm(_window(50, share=0.5)) > 3
    assert _storm(_window(42, share=0.5)) > 3
    assert _storm(_window(38, share=0.5)) == 0, "an announced event brings few complaints"


def test_a_storm_holds_a_dozen_negatives_but_what_no_model_reads_need_not():
    assert _storm(_window(13, share=0.4, total=25)) > 3
    assert _storm(_window(11, share=0.4, total=25)) == 0
    unread = _window(0, share=0.4, total=25)
    assert _storm(unread._replace(seen=unread.seen._replace(scored=0))) > 3


@pytest.mark.parametrize("kind", ["negative", "storm"])
def test_where_two_of_three_mentions_above_the_usual_complain_of_nothing_it_is_news(kind):
    news, buzz = _window(27, share=0.1), _window(33, share=0.1)  # 25 and 31 of 80 above the usual
    assert TailMethod().score(kind, news, WindowMemory()) == 0
    assert TailMethod().score(kind, buzz, WindowMemory()) > 3
    assert TailMethod().score("volume", news, WindowMemory()) > 3, "it is shown, and sent to nobody"


@pytest.mark.parametrize(("height", "follows"), [(0.2, "falls"), (1.0, "rises")])
def test_the_limit_follows_the_peaks_that_a_brand_had(height, follows):
    tail = Tail()
    new = tail.limit(0.05, 10, hour=0, hours_known=48, excess=0.5)
    assert new > START + 2, "a brand that nobody knows yet"
    for episode in range(20):  # as many as chance raises in two weeks
        tail.see(START + height, 99.0, episode * 600, 60)
        tail.end(episode * 10)
    learned = tail.limit(0.05, 10, hour=200, hours_known=14 * 24, excess=0.5)
    assert (learned < new) == (follows == "falls")
