"""Apache Superset, which shows a release: `make bi`."""
