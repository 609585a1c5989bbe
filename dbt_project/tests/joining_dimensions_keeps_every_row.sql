-- A fact joined with all its dimensions has the rows that it had before.
{% set same_keys = {
    'dim_authority': 'facts.authority_key = dim_authority.authority_key',
    'dim_council_type': 'facts.council_type_key = dim_council_type.council_type_key',
    'dim_year': 'facts.season = dim_year.season',
    'dim_letter': 'facts.letter_key = dim_letter.letter_key',
    'fct_annual_review': 'facts.letter_key = fct_annual_review.letter_key '
        'and facts.authority_key = fct_annual_review.authority_key and facts.season = fct_annual_review.season',
} %}
{% set joined_with = {
    'fct_annual_review': ['dim_authority', 'dim_council_type', 'dim_year', 'dim_letter'],
    'fct_coverage': ['dim_authority', 'dim_year', 'dim_letter'],
    'fct_figure': ['fct_annual_review'],
    'fct_complaints': ['dim_authority', 'dim_council_type', 'dim_year', 'dim_letter', 'fct_annual_review'],
    'fct_type_average': ['dim_council_type', 'dim_year'],
} %}
{# a council's season is covered by no letter where none was published #}
{% set is_optional = [('fct_coverage', 'dim_letter')] %}
with counted as (

    {% for fact, others in joined_with.items() %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ fact }}' as fact,
            (select count(*) from {{ ref(fact) }}) as rows_count,
            (
                select count(*)
                from {{ ref(fact) }} as facts
                {% for other in others %}
                    {{ 'left' if (fact, other) in is_optional else 'inner' }} join {{ ref(other) }} as {{ other }}
                        on {{ same_keys[other] }}
                {% endfor %}
            ) as joined_count
    {% endfor %}

)

select * from counted
where rows_count <> joined_count
