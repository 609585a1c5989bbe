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
        {{ stated_value('upheld_count', 'integer') }} as upheld_count,
        {{ stated_value('investigations_count', 'integer') }} as investigations_count,
        cast(
            max(value) filter (where measure = 'decided_count' and category = 'not_upheld') as integer
        ) as not_upheld_count,
        {{ stated_value('uphold_rate_pct', 'decimal(12, 3)') }} as uphold_rate_pct,
        {{ stated_value('uphold_rate_type_average_pct', 'decimal(12, 3)') }} as uphold_rate_type_average_pct,
        {{ stated_value('compliance_outcomes_count', 'integer') }} as compliance_outcomes_count,
        {{ stated_value('compliance_rate_pct', 'decimal(12, 3)') }} as compliance_rate_pct,
        {{ stated_value('compliance_rate_type_average_pct', 'decimal(12, 3)') }}
            as compliance_rate_type_average_pct,
        {{ stated_value('satisfactory_remedies_count', 'integer') }} as satisfactory_remedies_count,
        {{ stated_value('satisfactory_remedy_rate_pct', 'decimal(12, 3)') }} as satisfactory_remedy_rate_pct,
        {{ stated_value('satisfactory_remedy_rate_type_average_pct', 'decimal(12, 3)') }}
            as satisfactory_remedy_rate_type_average_pct,
        {{ stated_value('satisfactory_remedy_printed_base_count', 'integer') }}
            as satisfactory_remedy_printed_base_count,
        {{ stated_value('upheld_per_100k', 'decimal(12, 3)') }} as upheld_per_100k,
        {{ stated_value('upheld_per_100k_type_average', 'decimal(12, 3)') }} as upheld_per_100k_type_average,
        {{ stated_value('dealt_with_count', 'integer') }} as dealt_with_count,
        {{ stated_value('not_for_us_count', 'integer') }} as not_for_us_count,
        {{ stated_value('assessed_and_closed_count', 'integer') }} as assessed_and_closed_count,
        {{ absence_code('uphold_rate_pct') }} as uphold_rate_absence_code,
        {{ absence_code('compliance_rate_pct') }} as compliance_rate_absence_code,
        {{ absence_code('satisfactory_remedy_rate_pct') }} as satisfactory_remedy_rate_absence_code,
        {{ absence_code('upheld_per_100k') }} as upheld_per_100k_absence_code,
        {{ not_read_measures() }} as not_read_measures
    from figures
    group by letter_key

)

select * from pivoted
