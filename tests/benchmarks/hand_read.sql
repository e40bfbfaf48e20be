-- What a careful analyst writes by hand to get usable events and tables out of landing files: one typed read, the
-- validity rules that matter to the numbers, one event per id. No quarantine, no ledger, no lake, nothing kept.
set timezone = 'UTC';

create temp table valid as
with raw as (
    select
        lower(event_id) as event_id, event_type, user_id, source, properties as p,
        case when regexp_matches("timestamp", '(Z|[+-]\d\d:?\d\d)$') then try_cast("timestamp" as timestamptz)::timestamp end as ts,
        try_cast(received_at as timestamptz)::timestamp as received_at
    from read_json(
        getvariable('landing') || '/events/*.jsonl*', format = 'newline_delimited', ignore_errors = true,
        columns = {
            event_id: 'varchar', event_type: 'varchar', "timestamp": 'varchar', user_id: 'varchar', source: 'varchar',
            received_at: 'varchar', properties: 'struct(
                campaign_id varchar, creative_id varchar, order_id varchar, delivery_channel varchar, view_type varchar,
                is_holdout boolean, order_value double, amount double, incrementality_score double, confidence_score double
            )'
        }
    )
)
select
    event_id, event_type, user_id, source, ts, received_at,
    lower(p.campaign_id) as campaign_id, lower(p.creative_id) as creative_id, lower(p.order_id) as order_id,
    p.delivery_channel, p.view_type, p.is_holdout, p.order_value, p.amount
from raw
where try_cast(event_id as uuid) is not null and user_id <> '' and event_type <> ''
    and ts <= received_at + interval 5 minute and ts >= received_at - interval 720 hour
    and source in ('mobile', 'admin_portal', 'backend')
    and coalesce(p.order_value, 0) >= 0 and coalesce(p.amount, 0) >= 0
    and coalesce(p.incrementality_score, 0) between 0 and 1 and coalesce(p.confidence_score, 0) between 0 and 1
    and (p.campaign_id is null or try_cast(p.campaign_id as uuid) is not null)
    and case event_type
        when 'campaign_delivered' then p.campaign_id is not null and p.is_holdout is not null
            and p.delivery_channel in ('email', 'push', 'sms', 'in_app')
        when 'campaign_viewed' then p.campaign_id is not null and p.view_type in ('received', 'opened', 'clicked_cta')
        when 'campaign_clicked' then p.campaign_id is not null
        when 'campaign_converted' then p.campaign_id is not null and p.order_id is not null and p.order_value is not null
        when 'user_purchased' then p.order_id is not null and p.order_value is not null
        when 'order_refunded' then p.order_id is not null and p.amount is not null
        else true
    end;

create temp table repeated as
select event_id, min(received_at) as first_at from valid group by event_id having count(*) > 1;

create temp table events as
select * from valid where event_id not in (select event_id from repeated)
union all
select valid.* from valid join repeated using (event_id)
where received_at <= first_at + interval 5 minute
qualify row_number() over (partition by event_id order by received_at desc) = 1;

-- The tables as `simulate` lays them: orders in three formats, campaigns as JSON lines, the rest as CSV.
create temp table orders_rows as
select
    lower(order_id) as order_id, user_id, ordered_at::timestamptz::timestamp as ts, order_value::double as order_value,
    status
from (
    select order_id, user_id, ordered_at::varchar as ordered_at, order_value::varchar as order_value, status,
        updated_at::varchar as updated_at
    from read_parquet(getvariable('landing') || '/orders/*.parquet')
    union all
    select order_id, user_id, ordered_at, order_value, status, updated_at
    from read_csv(getvariable('landing') || '/orders/*.csv', all_varchar = true)
    union all
    select order_id, user_id, ordered_at, order_value, status, updated_at
    from read_json(getvariable('landing') || '/orders/*.jsonl', format = 'newline_delimited', columns = {
        order_id: 'varchar', user_id: 'varchar', ordered_at: 'varchar', order_value: 'varchar', status: 'varchar',
        updated_at: 'varchar'
    })
)
qualify row_number() over (partition by lower(order_id) order by updated_at::timestamptz desc nulls last) = 1;

create temp table users as
select user_id, signup_at::timestamptz::timestamp as signup_at
from read_csv(getvariable('landing') || '/users/*.csv', all_varchar = true)
qualify row_number() over (partition by user_id order by updated_at::timestamptz desc nulls last) = 1;

create temp table campaigns as
select lower(campaign_id) as campaign_id, status, budget
from read_json(getvariable('landing') || '/campaigns/*.jsonl', format = 'newline_delimited', columns = {
    campaign_id: 'varchar', status: 'varchar', budget: 'double', updated_at: 'varchar'
})
qualify row_number() over (partition by lower(campaign_id) order by updated_at::timestamptz desc nulls last) = 1;

create temp table spend as
select
    lower(campaign_id) as campaign_id, lower(creative_id) as creative_id, spend_date::date as day,
    coalesce(cost::double, 0) as cost
from read_csv(getvariable('landing') || '/spend/*.csv', all_varchar = true);
