with accepted_letters as (

    select
        letter_key,
        season,
        authority_key,
        council_type_key
    from {{ ref('int_letters') }}
    where disposition = 'accepted'

),

warnings as (

    select distinct letter_key
    from {{ ref('stg_checks') }}
    where severity = 'warning' and not is_passed

),

reviews as (

    select
        letters.authority_key,
        letters.season,
        letters.council_type_key,
        letters.letter_key,
        figures.upheld_count,
        figures.investigations_count,
        figures.uphold_rate_pct,
        figures.uphold_rate_absence_code,
        figures.uphold_rate_type_average_pct,
        cast(figures.uphold_rate_pct - figures.uphold_rate_type_average_pct as decimal(9, 3)) as uphold_rate_gap_points,
        cast(
            {{ rate_half_up_pct('figures.upheld_count', 'figures.investigations_count') }} as integer
        ) as recomputed_uphold_rate_pct,
        figures.compliance_outcomes_count,
        figures.compliance_rate_pct,
        figures.compliance_rate_absence_code,
        figures.compliance_rate_type_average_pct,
        cast(
            figures.compliance_rate_pct - figures.compliance_rate_type_average_pct as decimal(9, 3)
        ) as compliance_rate_gap_points,
        figures.satisfactory_remedies_count,
        figures.satisfactory_remedy_rate_pct,
        figures.satisfactory_remedy_rate_absence_code,
        figures.satisfactory_remedy_rate_type_average_pct,
        cast(
            figures.satisfactory_remedy_rate_pct - figures.satisfactory_remedy_rate_type_average_pct as decimal(9, 3)
        ) as satisfactory_remedy_rate_gap_points,
        cast(
            {{ rate_half_up_pct('figures.satisfactory_remedies_count', 'figures.upheld_count') }} as integer
        ) as recomputed_satisfactory_remedy_rate_pct,
        figures.satisfactory_remedy_printed_base_count,
        figures.upheld_per_100k,
        figures.upheld_per_100k_absence_code,
        figures.upheld_per_100k_type_average,
        figures.dealt_with_count,
        figures.not_for_us_count,
        figures.assessed_and_closed_count,
        figures.investigations_count < 10 as is_small_number,
        seasons.comparability_note,
        case when warnings.letter_key is null then 'stated' else 'flagged' end as trust
    from accepted_letters as letters
    inner join {{ ref('int_headline_figures') }} as figures on letters.letter_key = figures.letter_key
    inner join {{ ref('int_seasons') }} as seasons on letters.season = seasons.season
    left join warnings on letters.letter_key = warnings.letter_key

)

select * from reviews
order by season, authority_key
