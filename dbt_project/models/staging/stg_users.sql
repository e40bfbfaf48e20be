-- One row per customer.
select
    user_id,
    signup_at
from {{ source('lake', 'users') }}
