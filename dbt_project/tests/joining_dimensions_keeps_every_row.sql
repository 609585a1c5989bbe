-- A fact joined with all its dimensions has the rows that it had before.
with counted as (

    select
        'fct_annual_review' as fact,
        (select count(*) from {{ ref('fct_annual_review') }}) as rows_count,
        (
            select count(*)
            from {{ ref('fct_annual_review') }} as facts
            inner join {{ ref('dim_authority') }} as authorities on facts.authority_key = authorities.authority_key
            inner join {{ ref('dim_council_type') }} as council_types
                on facts.council_type_key = council_types.council_type_key
            inner join {{ ref('dim_year') }} as years on facts.season = years.season
            inner join {{ ref('dim_letter') }} as letters on facts.letter_key = letters.letter_key
        ) as joined_count
    union all
    select
        'fct_coverage' as fact,
        (select count(*) from {{ ref('fct_coverage') }}) as rows_count,
        (
            select count(*)
            from {{ ref('fct_coverage') }} as facts
            inner join {{ ref('dim_authority') }} as authorities on facts.authority_key = authorities.authority_key
            inner join {{ ref('dim_year') }} as years on facts.season = years.season
            left join {{ ref('dim_letter') }} as letters on facts.letter_key = letters.letter_key
        ) as joined_count
    union all
    select
        'fct_figure' as fact,
        (select count(*) from {{ ref('fct_figure') }}) as rows_count,
        (
            select count(*)
            from {{ ref('fct_figure') }} as facts
            inner join {{ ref('fct_annual_review') }} as reviews
                on
                    facts.letter_key = reviews.letter_key
                    and facts.authority_key = reviews.authority_key
                    and facts.season = reviews.season
        ) as joined_count
    union all
    select
        'fct_complaints' as fact,
        (select count(*) from {{ ref('fct_complaints') }}) as rows_count,
        (
            select count(*)
            from {{ ref('fct_complaints') }} as facts
            inner join {{ ref('dim_authority') }} as authorities on facts.authority_key = authorities.authority_key
            inner join {{ ref('dim_council_type') }} as council_types
                on facts.council_type_key = council_types.council_type_key
            inner join {{ ref('dim_year') }} as years on facts.season = years.season
            inner join {{ ref('dim_letter') }} as letters on facts.letter_key = letters.letter_key
            inner join {{ ref('fct_annual_review') }} as reviews
                on
                    facts.letter_key = reviews.letter_key
                    and facts.authority_key = reviews.authority_key
                    and facts.season = reviews.season
        ) as joined_count
    union all
    select
        'fct_type_average' as fact,
        (select count(*) from {{ ref('fct_type_average') }}) as rows_count,
        (
            select count(*)
            from {{ ref('fct_type_average') }} as facts
            inner join {{ ref('dim_council_type') }} as council_types
                on facts.council_type_key = council_types.council_type_key
            inner join {{ ref('dim_year') }} as years on facts.season = years.season
        ) as joined_count

)

select * from counted
where rows_count <> joined_count
