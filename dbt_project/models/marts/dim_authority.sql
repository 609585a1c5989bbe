with predecessors as (

    select
        successions.successor_id as authority_id,
        list(predecessors.authority_id order by predecessors.authority_name) as predecessor_ids,
        string_agg(predecessors.authority_name, '; ' order by predecessors.authority_name) as predecessor_names
    from {{ ref('stg_authority_successions') }} as successions
    inner join {{ ref('stg_authorities') }} as predecessors on successions.predecessor_id = predecessors.authority_id
    group by successions.successor_id

),

successors as (

    select
        successions.predecessor_id as authority_id,
        list(successors.authority_id order by successors.authority_name) as successor_ids,
        string_agg(successors.authority_name, '; ' order by successors.authority_name) as successor_names
    from {{ ref('stg_authority_successions') }} as successions
    inner join {{ ref('stg_authorities') }} as successors on successions.successor_id = successors.authority_id
    group by successions.predecessor_id

),

authorities as (

    select
        versions.authority_key,
        versions.authority_id,
        versions.authority_name,
        versions.short_name,
        versions.council_type_key,
        versions.region_name,
        versions.gss_code,
        versions.valid_from_date,
        versions.valid_to_date,
        predecessors.predecessor_ids,
        predecessors.predecessor_names,
        successors.successor_ids,
        successors.successor_names,
        versions.valid_to_date is null as is_current,
        versions.is_sample
    from {{ ref('int_authority_versions') }} as versions
    left join predecessors on versions.authority_id = predecessors.authority_id
    left join successors on versions.authority_id = successors.authority_id

),

unknown_member as (

    select
        'unknown' as authority_key,
        'unknown' as authority_id,
        'Unknown authority' as authority_name,
        'Unknown' as short_name,
        cast(null as varchar) as council_type_key,
        cast(null as varchar) as region_name,
        cast(null as varchar) as gss_code,
        cast(null as date) as valid_from_date,
        cast(null as date) as valid_to_date,
        cast(null as varchar[]) as predecessor_ids,
        cast(null as varchar) as predecessor_names,
        cast(null as varchar[]) as successor_ids,
        cast(null as varchar) as successor_names,
        false as is_current,
        false as is_sample

),

combined as (

    select * from authorities
    union all
    select * from unknown_member

)

select * from combined
order by authority_key
