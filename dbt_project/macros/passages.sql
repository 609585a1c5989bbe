{#
    What a passage names, by plain rules: patterns over its text in small letters. docs/passages.md says what each rule
    finds, and what it does not find.
#}
{% macro text_has(text, patterns) -%}
    regexp_matches({{ text }}, '{{ patterns | join("|") }}')
{%- endmacro %}


{% macro names_public_report(text) -%}
    {{ text_has(text, [
        '\\bpublic (?:interest )?reports?\\b',
        '\\breports? in the public interest\\b',
        '\\b(?:publish\\w*|issu(?:ed?|ing)) (?:an?|our|\\d+|two|three|four|further|another) (?:\\w+ )?reports?\\b',
    ]) }}
{%- endmacro %}


{% macro names_payment(text) -%}
    {{ text_has(text, ['£ ?\\d']) }}
{%- endmacro %}


{% macro names_non_compliance(text) -%}
    {{ text_has(text, [
        '\\bnon-?compli',
        '\\b(?:not|never|without) (?:yet |fully |always |been )*(?:compl(?:y|ied|ying)\\b|satisfied\\b)',
        '\\b(?:not|never) (?:\\w+ ){0,2}(?:implement|carry|carried|complet|done what|do what)',
        '\\bfail\\w* (?:\\w+ )?to (?:comply|implement|carry out|complete|act on|do what)',
        '\\brefus\\w* (?:\\w+ ){0,6}recommendations?\\b',
        '\\brecommendations? (?:\\w+ ){0,4}refused\\b',
    ]) }}
{%- endmacro %}


{% macro names_delay(text) -%}
    {%- set limit = '(?:\\w+ ){0,2}(?:deadline|time ?scale|timescale|time limit|target)s?\\b' -%}
    {{ text_has(text, [
        '\\bdelay',
        '\\boverdue\\b',
        '\\bout of time\\b',
        '\\b(?:miss\\w*|after|beyond|past|outside|not within) ' ~ limit,
        '\\bnot (?:\\w+ )?(?:on|in) time\\b',
        '\\b(?:too|was|were|came|arrived|sent|complied|replied|responded|completed|months?|weeks?|days?) late\\b',
        '\\blate (?:repl|respon|compliance|payment|delivery)',
        '\\btook longer\\b',
        '\\bslow(?:ly| to)\\b',
    ]) }}
{%- endmacro %}


{# The services that a passage names, by their categories, in the order of the letters' tables; null if it names none. #}
{% macro named_services(text) -%}
    {%- set service_patterns = {
        'adult_social_care': [
            'adult (?:social )?care', '(?:care|nursing) homes?\\b', '(?:home|residential|nursing) care', 'domiciliary',
            'care act', 'care needs',
        ],
        'benefits_and_tax': [
            'council tax', 'housing benefit', 'business rates', 'benefits? (?:claim|service|team|overpayment)',
            'discretionary housing payment',
        ],
        'education_and_childrens': [
            'school', 'special education', '\\bsend?\\b', '\\behc', 'education', 'early years', 'child',
            'looked[- ]after', 'foster', 'adoption', 'nurser(?:y|ies)',
        ],
        'environment': [
            'refuse collection', 'waste', '\\bbins?\\b', 'recycling', '\\bnoise\\b', 'environmental', 'licensing',
            'pest control', 'street clean', 'fly-?tip', 'litter', 'pollution', 'nuisance',
        ],
        'highways_and_transport': [
            'highway', 'pothole', 'parking', 'penalty charge', 'traffic',
            'road (?:repair|maintenance|closure|works)', 'blue badge', 'bus (?:pass|lane)', 'footpath', 'transport',
        ],
        'housing': [
            '\\bhousing (?:allocation|register|repair|list|application|service|team|need|department|complaint|case)',
            'homeless', 'temporary accommodation', '(?:social|council) hous', '\\b(?:in|about|of) housing\\b',
        ],
        'planning_and_development': [
            'planning (?:application|permission|enforcement|committee|service|team|department|control|decision|case)',
            'building control', 'conservation area', '\\b(?:in|about|of) planning\\b',
        ],
    } -%}
    nullif(concat_ws(', '
    {%- for service, patterns in service_patterns.items() -%}
        , case when {{ text_has(text, patterns) }} then '{{ service }}' end
    {%- endfor -%}
    ), '')
{%- endmacro %}
