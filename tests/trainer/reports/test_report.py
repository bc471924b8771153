import numpy as np

from trainer.data.tweets import Tweets
from trainer.reports.data_report import data_report


def test_repeats_contradictions_and_empty_texts_are_counted() -> None:
    texts = ["So late!", "so late", "@anna SO LATE", "good day", "good day!", "@anna", "only once"]
    labels = np.array([1, 1, 0, 0, 0, 1, 0], np.int8)
    report = data_report(Tweets(texts, labels))
    assert report.rows == 7
    assert report.negative == 3
    assert report.duplicates == 3
    assert report.contradicting == 3
    assert report.noise == 0.5
    assert report.empty == 1
    assert report.with_sign["mentions only"] == 1
