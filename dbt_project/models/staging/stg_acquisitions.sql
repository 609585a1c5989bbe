{%- set columns = {
    'season': 'integer',
    'authority_id': 'varchar',
    'state': 'varchar',
    'cause': 'varchar',
} -%}
with renamed as (

    select
        cast(season as integer) as season,
        authority_id,
        state as acquisition_state,
        cause as failure_cause
    from {{ landed_if_any('acquisitions', columns) }}

)

select * from renamed
