-- One row per user with an order: the first one ever, as seen at `as_of`.
with numbered as (
    select
        order_id,
        user_id,
        ordered_at,
        ordered_date,
        row_number() over (partition by user_id order by ordered_at asc, order_id asc) as order_number
    from {{ ref('int_orders') }}
    where user_id is not null
)

select
    order_id,
    user_id,
    ordered_at,
    ordered_date
from numbered
where order_number = 1
