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

),

-- The Ombudsman prints "0%" of a total of 0. The figure is what is printed; the rate does not exist, and has a reason.
existing as (

    select
        pivoted.letter_key,
        {{ headline_columns(of='pivoted', instead={
            'uphold_rate_pct': of_something('pivoted.uphold_rate_pct', decided_investigations('pivoted')),
            'compliance_rate_pct': of_something('pivoted.compliance_rate_pct', 'pivoted.compliance_outcomes_count'),
            'satisfactory_remedy_rate_pct': of_something('pivoted.satisfactory_remedy_rate_pct', 'pivoted.upheld_count'),
        }) }},
        pivoted.not_upheld_count,
        {{ or_none('pivoted.uphold_rate', decided_investigations('pivoted'), 'none_investigated') }}
            as uphold_rate_absence_code,
        {{ or_none('pivoted.compliance_rate', 'pivoted.compliance_outcomes_count', 'none_due') }}
            as compliance_rate_absence_code,
        {{ or_none('pivoted.satisfactory_remedy_rate', 'pivoted.upheld_count', 'none_upheld') }}
            as satisfactory_remedy_rate_absence_code,
        pivoted.upheld_per_100k_absence_code,
        pivoted.not_read_measures
    from pivoted

)

select * from existing
