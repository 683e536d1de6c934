"""The HTTP service: app factory, routes, negotiation, problems, pages."""
