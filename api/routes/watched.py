"""Which brands are watched: list, add, remove, test."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.brands.schemas import (
    BrandAnswer,
    BrandList,
    BrandRequest,
    BrandsNamed,
    BrandTest,
    as_answer,
)
from api.deps import ServiceDep, needs, require_short
from api.json_body import JsonRoute
from api.keys import Caller
from api.paging import NOT_MODIFIED, Cursor, Limit, page_of, read_cursor, tagged, write_cursor
from api.problems import documented

router = APIRouter(tags=["brands"], route_class=JsonRoute)

_READ = documented(401, 403, 422, 429, 500, 503)
_WRITE = documented(400, 401, 403, 413, 415, 422, 429, 500, 503)


@router.get(
    "/brands",
    dependencies=[Depends(needs("read"))],
    responses=_READ | NOT_MODIFIED,
    response_model=BrandList,
)
async def list_brands(
    request: Request, service: ServiceDep, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """The brands that are watched, by name: those of the file, where this service has it, and those
    that people added. A page has an `ETag`: ask again with `If-None-Match`, and a 304 says that it
    still holds."""
    after = read_cursor(cursor, str)[0] if cursor else ""
    found, more = page_of(service.brands.all(), lambda brand: brand.name > after, limit)
    shown = [as_answer(brand) for brand in found]
    following = write_cursor([found[-1].name]) if more else None
    return tagged(request, BrandList(brands=shown, next=following))


@router.post("/brands", responses=_WRITE)
async def add_brand(
    body: BrandRequest, service: ServiceDep, caller: Annotated[Caller, Depends(needs("brands"))]
) -> BrandAnswer:
    """Watch a brand, or change what it is called. In effect in every worker within seconds."""
    added = await service.brands.add(body.name, body.handles, body.names, caller.name)
    return as_answer(added)


@router.post("/brands/test", dependencies=[Depends(needs("read"))], responses=_WRITE)
async def test_text(body: BrandTest, service: ServiceDep) -> BrandsNamed:
    """Which brands a text names, by the brands that are watched now."""
    require_short(body.text, service.settings.max_text_chars)
    return BrandsNamed(brands=service.brands.named_in(body.text))


@router.delete(
    "/brands/{name:path}",
    dependencies=[Depends(needs("brands"))],
    status_code=204,
    responses=documented(401, 403, 404, 422, 429, 500, 503),
)
async def remove_brand(name: str, service: ServiceDep) -> None:
    """Watch a brand no longer. What was learned about it is kept."""
    await service.brands.remove(name)
