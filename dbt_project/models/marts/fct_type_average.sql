with expected as (

    select
        authority_seasons.season,
        versions.council_type_key,
        versions.is_sample,
        cast(count(*) as integer) as authorities_expected_count
    from {{ ref('int_authority_seasons') }} as authority_seasons
    inner join {{ ref('int_authority_versions') }} as versions
        on authority_seasons.authority_key = versions.authority_key
    where authority_seasons.is_landed
    group by all

),

stated as (

    select
        season,
        council_type_key,
        is_sample,
        {{ stated_average_columns('uphold_rate_type_average_pct', 'uphold_rate', '_pct') }},
        {{ stated_average_columns('compliance_rate_type_average_pct', 'compliance_rate', '_pct') }},
        {{ stated_average_columns('satisfactory_remedy_rate_type_average_pct', 'satisfactory_remedy_rate', '_pct') }},
        {{ stated_average_columns('upheld_per_100k_type_average', 'upheld_per_100k', '') }}
    from {{ ref('int_stated_averages') }}
    group by all

),

-- Values have three decimal places: in thousandths they are whole, and their sum is exact.
summed as (

    select
        season,
        council_type_key,
        is_sample,
        count(*) as letters_accepted_count,
        count(*) filter (where upheld_count is not null and uphold_rate_base_count is not null)
            as uphold_rate_pooled_letters_count,
        sum(upheld_count) filter (where uphold_rate_base_count is not null) as upheld_sum,
        sum(uphold_rate_base_count) filter (where upheld_count is not null) as uphold_rate_base_sum,
        count(uphold_rate_pct) as uphold_rate_mean_letters_count,
        sum(cast(uphold_rate_pct * 1000 as bigint)) as uphold_rate_thousandths_sum,
        count(compliance_rate_pct) as compliance_rate_mean_letters_count,
        sum(cast(compliance_rate_pct * 1000 as bigint)) as compliance_rate_thousandths_sum,
        count(*) filter (where satisfactory_remedies_count is not null and upheld_count is not null)
            as satisfactory_remedy_rate_pooled_letters_count,
        sum(satisfactory_remedies_count) filter (where upheld_count is not null) as satisfactory_remedies_sum,
        sum(upheld_count) filter (where satisfactory_remedies_count is not null) as remedy_base_sum,
        count(satisfactory_remedy_rate_pct) as satisfactory_remedy_rate_mean_letters_count,
        sum(cast(satisfactory_remedy_rate_pct * 1000 as bigint)) as satisfactory_remedy_rate_thousandths_sum,
        count(*) filter (where upheld_count is not null and population_count is not null)
            as upheld_per_100k_pooled_letters_count,
        sum(upheld_count) filter (where population_count is not null) as upheld_of_population_sum,
        sum(population_count) filter (where upheld_count is not null) as population_sum,
        count(upheld_per_100k) as upheld_per_100k_mean_letters_count,
        sum(cast(upheld_per_100k * 1000 as bigint)) as upheld_per_100k_thousandths_sum
    from {{ ref('int_annual_reviews') }}
    group by all

),

averaged as (

    select
        season,
        council_type_key,
        is_sample,
        cast(letters_accepted_count as integer) as letters_accepted_count,
        cast({{ share_half_up('upheld_sum', 'uphold_rate_base_sum', 100, 1) }} as decimal(9, 1))
            as uphold_rate_pooled_pct,
        cast(uphold_rate_pooled_letters_count as integer) as uphold_rate_pooled_letters_count,
        {{ mean_half_up('uphold_rate_thousandths_sum', 'uphold_rate_mean_letters_count', 1) }} as uphold_rate_mean_pct,
        cast(uphold_rate_mean_letters_count as integer) as uphold_rate_mean_letters_count,
        {{ mean_half_up('compliance_rate_thousandths_sum', 'compliance_rate_mean_letters_count', 1) }}
            as compliance_rate_mean_pct,
        cast(compliance_rate_mean_letters_count as integer) as compliance_rate_mean_letters_count,
        cast({{ share_half_up('satisfactory_remedies_sum', 'remedy_base_sum', 100, 1) }} as decimal(9, 1))
            as satisfactory_remedy_rate_pooled_pct,
        cast(satisfactory_remedy_rate_pooled_letters_count as integer)
            as satisfactory_remedy_rate_pooled_letters_count,
        {{ mean_half_up(
            'satisfactory_remedy_rate_thousandths_sum', 'satisfactory_remedy_rate_mean_letters_count', 1
        ) }} as satisfactory_remedy_rate_mean_pct,
        cast(satisfactory_remedy_rate_mean_letters_count as integer) as satisfactory_remedy_rate_mean_letters_count,
        cast({{ share_half_up('upheld_of_population_sum', 'population_sum', 100000, 2) }} as decimal(9, 2))
            as upheld_per_100k_pooled,
        cast(upheld_per_100k_pooled_letters_count as integer) as upheld_per_100k_pooled_letters_count,
        {{ mean_half_up('upheld_per_100k_thousandths_sum', 'upheld_per_100k_mean_letters_count', 2) }}
            as upheld_per_100k_mean,
        cast(upheld_per_100k_mean_letters_count as integer) as upheld_per_100k_mean_letters_count
    from summed

),

-- Of bodies that are no councils none is expected, and those that got a letter are counted all the same.
keys as (

    select
        season,
        council_type_key,
        is_sample
    from expected
    union
    select
        season,
        council_type_key,
        is_sample
    from averaged

),

averages as (

    select
        keys.council_type_key,
        keys.season,
        keys.is_sample,
        coalesce(expected.authorities_expected_count, 0) as authorities_expected_count,
        coalesce(averaged.letters_accepted_count, 0) as letters_accepted_count,
        stated.uphold_rate_stated_average_pct,
        coalesce(stated.uphold_rate_stating_letters_count, 0) as uphold_rate_stating_letters_count,
        coalesce(stated.uphold_rate_agreeing_letters_count, 0) as uphold_rate_agreeing_letters_count,
        averaged.uphold_rate_pooled_pct,
        coalesce(averaged.uphold_rate_pooled_letters_count, 0) as uphold_rate_pooled_letters_count,
        averaged.uphold_rate_mean_pct,
        coalesce(averaged.uphold_rate_mean_letters_count, 0) as uphold_rate_mean_letters_count,
        stated.compliance_rate_stated_average_pct,
        coalesce(stated.compliance_rate_stating_letters_count, 0) as compliance_rate_stating_letters_count,
        coalesce(stated.compliance_rate_agreeing_letters_count, 0) as compliance_rate_agreeing_letters_count,
        averaged.compliance_rate_mean_pct,
        coalesce(averaged.compliance_rate_mean_letters_count, 0) as compliance_rate_mean_letters_count,
        stated.satisfactory_remedy_rate_stated_average_pct,
        coalesce(stated.satisfactory_remedy_rate_stating_letters_count, 0)
            as satisfactory_remedy_rate_stating_letters_count,
        coalesce(stated.satisfactory_remedy_rate_agreeing_letters_count, 0)
            as satisfactory_remedy_rate_agreeing_letters_count,
        averaged.satisfactory_remedy_rate_pooled_pct,
        coalesce(averaged.satisfactory_remedy_rate_pooled_letters_count, 0)
            as satisfactory_remedy_rate_pooled_letters_count,
        averaged.satisfactory_remedy_rate_mean_pct,
        coalesce(averaged.satisfactory_remedy_rate_mean_letters_count, 0)
            as satisfactory_remedy_rate_mean_letters_count,
        stated.upheld_per_100k_stated_average,
        coalesce(stated.upheld_per_100k_stating_letters_count, 0) as upheld_per_100k_stating_letters_count,
        coalesce(stated.upheld_per_100k_agreeing_letters_count, 0) as upheld_per_100k_agreeing_letters_count,
        averaged.upheld_per_100k_pooled,
        coalesce(averaged.upheld_per_100k_pooled_letters_count, 0) as upheld_per_100k_pooled_letters_count,
        averaged.upheld_per_100k_mean,
        coalesce(averaged.upheld_per_100k_mean_letters_count, 0) as upheld_per_100k_mean_letters_count,
        seasons.comparability_note
    from keys
    inner join {{ ref('int_seasons') }} as seasons on keys.season = seasons.season
    left join expected
        on
            keys.season = expected.season
            and keys.council_type_key = expected.council_type_key
            and keys.is_sample = expected.is_sample
    left join stated
        on
            keys.season = stated.season
            and keys.council_type_key = stated.council_type_key
            and keys.is_sample = stated.is_sample
    left join averaged
        on
            keys.season = averaged.season
            and keys.council_type_key = averaged.council_type_key
            and keys.is_sample = averaged.is_sample

)

select * from averages
order by season, council_type_key, is_sample
