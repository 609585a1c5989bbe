-- Each paragraph of a letter that counts, and whether it is the council's own, of a few councils, or shared. How many
-- councils' letters of the season have a paragraph is found when the season is landed, by comparing all its letters.
with paragraphs as (

    select
        paragraphs.letter_key || '-' || paragraphs.paragraph_number as passage_key,
        paragraphs.letter_key,
        letters.authority_key,
        paragraphs.season,
        paragraphs.paragraph_number,
        paragraphs.paragraph_text as passage_text,
        paragraphs.page,
        paragraphs.box_x0_points,
        paragraphs.box_top_points,
        paragraphs.box_x1_points,
        paragraphs.box_bottom_points,
        paragraphs.line,
        paragraphs.is_ocr,
        paragraphs.shared_by_count,
        paragraphs.compared_count
    from {{ ref('stg_paragraphs') }} as paragraphs
    inner join {{ ref('int_letters') }} as letters on paragraphs.letter_key = letters.letter_key
    where
        letters.disposition in ('accepted', 'no_statistics')
        and letters.authority_key <> 'unknown'

),

told as (

    select
        *,
        case
            when compared_count < 3 then 'unknown'
            when shared_by_count = 1 then 'own'
            when 10 * shared_by_count <= compared_count then 'few'
            else 'shared'
        end as sharing
    from paragraphs

)

select * from told
