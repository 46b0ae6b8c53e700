-- Personal records. Functions compute them from the sets and never store them, so they are right after any edit and no
-- client can award them.

create function private.exercise_sessions(p_user_id uuid, p_exercise_ids uuid[], p_until timestamptz)
returns table (
    exercise_id uuid,
    workout_id uuid,
    performed_at timestamptz,
    first_position integer,
    weight numeric,
    estimated_1rm numeric,
    reps integer,
    session_volume numeric
)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        s.exercise_id,
        s.workout_id,
        s.performed_at,
        min(s.position) as first_position,
        max(s.weight_kg) filter (
            where coalesce(nullif(s.reps, 0), nullif(s.duration_seconds, 0), s.distance_meters) > 0
        ) as weight,
        max(s.estimated_1rm_kg) as estimated_1rm,
        max(s.reps) filter (where coalesce(s.weight, 0) = 0) as reps,
        sum(s.volume_kg) as session_volume
    from private.workout_sets as s
    where
        s.user_id = p_user_id
        and s.exercise_id = any(p_exercise_ids)
        and s.performed_at <= p_until
        and s.set_type <> 'warmup'
    group by s.exercise_id, s.workout_id, s.performed_at
$$;
comment on function private.exercise_sessions(uuid, uuid[], timestamptz) is
'The best that each workout up to a moment reached in each exercise, in everything that there are records of: '
'kilograms and reps. Warm-ups never count, and reps count only in sets without weight.';
grant execute on function private.exercise_sessions(uuid, uuid[], timestamptz) to authenticated;


create function private.record_history(
    p_user_id uuid,
    p_exercise_ids uuid[],
    p_until timestamptz default 'infinity',
    p_workout_id uuid default null,
    p_logged_until timestamptz default 'infinity'
)
returns table (
    exercise_id uuid,
    first_position integer,
    rank integer,
    kind text,
    value numeric,
    previous numeric,
    achieved_at timestamptz,
    workout_id uuid
)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        session.exercise_id,
        session.first_position,
        candidate.rank,
        candidate.kind,
        candidate.value,
        candidate.previous,
        session.performed_at as achieved_at,
        session.workout_id
    from (
        select
            s.*,
            max(s.weight) over earlier as best_weight,
            max(s.estimated_1rm) over earlier as best_estimated_1rm,
            max(s.reps) over earlier as best_reps,
            max(s.session_volume) over earlier as best_session_volume
        from private.exercise_sessions(p_user_id, p_exercise_ids, p_until) as s
        inner join private.workouts as w on w.user_id = p_user_id and s.workout_id = w.id
        where w.created_at <= p_logged_until
        -- Of two sessions that ended at the same moment, the one that was logged first is the earlier.
        window earlier as (
            partition by s.exercise_id
            order by s.performed_at, w.created_at, w.id
            rows between unbounded preceding and 1 preceding
        )
    ) as session
    cross join lateral (
        values
        (1, 'weight', session.weight, nullif(session.best_weight, 0)),
        (2, 'estimated_1rm', session.estimated_1rm, session.best_estimated_1rm),
        (3, 'reps', session.reps, nullif(session.best_reps, 0)),
        (4, 'session_volume', session.session_volume, nullif(session.best_session_volume, 0))
    ) as candidate (rank, kind, value, previous)
    where
        (p_workout_id is null or session.workout_id = p_workout_id)
        -- Two values that users see as equal make no record: 225 lb is 102.06 kg.
        and pg_catalog.round(candidate.value, 2) > coalesce(pg_catalog.round(candidate.previous, 2), 0)
$$;
comment on function private.record_history(uuid, uuid[], timestamptz, uuid, timestamptz) is
'Every record in these exercises that was set up to a moment, if asked by one workout, in kilograms and reps. previous '
'is null for a first time, and rank orders the kinds. Workouts that were logged after p_logged_until do not count.';
grant execute on function private.record_history(uuid, uuid[], timestamptz, uuid, timestamptz) to authenticated;


create function private.workout_records(p_user_id uuid, p_workout_id uuid)
returns table (exercise_id uuid, kind text, value numeric, previous numeric)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        r.exercise_id,
        r.kind,
        r.value,
        r.previous
    from private.workouts as w
    cross join lateral private.record_history(
        p_user_id,
        array(
            select distinct s.exercise_id from private.workout_sets as s
            where s.user_id = p_user_id and s.workout_id = p_workout_id
        ),
        w.completed_at,
        p_workout_id
    ) as r
    where w.user_id = p_user_id and w.id = p_workout_id
    order by r.first_position, r.rank
$$;
comment on function private.workout_records(uuid, uuid) is
'The records that a workout set when it was done, in the order of its exercises, in kilograms and reps; previous is '
'null for a first time.';
grant execute on function private.workout_records(uuid, uuid) to authenticated;


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
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
                'exercise_id', r.exercise_id,
                'exercise_name', e.name,
                'kind', r.kind,
                'value', private.shown_record(r.kind, r.value, p_weight_unit),
                'unit', case r.kind when 'reps' then 'reps' else p_weight_unit end,
                'previous', private.shown_record(r.kind, r.previous, p_weight_unit)
            )
            order by r.ordinality
        ),
        '[]'
    )
    from private.workout_records(p_user_id, p_workout_id) with ordinality as r
    inner join private.exercises as e on r.exercise_id = e.id
$$;
comment on function private.personal_records_json(uuid, uuid, text) is
'The personal records of a workout as the API returns them, in the unit given (kg or lb), to two decimals.';
grant execute on function private.personal_records_json(uuid, uuid, text) to authenticated;
