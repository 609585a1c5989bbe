-- Each count of a table, and each of an overview, is a row of the complaints: a category without a name is missed.
with stated as (

    select
        figure_key,
        letter_key
    from {{ ref('fct_figure') }}
    where
        measure in ('received_count', 'decided_count', 'remedied_count')
        or measure in ('dealt_with_count', 'not_for_us_count', 'assessed_and_closed_count')

)

select stated.figure_key
from stated
left join {{ ref('fct_complaints') }} as complaints on stated.figure_key = complaints.figure_key
where complaints.figure_key is null
