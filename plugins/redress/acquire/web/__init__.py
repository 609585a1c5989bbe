"""Requests to servers: which addresses are allowed, how fast and how often to ask, and what was fetched before."""
