with renamed as (

    select
        {{ letter_key('season', 'letter_sha256') }} as letter_key,
        cast(season as integer) as season,
        authority_id,
        disposition,
        reason as disposition_reason,
        {{ letter_key('season', 'superseded_by_sha256') }} as superseded_by_letter_key,
        decided_by
    from {{ source('landing', 'dispositions') }}

)

select * from renamed
