with renamed as (

    select
        measure,
        category,
        complaint_kind,
        complaint_category,
        complaint_category_name,
        position as category_position,
        is_total
    from {{ ref('complaint_categories') }}

)

select * from renamed
