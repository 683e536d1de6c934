"""The routes, one module for each group; `routers` is all of them in the order of matching."""

from fastapi import APIRouter

from api.routes import operations, pages, queries, resources, sparql

routers: tuple[APIRouter, ...] = (
    operations.router,
    pages.router,
    sparql.router,
    queries.router,
    resources.router,
)
