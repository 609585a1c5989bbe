{# A rate, with its unit at the end of its columns. Pooled, it is `part` in each `per` of `whole`; letters do not state
   in how many cases a council complied, so that rate has a mean only. #}
{% set rates = [
    {'name': 'uphold_rate', 'unit': '_pct', 'part': 'upheld_count', 'whole': 'uphold_rate_base_count',
        'per': 100, 'decimal_places': 1},
    {'name': 'compliance_rate', 'unit': '_pct', 'decimal_places': 1},
    {'name': 'satisfactory_remedy_rate', 'unit': '_pct', 'part': 'satisfactory_remedies_count',
        'whole': 'upheld_count', 'per': 100, 'decimal_places': 1},
    {'name': 'upheld_per_100k', 'unit': '', 'part': 'upheld_count', 'whole': 'population_count',
        'per': 100000, 'decimal_places': 2},
] %}
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
    {% for rate in rates %}
        {{ stated_average_columns(rate.name, rate.unit) }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_stated_averages') }}
    group by all

),

-- Values have three decimal places: in thousandths they are whole numbers, and their sum is exact.
summed as (

    select
        season,
        council_type_key,
        is_sample,
        count(*) as letters_accepted_count,
    {% for rate in rates %}
        {% if rate.part %}
            {{ pooled_columns(rate.name, rate.part, rate.whole) }},
        {% endif %}
        count({{ rate.name }}{{ rate.unit }}) as {{ rate.name }}_mean_letters_count,
        sum(cast({{ rate.name }}{{ rate.unit }} * 1000 as bigint))
            as {{ rate.name }}_thousandths_sum{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_annual_reviews') }}
    group by all

),

averaged as (

    select
        season,
        council_type_key,
        is_sample,
        letters_accepted_count,
    {% for rate in rates %}
        {% if rate.part %}
            {{ pooled_half_up(rate.name, rate.per, rate.decimal_places) }}
                as {{ rate.name }}_pooled{{ rate.unit }},
            {{ rate.name }}_pooled_letters_count,
        {% endif %}
        {{ mean_half_up(rate.name ~ '_thousandths_sum', rate.name ~ '_mean_letters_count', rate.decimal_places) }}
            as {{ rate.name }}_mean{{ rate.unit }},
        {{ rate.name }}_mean_letters_count{{ ',' if not loop.last }}
    {% endfor %}
    from summed

),

-- No letter is expected of bodies that are not councils; those that got a letter are counted.
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
        {{ letters_counted('averaged.letters_accepted_count') }} as letters_accepted_count,
        {% for rate in rates %}
            stated.{{ rate.name }}_stated_average{{ rate.unit }},
            {{ letters_counted('stated.' ~ rate.name ~ '_stating_letters_count') }}
                as {{ rate.name }}_stating_letters_count,
            {{ letters_counted('stated.' ~ rate.name ~ '_agreeing_letters_count') }}
                as {{ rate.name }}_agreeing_letters_count,
            {% if rate.part %}
                averaged.{{ rate.name }}_pooled{{ rate.unit }},
                {{ letters_counted('averaged.' ~ rate.name ~ '_pooled_letters_count') }}
                    as {{ rate.name }}_pooled_letters_count,
            {% endif %}
            averaged.{{ rate.name }}_mean{{ rate.unit }},
            {{ letters_counted('averaged.' ~ rate.name ~ '_mean_letters_count') }}
                as {{ rate.name }}_mean_letters_count,
        {% endfor %}
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
