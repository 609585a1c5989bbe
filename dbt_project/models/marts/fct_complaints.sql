with letters as (

    select
        letter_key,
        council_type_key
    from {{ ref('int_letters') }}
    where disposition = 'accepted'

),

figures as (

    select
        letter_key,
        authority_key,
        season,
        measure,
        category,
        value,
        is_corrected
    from {{ ref('int_figures') }}
    where value is not null

),

-- An overview says what became of all complaints dealt with; investigations alone are no overview.
overviews as (

    select distinct letter_key
    from figures
    where measure in ('dealt_with_count', 'not_for_us_count', 'assessed_and_closed_count')

),

trust as (

    select
        letter_key,
        trust
    from {{ ref('int_letter_trust') }}

),

categories as (

    select * from {{ ref('stg_complaint_categories') }}

),

counts as (

    select
        {{ figure_key('figures') }} as figure_key,
        figures.authority_key,
        figures.season,
        letters.council_type_key,
        figures.letter_key,
        categories.complaint_kind,
        categories.complaint_category,
        categories.complaint_category_name,
        categories.category_position,
        categories.is_total,
        cast(figures.value as integer) as complaints_count,
        figures.is_corrected,
        trust.trust
    from figures
    inner join letters on figures.letter_key = letters.letter_key
    inner join trust on figures.letter_key = trust.letter_key
    inner join categories
        on
            figures.measure = categories.measure
            and coalesce(figures.category, '') = coalesce(categories.category, '')
    left join overviews on figures.letter_key = overviews.letter_key
    where categories.complaint_kind <> 'overview' or overviews.letter_key is not null

),

totalled as (

    select
        *,
        max(complaints_count) filter (where is_total) over (partition by letter_key, complaint_kind) as total_count
    from counts

),

shared as (

    select
        figure_key,
        authority_key,
        season,
        council_type_key,
        letter_key,
        complaint_kind,
        complaint_category,
        complaint_category_name,
        category_position,
        is_total,
        complaints_count,
        cast({{ share_half_up('complaints_count', 'total_count', 100, 1) }} as decimal(9, 1)) as share_of_total_pct,
        is_corrected,
        trust
    from totalled

)

select * from shared
order by season, authority_key, complaint_kind, category_position
