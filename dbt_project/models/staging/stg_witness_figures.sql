{%- set columns = {
    'season': 'integer',
    'witness_kind': 'varchar',
    'witness_sha256': 'varchar',
    'source_address': 'varchar',
    'authority_id': 'varchar',
    'printed_authority_name': 'varchar',
    'measure': 'varchar',
    'category': 'varchar',
    'value': 'decimal(12, 3)',
    'printed_text': 'varchar',
    'row_number': 'integer',
    'column_name': 'varchar',
    'absence_code': 'varchar',
    'definition_note': 'varchar',
} -%}
with renamed as (

    select
        cast(season as integer) as season,
        witness_kind,
        witness_sha256,
        source_address as witness_address,
        authority_id,
        printed_authority_name,
        measure,
        category,
        value,
        printed_text,
        cast(row_number as integer) as row_number,
        column_name,
        absence_code,
        definition_note
    from {{ landed_if_any('witness_figures', columns) }}

)

select * from renamed
