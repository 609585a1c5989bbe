with figures as (

    select
        figures.letter_key || '-' || concat_ws('-', figures.measure, figures.category) as figure_key,
        figures.letter_key,
        letters.authority_key,
        figures.season,
        figures.measure,
        figures.category,
        figures.value,
        figures.printed_text,
        figures.sentence_text,
        figures.page,
        figures.box_x0_points,
        figures.box_top_points,
        figures.box_x1_points,
        figures.box_bottom_points,
        figures.line,
        figures.is_ocr
    from {{ ref('stg_figures') }} as figures
    inner join {{ ref('int_letters') }} as letters on figures.letter_key = letters.letter_key
    where letters.disposition = 'accepted' and figures.value is not null

)

select * from figures
order by figure_key
