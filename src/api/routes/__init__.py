"""The routes, one module for each group; `routers` is all of them in the order of matching."""

from fastapi import APIRouter

from api.routes import (
    catalogue,
    graphs,
    operations,
    pages,
    queries,
    resources,
    sparql,
    update,
    validation,
)

routers: tuple[APIRouter, ...] = (
    operations.router,
    pages.router,
    sparql.router,
    update.router,
    graphs.router,
    validation.router,
    catalogue.router,
    queries.router,
    resources.router,
)
