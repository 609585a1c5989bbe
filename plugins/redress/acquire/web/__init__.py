"""Requests to servers: which addresses, how fast, how often, and what a page said before."""
