"""Hostile requests, as data: what is sent, and which statuses may answer it."""
