-- One row per platform, campaign, day and measure: what we count beside what the platform says. Only whole days.
with reports as (
    select
        platform,
        campaign_id,
        report_date,
        cast(impressions as double) as impressions,
        cast(clicks as double) as clicks,
        cast(conversions as double) as conversions,
        cost,
        {{ safe_divide('100 * clicks', 'impressions') }} as ctr,
        count(*) over (partition by campaign_id, report_date) as platforms
    from {{ ref('stg_platform_reports') }}
    where report_date < cast({{ hours_end() }} as date)
),

counted as (
    select
        campaign_id,
        day,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from {{ ref('fct_campaign_days') }}
    group by campaign_id, day
),

converted as (
    select
        campaign_id,
        day,
        count(*) as conversions
    from {{ ref('fct_conversions') }}
    group by campaign_id, day
),

spent as (
    select
        campaign_id,
        spend_date as day,
        platform,
        {{ sum_stable('cost') }} as cost
    from {{ ref('stg_spend') }}
    group by campaign_id, spend_date, platform
),

late as (
    select
        campaign_id,
        event_date as day,
        cast(count(*) filter (where view_type = 'received') as double) as impressions,
        cast(count(*) filter (where event_type = 'campaign_clicked') as double) as clicks,
        cast(count(*) filter (where event_type = 'campaign_converted') as double) as conversions
    from {{ ref('stg_events') }}
    where
        is_late
        and event_at <= {{ as_of() }}
        and event_type in ('campaign_viewed', 'campaign_clicked', 'campaign_converted')
    group by campaign_id, event_date
),

-- Campaigns do not say which platform showed a message, so with several platforms only money can be compared.
ours as (
    select
        r.platform,
        r.campaign_id,
        r.report_date,
        case when r.platforms = 1 then cast(coalesce(c.impressions, 0) as double) end as impressions,
        case when r.platforms = 1 then cast(coalesce(c.clicks, 0) as double) end as clicks,
        case when r.platforms = 1 then cast(coalesce(v.conversions, 0) as double) end as conversions,
        coalesce(s.cost, 0e0) as cost,
        coalesce(l.impressions, 0e0) as late_impressions,
        coalesce(l.clicks, 0e0) as late_clicks,
        coalesce(l.conversions, 0e0) as late_conversions,
        0e0 as late_cost
    from reports as r
    left join counted as c on r.campaign_id = c.campaign_id and r.report_date = c.day
    left join converted as v on r.campaign_id = v.campaign_id and r.report_date = v.day
    left join spent as s on r.campaign_id = s.campaign_id and r.report_date = s.day and r.platform = s.platform
    left join late as l on r.campaign_id = l.campaign_id and r.report_date = l.day
),

compared as (
    {{ compared_measures('reports', 'ours', ['impressions', 'clicks', 'conversions', 'cost']) }}
),

-- A day cut elsewhere moves numbers to the day beside it: over three days such a difference is gone.
smoothed as (
    select
        *,
        sum(ours) over three_days as ours_three,
        sum(theirs) over three_days as theirs_three
    from compared
    window three_days as (
        partition by platform, campaign_id, measure order by report_date asc rows between 1 preceding and 1 following
    )
),

judged as (
    select
        *,
        case
            when ours = theirs then 0e0
            else {{ safe_divide('100 * (ours - theirs)', 'theirs') }}
        end as difference_pct,
        ours is not null and abs(ours - theirs) > 0.01e0 * abs(theirs) as is_flagged
    from smoothed
)

select
    platform,
    campaign_id,
    report_date,
    measure,
    ours,
    theirs,
    difference_pct,
    coalesce(is_flagged, false) as is_flagged,
    case
        when ours is null then 'not_separable'
        when not is_flagged then cast(null as string)
        when late > 0 and ours > theirs and ours - late <= 1.01e0 * theirs then 'late'
        when measure <> 'ctr' and abs(ours_three - theirs_three) <= 0.01e0 * theirs_three then 'timezone'
        else 'unexplained'
    end as reason
from judged
