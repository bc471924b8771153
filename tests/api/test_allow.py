"""A refused method is answered with all methods of the path."""

from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from api import problems


def test_allow_names_the_methods_of_every_route_of_a_path() -> None:
    reads, writes = APIRouter(), APIRouter()
    reads.add_api_route("/things", lambda: 1, methods=["GET"])
    writes.add_api_route("/things", lambda: 1, methods=["POST"])
    app = FastAPI()
    for router in (reads, writes):
        app.include_router(router)
    problems.install(app, [*reads.routes, *writes.routes])

    @app.middleware("http")
    async def with_id(request, call_next):
        request.state.request_id = "1"
        return await call_next(request)

    answer = TestClient(app).put("/things")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
