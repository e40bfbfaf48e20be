-- Treated, control and contaminated users of a campaign are all users ever assigned to it.
-- Of several models, `ref` names the one whose asset page shows the check.
{{ config(meta={'dagster': {'ref': {'name': 'experiment_arms'}}}) }}
with assigned as (
    select
        campaign_id,
        count(distinct user_id) as users
    from {{ ref('int_assignments') }}
    group by campaign_id
)

select
    a.campaign_id,
    a.users,
    e.n_treated,
    e.n_control,
    e.contaminated
from assigned as a
left join {{ ref('experiment_arms') }} as e
    on a.campaign_id = e.campaign_id and e.window_name = 'all' and e.creative_id is null
where a.users is distinct from e.n_treated + e.n_control + e.contaminated
