{%- set columns = {
    'season': 'integer',
    'letter_sha256': 'varchar',
    'paragraph_number': 'integer',
    'paragraph_text': 'varchar',
    'page': 'integer',
    'box_x0_points': 'double',
    'box_top_points': 'double',
    'box_x1_points': 'double',
    'box_bottom_points': 'double',
    'line': 'integer',
    'is_ocr': 'boolean',
    'shared_by_count': 'integer',
    'compared_count': 'integer',
} -%}
with renamed as (

    select
        {{ letter_key('season', 'letter_sha256') }} as letter_key,
        cast(season as integer) as season,
        cast(paragraph_number as integer) as paragraph_number,
        paragraph_text,
        page,
        box_x0_points,
        box_top_points,
        box_x1_points,
        box_bottom_points,
        line,
        is_ocr,
        shared_by_count,
        compared_count
    from {{ landed_if_any('paragraphs', columns) }}

)

select * from renamed
