{% test equal_rows_count(model, to) %}

    select
        (select count(*) from {{ model }}) as rows_count,
        (select count(*) from {{ to }}) as expected_rows_count
    where rows_count <> expected_rows_count

{% endtest %}
