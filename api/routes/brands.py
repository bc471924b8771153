"""What was said of a brand: its series, its tweets, and what its alerts were about."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator

from api.alerts.views import AlertPath
from api.csv_table import MOST_ROWS, csv_response
from api.deps import ServiceDep, needs
from api.mentions.read import folded
from api.mentions.series import series
from api.mentions.store import Asked
from api.mentions.views import Cause, Causes, Series, Span, TweetPage, TweetView
from api.paging import NOT_MODIFIED, Cursor, Limit, read_cursor, tagged, write_cursor
from api.problems import documented
from api.query_time import QueryTime
from api.service import Service
from sentiment.messages import Label
from sentiment.times import END_TIME, FIRST_TIME

_MOST_CAUSES = 40
_READS = documented(401, 403, 404, 422, 429, 500)
"""404: of a name that no brand can have, such as one of two lines, the path is none of these."""
router = APIRouter(tags=["brands"], dependencies=[Depends(needs("read"))])


def _within_reach(moment: datetime | None) -> datetime | None:
    """A time before or after all that can be kept asks for the same as the nearest that can."""
    return moment and min(max(moment, FIRST_TIME), END_TIME - timedelta(seconds=1))


Moment = Annotated[QueryTime | None, AfterValidator(_within_reach), Query()]
Search = Annotated[
    str, Query(alias="q", max_length=200, description="words that all stand in text or author")
]
LabelQuery = Annotated[Label | None, Query()]


@router.get("/brands/{brand:path}/series", responses=_READS | NOT_MODIFIED, response_model=Series)
async def brand_series(
    request: Request,
    service: ServiceDep,
    brand: AlertPath,
    span: Span = "day",
    until: Moment = None,
) -> Response:
    """Share and volume over an hour, a day or a week up to `until`, beside what is usual. Without
    `until` the span ends now, or with the last mention if that was long ago."""
    keeper = service.mentions
    work = partial(series, keeper.store, brand, span, until, datetime.now(UTC))
    return tagged(request, await keeper.ask(work))


@router.get(
    "/brands/{brand:path}/tweets", responses=_READS | NOT_MODIFIED, response_model=TweetPage
)
async def brand_tweets(
    request: Request,
    service: ServiceDep,
    brand: AlertPath,
    text: Search = "",
    label: LabelQuery = None,
    since: Moment = None,
    until: Moment = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Tweets of a brand that are kept, the newest first."""
    before = read_cursor(cursor, int, int) if cursor else None
    asked = Asked(
        folded(text).split(), label, _milliseconds(since), _milliseconds(until),
        (before[0], before[1]) if before else None, limit,
    )  # fmt: skip
    store = service.mentions.store
    rows = await service.mentions.ask(partial(store.tweets, brand, asked))
    known = await service.mentions.ask(partial(store.known, brand))
    shown = [_tweet(row) for row in rows[:limit]]
    after = write_cursor(rows[limit - 1][1::-1]) if len(rows) > limit else None
    kept = known.kept if known else 0
    return tagged(request, TweetPage(tweets=shown, next=after, kept=kept))


@router.get(
    "/brands/{brand:path}/tweets.csv",
    responses=_READS | {200: {"content": {"text/csv": {}}, "description": "the table"}},
    response_class=Response,
)
async def brand_tweets_table(
    service: ServiceDep,
    brand: AlertPath,
    text: Search = "",
    label: LabelQuery = None,
    since: Moment = None,
    until: Moment = None,
) -> Response:
    """The same as a table for spreadsheets; cells that would act as formulas begin with `'`."""
    asked = Asked(
        folded(text).split(), label, _milliseconds(since), _milliseconds(until), None, MOST_ROWS
    )
    rows = await service.mentions.ask(partial(service.mentions.store.tweets, brand, asked))
    head = ("id", "at", "author", "text", "label", "p_negative", "p_neutral", "p_positive")
    shown = (_tweet(row) for row in rows[:MOST_ROWS])
    return csv_response(
        "tweets",
        head,
        (
            (one.id, one.at.isoformat(), one.author, one.text, one.label,
             one.p_negative, one.p_neutral, one.p_positive)
            for one in shown
        ),
    )  # fmt: skip


@router.get("/brands/{brand:path}/causes", responses=_READS | NOT_MODIFIED, response_model=Causes)
async def brand_causes(request: Request, service: ServiceDep, brand: AlertPath) -> Response:
    """The words that set the brand's alerts apart, those of the most alerts first."""
    return tagged(request, Causes(causes=_causes(service, brand)))


def _causes(service: Service, brand: str) -> list[Cause]:
    counts: Counter[str] = Counter()
    latest: dict[str, datetime] = {}
    for entry in service.alerts.ordered():
        alert = entry.shown
        if alert is None or alert.brand != brand:
            continue
        for word in alert.words:
            counts[word.word] += 1
            latest.setdefault(word.word, alert.opened_at)  # the last opened come first
    ranked = sorted(counts, key=lambda word: (counts[word], latest[word]), reverse=True)
    return [
        Cause(word=word, alerts=counts[word], last=latest[word]) for word in ranked[:_MOST_CAUSES]
    ]


def _tweet(row: tuple[Any, ...]) -> TweetView:
    _, at, tweet, author, text, label, negative, neutral, positive, version = row
    return TweetView(
        id=tweet,
        text=text,
        author=author,
        at=datetime.fromtimestamp(at / 1_000, UTC),
        label=label,
        p_negative=negative,
        p_neutral=neutral,
        p_positive=positive,
        model_version=version,
    )


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1_000)
