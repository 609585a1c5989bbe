-- Letters of 2014 to 2018 state upheld complaints in a table only: the headline is that number.
select
    reviews.letter_key,
    reviews.upheld_count,
    complaints.complaints_count
from {{ ref('fct_annual_review') }} as reviews
inner join {{ ref('fct_complaints') }} as complaints on reviews.letter_key = complaints.letter_key
where
    complaints.complaint_kind = 'decided'
    and complaints.complaint_category = 'upheld'
    and complaints.complaints_count <> reviews.upheld_count
