"""The warehouse: landing, the build by dbt, releases, and serving releases from PostgreSQL."""
