-- One row per day on which anything happened that a metric counts; days without anything may be absent.
with days as (
    select day from {{ ref('fct_campaign_days') }}
    union
    select day from {{ ref('fct_spend') }}
    union
    select day from {{ ref('fct_conversions') }}
    union
    select day from {{ ref('fct_new_customers') }}
    union
    select day from {{ ref('fct_reach') }}
    union
    select day from {{ ref('fct_experiment_days') }}
)

select day
from days
