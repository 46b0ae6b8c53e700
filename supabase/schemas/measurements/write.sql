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
