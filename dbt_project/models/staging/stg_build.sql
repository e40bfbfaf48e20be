-- One row: the build being made and the instant it describes.
select
    as_of,
    build_id
from {{ source('lake', 'build') }}
