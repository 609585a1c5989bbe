"""The role for readers: grant the right to read the served schema, and make sure that the role can do nothing
else.
"""

from psycopg import errors
from sqlalchemy import Connection

from redress.warehouse.serving.statements import INCOMING, RUNBOOK, SCHEMA, SHOWN_COUNT, attempt, execute
from redress.warehouse.serving.tables import ServeError

READER = "redress_reader"
"""The role that may read the served schema and nothing else. Logins of people and tools become members of it."""


def grant_reading(connection: Connection) -> None:
    """Create the reading role if it is missing, and let it read the incoming schema. `swap` then puts this schema
    in the place of the served schema.

    Also revoke, as far as this user may, the rights that PostgreSQL gives everybody in a database: to make
    temporary tables, large objects, and (in old versions) tables in `public`. Raises ServeError if the role is
    missing and this user may not create it.
    """
    if not execute(connection, "select from pg_roles where rolname = %(role)s", role=READER):
        try:
            execute(connection, "create role {} nologin", READER)
        except errors.InsufficientPrivilege:
            raise ServeError(
                f"there is no role {READER}, and this user may not make one: "
                f"have an administrator do it (create role {READER} nologin; see {RUNBOOK})"
            ) from None
    execute(connection, "revoke all on schema {} from public", INCOMING)
    execute(connection, "grant usage on schema {} to {}", INCOMING, READER)
    execute(connection, "grant select on all tables in schema {} to {}", INCOMING, READER)
    execute(connection, "alter default privileges in schema {} grant select on tables to {}", INCOMING, READER)
    [(database,)] = execute(connection, "select current_database()")
    attempt(connection, "grant connect on database {} to {}", database, READER)
    if execute(
        connection, "select where has_database_privilege(%(role)s, current_database(), 'TEMP')", role=READER
    ):
        attempt(connection, "revoke temporary on database {} from public", database)
    for name, arguments in (("lo_creat", "integer"), ("lo_create", "oid"), ("lo_from_bytea", "oid, bytea")):
        function = f"{name}({arguments})"
        if execute(
            connection, "select where has_function_privilege(%(role)s, %(f)s, 'EXECUTE')", role=READER, f=function
        ):
            attempt(connection, f"revoke execute on function {{}}({arguments}) from public", name)
    if execute(
        connection,
        "select from pg_namespace where nspname = 'public' and has_schema_privilege(%(role)s, oid, 'CREATE')",
        role=READER,
    ):
        attempt(connection, "revoke create on schema {} from public", "public")


def require_a_reader_who_only_reads(connection: Connection) -> None:
    """Raise ServeError if the reading role may make a schema or a table, change a table, or read a table outside
    the served schema and the incoming schema.
    """
    found = execute(
        connection,
        """
        with tables as (
            select c.oid, n.nspname, format('%%I.%%I', n.nspname, c.relname) as name
            from pg_class as c
            join pg_namespace as n on c.relnamespace = n.oid
            where c.relkind in ('r', 'p', 'v', 'm', 'f')
            and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            and has_schema_privilege(%(role)s, n.oid, 'USAGE')
        )
        select 'make temporary tables' where has_database_privilege(%(role)s, current_database(), 'TEMP')
        union all
        select 'make schemas' where has_database_privilege(%(role)s, current_database(), 'CREATE')
        union all
        select format('make tables in schema %%I', nspname)
        from pg_namespace
        where nspname !~ '^pg_' and has_schema_privilege(%(role)s, oid, 'CREATE')
        union all
        select 'change ' || name
        from tables
        where has_table_privilege(%(role)s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
        or has_any_column_privilege(%(role)s, oid, 'INSERT, UPDATE, REFERENCES')
        union all
        select 'read ' || name
        from tables
        where nspname not in (%(served)s, %(incoming)s) and has_any_column_privilege(%(role)s, oid, 'SELECT')
        """,
        role=READER,
        served=SCHEMA,
        incoming=INCOMING,
    )
    if found:
        rights = [right for (right,) in found]
        shown = "; ".join(rights[:SHOWN_COUNT])
        more = len(rights) - SHOWN_COUNT
        raise ServeError(
            f"the role {READER} may do more than read schema {SCHEMA}, and nothing was swapped. It may: {shown}"
            + (f"; and {more} more" if more > 0 else "")
            + f". Take that away from it and from public, or give Redress a database of its own ({RUNBOOK})"
        )
