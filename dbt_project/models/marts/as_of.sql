-- One row: the UTC instant every number of this build describes.
select
    as_of,
    cast(as_of as date) as as_of_date,
    build_id
from {{ ref('stg_build') }}
