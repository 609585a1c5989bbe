"""What a season's letters have to meet: the project's rules as Great Expectations suites, and the gate."""

import os

# Great Expectations reads it when it is imported; whoever wants to tell its makers can set it to true.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
