"""The gate between reading and landing, and what Great Expectations expects of a season's judgement."""

import os

# Great Expectations reads the variable when it is imported. Set it to true to send usage data to its makers.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
