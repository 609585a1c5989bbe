{{ config(materialized='table') }}
-- A table, because several models read it.
with letters as (

    select
        letter_key,
        season,
        authority_id,
        authority_key,
        council_type_key
    from {{ ref('int_letters') }}
    where disposition = 'accepted'

),

figures as (

    select
        *,
        {{ decided_investigations('headlines') }} as uphold_rate_base_count
    from {{ ref('int_headline_figures') }} as headlines

),

populations as (

    select
        authority_id,
        season,
        population_count,
        population_mid_year
    from {{ ref('int_authority_populations') }}

),

samples as (

    select
        authority_key,
        is_sample
    from {{ ref('int_authority_versions') }}

),

reviews as (

    select
        letters.letter_key,
        letters.season,
        letters.authority_key,
        letters.council_type_key,
        samples.is_sample,
        {{ headline_columns(of='figures') }},
        figures.uphold_rate_base_count,
        figures.uphold_rate_base_count is not null and figures.investigations_count is null
            as is_uphold_rate_base_derived,
        figures.uphold_rate_absence_code,
        cast({{ rate_half_up_pct('figures.upheld_count', 'figures.uphold_rate_base_count') }} as integer)
            as recomputed_uphold_rate_pct,
        figures.compliance_rate_absence_code,
        figures.satisfactory_remedy_rate_absence_code,
        cast({{ rate_half_up_pct('figures.satisfactory_remedies_count', 'figures.upheld_count') }} as integer)
            as recomputed_satisfactory_remedy_rate_pct,
        figures.upheld_per_100k_absence_code,
        cast(
            {{ share_half_up('figures.upheld_count', 'populations.population_count', 100000, 1) }} as decimal(9, 1)
        ) as recomputed_upheld_per_100k,
        cast(populations.population_count as integer) as population_count,
        cast(populations.population_mid_year as integer) as population_mid_year,
        figures.not_read_measures
    from letters
    inner join figures on letters.letter_key = figures.letter_key
    inner join samples on letters.authority_key = samples.authority_key
    left join populations
        on letters.authority_id = populations.authority_id and letters.season = populations.season

)

select * from reviews
