"""Bad-buzz detection: counts in, alerts out; pure and without input or output.

`detector` puts it together, and `brand` is all that is remembered of one brand.

- What counts: `evidence` (the weight of a mention), `duplicates` and `copies` (who says the same),
  `voices` (a brand's own posts), `share` (of negatives, corrected).
- Counts over time: `watermark`, `windows`, `close` (of a step and an hour), `profile` (the hours of
  a week), `expectation`, `level` (of the last hour), `hours` (for people to look back at).
- The decision: `surprise` and `methods` (how far from normal), `judge`, `tail` (limits from the
  wanted rate of false alarms), `alerts` (which alert opens), `alarm` (one), `options`. The proven
  mode: `e_detector` (the proof and its bets), `proven` (what they expect of a brand).
- The explanation: `cause`, `content`, `words`, `telling` (words of a window), `texts`, `examples`,
  `explain`.
"""
