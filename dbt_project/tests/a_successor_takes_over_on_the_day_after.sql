-- A successor takes over on the day after its predecessor's last day, and exists on that day.
with misdated as (

    select
        successions.predecessor_id,
        successions.successor_id,
        successions.succession_date,
        predecessors.valid_to_date as predecessor_last_date,
        successors.valid_from_date as successor_first_date
    from {{ ref('stg_authority_successions') }} as successions
    inner join {{ ref('stg_authorities') }} as predecessors on successions.predecessor_id = predecessors.authority_id
    inner join {{ ref('stg_authorities') }} as successors on successions.successor_id = successors.authority_id
    where
        predecessors.valid_to_date is null
        or cast(predecessors.valid_to_date + interval 1 day as date) <> successions.succession_date
        or not {{ is_valid_on('successors', 'successions.succession_date') }}

)

select * from misdated
