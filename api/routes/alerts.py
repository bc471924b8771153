"""Alerts of the last weeks, and what people do about them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response

from api.alerts.entry import Entry
from api.alerts.table import HEAD, row
from api.alerts.views import (
    ActRequest,
    AlertPage,
    AlertPath,
    AlertView,
    Muted,
    MuteRequest,
    NoteRequest,
)
from api.csv_table import MOST_ROWS, csv_response
from api.deps import ServiceDep, needs
from api.json_body import JsonRoute
from api.keys import Caller
from api.paging import NOT_MODIFIED, Cursor, Limit, page_of, read_cursor, tagged, write_cursor
from api.problems import ProblemError, documented
from api.query_time import QueryTime
from api.schemas import Key
from api.service import Service
from sentiment.actions import ActionKind
from sentiment.alerts import AlertKind
from sentiment.messages import MAX_NAME_CHARS

BrandQuery = Annotated[str | None, Query(max_length=MAX_NAME_CHARS)]
KindQuery = Annotated[AlertKind | None, Query()]
Since = Annotated[QueryTime | None, Query(description="opened at this time or later")]
Until = Annotated[QueryTime | None, Query(description="opened before this time")]
Acting = Annotated[Caller, Depends(needs("respond"))]
OnceKey = Annotated[Key | None, Header(alias="idempotency-key")]

Nothing = Annotated[ActRequest, Body()]

_READS = documented(401, 403, 422, 429, 500)
router = APIRouter(tags=["alerts"], dependencies=[Depends(needs("read"))])
writing = APIRouter(
    tags=["alerts"],
    route_class=JsonRoute,
    responses=documented(400, 401, 403, 404, 413, 415, 422, 429, 500, 503),
)


class _Act:
    """What a caller does about an alert."""

    def __init__(
        self,
        service: ServiceDep,
        caller: Acting,
        alert: AlertPath,
        idempotency_key: OnceKey = None,
    ) -> None:
        self._service = service
        self._caller = caller.name
        self._alert = alert
        self._once = idempotency_key and f"{caller.name} {idempotency_key}"[:64]

    async def __call__(self, action: ActionKind, note: str | None = None) -> AlertView:
        """Do it; the alert as it is then."""
        brand = _found(self._service, self._alert).brand
        await self._service.actions.act(
            action, brand, self._caller, alert=self._alert, note=note, key=self._once
        )
        return _found(self._service, self._alert)


ActDep = Annotated[_Act, Depends(_Act)]


@router.get("/alerts", responses=_READS | NOT_MODIFIED, response_model=AlertPage)
async def alerts(
    request: Request,
    service: ServiceDep,
    brand: BrandQuery = None,
    kind: KindQuery = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Alerts that are kept, the last opened first, each in its last state; a closed one with the
    figures, words and samples of its worst moment."""
    fits = _Filter(brand, kind, since, until)
    before = tuple(read_cursor(cursor, str, str)) if cursor else None
    found, more = page_of(
        service.alerts.ordered(),
        lambda entry: fits(entry) and (before is None or _place(entry) < before),
        limit,
    )
    shown = [service.alerts.view(entry) for entry in found]
    after = write_cursor(_place(found[-1])) if more else None
    return tagged(request, AlertPage.model_construct(alerts=shown, next=after))


@router.get(
    "/alerts.csv",
    responses=_READS | {200: {"content": {"text/csv": {}}, "description": "the table"}},
    response_class=Response,
)
async def alerts_table(
    service: ServiceDep,
    brand: BrandQuery = None,
    kind: KindQuery = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """The same as a table for spreadsheets; cells that would act as formulas begin with `'`."""
    fits = _Filter(brand, kind, since, until)
    found, _ = page_of(service.alerts.ordered(), fits, MOST_ROWS)
    return csv_response("alerts", HEAD, (row(service.alerts.view(entry)) for entry in found))


@router.get(
    "/alerts/{alert}",
    responses=_READS | documented(404) | NOT_MODIFIED,
    response_model=AlertView,
)
async def alert(request: Request, service: ServiceDep, alert: AlertPath) -> Response:
    """One alert."""
    return tagged(request, _found(service, alert))


@writing.post("/alerts/{alert}/acknowledge")
async def acknowledge(_body: Nothing, act: ActDep) -> AlertView:
    """Say that you take care of it; everybody sees it."""
    return await act("acknowledge")


@writing.post("/alerts/{alert}/reopen")
async def reopen(_body: Nothing, act: ActDep) -> AlertView:
    """Take an acknowledgement back."""
    return await act("reopen")


@writing.post("/alerts/{alert}/notes")
async def note(body: NoteRequest, act: ActDep) -> AlertView:
    """Write a note beside it; everybody sees it."""
    return await act("note", body.text)


@writing.post("/brands/{brand:path}/mute")
async def mute(body: MuteRequest, service: ServiceDep, caller: Acting, brand: AlertPath) -> Muted:
    """Send nothing about a brand for a while; its alerts are shown all the same."""
    until = datetime.now(UTC) + timedelta(minutes=body.minutes)
    await service.actions.act("mute", brand, caller.name, until=until)
    return Muted(brand=brand, muted_until=service.alerts.muted_until(brand))


@writing.post("/brands/{brand:path}/unmute")
async def unmute(_body: Nothing, service: ServiceDep, caller: Acting, brand: AlertPath) -> Muted:
    """Send a brand's alerts again."""
    await service.actions.act("unmute", brand, caller.name)
    return Muted(brand=brand, muted_until=service.alerts.muted_until(brand))


class _Filter:
    """Which alerts are asked for."""

    def __init__(
        self,
        brand: str | None,
        kind: AlertKind | None,
        since: datetime | None,
        until: datetime | None,
    ) -> None:
        self._wanted = (brand, kind, since, until)

    def __call__(self, entry: Entry) -> bool:
        brand, kind, since, until = self._wanted
        alert = entry.alert
        return alert is not None and (
            brand in (None, alert.brand)
            and kind in (None, alert.kind)
            and (since is None or alert.opened_at >= since)
            and (until is None or alert.opened_at < until)
        )


def _place(entry: Entry) -> tuple[str, str]:
    assert entry.alert is not None  # noqa: S101 - `ordered` leaves out those without
    return entry.alert.opened_at.astimezone(UTC).isoformat(), entry.alert.id


def _found(service: Service, alert: str) -> AlertView:
    found = service.alerts.find(alert)
    if found is None:
        raise ProblemError(404, "No alert of this id is kept.")
    return found
