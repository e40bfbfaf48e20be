-- One row per order of the reference table.
select
    lower(order_id) as order_id,
    user_id,
    ordered_at,
    coalesce(order_value, 0e0) as order_value,
    lower(status) as status
from {{ source('lake', 'orders') }}
