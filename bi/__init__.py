"""Apache Superset on a release: `make bi`."""
