{{ config(materialized='table') }}
-- Every figure of a second witness that names an authority, beside what the letter to it states.
-- A table, because several models read it.
with witnesses as (

    select
        figures.season,
        figures.witness_kind,
        figures.witness_sha256,
        figures.witness_address,
        versions.authority_key,
        versions.council_type_key,
        figures.measure,
        figures.category,
        figures.value,
        figures.printed_text,
        figures.row_number,
        figures.column_name,
        figures.absence_code,
        figures.definition_note
    from {{ ref('stg_witness_figures') }} as figures
    inner join {{ ref('int_seasons') }} as seasons on figures.season = seasons.season
    inner join {{ ref('int_authority_versions') }} as versions on figures.authority_id = versions.authority_id
    -- the authority as it was at the end of the period; where it was not alive then, as it was last
    qualify
        row_number() over (
            partition by
                figures.season,
                figures.witness_kind,
                figures.witness_sha256,
                figures.authority_id,
                figures.measure,
                figures.category,
                figures.row_number
            order by
                {{ is_valid_on('versions', 'seasons.period_end_date') }} desc,
                versions.valid_from_date desc nulls last
        ) = 1

),

-- One letter speaks for an authority and season: the accepted one, else the one that says most about it.
letters as (

    select
        letter_key,
        authority_key,
        season,
        disposition
    from {{ ref('int_letters') }}
    where authority_key <> 'unknown' and disposition <> 'superseded'
    qualify
        row_number() over (
            partition by authority_key, season
            order by {{ place_by_what_it_says('disposition') }} nulls last, letter_key
        ) = 1

),

stated as (

    select
        letter_key,
        measure,
        category,
        value,
        absence_code
    from {{ ref('int_figures') }}

),

paired as (

    select
        witnesses.season,
        witnesses.witness_kind,
        witnesses.witness_sha256,
        witnesses.witness_address,
        witnesses.authority_key,
        witnesses.council_type_key,
        witnesses.measure,
        witnesses.category,
        letters.letter_key,
        letters.disposition as letter_disposition,
        stated.value as our_value,
        stated.absence_code as our_absence_code,
        witnesses.value as witness_value,
        witnesses.absence_code as witness_absence_code,
        witnesses.printed_text as witness_printed_text,
        witnesses.row_number,
        witnesses.column_name,
        witnesses.definition_note
    from witnesses
    left join letters on witnesses.authority_key = letters.authority_key and witnesses.season = letters.season
    left join stated
        on
            letters.letter_key = stated.letter_key
            and witnesses.measure = stated.measure
            and witnesses.category is not distinct from stated.category

),

compared as (

    select
        season,
        witness_kind,
        witness_sha256,
        witness_address,
        authority_key,
        council_type_key,
        measure,
        category,
        letter_key,
        letter_disposition,
        our_value,
        our_absence_code,
        witness_value,
        witness_absence_code,
        witness_printed_text,
        row_number,
        column_name,
        definition_note,
        case
            when our_value is null then 'only_witness'
            when witness_value is null then 'only_ours'
            when {{ agrees_as_printed('measure', 'our_value', 'witness_value') }} then 'agrees'
            when definition_note is not null then 'differs_by_definition'
            else 'differs'
        end as reconciliation_state
    from paired
    where our_value is not null or witness_value is not null

)

select * from compared
