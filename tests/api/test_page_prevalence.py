"""The page's own estimate of shares beside the one of sentiment/prevalence.py."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sentiment.prevalence import BINS, negative_share
from tests.sentiment.test_prevalence import calibrated, counted

SCRIPT = Path(__file__).parents[2] / "api/static/prevalence.js"
NODE = shutil.which("node")


def estimates(cases: list[tuple[int, int, list[int]]]) -> list[float]:
    """What the script says of each."""
    if NODE is None:
        pytest.skip("needs Node.js: apt-get install nodejs")
    call = (
        f"import('{SCRIPT.as_uri()}').then(({{ estimate }}) => "
        f"console.log(JSON.stringify({json.dumps(cases)}.map((one) => estimate(...one)))))"
    )
    done = subprocess.run([NODE, "-e", call], check=True, capture_output=True, text=True)
    found: list[float] = json.loads(done.stdout)
    return found


def test_the_page_estimates_shares_as_python_does() -> None:
    cases, expected = [], []
    for share in (0.05, 0.2, 0.6):
        p_negative = calibrated(share, 2_000)
        negative, counts = int((p_negative > 0.5).sum()), counted(p_negative)
        cases.append((negative, 2_000, counts.tolist()))
        expected.append(float(negative_share(counts, negative / 2_000)))
    assert estimates(cases) == pytest.approx(expected, abs=1e-4)
    np.testing.assert_allclose(expected, [0.05, 0.2, 0.6], atol=0.04)


def test_versions_without_a_prior_are_counted_by_their_labels() -> None:
    assert estimates([(1, 4, [0] * BINS), (1, 4, [3] + [0] * (BINS - 1))]) == [0.25, 0.25]
