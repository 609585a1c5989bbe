-- Accepted letters, rows of the review and accepted authorities in coverage are the same, and all of an authority
-- that is known.
with accepted as (

    select letter_key
    from {{ ref('stg_dispositions') }}
    where disposition = 'accepted'

),

reviewed as (

    select
        letter_key,
        count(*) as rows_count,
        bool_or(authority_key = 'unknown') as is_unknown
    from {{ ref('fct_annual_review') }}
    group by letter_key

),

covered as (

    select letter_key
    from {{ ref('fct_coverage') }}
    where coverage_state = 'accepted'

),

compared as (

    select
        accepted.letter_key as accepted_letter_key,
        reviewed.letter_key as reviewed_letter_key,
        covered.letter_key as covered_letter_key,
        reviewed.rows_count,
        reviewed.is_unknown
    from accepted
    full outer join reviewed on accepted.letter_key = reviewed.letter_key
    full outer join covered on coalesce(accepted.letter_key, reviewed.letter_key) = covered.letter_key

)

select * from compared
where
    accepted_letter_key is null
    or reviewed_letter_key is null
    or covered_letter_key is null
    or rows_count <> 1
    or is_unknown
