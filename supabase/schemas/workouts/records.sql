-- Personal records. They follow from what is kept about each workout and exercise, which changes with the sets, so they
-- are right after any edit and no client can award them.

create function private.records_of(p_done private.workout_exercises)
returns table (rank integer, kind text, value numeric, previous numeric)
language sql
stable
security invoker
begin atomic
    -- noqa: disable=RF03
    select
        candidate.rank,
        candidate.kind,
        candidate.value,
        candidate.previous
    from (
        values
        (1, 'weight', (p_done).weight_kg, nullif((p_done).earlier_weight_kg, 0)),
        (2, 'estimated_1rm', (p_done).estimated_1rm_kg, (p_done).earlier_estimated_1rm_kg),
        (3, 'reps', (p_done).reps, nullif((p_done).earlier_reps, 0)),
        (4, 'session_volume', (p_done).volume_kg, nullif((p_done).earlier_volume_kg, 0))
    ) as candidate (rank, kind, value, previous)
    where private.surpasses(candidate.value, candidate.previous);
-- noqa: enable=RF03
end;
comment on function private.records_of(private.workout_exercises) is
'The records that a workout set in one exercise, in kilograms and reps. previous is null for a first time, and rank '
'orders the kinds.';
grant execute on function private.records_of(private.workout_exercises) to authenticated;


create function private.shown_record(p_kind text, p_value numeric, p_weight_unit text)
returns numeric
language sql
immutable
security invoker
return pg_catalog.trim_scale(pg_catalog.round(
    case p_kind when 'reps' then p_value else private.weight_in(p_value, 'kg', p_weight_unit) end, 2
));
comment on function private.shown_record(text, numeric, text) is
'The value of a record as the API returns it: to two decimals, in the unit given (kg or lb) unless it counts reps.';
grant execute on function private.shown_record(text, numeric, text) to authenticated;


create function private.personal_records_json(p_user_id uuid, p_workout_id uuid, p_weight_unit text)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(
            pg_catalog.json_agg(
                pg_catalog.json_build_object(
                    'exercise_id', x.exercise_id,
                    'exercise_name', e.name,
                    'kind', r.kind,
                    'value', private.shown_record(r.kind, r.value, p_weight_unit),
                    'unit', case r.kind when 'reps' then 'reps' else p_weight_unit end,
                    'previous', private.shown_record(r.kind, r.previous, p_weight_unit)
                )
                order by x.position, r.rank
            ),
            '[]'
        )
        from private.workout_exercises as x
        cross join lateral private.records_of(x) as r
        inner join private.exercises as e on x.exercise_id = e.id
        where x.user_id = p_user_id and x.workout_id = p_workout_id and x.is_record
    );
end
$$;
comment on function private.personal_records_json(uuid, uuid, text) is
'The records that a workout set when it was done, in the order of its exercises, as the API returns them: in the unit '
'given (kg or lb), to two decimals.';
grant execute on function private.personal_records_json(uuid, uuid, text) to authenticated;
