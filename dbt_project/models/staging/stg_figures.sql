with renamed as (

    select
        {{ letter_key('season', 'letter_sha256') }} as letter_key,
        cast(season as integer) as season,
        measure,
        category,
        value,
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
    from {{ source('landing', 'figures') }}

)

select * from renamed
