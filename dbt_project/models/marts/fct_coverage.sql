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
            order by {{ place_by_what_it_says('coverage_state') }}
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
        seasons.authority_key,
        seasons.season,
        case acquisitions.acquisition_state when 'failed' then 'not_fetched' else 'not_published' end as missing_state,
        case acquisitions.acquisition_state
            when 'failed' then 'the source could not be asked for it: ' || acquisitions.failure_cause
            when 'not_published' then 'the source has no letter of this season'
            when 'not_listed' then 'the source does not name this authority'
        end as missing_reason
    from {{ ref('int_authority_seasons') }} as seasons
    inner join {{ ref('int_authority_versions') }} as versions on seasons.authority_key = versions.authority_key
    left join {{ ref('stg_acquisitions') }} as acquisitions
        on versions.authority_id = acquisitions.authority_id and seasons.season = acquisitions.season
    where seasons.is_landed

),

not_read as (

    select
        letter_key,
        {{ not_read_measures() }} as not_read_measures
    from {{ ref('stg_figures') }}
    group by letter_key

),

grid as (

    select
        coalesce(expected.authority_key, claimed.authority_key) as authority_key,
        coalesce(expected.season, claimed.season) as season,
        coalesce(claimed.coverage_state, expected.missing_state) as coverage_state,
        coalesce(claimed.letters_count, 0) as letters_count,
        claimed.letter_key,
        case when claimed.coverage_state is null then expected.missing_reason else claimed.reason end as reason,
        not_read.not_read_measures
    from expected
    full outer join claimed
        on expected.authority_key = claimed.authority_key and expected.season = claimed.season
    left join not_read on claimed.letter_key = not_read.letter_key

)

select * from grid
order by season, authority_key
