{{ config(materialized='table') }}
-- A table, because several models read it: landing is read once.
with accepted_letters as (

    select
        letter_key,
        is_decided_by_person as is_accepted_by_decision
    from {{ ref('int_letters') }}
    where disposition = 'accepted'

),

-- Critical checks failed only in letters that a person accepted in spite of them.
failed_checks as (

    select
        letter_key,
        string_agg(distinct rule, ', ' order by rule) filter (where severity = 'warning') as warnings,
        string_agg(distinct rule, ', ' order by rule) filter (where severity = 'critical') as critical_rules
    from {{ ref('stg_checks') }}
    where not is_passed
    group by letter_key

),

figures as (

    select
        letter_key,
        bool_or(is_ocr and value is not null) as is_ocr,
        count(*) filter (where is_corrected) as corrections_count
    from {{ ref('int_figures') }}
    group by letter_key

),

witnesses as (

    select
        letter_key,
        agreeing_count,
        differing_count
    from {{ ref('int_second_witness') }}

),

unusual_changes as (

    select
        letter_key,
        string_agg(measure, ', ' order by measure) as measures
    from {{ ref('int_season_changes') }}
    where is_unusual
    group by letter_key

),

doubts as (

    select
        letters.letter_key,
        letters.is_accepted_by_decision,
        coalesce(figures.is_ocr, false) as is_ocr,
        coalesce(figures.corrections_count > 0, false) as is_corrected,
        coalesce(witnesses.agreeing_count, 0) as witness_agreeing_count,
        coalesce(witnesses.differing_count, 0) as witness_differing_count,
        nullif(
            concat_ws(
                '; ',
                'warnings: ' || failed_checks.warnings,
                case
                    when letters.is_accepted_by_decision
                        then 'accepted by a decision' || coalesce(' in spite of: ' || failed_checks.critical_rules, '')
                end,
                case when figures.is_ocr then 'figures were read from a picture' end,
                case when figures.corrections_count > 0 then 'figures corrected: ' || figures.corrections_count end,
                case
                    when witnesses.differing_count > 0
                        then 'figures that a second witness gives otherwise: ' || witnesses.differing_count
                end,
                'unusual change since an earlier season: ' || unusual_changes.measures
            ),
            ''
        ) as trust_reason
    from accepted_letters as letters
    left join failed_checks on letters.letter_key = failed_checks.letter_key
    left join figures on letters.letter_key = figures.letter_key
    left join witnesses on letters.letter_key = witnesses.letter_key
    left join unusual_changes on letters.letter_key = unusual_changes.letter_key

),

trusted as (

    select
        letter_key,
        is_accepted_by_decision,
        is_ocr,
        is_corrected,
        witness_agreeing_count,
        witness_differing_count,
        trust_reason,
        case
            when trust_reason is not null then 'flagged'
            when witness_agreeing_count > 0 then 'verified'
            else 'stated'
        end as trust
    from doubts

)

select * from trusted
