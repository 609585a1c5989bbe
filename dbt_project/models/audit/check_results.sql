with checks as (

    select
        letter_key,
        season,
        rule,
        severity,
        is_passed,
        detail
    from {{ ref('stg_checks') }}

)

select * from checks
order by season, letter_key, rule, detail
