"""The dependencies that subjects build on: the app's state, the current user, the gateway."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from backend.auth.verification import TokenVerifier
from backend.core.caller import Caller
from backend.core.problems import Problem
from backend.gateway import RpcGateway
from backend.gateway.repository import Repository


class State(TypedDict):
    """What lives as long as the app; the lifespan makes it."""

    gateway: RpcGateway
    verifier: TokenVerifier


async def _verifier(request: Request) -> TokenVerifier:
    return cast(TokenVerifier, request.state.verifier)


Verifier = Annotated[TokenVerifier, Depends(_verifier)]


async def _current_user(request: Request) -> Caller:
    caller = cast(Caller | Problem, request.state.caller)
    if isinstance(caller, Problem):
        raise caller
    return caller


async def _gateway(request: Request) -> RpcGateway:
    return cast(RpcGateway, request.state.gateway)


def repository_of[R: Repository](kind: type[R]) -> Callable[[Request], Awaitable[R]]:
    """A dependency that makes a repository for the user of the request.

    It depends on nothing else: FastAPI takes longer to solve a dependency than all of them take to run.
    """

    async def made(request: Request) -> R:
        return kind(await _gateway(request), await _current_user(request))

    return made


CurrentUser = Annotated[Caller, Depends(_current_user)]
Gateway = Annotated[RpcGateway, Depends(_gateway)]
