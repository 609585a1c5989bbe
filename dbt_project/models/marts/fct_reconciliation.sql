with from_witnesses as (

    select
        witness_kind,
        season,
        authority_key,
        council_type_key,
        measure,
        category,
        letter_key,
        our_value,
        witness_value,
        reconciliation_state,
        case
            when reconciliation_state = 'differs_by_definition' then definition_note
            when reconciliation_state = 'only_ours' and witness_absence_code = 'repeated_authority'
                then 'the table has several rows for this authority'
            when reconciliation_state = 'only_ours'
                then 'the cell gives no number (' || witness_absence_code || ')'
            when reconciliation_state <> 'only_witness' then null
            when letter_key is null then 'no letter of this authority and season came'
            when letter_disposition = 'no_statistics'
                then 'the letter came without its statistics page: this is the witness''s figure, not the letter''s'
            when letter_disposition <> 'accepted' then 'the letter is not accepted (' || letter_disposition || ')'
            else 'the letter does not state it (' || coalesce(our_absence_code, 'not_in_layout') || ')'
        end as reason,
        witness_address as witness_source,
        witness_sha256,
        row_number,
        column_name,
        witness_printed_text
    from {{ ref('int_witness_comparisons') }}

),

data_tables as (

    select distinct
        season,
        witness_sha256,
        witness_address,
        measure,
        category,
        column_name
    from {{ ref('stg_witness_figures') }}
    where witness_kind = 'data_table'

),

rows_of_tables as (

    select distinct
        season,
        witness_sha256,
        authority_key
    from {{ ref('int_witness_comparisons') }}
    where witness_kind = 'data_table'

),

-- What an accepted letter states of a measure that a table has a column for, although the table has no such row.
missing_in_tables as (

    select
        'data_table' as witness_kind,
        letters.season,
        letters.authority_key,
        letters.council_type_key,
        figures.measure,
        figures.category,
        letters.letter_key,
        figures.value as our_value,
        cast(null as decimal(12, 3)) as witness_value,
        'only_ours' as reconciliation_state,
        'the table has no row for this authority' as reason,
        data_tables.witness_address as witness_source,
        data_tables.witness_sha256,
        cast(null as integer) as row_number,
        data_tables.column_name,
        cast(null as varchar) as witness_printed_text
    from {{ ref('int_letters') }} as letters
    inner join {{ ref('int_figures') }} as figures on letters.letter_key = figures.letter_key
    inner join data_tables
        on
            letters.season = data_tables.season
            and figures.measure = data_tables.measure
            and figures.category is not distinct from data_tables.category
    left join rows_of_tables
        on
            data_tables.season = rows_of_tables.season
            and data_tables.witness_sha256 = rows_of_tables.witness_sha256
            and letters.authority_key = rows_of_tables.authority_key
    where figures.value is not null and rows_of_tables.authority_key is null

),

type_averages as (

    select
        published.season,
        published.council_type_key,
        published.measure,
        stated.stated_average as our_value,
        published.published_value as witness_value,
        case
            when stated.stating_letters_count is null then 'no accepted letter to a council of this type states it'
            when stated.stated_average is null then 'no average is printed by more than half of the letters'
            else stated.agreeing_letters_count || ' of ' || stated.stating_letters_count || ' letters print ours'
        end as reason,
        published.published_in as witness_source
    from {{ ref('stg_published_type_averages') }} as published
    left join {{ ref('int_stated_averages') }} as stated
        on
            not stated.is_sample
            and published.season = stated.season
            and published.council_type_key = stated.council_type_key
            and published.measure = stated.measure

),

from_type_averages as (

    select
        'type_average' as witness_kind,
        season,
        cast(null as varchar) as authority_key,
        council_type_key,
        measure,
        cast(null as varchar) as category,
        cast(null as varchar) as letter_key,
        our_value,
        witness_value,
        case
            when our_value is null then 'only_witness'
            when {{ agrees_as_printed('measure', 'our_value', 'witness_value') }} then 'agrees'
            else 'differs'
        end as reconciliation_state,
        reason,
        witness_source,
        cast(null as varchar) as witness_sha256,
        cast(null as integer) as row_number,
        cast(null as varchar) as column_name,
        cast(null as varchar) as witness_printed_text
    from type_averages

),

national_figures as (

    select
        published.season,
        published.measure,
        pooled.pooled_value as our_value,
        published.published_value as witness_value,
        concat_ws(
            '; ',
            case
                when published.measure in ('compliance_rate_pct', 'recommendations_count', 'authorities_in_table_count')
                    then 'letters do not state what would have to be put together'
                when pooled.pooled_value is null then 'no accepted letter of this season states it'
                else
                    'whole office, care providers included: not the sum of councils; ours is of '
                    || pooled.letters_count || ' letters'
            end,
            case when published.published_value is null then 'published only as "' || published.printed_text || '"' end
        ) as reason,
        published.published_in as witness_source,
        published.printed_text as witness_printed_text
    from {{ ref('stg_published_national_figures') }} as published
    left join {{ ref('int_pooled_figures') }} as pooled
        on published.season = pooled.season and published.measure = pooled.measure

),

from_national_figures as (

    select
        'national' as witness_kind,
        season,
        cast(null as varchar) as authority_key,
        cast(null as varchar) as council_type_key,
        measure,
        cast(null as varchar) as category,
        cast(null as varchar) as letter_key,
        our_value,
        witness_value,
        case
            when our_value is null then 'only_witness'
            when witness_value is null then 'only_ours'
            when {{ agrees_as_printed('measure', 'our_value', 'witness_value') }} then 'agrees'
            else 'differs_by_definition'
        end as reconciliation_state,
        reason,
        witness_source,
        cast(null as varchar) as witness_sha256,
        cast(null as integer) as row_number,
        cast(null as varchar) as column_name,
        witness_printed_text
    from national_figures

),

combined as (

    select * from from_witnesses
    union all
    select * from missing_in_tables
    union all
    select * from from_type_averages
    union all
    select * from from_national_figures

),

keyed as (

    select
        concat_ws(
            '-', witness_kind, season, witness_sha256, authority_key, council_type_key, measure, category, row_number
        ) as reconciliation_key,
        witness_kind,
        season,
        authority_key,
        council_type_key,
        measure,
        category,
        letter_key,
        our_value,
        witness_value,
        cast(our_value - witness_value as decimal(12, 3)) as difference,
        reconciliation_state,
        reason,
        witness_source,
        witness_sha256,
        row_number,
        column_name,
        witness_printed_text
    from combined

)

select * from keyed
order by reconciliation_key
