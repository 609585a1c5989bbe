with figures as (

    select
        {{ figure_key('figures') }} as figure_key,
        figures.letter_key,
        figures.authority_key,
        figures.season,
        figures.measure,
        figures.category,
        figures.value,
        figures.printed_value,
        figures.printed_text,
        figures.sentence_text,
        figures.page,
        figures.box_x0_points,
        figures.box_top_points,
        figures.box_x1_points,
        figures.box_bottom_points,
        figures.line,
        figures.is_ocr,
        figures.is_corrected,
        figures.correction_reason,
        figures.correction_source
    from {{ ref('int_figures') }} as figures
    where figures.value is not null

)

select * from figures
order by season, authority_key, measure, category
