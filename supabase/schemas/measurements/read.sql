-- Lists and series of measurements.

create function public.list_measurements(
    p_kinds text[] default null,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_page integer default 1,
    p_per_page integer default 20
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
begin
    return (
        with
        found as materialized (
            select
                m.id,
                pg_catalog.row_number() over (order by m.measured_at desc, m.id desc) as place
            from private.measurements as m
            where m.user_id = v_user_id
                and m.measured_at >= coalesce(p_from, '-infinity')
                and m.measured_at < coalesce(p_to, 'infinity')
                and (p_kinds is null or m.kind = any(p_kinds))
        ),
        page as (
            select found.* from found
            order by found.place
            offset private.page_offset(p_page, p_per_page)
            limit p_per_page
        )
        select private.page_json(
            (
                select pg_catalog.jsonb_agg(private.measurement_json(m) order by page.place)
                from page
                inner join private.measurements as m on m.user_id = v_user_id and page.id = m.id
            ),
            (select count(*) from found),
            p_page,
            p_per_page
        )
    );
end
$$;
comment on function public.list_measurements(text[], timestamptz, timestamptz, integer, integer) is
'A page of the caller''s measurements of these kinds from p_from to before p_to, latest first. Raises PT422 '
'invalid_page.';
grant execute on function public.list_measurements(text[], timestamptz, timestamptz, integer, integer)
to authenticated;


create function public.get_measurement_series(p_kind text, p_from date default null, p_to date default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_unit text := (
        select private.unit_of_user(k.quantity, v_profile.weight_unit) from private.measurement_kinds as k
        where k.kind = p_kind
    );
begin
    if p_from > p_to then
        perform private.fail(422, 'invalid_range', '`from` must not be later than `to`.', '?from');
    end if;
    return (
        select pg_catalog.jsonb_build_object(
            'kind', p_kind,
            'unit', v_unit,
            'trend_per_week', pg_catalog.round(
                pg_catalog.regr_slope(point.value, extract(epoch from point.measured_at) / 604800)::numeric, 3
            ),
            'points', coalesce(
                pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object(
                        'measurement_id', point.id,
                        'measured_at', point.measured_at,
                        'date', (point.measured_at at time zone v_profile.timezone)::date,
                        'value', pg_catalog.trim_scale(pg_catalog.round(point.value, 3))
                    )
                    order by point.measured_at, point.id
                ),
                '[]'
            )
        )
        from (
            select
                m.id,
                m.measured_at,
                private.measure_in(m.value, m.unit, v_unit) as value
            from private.measurements as m
            where m.user_id = v_profile.user_id and m.kind = p_kind
                and m.measured_at >= coalesce(p_from::timestamp at time zone v_profile.timezone, '-infinity')
                and m.measured_at < coalesce((p_to + 1)::timestamp at time zone v_profile.timezone, 'infinity')
        ) as point
    );
end
$$;
comment on function public.get_measurement_series(text, date, date) is
'All measurements of a kind, oldest first, in the caller''s unit, and their trend, which is null for a single moment: '
'{kind, unit, trend_per_week, points: [{measurement_id, measured_at, date, value}]}. p_from and p_to are days in the '
'caller''s time zone. Raises PT404 profile_not_found, PT422 invalid_range.';
grant execute on function public.get_measurement_series(text, date, date) to authenticated;
