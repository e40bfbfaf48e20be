-- One row per known user with an order: the net revenue of the first 365 days since signup, observed up to `as_of`.
with customers as (
    select
        user_id,
        signup_at
    from {{ ref('stg_users') }}
    where signup_at <= {{ as_of() }}
)

select
    c.user_id,
    c.signup_at,
    left(cast(cast(c.signup_at as date) as string), 7) as cohort,
    {{ sum_stable(
        'o.net_value', 'o.ordered_at >= c.signup_at and o.ordered_at < c.signup_at + interval 365 day'
    ) }} as revenue_365d,
    c.signup_at + interval 365 day <= {{ as_of() }} as is_mature
from customers as c
inner join {{ ref('int_orders') }} as o on c.user_id = o.user_id
group by c.user_id, c.signup_at
