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


create function private.exercises_of_workout(p_user_id uuid, p_workout_id uuid)
returns uuid[]
language sql
stable
security invoker
set search_path = ''
as $$
    select array(
        select x.exercise_id from private.workout_exercises as x
        where x.user_id = p_user_id and x.workout_id = p_workout_id
    )
$$;
comment on function private.exercises_of_workout(uuid, uuid) is 'The exercises of a workout.';
grant execute on function private.exercises_of_workout(uuid, uuid) to authenticated;


create function private.beats(p_value numeric, p_earlier numeric)
returns boolean
language sql
immutable
security invoker
return p_earlier > 0 and private.surpasses(p_value, p_earlier);
comment on function private.beats(numeric, numeric) is
'Whether a value is a record that beats an earlier best. A first time, and one after 0, beats nothing.';
grant execute on function private.beats(numeric, numeric) to authenticated;


create function private.beats_earlier(p_done private.workout_exercises)
returns boolean
language sql
stable
security invoker
return (p_done).is_record and (
    private.beats((p_done).weight_kg, (p_done).earlier_weight_kg)
    or private.beats((p_done).estimated_1rm_kg, (p_done).earlier_estimated_1rm_kg)
    or private.beats((p_done).reps, (p_done).earlier_reps)
    or private.beats((p_done).volume_kg, (p_done).earlier_volume_kg)
);
comment on function private.beats_earlier(private.workout_exercises) is
'Whether a workout beat an earlier best in an exercise; null where there is none.';
grant execute on function private.beats_earlier(private.workout_exercises) to authenticated;


create function private.later_records(
    p_user_id uuid, p_exercise_ids uuid[], p_workout_id uuid, p_since timestamptz
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(pg_catalog.jsonb_object_agg(beaten.workout_id, beaten.exercises), '{}')
    from (
        select
            x.workout_id,
            count(*) as exercises
        from private.workout_exercises as x
        where
            x.user_id = p_user_id
            and x.exercise_id = any(p_exercise_ids)
            and x.performed_at >= p_since
            and x.workout_id <> p_workout_id
            and private.beats_earlier(x)
        group by x.workout_id
    ) as beaten
$$;
comment on function private.later_records(uuid, uuid[], uuid, timestamptz) is
'In how many of these exercises each other workout since a moment beat a record: {workout_id: exercises}.';
grant execute on function private.later_records(uuid, uuid[], uuid, timestamptz) to authenticated;


create function private.count_beaten(p_workout private.workouts)
returns bigint
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    -- Most often, whatever came before a workout was also logged before it. Then the stored bests are those that it beat.
    -- The offset keeps Postgres from reading all workouts that were done before.
    if not exists (
        select from (
            select w.completed_at from private.workouts as w
            where w.user_id = p_workout.user_id and w.created_at > p_workout.created_at
            offset 0
        ) as later
        where later.completed_at <= p_workout.completed_at
    ) then
        return (
            select count(*) from private.workout_exercises as x
            where x.user_id = p_workout.user_id and x.workout_id = p_workout.id and private.beats_earlier(x)
        );
    end if;
    return (
        select count(*)
        from private.workout_exercises as x
        cross join lateral (
            select
                max(e.volume_kg) as volume_kg,
                max(e.weight_kg) as weight_kg,
                max(e.estimated_1rm_kg) as estimated_1rm_kg,
                max(e.reps) as reps
            from private.workout_exercises as e
            where
                e.user_id = x.user_id
                and e.exercise_id = x.exercise_id
                and e.logged_at <= x.logged_at
                and (e.performed_at, e.logged_at, e.workout_id) < (x.performed_at, x.logged_at, x.workout_id)
        ) as known
        where
            x.user_id = p_workout.user_id
            and x.workout_id = p_workout.id
            and (
                private.beats(x.weight_kg, known.weight_kg)
                or private.beats(x.estimated_1rm_kg, known.estimated_1rm_kg)
                or private.beats(x.reps, known.reps)
                or private.beats(x.volume_kg, known.volume_kg)
            )
    );
end
$$;
comment on function private.count_beaten(private.workouts) is
'In how many exercises a workout beat a record of the workouts that were logged before it: what is logged or imported '
'later takes no record back.';
grant execute on function private.count_beaten(private.workouts) to authenticated;
