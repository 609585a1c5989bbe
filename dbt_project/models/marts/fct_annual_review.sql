with reviews as (

    select * from {{ ref('int_annual_reviews') }}

),

trust as (

    select * from {{ ref('int_letter_trust') }}

),

council_types as (

    select
        council_type_key,
        has_type_average
    from {{ ref('stg_council_types') }}

),

seasons as (

    select
        season,
        comparability_note
    from {{ ref('int_seasons') }}

),

-- Too few investigations to rank are left out, and so are types of dissimilar bodies; the invented councils of
-- sample letters are ranked among themselves.
ranked as (

    select
        reviews.letter_key,
        rank() over (
            partition by reviews.season, reviews.council_type_key, reviews.is_sample
            order by reviews.uphold_rate_pct desc
        ) as uphold_rate_rank
    from reviews
    inner join council_types on reviews.council_type_key = council_types.council_type_key
    where
        council_types.has_type_average
        and reviews.uphold_rate_pct is not null
        and not {{ is_small_number('reviews.uphold_rate_base_count') }}

),

placed as (

    select
        reviews.authority_key,
        reviews.season,
        reviews.council_type_key,
        reviews.letter_key,
        {{ headline_columns(of='reviews') }},
        reviews.uphold_rate_base_count,
        reviews.is_uphold_rate_base_derived,
        reviews.uphold_rate_absence_code,
        {{ gap_to_average('reviews.uphold_rate_pct', 'reviews.uphold_rate_type_average_pct') }}
            as uphold_rate_gap_points,
        reviews.recomputed_uphold_rate_pct,
        reviews.recomputed_uphold_rate_pct = reviews.uphold_rate_pct as is_uphold_rate_confirmed,
        cast(ranked.uphold_rate_rank as integer) as uphold_rate_rank,
        cast(
            count(ranked.letter_key) over (
                partition by reviews.season, reviews.council_type_key, reviews.is_sample
            ) as integer
        ) as uphold_rate_ranked_count,
        reviews.compliance_rate_absence_code,
        {{ gap_to_average('reviews.compliance_rate_pct', 'reviews.compliance_rate_type_average_pct') }}
            as compliance_rate_gap_points,
        reviews.satisfactory_remedy_rate_absence_code,
        {{ gap_to_average(
            'reviews.satisfactory_remedy_rate_pct', 'reviews.satisfactory_remedy_rate_type_average_pct'
        ) }}
            as satisfactory_remedy_rate_gap_points,
        reviews.recomputed_satisfactory_remedy_rate_pct,
        reviews.recomputed_satisfactory_remedy_rate_pct = reviews.satisfactory_remedy_rate_pct
            as is_satisfactory_remedy_rate_confirmed,
        reviews.upheld_per_100k_absence_code,
        {{ gap_to_average('reviews.upheld_per_100k', 'reviews.upheld_per_100k_type_average') }}
            as upheld_per_100k_gap,
        reviews.recomputed_upheld_per_100k,
        reviews.population_count,
        reviews.population_mid_year,
        reviews.not_read_measures,
        {{ is_small_number('reviews.uphold_rate_base_count') }} as is_small_number,
        trust.is_ocr,
        trust.is_corrected,
        trust.is_accepted_by_decision,
        seasons.comparability_note,
        trust.trust,
        trust.trust_reason
    from reviews
    inner join seasons on reviews.season = seasons.season
    inner join trust on reviews.letter_key = trust.letter_key
    left join ranked on reviews.letter_key = ranked.letter_key

)

select * from placed
order by season, authority_key
