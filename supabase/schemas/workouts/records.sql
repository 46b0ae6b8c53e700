-- Personal records. They are computed from the sets and never stored, so they are right after any edit.

-- Records are computed from the sets, never stored: so they are right after any edit, and nobody can award them.
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
'What each workout up to a moment was worth in each of these exercises, in all that there are records of: kilograms '
'and reps. Warm-ups never count; reps are a record of sets without weight.';
grant execute on function private.exercise_sessions(uuid, uuid[], timestamptz) to authenticated;


create function private.workout_records(p_user_id uuid, p_workout_id uuid)
returns table (exercise_id uuid, kind text, value numeric, previous numeric)
language sql
stable
security invoker
set search_path = ''
as $$
    with
    session as materialized (
        select
            s.*,
            s.workout_id = p_workout_id as own,
            -- Of two that ended at the same moment, the one that was logged first is the earlier.
            (theirs.completed_at, theirs.created_at, theirs.id) < (ours.completed_at, ours.created_at, ours.id)
            as earlier
        from private.workouts as ours
        cross join lateral private.exercise_sessions(
            p_user_id,
            array(
                select s.exercise_id from private.workout_sets as s
                where s.user_id = p_user_id and s.workout_id = p_workout_id
            ),
            ours.completed_at
        ) as s
        inner join private.workouts as theirs on theirs.user_id = p_user_id and s.workout_id = theirs.id
        where ours.user_id = p_user_id and ours.id = p_workout_id
    ),
    best as (
        select
            session.exercise_id,
            -- Nothing lifted is nothing to beat.
            nullif(max(session.weight), 0) as weight,
            max(session.estimated_1rm) as estimated_1rm,
            nullif(max(session.reps), 0) as reps,
            nullif(max(session.session_volume), 0) as session_volume
        from session
        where session.earlier
        group by session.exercise_id
    )
    select
        session.exercise_id,
        candidate.kind,
        candidate.value,
        candidate.previous
    from session
    left join best on session.exercise_id = best.exercise_id
    cross join lateral (
        values
        (1, 'weight', session.weight, best.weight),
        (2, 'estimated_1rm', session.estimated_1rm, best.estimated_1rm),
        (3, 'reps', session.reps, best.reps),
        (4, 'session_volume', session.session_volume, best.session_volume)
    ) as candidate (rank, kind, value, previous)
    -- What looks the same is no record: 225 lb and 102.06 kg.
    where session.own and pg_catalog.round(candidate.value, 2) > coalesce(pg_catalog.round(candidate.previous, 2), 0)
    order by session.first_position, candidate.rank
$$;
comment on function private.workout_records(uuid, uuid) is
'The personal records that a workout set at its date, in kilograms and reps; previous is null for a first time.';
grant execute on function private.workout_records(uuid, uuid) to authenticated;


create function private.record_history(p_user_id uuid, p_exercise_ids uuid[])
returns table (exercise_id uuid, rank integer, kind text, value numeric, achieved_at timestamptz, workout_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        judged.exercise_id,
        judged.rank,
        judged.kind,
        judged.value,
        judged.performed_at,
        judged.workout_id
    from (
        select
            s.exercise_id,
            s.performed_at,
            s.workout_id,
            candidate.rank,
            candidate.kind,
            candidate.value,
            max(candidate.value) over (
                partition by s.exercise_id, candidate.rank
                order by s.performed_at, w.created_at, w.id
                rows between unbounded preceding and 1 preceding
            ) as previous
        from private.exercise_sessions(p_user_id, p_exercise_ids, 'infinity') as s
        inner join private.workouts as w on w.user_id = p_user_id and s.workout_id = w.id
        cross join lateral (
            values
            (1, 'weight', s.weight),
            (2, 'estimated_1rm', s.estimated_1rm),
            (3, 'reps', s.reps),
            (4, 'session_volume', s.session_volume)
        ) as candidate (rank, kind, value)
    ) as judged
    where pg_catalog.round(judged.value, 2) > coalesce(pg_catalog.round(judged.previous, 2), 0)
$$;
comment on function private.record_history(uuid, uuid[]) is
'Every record of these exercises that was ever set, in kilograms and reps, as workout_records judges them.';
grant execute on function private.record_history(uuid, uuid[]) to authenticated;


create function private.shown_record(p_kind text, p_value numeric, p_weight_unit text)
returns numeric
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.trim_scale(pg_catalog.round(
        case when p_kind <> 'reps' and p_weight_unit = 'lb' then p_value / 0.45359237 else p_value end, 2
    ))
$$;
comment on function private.shown_record(text, numeric, text) is
'A record''s value for an answer, in the unit given (kg or lb) unless it counts reps, to two decimals.';
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
'The personal records of a workout for an answer, in the unit given (kg or lb), to two decimals.';
grant execute on function private.personal_records_json(uuid, uuid, text) to authenticated;
