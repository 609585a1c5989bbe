-- The letters of a season to real councils put together, in the measures that are published for the whole office.
with received as (

    select
        letter_key,
        value as received_count
    from {{ ref('int_figures') }}
    where measure = 'received_count' and category = 'total'

),

counted as (

    select
        reviews.season,
        received.received_count,
        reviews.upheld_count,
        reviews.uphold_rate_base_count as investigations_count,
        reviews.satisfactory_remedies_count
    from {{ ref('int_annual_reviews') }} as reviews
    left join received on reviews.letter_key = received.letter_key
    where not reviews.is_sample

),

pooled as (

    select
        season,
        sum(received_count) as received_count,
        count(received_count) as received_letters_count,
        sum(upheld_count) as upheld_count,
        count(upheld_count) as upheld_letters_count,
        sum(investigations_count) as investigations_count,
        count(investigations_count) as investigations_letters_count,
        sum(upheld_count) filter (where investigations_count is not null) as rate_upheld_count,
        sum(investigations_count) filter (where upheld_count is not null) as rate_investigations_count,
        count(*) filter (
            where upheld_count is not null and investigations_count is not null
        ) as uphold_rate_letters_count,
        sum(satisfactory_remedies_count) filter (where upheld_count is not null) as rate_remedies_count,
        sum(upheld_count) filter (where satisfactory_remedies_count is not null) as rate_remedied_upheld_count,
        count(*) filter (
            where upheld_count is not null and satisfactory_remedies_count is not null
        ) as remedy_rate_letters_count
    from counted
    group by season

),

measured as (

    select
        season,
        'received_count' as measure,
        received_count as pooled_value,
        received_letters_count as letters_count
    from pooled
    union all
    select
        season,
        'upheld_count' as measure,
        upheld_count as pooled_value,
        upheld_letters_count as letters_count
    from pooled
    union all
    select
        season,
        'investigations_count' as measure,
        investigations_count as pooled_value,
        investigations_letters_count as letters_count
    from pooled
    union all
    select
        season,
        'uphold_rate_pct' as measure,
        {{ rate_half_up_pct('cast(rate_upheld_count as bigint)', 'cast(rate_investigations_count as bigint)') }}
            as pooled_value,
        uphold_rate_letters_count as letters_count
    from pooled
    union all
    select
        season,
        'satisfactory_remedy_rate_pct' as measure,
        {{ rate_half_up_pct('cast(rate_remedies_count as bigint)', 'cast(rate_remedied_upheld_count as bigint)') }}
            as pooled_value,
        remedy_rate_letters_count as letters_count
    from pooled

)

select
    season,
    measure,
    cast(pooled_value as decimal(12, 3)) as pooled_value,
    letters_count
from measured
where pooled_value is not null
