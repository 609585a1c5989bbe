{{ config(materialized='table') }}
-- A table, because many models read it: the figures of landing are turned once.
with figures as (

    select
        letter_key,
        measure,
        category,
        value,
        absence_code
    from {{ ref('int_figures') }}

),

-- Beside the headlines one number of a table: letters of 2014 to 2018 state no investigations, only their outcomes.
pivoted as (

    select
        letter_key,
        {{ headline_columns() }},
        cast(
            max(value) filter (where measure = 'decided_count' and category = 'not_upheld') as integer
        ) as not_upheld_count,
        {{ absence_code('uphold_rate_pct') }} as uphold_rate_absence_code,
        {{ absence_code('compliance_rate_pct') }} as compliance_rate_absence_code,
        {{ absence_code('satisfactory_remedy_rate_pct') }} as satisfactory_remedy_rate_absence_code,
        {{ absence_code('upheld_per_100k') }} as upheld_per_100k_absence_code,
        {{ not_read_measures() }} as not_read_measures
    from figures
    group by letter_key

)

select * from pivoted
