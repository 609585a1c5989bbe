-- Each letter file has one disposition, and the files that are not superseded are those that coverage and the
-- seasons count.
with unpaired as (

    select
        coalesce(letters.season, dispositions.season) as season,
        count(*) as unpaired_count
    from {{ ref('stg_letters') }} as letters
    full outer join {{ ref('stg_dispositions') }} as dispositions on letters.letter_key = dispositions.letter_key
    where letters.letter_key is null or dispositions.letter_key is null
    group by all

),

landed as (

    select
        season,
        count(*) filter (where disposition <> 'superseded') as letters_count
    from {{ ref('stg_dispositions') }}
    group by season

),

covered as (

    select
        season,
        sum(letters_count) as letters_count
    from {{ ref('fct_coverage') }}
    group by season

),

compared as (

    select
        years.season,
        landed.letters_count as landed_count,
        covered.letters_count as covered_count,
        years.letters_found_count,
        unpaired.unpaired_count
    from {{ ref('dim_year') }} as years
    left join landed on years.season = landed.season
    left join covered on years.season = covered.season
    left join unpaired on years.season = unpaired.season

)

select * from compared
where
    unpaired_count is not null
    or landed_count is distinct from covered_count
    or coalesce(landed_count, 0) <> letters_found_count
