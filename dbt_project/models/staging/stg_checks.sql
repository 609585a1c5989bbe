with renamed as (

    select
        {{ letter_key('season', 'letter_sha256') }} as letter_key,
        cast(season as integer) as season,
        rule,
        severity,
        is_passed,
        detail
    from {{ source('landing', 'checks') }}

)

select * from renamed
