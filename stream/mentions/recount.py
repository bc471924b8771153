"""Counts again what a former owner had counted and not written when it ended."""

import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from aiokafka import ConsumerRecord

from sentiment.brands.past import is_past
from sentiment.kafka_records import UnreadableRecord
from stream.buzz.detector import Sighting
from stream.buzz.watermark import MINUTE_MS
from stream.mentions.brand_states import BrandStates
from stream.mentions.seen import read_mention


def count_again(states: BrandStates, records: Iterable[ConsumerRecord]) -> None:
    """Count those mentions that no brand's state holds yet.

    None of them is late and none closes a minute: whatever did was written at once. What cannot be
    read went to the dead letters when it was read first.

    Args:
        states: as restored; they say up to where each brand is counted.
        records: of the range that is missing, in order.
    """
    now_ms = int(time.time() * 1000)
    by_brand: dict[str, list[Sighting]] = defaultdict(list)
    counted: dict[str, int] = {}
    now = 0
    for record in records:
        if isinstance(record, UnreadableRecord) or is_past(record):
            continue
        with suppress(Exception):  # as where it was read first
            brand, sighting, mark = read_mention(record, now_ms)
            if brand not in counted:
                counted[brand] = states.counted(brand)
            if record.offset >= counted[brand]:
                by_brand[brand].append(sighting)
                now = max(now, mark.at // MINUTE_MS)
    for brand, sightings in by_brand.items():
        states.count_again(brand, sightings, now)
