{#- Rows platform, campaign_id, report_date, measure, ours, theirs, late of each measure that a report names, and of the
    click-through rate where it names both. -#}
{% macro compared_measures(reports, ours, measures) %}
    {% for measure in measures %}
    select
        r.platform, r.campaign_id, r.report_date,
        '{{ measure }}' as measure,
        o.{{ measure }} as ours,
        r.{{ measure }} as theirs,
        o.late_{{ measure }} as late
    from {{ reports }} as r
    inner join {{ ours }} as o
        on r.platform = o.platform and r.campaign_id = o.campaign_id and r.report_date = o.report_date
    where r.{{ measure }} is not null
    union all
    {% endfor %}
    select
        r.platform, r.campaign_id, r.report_date,
        'ctr' as measure,
        {{ safe_divide('100 * o.clicks', 'o.impressions') }} as ours,
        r.ctr as theirs,
        0e0 as late
    from {{ reports }} as r
    inner join {{ ours }} as o
        on r.platform = o.platform and r.campaign_id = o.campaign_id and r.report_date = o.report_date
    where r.ctr is not null
{% endmacro %}
