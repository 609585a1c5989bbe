"""What things are called in a database that serves releases."""

SCHEMA = "marts"
RELEASE_TABLE = "release"
INCOMING = "redress_incoming"
MARK = "Redress release "
"""The comment on a schema of ours starts with this: no other schema is ever renamed or dropped."""
RUNBOOK = "docs/runbooks/serving.md"
SHOWN_COUNT = 5
"""How much of a long list a message shows."""
