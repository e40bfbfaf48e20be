-- One row per event type, or property of a known type, that the contract does not list; such values are kept as they
-- came.
with folded as (
    select
        event_type,
        {{ member_names('properties') }} as names,
        count(*) as event_count,
        min(event_at) as first_seen_at,
        max(event_at) as last_seen_at
    from {{ ref('stg_events') }}
    where event_at <= {{ as_of() }}
    group by event_type, {{ member_names('properties') }}
),

known as (
    select distinct event_type
    from {{ ref('stg_contract') }}
),

properties as (
    select
        event_type,
        {{ unfolded('names') }} as name,
        event_count,
        first_seen_at,
        last_seen_at
    from folded
),

unlisted as (
    select
        'event_type' as kind,
        f.event_type,
        f.event_type as name,
        f.event_count,
        f.first_seen_at,
        f.last_seen_at
    from folded as f
    left join known as k on f.event_type = k.event_type
    where k.event_type is null
    union all
    select
        'property' as kind,
        p.event_type,
        p.name,
        p.event_count,
        p.first_seen_at,
        p.last_seen_at
    from properties as p
    inner join known as k on p.event_type = k.event_type
    left join {{ ref('stg_contract') }} as c on p.event_type = c.event_type and p.name = c.property
    where c.property is null
)

select
    kind,
    event_type,
    name,
    cast(sum(event_count) as bigint) as event_count,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at
from unlisted
where (select count(*) from known) > 0
group by kind, event_type, name
