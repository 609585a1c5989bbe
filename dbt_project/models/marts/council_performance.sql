with coverage as (

    select
        authority_key,
        season,
        coverage_state,
        letter_key,
        reason as coverage_reason
    from {{ ref('fct_coverage') }}

),

authorities as (

    select * from {{ ref('dim_authority') }}

),

council_types as (

    select * from {{ ref('dim_council_type') }}

),

years as (

    select * from {{ ref('dim_year') }}

),

letters as (

    select
        letter_key,
        letter_date,
        source_address
    from {{ ref('dim_letter') }}

),

reviews as (

    select * from {{ ref('fct_annual_review') }}

),

totals as (

    select
        letter_key,
        max(complaints_count) filter (where complaint_kind = 'received') as received_count,
        max(complaints_count) filter (where complaint_kind = 'decided') as decided_count
    from {{ ref('fct_complaints') }}
    where is_total
    group by letter_key

),

pages as (

    select
        letter_key,
        max(page) filter (where measure = 'uphold_rate_pct') as uphold_rate_page,
        max(page) filter (where measure = 'compliance_rate_pct') as compliance_rate_page,
        max(page) filter (where measure = 'satisfactory_remedy_rate_pct') as satisfactory_remedy_rate_page
    from {{ ref('fct_figure') }}
    group by letter_key

),

type_averages as (

    select * from {{ ref('fct_type_average') }}

),

performance as (

    select
        coverage.authority_key,
        coverage.season,
        years.season_label,
        years.period_start_date,
        years.period_end_date,
        authorities.authority_id,
        authorities.authority_name,
        authorities.short_name,
        authorities.council_type_key,
        council_types.council_type_name,
        authorities.region_name,
        authorities.gss_code,
        authorities.is_sample,
        coverage.coverage_state,
        coverage.coverage_reason,
        totals.received_count,
        totals.decided_count,
        reviews.dealt_with_count,
        reviews.not_for_us_count,
        reviews.assessed_and_closed_count,
        reviews.upheld_count,
        reviews.uphold_rate_base_count,
        reviews.is_uphold_rate_base_derived,
        reviews.uphold_rate_pct,
        reviews.uphold_rate_absence_code,
        reviews.uphold_rate_type_average_pct,
        reviews.uphold_rate_gap_points,
        reviews.uphold_rate_rank,
        reviews.uphold_rate_ranked_count,
        reviews.compliance_outcomes_count,
        reviews.compliance_rate_pct,
        reviews.compliance_rate_absence_code,
        reviews.compliance_rate_type_average_pct,
        reviews.compliance_rate_gap_points,
        reviews.satisfactory_remedies_count,
        reviews.satisfactory_remedy_rate_pct,
        reviews.satisfactory_remedy_rate_absence_code,
        reviews.satisfactory_remedy_rate_type_average_pct,
        reviews.satisfactory_remedy_rate_gap_points,
        reviews.upheld_per_100k,
        reviews.upheld_per_100k_absence_code,
        reviews.upheld_per_100k_type_average,
        reviews.upheld_per_100k_gap,
        reviews.recomputed_upheld_per_100k,
        reviews.population_count,
        reviews.population_mid_year,
        reviews.not_read_measures,
        type_averages.uphold_rate_stated_average_pct as type_uphold_rate_stated_average_pct,
        type_averages.uphold_rate_pooled_pct as type_uphold_rate_pooled_pct,
        type_averages.letters_accepted_count as type_letters_accepted_count,
        type_averages.authorities_expected_count as type_authorities_expected_count,
        reviews.is_small_number,
        reviews.is_ocr,
        reviews.is_corrected,
        reviews.is_accepted_by_decision,
        reviews.trust,
        reviews.trust_reason,
        years.comparable_since_season,
        years.comparability_note,
        coverage.letter_key,
        letters.letter_date,
        letters.source_address,
        pages.uphold_rate_page,
        pages.compliance_rate_page,
        pages.satisfactory_remedy_rate_page,
        case
            when reviews.letter_key is null then null
            when authorities.is_sample then 'An invented sample letter, which says nothing about a real council.'
            else
                'Source: Local Government and Social Care Ombudsman, annual review letter ' || coverage.season
                || '; re-used with attribution, see www.lgo.org.uk/copyright.'
        end as attribution
    from coverage
    inner join authorities on coverage.authority_key = authorities.authority_key
    inner join years on coverage.season = years.season
    left join council_types on authorities.council_type_key = council_types.council_type_key
    left join reviews on coverage.authority_key = reviews.authority_key and coverage.season = reviews.season
    left join letters on coverage.letter_key = letters.letter_key
    left join totals on reviews.letter_key = totals.letter_key
    left join pages on reviews.letter_key = pages.letter_key
    left join type_averages
        on
            coverage.season = type_averages.season
            and authorities.council_type_key = type_averages.council_type_key
            and authorities.is_sample = type_averages.is_sample

)

select * from performance
order by season, authority_key
