-- Seasons that were landed before a person could decide about a letter have no column decided_by: nobody decided.
with landed as (

    select cast(null as varchar) as decided_by
    where false
    union all by name
    select * from {{ source('landing', 'dispositions') }}

),

renamed as (

    select
        {{ letter_key('season', 'letter_sha256') }} as letter_key,
        cast(season as integer) as season,
        authority_id,
        disposition,
        reason as disposition_reason,
        {{ letter_key('season', 'superseded_by_sha256') }} as superseded_by_letter_key,
        -- who it was stays in landing
        decided_by is not null as is_decided_by_person
    from landed

)

select * from renamed
