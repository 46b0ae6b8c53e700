"""The API as the benchmarks serve it: `uvicorn --factory tools.benchmarks.api:app`."""

import os

from fastapi import FastAPI

from backend.core.garbage import collect_garbage_rarely
from backend.core.logging import configure_logging
from backend.core.settings import Settings
from backend.main import create_app


class BenchmarkSettings(Settings):
    """Settings of a deployment, with a PostgREST that has no gateway before it: a stand-in would be measured too."""

    @property
    def data_api_url(self) -> str:
        """Where PostgREST listens."""
        return os.environ["BENCHMARK_DATA_API"]


def app() -> FastAPI:
    """The API of one worker. Its access log is written and garbage is collected as in production."""
    settings = BenchmarkSettings()
    configure_logging(settings.log_level)
    api = create_app(settings)
    collect_garbage_rarely()
    return api
