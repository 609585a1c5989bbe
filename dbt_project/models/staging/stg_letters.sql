-- Seasons that were landed by older versions have no pages of the letter.
with landed as (

    select
        cast(null as integer) as letter_first_page,
        cast(null as integer) as letter_last_page
    where false
    union all by name
    select * from {{ source('landing', 'letters') }}

),

renamed as (

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
        letter_first_page,
        letter_last_page,
        source_address
    from landed

)

select * from renamed
