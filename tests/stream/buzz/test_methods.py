"""What a window must hold to be a storm, and how limits follow the peaks that a brand had."""

import pytest

from stream.buzz.methods import TailMethod, Window, WindowCounts, WindowMemory
from stream.buzz.tail import START, Tail


def _window(negatives: float, share: float = 0.2) -> Window:
    """Five times the usual mentions; `negatives` weighed ones among them, `share` usual."""
    seen = WindowCounts(100, 100, negatives, negatives, 80)
    normal = WindowCounts(20, 20, 20 * share, 20 * share, 16)
    return Window(60, seen, normal, 100 * share, share, 1.0, 0.0)


def _storm(window: Window) -> float:
    return TailMethod().score("storm", window, WindowMemory())


def test_a_storm_holds_nearly_the_usual_share_of_negatives_or_more():
    assert _storm(_window(20)) > 3
    assert _storm(_window(17)) > 3
    assert _storm(_window(14)) == 0, "an announced event brings mentions without complaints"


def test_a_storm_holds_a_dozen_negatives_but_what_no_model_reads_need_not():
    assert _storm(_window(13, share=0.1)) > 3
    assert _storm(_window(11, share=0.1)) == 0
    unread = _window(0)
    assert _storm(unread._replace(seen=unread.seen._replace(scored=0))) > 3


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
