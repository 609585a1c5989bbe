-- The parts of a table or an overview are its total, except in a letter that a person accepted all the same. The
-- number of 2013 has no parts, and complaints remedied have no total.
with counted as (

    select
        letter_key,
        complaint_kind,
        count(*) filter (where not is_total) as parts_count,
        sum(complaints_count) filter (where not is_total) as parts_sum,
        max(complaints_count) filter (where is_total) as total_count
    from {{ ref('fct_complaints') }}
    where complaint_kind <> 'remedied'
    group by letter_key, complaint_kind

),

compared as (

    select
        counted.letter_key,
        counted.complaint_kind,
        counted.parts_sum,
        counted.total_count
    from counted
    inner join {{ ref('fct_annual_review') }} as reviews on counted.letter_key = reviews.letter_key
    where counted.parts_count > 0 and not reviews.is_accepted_by_decision

)

select * from compared
where total_count is distinct from parts_sum
