"""The dependencies of routes."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from api.keys import Caller, Role
from api.problems import ProblemError
from api.schemas import Fault
from api.service import Service


def get_service(request: Request) -> Service:
    """The running service."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(get_service)]


def needs(role: Role) -> Callable[..., Awaitable[Caller]]:
    """A dependency that lets only callers with this role pass."""

    async def admitted(request: Request) -> Caller:
        service: Service = request.app.state.service
        caller = await service.gate.admit(request, role)
        request.state.caller = caller.name
        return caller

    return admitted


def require_short(text: str, most: int, pointer: str = "/body/text") -> None:
    """Refuse a text over the limit that settings give.

    Raises:
        ProblemError: 422.
    """
    if len(text) > most:
        fault = Fault(pointer=pointer, detail=f"String should have at most {most} characters")
        raise ProblemError(422, f"Expected at most {most} characters.", faults=[fault])
