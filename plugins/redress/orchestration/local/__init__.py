"""Airflow on this machine for `make up`: its processes, PostgreSQL, and secrets."""
