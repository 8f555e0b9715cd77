"""Everything below /api/v1, and its description."""

from fastapi import FastAPI

from app.api import answers, assessments, clusters, frameworks, history, portfolio
from app.api.description import describe


def add_to(app: FastAPI) -> None:
    """Add the routes and their OpenAPI description to the application."""
    for noun in (frameworks, clusters, assessments, answers, history, portfolio):
        app.include_router(noun.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
