{{ config(materialized='table') }}
-- A table, because most models read it: the authority of each letter is looked up once.
with disposed as (

    select
        letters.letter_key,
        letters.season,
        letters.letter_sha256,
        letters.stated_season,
        letters.printed_authority_name,
        letters.layout,
        letters.verdict,
        dispositions.disposition,
        coalesce(nullif(dispositions.disposition_reason, ''), nullif(letters.verdict_reason, '')) as reason,
        letters.letter_date,
        letters.period_start_date,
        letters.period_end_date,
        letters.page_count,
        letters.letter_first_page,
        letters.letter_last_page,
        letters.source_address,
        dispositions.superseded_by_letter_key,
        dispositions.is_decided_by_person,
        dispositions.authority_id
    from {{ ref('stg_letters') }} as letters
    inner join {{ ref('stg_dispositions') }} as dispositions on letters.letter_key = dispositions.letter_key

),

claims as (

    select
        disposed.letter_key,
        versions.authority_key,
        versions.council_type_key,
        versions.valid_from_date,
        {{ is_valid_on('versions', 'seasons.period_end_date') }} as is_authority_expected
    from disposed
    inner join {{ ref('int_seasons') }} as seasons on disposed.season = seasons.season
    inner join {{ ref('int_authority_versions') }} as versions on disposed.authority_id = versions.authority_id

),

-- The authority as it was at the end of the period; where it was not alive then, as it was last.
chosen as (

    select
        letter_key,
        authority_key,
        council_type_key,
        is_authority_expected
    from claims
    qualify
        row_number() over (
            partition by letter_key order by is_authority_expected desc, valid_from_date desc nulls last
        ) = 1

),

matched as (

    select
        disposed.letter_key,
        disposed.season,
        disposed.letter_sha256,
        disposed.stated_season,
        disposed.authority_id,
        coalesce(chosen.authority_key, 'unknown') as authority_key,
        chosen.council_type_key,
        coalesce(chosen.is_authority_expected, false) as is_authority_expected,
        disposed.printed_authority_name,
        disposed.layout,
        disposed.verdict,
        disposed.disposition,
        disposed.reason,
        disposed.letter_date,
        disposed.period_start_date,
        disposed.period_end_date,
        disposed.page_count,
        disposed.letter_first_page,
        disposed.letter_last_page,
        disposed.source_address,
        disposed.superseded_by_letter_key,
        disposed.is_decided_by_person
    from disposed
    left join chosen on disposed.letter_key = chosen.letter_key

)

select * from matched
