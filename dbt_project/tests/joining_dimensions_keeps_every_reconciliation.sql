-- A published figure joined with all its dimensions is still one row.
with counted as (

    select
        (select count(*) from {{ ref('fct_reconciliation') }}) as rows_count,
        (
            select count(*)
            from {{ ref('fct_reconciliation') }} as facts
            inner join {{ ref('dim_year') }} as years on facts.season = years.season
            left join {{ ref('dim_authority') }} as authorities on facts.authority_key = authorities.authority_key
            left join {{ ref('dim_council_type') }} as council_types
                on facts.council_type_key = council_types.council_type_key
            left join {{ ref('dim_letter') }} as letters on facts.letter_key = letters.letter_key
        ) as joined_count

)

select * from counted
where rows_count <> joined_count
