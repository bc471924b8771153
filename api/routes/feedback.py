"""Corrections by people."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from api.deps import ServiceDep, needs, require_short
from api.json_body import JsonRoute
from api.keys import Caller
from api.paging import NOT_MODIFIED, Cursor, Limit, tagged
from api.problems import ProblemError, documented
from api.schemas import FeedbackAccepted, FeedbackPage, FeedbackRequest, Key
from sentiment.messages import Feedback

router = APIRouter(tags=["feedback"], route_class=JsonRoute)


@router.post(
    "/feedback",
    status_code=202,
    responses=documented(400, 401, 403, 409, 413, 415, 422, 429, 500, 503),
)
async def feedback(
    body: FeedbackRequest,
    service: ServiceDep,
    caller: Annotated[Caller, Depends(needs("feedback"))],
    idempotency_key: Annotated[Key | None, Header()] = None,
) -> FeedbackAccepted:
    """Take a person's verdict on a prediction. 202 means that Kafka has it, on every replica;
    after a 503 send it again with the same key: it counts once. A training takes one verdict of a
    caller on a text, the latest."""
    require_short(body.text, service.settings.max_text_chars)
    if body.key and idempotency_key and body.key != idempotency_key:
        raise ProblemError(409, "Expected one idempotency key, got two: header and body differ.")
    key = body.key or idempotency_key or str(uuid4())
    content = body.model_dump(exclude={"key"})
    status = await service.feedback.store(
        Feedback(**content, key=key, caller=caller.name, received_at=datetime.now(UTC))
    )
    return FeedbackAccepted(key=key, status=status)


@router.get(
    "/feedback",
    dependencies=[Depends(needs("read"))],
    response_model=FeedbackPage,
    responses={**NOT_MODIFIED, **documented(401, 403, 422, 429, 500)},
)
async def feedback_list(
    request: Request,
    service: ServiceDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    model_version: Annotated[str | None, Query(max_length=64)] = None,
    caller: Annotated[str | None, Query(max_length=64, description="name of a key")] = None,
) -> Response:
    """The newest feedback on the topic, in pages. A page has an `ETag`: ask again with
    `If-None-Match`, and a 304 says that it still holds."""

    def fits(one: Feedback) -> bool:
        return model_version in (None, one.model_version) and caller in (None, one.caller)

    items, following = service.feedback.listed.page(limit, cursor, fits)
    return tagged(request, FeedbackPage(items=items, next=following))
