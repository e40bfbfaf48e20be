-- The first eight metrics by hand, at total, campaign, creative, day, campaign+creative and campaign+day, all windows.
-- Result: hand(metric, window_name, campaign_id, creative_id, day, numerator, denominator), null = not part of the grain.
set variable as_of = (
    select greatest(
        (select max(ts) from events where user_id <> 'system' and event_type not in (
            'campaign_created', 'campaign_launched', 'campaign_paused', 'budget_reallocated', 'dashboard_accessed',
            'creative_variant_tested', 'data_refresh_completed', 'metric_calculation_completed', 'anomaly_detected',
            'model_inference_completed', 'user_action_recommended', 'recommendations_generated', 'user_segmented'
        )),
        (select max(ts) from orders_rows)
    )
);

create temp table windows as
select name, date_trunc('day', getvariable('as_of')) - to_days(days - 1) as start_at
from (values ('1d', 1), ('7d', 7), ('30d', 30), ('90d', 90)) as w (name, days)
union all select 'ytd', date_trunc('year', getvariable('as_of'))
union all select 'all', timestamp '0001-01-01';

create temp table deliveries as
select user_id, campaign_id, ts, max_by(creative_id, event_id) as creative_id, max_by(delivery_channel, event_id) as channel
from events where event_type = 'campaign_delivered' and not is_holdout group by all;

create temp table engagements as
select
    e.event_type, e.view_type, e.event_id, e.user_id, e.campaign_id, e.ts, e.order_id, e.order_value as value,
    coalesce(e.creative_id, d.creative_id, 'unknown') as creative_id, coalesce(e.delivery_channel, d.channel) as channel
from (
    select * from events where event_type in ('campaign_viewed', 'campaign_clicked', 'campaign_converted')
) as e
asof left join deliveries as d
    on e.user_id = d.user_id and e.campaign_id = d.campaign_id and e.ts >= d.ts;

create temp table impressions as from engagements where event_type = 'campaign_viewed' and view_type = 'received';
create temp table clicks as from engagements where event_type = 'campaign_clicked';

create temp table conversions as
select *, row_number() over (partition by order_id order by ts, event_id) = 1 as leads from (
    from engagements where event_type = 'campaign_converted'
    qualify row_number() over (partition by campaign_id, order_id order by ts, event_id) = 1
);

create temp table orders as
with refunds as (
    select order_id, sum(amount) as refunded from events where event_type = 'order_refunded' group by all
),
gross as (
    select order_id, user_id, ts, order_value, status from orders_rows
    union all
    select order_id, arg_min(user_id, (ts, event_id)), min(ts), arg_min(order_value, (ts, event_id)), 'paid'
    from events
    where event_type = 'user_purchased' and source = 'backend' and order_id not in (select order_id from orders_rows)
    group by order_id
)
select order_id, user_id, ts, order_value - coalesce(refunded, 0) as value
from gross left join refunds using (order_id)
where status is distinct from 'refunded' and not (coalesce(refunded, 0) >= order_value and coalesce(refunded, 0) > 0);

-- Revenue, clicks, impressions and openers of each window and each day.
create temp table flows as
with marked as (
    select name, null::date as day, e.* from windows join (
        select 'impression' as kind, * exclude (leads) from (select *, false as leads from impressions)
        union all select 'click', * exclude (leads) from (select *, false as leads from clicks)
        union all select 'revenue', * exclude (leads) from conversions
    ) as e on e.ts >= start_at
)
select name, kind, campaign_id, creative_id, count(*) as things, sum(value) as value, count(distinct order_id) as orders
from marked group by name, kind, grouping sets ((), (campaign_id), (creative_id), (campaign_id, creative_id));

create temp table day_flows as
select ts::date as day, kind, campaign_id, count(*) as things, sum(value) as value, count(distinct order_id) as orders
from (
    select 'impression' as kind, * from impressions
    union all select 'click', * from clicks
    union all select 'revenue', * exclude (leads) from conversions
) group by day, kind, grouping sets ((), (campaign_id));

-- Above campaign an order that several campaigns claim counts once.
create temp table led as
select name, null::date as day, sum(value) as value, count(*) as orders
from windows join conversions on leads and ts >= start_at group by name
union all
select null, ts::date, sum(value), count(*) from conversions where leads group by all;

create temp table spent as
with named as (
    select name, campaign_id, creative_id, cost from windows join spend on day >= start_at::date
    where day <= getvariable('as_of')::date
),
shares as (
    select name, campaign_id, creative_id, things / sum(things) over (partition by name, campaign_id) as share
    from flows where kind = 'impression' and campaign_id is not null and creative_id is not null
),
parts as (
    select name, campaign_id, creative_id, cost from named where creative_id is not null
    union all
    select rest.name, rest.campaign_id, coalesce(shares.creative_id, 'unknown'), rest.cost * coalesce(shares.share, 1)
    from (select name, campaign_id, sum(cost) as cost from named where creative_id is null group by all) as rest
    left join shares on rest.name = shares.name and rest.campaign_id = shares.campaign_id
)
select name, campaign_id, creative_id, null::date as day, sum(cost) as cost
from parts group by name, grouping sets ((), (campaign_id), (creative_id), (campaign_id, creative_id))
union all
select null, campaign_id, null, day, sum(cost) from spend
where day <= getvariable('as_of')::date group by day, grouping sets ((), (campaign_id));

create temp table clickers as
with firsts as (
    select name, user_id, campaign_id, creative_id, min(ts) as ts
    from windows join clicks on ts >= start_at
    group by name, user_id, campaign_id, grouping sets ((), (creative_id))
),
lasts as (
    select name, user_id, campaign_id, max(ts) as last_at from windows join conversions on ts >= start_at group by all
),
flagged as (
    select firsts.*, last_at >= ts as converted from firsts left join lasts using (name, user_id, campaign_id)
)
select name, campaign_id, creative_id, count(distinct user_id) filter (converted) as won, count(distinct user_id) as users
from flagged where creative_id is null group by name, creative_id, grouping sets ((), (campaign_id))
union all
select name, campaign_id, creative_id, count(distinct user_id) filter (converted), count(distinct user_id)
from flagged where creative_id is not null group by name, grouping sets ((creative_id), (campaign_id, creative_id));

create temp table day_clickers as
with firsts as (select ts::date as day, user_id, campaign_id, min(ts) as ts from clicks group by all),
lasts as (select ts::date as day, user_id, campaign_id, max(ts) as last_at from conversions group by all)
select day, campaign_id, count(distinct user_id) filter (last_at >= ts) as won, count(distinct user_id) as users
from firsts left join lasts using (day, user_id, campaign_id) group by day, grouping sets ((), (campaign_id));

create temp table reached as
with touched as (
    select user_id, campaign_id, ts, false as opened from deliveries where channel in ('email', 'push')
    union all
    select user_id, campaign_id, ts, true from engagements where view_type = 'opened' and channel in ('email', 'push')
)
select
    name, null::date as day, campaign_id,
    count(distinct user_id) filter (opened) as openers, count(distinct user_id) filter (not opened) as users
from windows join touched on ts >= start_at group by name, grouping sets ((), (campaign_id))
union all
select null, ts::date as day, campaign_id, count(distinct user_id) filter (opened), count(distinct user_id) filter (not opened)
from touched group by ts::date, grouping sets ((), (campaign_id));

create temp table newcomers as
with firsts as (
    select user_id, arg_min(order_id, (ts, order_id)) as order_id, min(ts) as ts from orders group by user_id
),
claimed as (select distinct firsts.user_id, firsts.ts, campaign_id from firsts join conversions using (order_id))
select name, null::date as day, campaign_id, count(distinct user_id) as users
from windows join claimed on ts >= start_at group by name, grouping sets ((), (campaign_id))
union all
select null, ts::date as day, campaign_id, count(distinct user_id) from claimed
group by ts::date, grouping sets ((), (campaign_id));

-- One long table of numerators and denominators, days still without their windows.
create temp table measures as
select 'revenue' as measure, name, campaign_id, creative_id, null::date as day, value as amount
from flows where kind = 'revenue' and (campaign_id is not null or creative_id is not null)
union all select 'revenue', null, campaign_id, null, day, value from day_flows where kind = 'revenue' and campaign_id is not null
union all select 'revenue', name, null, null, day, value from led
union all select 'orders', name, campaign_id, null, null, orders
from flows where kind = 'revenue' and campaign_id is not null and creative_id is null
union all select 'orders', null, campaign_id, null, day, orders from day_flows where kind = 'revenue' and campaign_id is not null
union all select 'orders', name, null, null, day, orders from led
union all select kind, name, campaign_id, creative_id, null, things from flows where kind <> 'revenue'
union all select kind, null, campaign_id, null, day, things from day_flows where kind <> 'revenue'
union all select 'spend', name, campaign_id, creative_id, day, cost from spent
union all select 'won', name, campaign_id, creative_id, null, won from clickers
union all select 'clickers', name, campaign_id, creative_id, null, users from clickers
union all select 'won', null, campaign_id, null, day, won from day_clickers
union all select 'clickers', null, campaign_id, null, day, users from day_clickers
union all select 'openers', name, campaign_id, null, day, openers from reached
union all select 'reached', name, campaign_id, null, day, users from reached
union all select 'newcomers', name, campaign_id, null, day, users from newcomers;

create temp table hand as
with formulas as (
    from (values
        ('roas', 'revenue', 'spend', true), ('ctr', 'click', 'impression', true),
        ('conversion_rate', 'won', 'clickers', true), ('cac', 'spend', 'newcomers', false),
        ('aov', 'revenue', 'orders', false), ('open_rate', 'openers', 'reached', false)
    ) as f (metric, top, bottom, per_creative)
),
ratios as (
    select
        metric, name, campaign_id, creative_id, day,
        coalesce(sum(amount) filter (measure = top), 0) as numerator,
        coalesce(sum(amount) filter (measure = bottom), 0) as denominator
    from measures join formulas on measure in (top, bottom) and (per_creative or creative_id is null)
    group by all
),
first_year as (
    select users.user_id, sum(value) filter (ts >= signup_at and ts < signup_at + to_days(365)) as value
    from users join orders using (user_id) group by users.user_id
),
used as (
    select campaign_id, any_value(budget) as budget, coalesce(sum(cost) filter (day <= getvariable('as_of')::date), 0) as cost
    from campaigns left join spend using (campaign_id) where status in ('active', 'completed') group by campaign_id
)
select metric, name as window_name, campaign_id, creative_id, day, numerator, denominator from ratios where day is null
union all
select metric, windows.name, campaign_id, creative_id, day, numerator, denominator
from ratios join windows on day >= start_at::date where day is not null
union all
select 'ltv', 'all', null, null, null, sum(value), count(*) from first_year
union all
select 'budget_utilization', 'all', campaign_id, null, null, cost, budget from used
union all
select 'budget_utilization', 'all', null, null, null, sum(cost), sum(budget) from used where budget > 0;
