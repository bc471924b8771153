"""The shortest way to a prediction: around the framework, to the same endpoint.

Routing, dependencies and five layers of middleware cost several times what a small model does.
The route stays declared in FastAPI, which documents it and would serve it just so.
"""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import ProblemError, faults_of, find_problem, problem_response
from api.routes.predict import predict
from api.schemas import PredictRequest
from api.service import Service

PATH = "/predict"


class Shortcut:
    """ASGI middleware that answers `POST /predict` and hands on all else.

    Args:
        app: the application.
        service: what it serves.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service
        self._most = service.settings.api_max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._answer(Request(scope, receive))
        except Exception as error:
            problem = find_problem(error)
            if problem is None:
                raise
            await problem_response(problem, scope["state"]["request_id"])(scope, receive, send)
            return
        length = str(len(answer)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, request: Request) -> bytes:
        caller = await self._service.gate.admit(request, "predict")
        request.state.caller = caller.name
        body = await self._read(request)
        prediction = await predict(body, self._service)
        return prediction.__pydantic_serializer__.to_json(prediction)

    async def _read(self, request: Request) -> PredictRequest:
        kind = dict(request.scope["headers"]).get(b"content-type", b"")
        if not kind.startswith(b"application/json"):
            # Any page may send other types across sites without asking.
            raise ProblemError(422, "Expected the header `Content-Type: application/json`.")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._most:
                raise ProblemError(413, f"Expected at most {self._most} bytes.")
        try:
            return PredictRequest.model_validate_json(body)
        except ValidationError as error:
            raise faults_of(error.errors(include_url=False, include_input=False), "body") from None
