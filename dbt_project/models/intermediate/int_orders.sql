-- One row per order that counts at `as_of`: the reference row where there is one, else the backend's earliest purchase
-- event; net of refunds, and gone when fully refunded.
with reference_orders as (
    select
        order_id,
        user_id,
        ordered_at,
        order_value,
        status
    from {{ ref('stg_orders') }}
    where ordered_at <= {{ as_of() }}
),

purchases as (
    select
        e.order_id,
        e.user_id,
        e.event_at as ordered_at,
        e.order_value,
        row_number() over (partition by e.order_id order by e.event_at asc, e.event_id asc) as occurrence
    from {{ ref('stg_events') }} as e
    left join reference_orders as r on e.order_id = r.order_id
    where
        e.event_type = 'user_purchased'
        and e.source = 'backend'
        and e.event_at <= {{ as_of() }}
        and r.order_id is null
),

candidates as (
    select
        order_id,
        user_id,
        ordered_at,
        order_value,
        coalesce(status = 'refunded', false) as is_marked_refunded
    from reference_orders
    union all
    select
        order_id,
        user_id,
        ordered_at,
        order_value,
        false as is_marked_refunded
    from purchases
    where occurrence = 1
),

refunds as (
    select
        order_id,
        {{ sum_stable('amount') }} as refunded_value
    from {{ ref('stg_events') }}
    where event_type = 'order_refunded' and event_at <= {{ as_of() }}
    group by order_id
),

net_orders as (
    select
        c.order_id,
        c.user_id,
        c.ordered_at,
        c.order_value,
        c.is_marked_refunded,
        coalesce(r.refunded_value, 0e0) as refunded_value
    from candidates as c
    left join refunds as r on c.order_id = r.order_id
)

select
    order_id,
    user_id,
    ordered_at,
    cast(ordered_at as date) as ordered_date,
    order_value as gross_value,
    order_value - refunded_value as net_value
from net_orders
where
    not is_marked_refunded
    -- Rounded, because refunds in parts must be able to add up to the whole: 0.1 + 0.7 < 0.8 in doubles.
    and not (refunded_value > 0 and round(refunded_value - order_value, 6) >= 0)
