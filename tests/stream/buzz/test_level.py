from stream.buzz.level import hourly_spread, local_level
from stream.buzz.options import BuzzOptions
from tests.stream.buzz.made_up import MadeUp, feed

OPTIONS = BuzzOptions()


def _levels(state) -> list[float]:
    """Of each window that ends now, the shortest first."""
    windows = state.closed.windows
    spread = hourly_spread(state, OPTIONS)
    return [
        local_level(state, scale, windows.last(scale), OPTIONS, spread) for scale in OPTIONS.scales
    ]


def test_an_hour_of_more_traffic_raises_what_is_expected_of_short_windows(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(seed=9, rate=7.5)
    alerts = feed(detector, state, traffic.calm(110, start))
    assert not any(alert.notifies for alert in alerts)
    levels = _levels(state)
    assert all(1.3 < level < 1.7 for level in levels[:4])
    assert levels[4:] == [1.0] * 6, "what burns slowly is compared with the profile alone"


def test_the_window_itself_does_not_raise_its_level(detector, calm_brand):
    state, start = calm_brand()
    before = _levels(state)[0]
    feed(detector, state, MadeUp(seed=9, rate=50.0).calm(5, start))
    assert abs(_levels(state)[0] - before) < 0.15
