with passages as (

    select
        passage_key,
        letter_key,
        authority_key,
        season,
        paragraph_number,
        passage_text,
        lower(passage_text) as small_text,
        page,
        box_x0_points,
        box_top_points,
        box_x1_points,
        box_bottom_points,
        line,
        is_ocr,
        shared_by_count,
        compared_count
    from {{ ref('int_passages') }}
    where sharing in ('own', 'few')

),

named as (

    select
        passage_key,
        letter_key,
        authority_key,
        season,
        paragraph_number,
        passage_text,
        page,
        box_x0_points,
        box_top_points,
        box_x1_points,
        box_bottom_points,
        line,
        is_ocr,
        shared_by_count,
        compared_count,
        {{ names_public_report('small_text') }} as names_public_report,
        {{ names_payment('small_text') }} as names_payment,
        {{ names_non_compliance('small_text') }} as names_non_compliance,
        {{ names_delay('small_text') }} as names_delay,
        {{ named_services('small_text') }} as named_services
    from passages

)

select * from named
order by season, authority_key, letter_key, paragraph_number
