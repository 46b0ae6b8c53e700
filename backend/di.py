"""The dependencies that subjects build on: the app's state, the current user, the gateway."""

from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from backend.auth.verification import TokenVerifier
from backend.core.caller import Caller
from backend.core.problems import Problem
from backend.gateway import RpcGateway


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


CurrentUser = Annotated[Caller, Depends(_current_user)]
Gateway = Annotated[RpcGateway, Depends(_gateway)]
