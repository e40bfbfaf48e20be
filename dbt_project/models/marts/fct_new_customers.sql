-- One row per campaign and user whose first order ever is an order that campaign converted; the day is the order's.
select
    f.ordered_date as day,
    c.campaign_id,
    f.user_id,
    f.order_id
from {{ ref('int_first_orders') }} as f
inner join {{ ref('fct_conversions') }} as c on f.order_id = c.order_id
