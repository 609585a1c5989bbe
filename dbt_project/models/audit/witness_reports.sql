with reports as (

    select
        season,
        witness_kind,
        witness_address as witness_source,
        witness_sha256,
        row_number,
        column_name,
        report
    from {{ ref('stg_witness_reports') }}

)

select * from reports
order by season, witness_source, witness_sha256, row_number, column_name, report
