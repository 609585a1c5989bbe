with rules as (

    select
        rule,
        severity,
        looks_at,
        sentence
    from {{ ref('stg_rules') }}

)

select * from rules
order by rule
