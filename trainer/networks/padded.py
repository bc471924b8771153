"""Batches of unequal texts as arrays."""

import numpy as np

from sentiment.tokenizer import Ragged
from trainer.networks.network import Feed, Rows


def padded_feed(ids: Ragged, rows: Rows) -> Feed:
    """Some rows, padded with 0 to the longest."""
    lengths = ids.lengths[rows]
    places = np.arange(int(lengths.max(initial=1))) < lengths[:, None]
    padded = np.zeros(places.shape, np.int32)
    sources = ids.offsets[rows][:, None] + np.arange(places.shape[1])
    padded[places] = ids.ids[sources[places]]
    return {"ids": padded, "lengths": lengths.astype(np.int32)}
