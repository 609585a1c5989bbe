with renamed as (

    select
        {{ letter_key('season', 'letter_sha256') }} as letter_key,
        cast(season as integer) as season,
        letter_sha256,
        cast(stated_season as integer) as stated_season,
        authority_name as printed_authority_name,
        layout,
        verdict,
        reason as verdict_reason,
        letter_date,
        period_start as period_start_date,
        period_end as period_end_date,
        page_count,
        source_address
    from {{ source('landing', 'letters') }}

)

select * from renamed
