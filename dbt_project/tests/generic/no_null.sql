{% test no_null(model, columns) %}

    select *
    from {{ model }}
    where {% for column in columns %}{{ "or " if not loop.first }}{{ column }} is null{{ " " if not loop.last }}{% endfor %}

{% endtest %}
