-- Measurements of the body: its weight, its fat, and what a tape shows.

create table private.measurement_kinds (
    kind text constraint measurement_kinds_pkey primary key,
    quantity text not null
    constraint measurement_kinds_quantity_check check (quantity in ('weight', 'share', 'length')),
    least numeric not null,
    most numeric not null
);
comment on table private.measurement_kinds is
'What users measure, and between which values, in kg, percent or cm, it can be.';
grant select on private.measurement_kinds to authenticated;
alter table private.measurement_kinds enable row level security;
create policy "everyone signed in can select measurement kinds" on private.measurement_kinds
for select to authenticated using (true);
insert into private.measurement_kinds (kind, quantity, least, most)
values
('body_weight', 'weight', 20, 500),
('body_fat', 'share', 1, 75),
('neck', 'length', 15, 100),
('shoulders', 'length', 40, 250),
('chest', 'length', 40, 250),
('waist', 'length', 30, 300),
('hips', 'length', 40, 300),
('left_upper_arm', 'length', 10, 100),
('right_upper_arm', 'length', 10, 100),
('left_forearm', 'length', 10, 80),
('right_forearm', 'length', 10, 80),
('left_thigh', 'length', 20, 150),
('right_thigh', 'length', 20, 150),
('left_calf', 'length', 10, 100),
('right_calf', 'length', 10, 100);


create table private.measurements (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    kind text not null constraint measurements_kind_fkey references private.measurement_kinds (kind),
    -- A declared scale would round what the user entered, so a check limits the scale instead.
    value numeric not null
    constraint measurements_value_check check (value between 0 and 2000 and scale(trim_scale(value)) <= 3),
    unit text not null
    constraint measurements_unit_check check (unit in ('kg', 'lb', 'percent', 'cm', 'in')),
    measured_at timestamptz not null default now()
    constraint measurements_measured_at_check check (measured_at between '1970-01-01' and '9999-12-31'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default clock_timestamp(),
    revision bigint not null default nextval('private.revisions'),
    primary key (user_id, id),
    -- Clients may choose the id.
    constraint measurements_id_key unique (id)
);
comment on table private.measurements is 'What users measured of themselves, as entered.';
create index measurements_user_id_kind_measured_at_id_idx on private.measurements (user_id, kind, measured_at, id);
create index measurements_user_id_measured_at_id_idx on private.measurements (user_id, measured_at, id);
create index measurements_user_id_created_at_idx on private.measurements (user_id, created_at);
create index measurements_user_id_revision_idx on private.measurements (user_id, revision);
create index measurements_kind_idx on private.measurements (kind);
grant select, delete on private.measurements to authenticated;
grant insert (user_id, id, kind, value, unit, measured_at) on private.measurements to authenticated;
alter table private.measurements enable row level security;
create policy "owner can select own measurements" on private.measurements
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own measurements" on private.measurements
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can delete own measurements" on private.measurements
for delete to authenticated using ((select auth.uid()) = user_id);
create trigger record_deletion
after delete on private.measurements
for each row execute function private.record_deletion('measurement');
create trigger forget_answers
after delete on private.measurements
for each row execute function private.forget_answers();


create function private.measure_in(p_value numeric, p_from text, p_to text)
returns numeric
language sql
immutable
security invoker
return case
    when p_from = p_to then p_value
    when p_to = 'in' then p_value / 2.54
    when p_from = 'in' then p_value * 2.54
    else private.weight_in(p_value, p_from, p_to)
end;
comment on function private.measure_in(numeric, text, text) is
'A measure converted from one unit to another of the same quantity (kg and lb, or cm and in), not rounded.';
grant execute on function private.measure_in(numeric, text, text) to authenticated;


create function private.unit_of_user(p_quantity text, p_weight_unit text)
returns text
language sql
immutable
security invoker
return case p_quantity
    when 'weight' then p_weight_unit
    when 'share' then 'percent'
    when 'length' then case p_weight_unit when 'kg' then 'cm' else 'in' end
end;
comment on function private.unit_of_user(text, text) is
'The unit of a quantity for a user: who weighs in pounds measures in inches.';
grant execute on function private.unit_of_user(text, text) to authenticated;


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


-- Storing, reading and deleting measurements.

create function private.measurement_json(p_measurement private.measurements)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.to_jsonb(p_measurement) - 'user_id'
$$;
comment on function private.measurement_json(private.measurements) is 'A measurement as the API returns it.';
grant execute on function private.measurement_json(private.measurements) to authenticated;


-- What is missing is checked by Python and by constraints.
create function private.measurement_faults(p_weight_unit text, p_measurement jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_kind private.measurement_kinds;
    v_base text;
    v_unit text;
    v_faults jsonb := '[]';
begin
    select k.* into v_kind from private.measurement_kinds as k
    where k.kind = p_measurement ->> 'kind';
    v_unit := coalesce(p_measurement ->> 'unit', private.unit_of_user(v_kind.quantity, p_weight_unit));
    v_base := private.unit_of_user(v_kind.quantity, 'kg');
    if v_unit not in (v_base, private.unit_of_user(v_kind.quantity, 'lb')) then
        v_faults := private.fault(
            'wrong_unit',
            pg_catalog.format('%s is not a unit of %s.', v_unit, pg_catalog.replace(v_kind.kind, '_', ' ')),
            'unit'
        );
    elsif private.measure_in((p_measurement ->> 'value')::numeric, v_unit, v_base)
        not between v_kind.least and v_kind.most then
        v_faults := private.fault(
            'impossible_value',
            pg_catalog.format(
                'A value of %s is between %s and %s %s.',
                pg_catalog.replace(v_kind.kind, '_', ' '), v_kind.least, v_kind.most, v_base
            ),
            'value'
        );
    end if;
    if (p_measurement ->> 'measured_at')::timestamptz > pg_catalog.now() + interval '1 minute' then
        v_faults := v_faults || private.fault(
            'measured_in_future', '`measured_at` must not be in the future.', 'measured_at'
        );
    end if;
    return v_faults;
end
$$;
comment on function private.measurement_faults(text, jsonb) is
'The faults wrong_unit, for a unit of another quantity, impossible_value, for a value that no body has, and '
'measured_in_future.';
grant execute on function private.measurement_faults(text, jsonb) to authenticated;


create function private.check_measurements_a_day(p_user_id uuid)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_blocking timestamptz;
begin
    select m.created_at into v_blocking
    from private.measurements as m
    where m.user_id = p_user_id and m.created_at > pg_catalog.now() - interval '1 day'
    order by m.created_at desc
    offset 499
    limit 1;
    if found then
        perform private.fail_until(
            'too_many_measurements', 'You have stored 500 measurements within a day, which is the limit.',
            v_blocking + interval '1 day'
        );
    end if;
end
$$;
comment on function private.check_measurements_a_day(uuid) is
'Raises PT429 too_many_measurements when the user has stored 500 measurements within a day, with the seconds to wait.';
grant execute on function private.check_measurements_a_day(uuid) to authenticated;


create function private.find_measurement(p_user_id uuid, p_id uuid)
returns private.measurements
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_measurement private.measurements;
begin
    select m.* into v_measurement from private.measurements as m
    where m.user_id = p_user_id and m.id = p_id;
    if not found then
        perform private.fail(404, 'measurement_not_found', 'No measurement has this id.');
    end if;
    return v_measurement;
end
$$;
comment on function private.find_measurement(uuid, uuid) is
'A measurement of the user. Raises PT404 measurement_not_found, also for one of another user.';
grant execute on function private.find_measurement(uuid, uuid) to authenticated;


create function public.get_measurement(p_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select private.measurement_json(m) from private.find_measurement(private.current_user_id(), p_id) as m
$$;
comment on function public.get_measurement(uuid) is
'A measurement of the caller. Raises PT404 measurement_not_found, also for one of another user.';
grant execute on function public.get_measurement(uuid) to authenticated;


create function public.create_measurement(p_measurement jsonb, p_idempotency_key text default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_id uuid := private.replayed_id('create_measurement', p_idempotency_key, p_measurement);
    v_measurement private.measurements;
begin
    perform private.check_size(p_measurement, 64);
    select m.* into v_measurement from private.measurements as m
    where m.user_id = v_profile.user_id and m.id = v_id;
    if found then
        return private.measurement_json(v_measurement) || '{"replayed": true}';
    end if;
    perform private.check_measurements_a_day(v_profile.user_id);
    perform private.refuse(private.measurement_faults(v_profile.weight_unit, p_measurement));
    v_id := private.new_id(v_profile.user_id, p_measurement);
    insert into private.measurements (user_id, id, kind, value, unit, measured_at)
    select
        v_profile.user_id, v_id, c.kind, c.value,
        coalesce(c.unit, private.unit_of_user(k.quantity, v_profile.weight_unit)),
        coalesce(c.measured_at, pg_catalog.now())
    from pg_catalog.jsonb_populate_record(null::private.measurements, p_measurement) as c
    left join private.measurement_kinds as k on c.kind = k.kind
    returning * into v_measurement;
    perform private.remember_id('create_measurement', p_idempotency_key, p_measurement, v_id);
    return private.measurement_json(v_measurement) || '{"replayed": false}';
end
$$;
comment on function public.create_measurement(jsonb, text) is
'Stores a measurement of the caller from {id?, kind, value, unit?, measured_at?} and returns it, with replayed. A key '
'or an id that was used before returns the measurement of then. Raises PT404 profile_not_found, PT409 id_taken, '
'idempotency_key_spent, PT413 body_too_large, PT422 wrong_unit, impossible_value, measured_in_future, '
'invalid_idempotency_key, idempotency_key_reused, PT429 too_many_measurements.';
grant execute on function public.create_measurement(jsonb, text) to authenticated;


create function public.delete_measurement(p_id uuid, p_if_revisions bigint[] default null)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_measurement private.measurements := private.find_measurement(v_profile.user_id, p_id);
begin
    perform private.check_unchanged('measurement', v_measurement.revision, p_if_revisions);
    delete from private.measurements as m
    where m.user_id = v_profile.user_id and m.id = p_id;
end
$$;
comment on function public.delete_measurement(uuid, bigint[]) is
'Deletes a measurement of the caller. Raises PT404 measurement_not_found, profile_not_found, PT412 '
'measurement_changed if p_if_revisions is given without the current revision.';
grant execute on function public.delete_measurement(uuid, bigint[]) to authenticated;
