-- Only figures of one authority count here: an average of its type or a number of the whole office says nothing of it.
with counted as (

    select
        letter_key,
        cast(count(*) filter (where reconciliation_state = 'agrees') as integer) as agreeing_count,
        cast(count(*) filter (where reconciliation_state = 'differs') as integer) as differing_count
    from {{ ref('int_witness_comparisons') }}
    where letter_disposition = 'accepted' and reconciliation_state in ('agrees', 'differs')
    group by letter_key

)

select * from counted
