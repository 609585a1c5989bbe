{%- set columns = {
    'season': 'integer',
    'witness_kind': 'varchar',
    'witness_sha256': 'varchar',
    'source_address': 'varchar',
    'row_number': 'integer',
    'column_name': 'varchar',
    'detail': 'varchar',
} -%}
with renamed as (

    select
        cast(season as integer) as season,
        witness_kind,
        witness_sha256,
        source_address as witness_address,
        cast(row_number as integer) as row_number,
        column_name,
        detail as report
    from {{ landed_if_any('witness_reports', columns) }}

)

select * from renamed
