-- The two databases of one server, each with a role of its own: Airflow's metadata, and the releases that are served.
-- The third role is the reader's of Superset.
-- Run by psql as the superuser, as often as one likes: what exists stays, and the passwords become those given.
\getenv airflow_password AIRFLOW_DB_PASSWORD
\getenv publisher_password PUBLISHER_DB_PASSWORD
\getenv bi_password BI_DB_PASSWORD
\getenv superuser_password PGPASSWORD

-- A password stands in an address (postgresql://role:password@...), where other signs would mean something else. The
-- superuser's stands in none, and is long because the server listens on a port of the machine.
select
    set_config('compose.postgres_password', :'superuser_password', false) as superuser_password,
    set_config('compose.airflow_db_password', :'airflow_password', false) as airflow_password,
    set_config('compose.publisher_db_password', :'publisher_password', false) as publisher_password,
    set_config('compose.bi_db_password', :'bi_password', false) as bi_password
\gset

do $$
declare
    setting text;
begin
    foreach setting in array array['airflow_db_password', 'publisher_db_password', 'bi_db_password', 'postgres_password'] loop
        if current_setting('compose.' || setting) !~ '^[A-Za-z0-9]{16,}$' then
            raise exception '% has to be 16 or more letters and digits, and nothing else', upper(setting)
                using hint = 'openssl rand -hex 32 makes one; put it into .env. docs/runbooks/compose.md: Change a password';
        end if;
    end loop;
end
$$;

select format('create role %I login', wanted.role_name)
from (values ('airflow'), ('redress_publisher'), ('redress_bi')) as wanted (role_name)
where not exists (select from pg_roles where pg_roles.rolname = wanted.role_name)
\gexec

alter role airflow password :'airflow_password';
alter role redress_publisher password :'publisher_password';
alter role redress_bi password :'bi_password' connection limit 10;

-- Whoever reads what is served is a member of this role. Redress would make it, and would need more rights for that.
select 'create role redress_reader nologin'
where not exists (select from pg_roles where rolname = 'redress_reader')
\gexec

grant redress_reader to redress_bi;

select format('create database %I owner %I encoding ''UTF8'' template template0', wanted.database_name, wanted.owner)
from (values ('airflow', 'airflow'), ('redress', 'redress_publisher')) as wanted (database_name, owner)
where not exists (select from pg_database where pg_database.datname = wanted.database_name)
\gexec

-- A login reaches its own database and no other. Nobody reaches template1, of which every new database is a copy.
revoke connect, temporary on database postgres, template1, airflow, redress from public;
grant connect on database redress to redress_reader;

-- The limits of who reads what is served (docs/runbooks/serving.md says what each is for). The publisher has none.
alter database redress set temp_file_limit = '2GB';
alter database redress set statement_timeout = '5min';
alter database redress set idle_in_transaction_session_timeout = '5min';
alter database redress set idle_session_timeout = '12h';
alter role redress_publisher in database redress set temp_file_limit = -1;
alter role redress_publisher in database redress set statement_timeout = 0;
alter role redress_publisher in database redress set idle_in_transaction_session_timeout = 0;
alter role redress_publisher in database redress set idle_session_timeout = 0;

-- A scheduler that is cut off while it gives out tasks must not keep the lock for that: no other could give any out.
alter database airflow set idle_in_transaction_session_timeout = '5min';

-- Large objects: what a reader could still write, and a superuser alone may take them away.
\connect redress
revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
\connect template1
revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
