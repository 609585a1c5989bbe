with letters as (

    select
        letter_key,
        season,
        letter_sha256,
        authority_key,
        printed_authority_name,
        stated_season,
        layout,
        verdict,
        disposition,
        disposition = 'accepted' and is_decided_by_person as is_accepted_by_decision,
        reason,
        letter_date,
        period_start_date,
        period_end_date,
        page_count,
        letter_first_page,
        letter_last_page,
        source_address,
        superseded_by_letter_key
    from {{ ref('int_letters') }}

)

select * from letters
order by letter_key
