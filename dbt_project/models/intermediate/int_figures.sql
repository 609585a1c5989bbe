{{ config(materialized='table') }}
-- Accepted letters only: quarantined letters may have numbers that fit no column. A table, because many models read
-- it: landing is joined with the dispositions once.
with letters as (

    select
        letter_key,
        authority_id,
        authority_key,
        season
    from {{ ref('int_letters') }}
    where disposition = 'accepted'

),

figures as (

    select
        letter_key,
        measure,
        category,
        value as printed_value,
        absence_code,
        printed_text,
        sentence_text,
        page,
        box_x0_points,
        box_top_points,
        box_x1_points,
        box_bottom_points,
        line,
        is_ocr
    from {{ ref('stg_figures') }}

),

corrections as (

    select
        authority_id,
        season,
        measure,
        category,
        printed_value,
        corrected_value,
        correction_reason,
        correction_source
    from {{ ref('stg_corrections') }}

),

-- A correction is of the value that it names: where the letter prints another, that stands, and a test fails.
corrected as (

    select
        letters.letter_key,
        letters.authority_key,
        letters.season,
        figures.measure,
        figures.category,
        coalesce(corrections.corrected_value, figures.printed_value) as value,
        figures.printed_value,
        figures.absence_code,
        figures.printed_text,
        figures.sentence_text,
        figures.page,
        figures.box_x0_points,
        figures.box_top_points,
        figures.box_x1_points,
        figures.box_bottom_points,
        figures.line,
        figures.is_ocr,
        corrections.corrected_value is not null as is_corrected,
        corrections.correction_reason,
        corrections.correction_source
    from figures
    inner join letters on figures.letter_key = letters.letter_key
    left join corrections
        on
            letters.authority_id = corrections.authority_id
            and letters.season = corrections.season
            and figures.measure = corrections.measure
            and coalesce(figures.category, '') = coalesce(corrections.category, '')
            and figures.printed_value = corrections.printed_value

)

select * from corrected
