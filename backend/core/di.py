"""What routes ask for by type. The one module of core that knows the subjects' repositories, to hand them out."""

from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from backend.affinity.repository import AffinityRepository
from backend.auth.verification import TokenVerifier, bearer_token
from backend.companion.chores import Chores
from backend.companion.gemini import Gemini, not_configured
from backend.companion.repository import CompanionRepository, MemoryRepository
from backend.companion.turn import Companion
from backend.core.identity import Caller
from backend.core.timing import timed
from backend.exercises.repository import ExerciseRepository
from backend.gateway import RpcGateway
from backend.plans.repository import PlanRepository
from backend.profile.repository import ProfileRepository
from backend.progress.repository import ProgressRepository
from backend.workouts.repository import WorkoutRepository


class State(TypedDict):
    """What lives as long as the app does; the lifespan makes it."""

    gateway: RpcGateway
    verifier: TokenVerifier
    gemini: Gemini | None
    chores: Chores
    chat_limits: tuple[int, int]


async def _current_user(request: Request) -> Caller:
    with timed("auth"):
        token = bearer_token(request.headers.get("authorization"))
        return await cast(TokenVerifier, request.state.verifier).verify(token)


async def _gateway(request: Request) -> RpcGateway:
    return cast(RpcGateway, request.state.gateway)


CurrentUser = Annotated[Caller, Depends(_current_user)]
Gateway = Annotated[RpcGateway, Depends(_gateway)]


async def _profiles(gateway: Gateway) -> ProfileRepository:
    return ProfileRepository(gateway)


async def _exercises(gateway: Gateway) -> ExerciseRepository:
    return ExerciseRepository(gateway)


async def _plans(gateway: Gateway) -> PlanRepository:
    return PlanRepository(gateway)


async def _workouts(gateway: Gateway) -> WorkoutRepository:
    return WorkoutRepository(gateway)


async def _progress(gateway: Gateway) -> ProgressRepository:
    return ProgressRepository(gateway)


async def _affinities(gateway: Gateway) -> AffinityRepository:
    return AffinityRepository(gateway)


async def _conversations(gateway: Gateway) -> CompanionRepository:
    return CompanionRepository(gateway)


async def _memories(gateway: Gateway) -> MemoryRepository:
    return MemoryRepository(gateway)


Conversations = Annotated[CompanionRepository, Depends(_conversations)]
Memories = Annotated[MemoryRepository, Depends(_memories)]


async def _companion(request: Request, conversations: Conversations, memories: Memories) -> Companion:
    gemini = cast(Gemini | None, request.state.gemini)
    if gemini is None:
        raise not_configured()
    return Companion(gemini, conversations, memories, cast(Chores, request.state.chores))


async def _chat_limits(request: Request) -> tuple[int, int]:
    return cast(tuple[int, int], request.state.chat_limits)


Companions = Annotated[Companion, Depends(_companion)]
ChatLimits = Annotated[tuple[int, int], Depends(_chat_limits)]
Profiles = Annotated[ProfileRepository, Depends(_profiles)]
Exercises = Annotated[ExerciseRepository, Depends(_exercises)]
Plans = Annotated[PlanRepository, Depends(_plans)]
Workouts = Annotated[WorkoutRepository, Depends(_workouts)]
Progress = Annotated[ProgressRepository, Depends(_progress)]
Affinities = Annotated[AffinityRepository, Depends(_affinities)]
