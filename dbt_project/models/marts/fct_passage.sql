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
    {{ names_public_report('lower(passage_text)') }} as names_public_report,
    {{ names_payment('lower(passage_text)') }} as names_payment,
    {{ names_non_compliance('lower(passage_text)') }} as names_non_compliance,
    {{ names_delay('lower(passage_text)') }} as names_delay,
    {{ named_services('lower(passage_text)') }} as named_services
from {{ ref('int_passages') }}
where sharing in ('own', 'few')
order by season, authority_key, letter_key, paragraph_number
