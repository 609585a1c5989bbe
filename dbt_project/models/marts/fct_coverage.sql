with current_letters as (

    select
        letter_key,
        authority_key,
        season,
        reason,
        case
            when authority_key = 'unknown' then 'unidentified'
            when not is_authority_expected then 'not_expected'
            else disposition
        end as coverage_state
    from {{ ref('int_letters') }}
    where disposition <> 'superseded'

),

-- Where several letters claim one authority and season, the one that says most about it speaks for it.
ranked as (

    select
        letter_key,
        authority_key,
        season,
        reason,
        coverage_state,
        rank() over (
            partition by authority_key, season
            order by
                list_position(
                    ['accepted', 'quarantined', 'no_statistics', 'unknown_layout', 'not_a_letter', 'unreadable'],
                    coverage_state
                )
        ) as place
    from current_letters

),

claimed as (

    select
        authority_key,
        season,
        min(coverage_state) filter (where place = 1) as coverage_state,
        cast(count(*) as integer) as letters_count,
        case when count(*) filter (where place = 1) = 1 then min(letter_key) filter (where place = 1) end as letter_key,
        string_agg(distinct reason, '; ' order by reason) filter (where place = 1) as reason
    from ranked
    group by authority_key, season

),

expected as (

    select
        authority_key,
        season
    from {{ ref('int_authority_seasons') }}
    where is_landed

),

grid as (

    select
        coalesce(expected.authority_key, claimed.authority_key) as authority_key,
        coalesce(expected.season, claimed.season) as season,
        coalesce(claimed.coverage_state, 'not_published') as coverage_state,
        coalesce(claimed.letters_count, 0) as letters_count,
        claimed.letter_key,
        claimed.reason
    from expected
    full outer join claimed
        on expected.authority_key = claimed.authority_key and expected.season = claimed.season

)

select * from grid
order by season, authority_key
