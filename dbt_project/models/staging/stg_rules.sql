with renamed as (

    select
        rule,
        severity,
        looks_at,
        sentence
    from {{ ref('rules') }}

)

select * from renamed
