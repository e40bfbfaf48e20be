-- One row per window: its days, and its instants. Every fact is cut at `as_of`, so whole days say it all.
{{ config(schema='metrics') }}

with starts as (
    select
        '1d' as window_name,
        date_trunc('day', as_of) as start_at,
        as_of
    from {{ ref('as_of') }}
    union all
    select
        '7d' as window_name,
        date_trunc('day', as_of) - interval 6 day as start_at,
        as_of
    from {{ ref('as_of') }}
    union all
    select
        '30d' as window_name,
        date_trunc('day', as_of) - interval 29 day as start_at,
        as_of
    from {{ ref('as_of') }}
    union all
    select
        '90d' as window_name,
        date_trunc('day', as_of) - interval 89 day as start_at,
        as_of
    from {{ ref('as_of') }}
    union all
    select
        'ytd' as window_name,
        date_trunc('year', as_of) as start_at,
        as_of
    from {{ ref('as_of') }}
    union all
    select
        'all' as window_name,
        cast(null as timestamp) as start_at,
        as_of
    from {{ ref('as_of') }}
)

select
    window_name,
    cast(start_at as timestamp) as start_at,
    as_of as end_at,
    coalesce(cast(start_at as date), cast('0001-01-01' as date)) as start_date,
    cast(as_of as date) as end_date
from starts
