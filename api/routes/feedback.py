"""Corrections by people."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Header

from api.deps import ServiceDep, needs, require_short
from api.problems import ProblemError, documented
from api.schemas import FeedbackAccepted, FeedbackRequest, Key
from sentiment.messages import Feedback

router = APIRouter(tags=["feedback"], dependencies=[Depends(needs("feedback"))])


@router.post(
    "/feedback",
    status_code=202,
    responses=documented(400, 401, 403, 409, 413, 422, 429, 500, 503),
)
async def feedback(
    body: FeedbackRequest,
    service: ServiceDep,
    idempotency_key: Annotated[Key | None, Header()] = None,
) -> FeedbackAccepted:
    """Take a person's verdict on a prediction. 202 means that Kafka has it, on every replica;
    after a 503 send it again with the same key: it counts once."""
    require_short(body.text, service.settings.max_text_chars)
    if body.key and idempotency_key and body.key != idempotency_key:
        raise ProblemError(409, "Expected one idempotency key, got two: header and body differ.")
    key = body.key or idempotency_key or str(uuid4())
    content = body.model_dump(exclude={"key"})
    status = await service.feedback.store(
        Feedback(**content, key=key, received_at=datetime.now(UTC))
    )
    return FeedbackAccepted(key=key, status=status)
