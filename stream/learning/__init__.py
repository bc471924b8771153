"""A brand's past, learned from a file of tweets: `past` reads and scores it, `learn` lets the
detector run over it, `gap` brings it up to now, `record` is its way to the brand's owner."""
