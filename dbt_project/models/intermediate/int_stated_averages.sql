with stated as (

    select
        letters.season,
        letters.council_type_key,
        versions.is_sample,
        figures.measure,
        figures.value
    from {{ ref('int_figures') }} as figures
    inner join {{ ref('int_letters') }} as letters on figures.letter_key = letters.letter_key
    inner join {{ ref('int_authority_versions') }} as versions on letters.authority_key = versions.authority_key
    where contains(figures.measure, '_type_average') and figures.value is not null

),

counted as (

    select
        season,
        council_type_key,
        is_sample,
        measure,
        value,
        count(*) as letters_count
    from stated
    group by all

),

-- What most of the letters state; where no value has more than half of them, nobody can say which is right.
agreed as (

    select
        season,
        council_type_key,
        is_sample,
        measure,
        case when 2 * max(letters_count) > sum(letters_count) then arg_max(value, letters_count) end as stated_average,
        cast(sum(letters_count) as integer) as stating_letters_count,
        cast(max(letters_count) as integer) as agreeing_letters_count
    from counted
    group by all

)

select * from agreed
