-- Logging a workout.

create function private.insert_sets(
    p_user_id uuid, p_workout_id uuid, p_performed_at timestamptz, p_sets jsonb, p_weight_unit text
)
returns void
language sql
security invoker
set search_path = ''
as $$
    insert into private.workout_sets (
        user_id, workout_id, performed_at, position, exercise_id, set_type, weight, weight_unit, reps,
        duration_seconds, distance_meters, rpe, rir, rest_seconds, tempo, form_quality, superset, notes
    )
    select
        p_user_id, p_workout_id, p_performed_at, s.ordinality, s.exercise_id, coalesce(s.set_type, 'working'),
        s.weight, case when s.weight is not null then coalesce(s.weight_unit, p_weight_unit) end, s.reps,
        s.duration_seconds, s.distance_meters, s.rpe, s.rir, s.rest_seconds, s.tempo, s.form_quality, s.superset,
        s.notes
    from rows from (
        pg_catalog.jsonb_to_recordset(p_sets) as (
            exercise_id uuid, set_type text, weight numeric, weight_unit text, reps integer,
            duration_seconds integer, distance_meters numeric, rpe numeric, rir integer, rest_seconds integer,
            tempo text, form_quality integer, superset integer, notes text
        )
    ) with ordinality as s
$$;
comment on function private.insert_sets(uuid, uuid, timestamptz, jsonb, text) is
'Stores the sets of a workout as entered, in order; a weight without a unit takes the unit given.';
grant execute on function private.insert_sets(uuid, uuid, timestamptz, jsonb, text) to authenticated;


create function private.insert_workout(p_user_id uuid, p_workout jsonb, p_weight_unit text)
returns uuid
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_id uuid := pg_catalog.gen_random_uuid();
    v_completed_at timestamptz := coalesce((p_workout ->> 'completed_at')::timestamptz, pg_catalog.now());
begin
    insert into private.workouts (
        user_id, id, plan_id, plan_version, plan_day, plan_name, title, started_at, completed_at, notes, mood,
        energy_before, energy_after, overall_rpe, import_key, import_incomplete
    )
    select
        p_user_id, v_id, p.id, p.version, w.plan_day, p.name, w.title, w.started_at, v_completed_at, w.notes,
        w.mood, w.energy_before, w.energy_after, w.overall_rpe, w.import_key, coalesce(w.import_incomplete, false)
    from pg_catalog.jsonb_to_record(p_workout) as w (
        plan_id uuid, plan_day integer, title text, started_at timestamptz, notes text, mood text,
        energy_before integer, energy_after integer, overall_rpe numeric, import_key text, import_incomplete boolean
    )
    left join private.plans as p on w.plan_id = p.id;
    perform private.insert_sets(p_user_id, v_id, v_completed_at, p_workout -> 'sets', p_weight_unit);
    return v_id;
exception when foreign_key_violation then
    -- Deleted by its owner since it was looked for.
    perform private.fail(422, 'plan_not_found', 'There is no such plan.', 'plan_id');
end
$$;
comment on function private.insert_workout(uuid, jsonb, text) is
'Stores a workout and its sets as entered; a weight without a unit takes the unit given.';
grant execute on function private.insert_workout(uuid, jsonb, text) to authenticated;


create function public.log_workout(p_workout jsonb, p_idempotency_key text default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_answer jsonb := private.replay_answer('log_workout', p_idempotency_key, p_workout);
    v_workout_id uuid;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    perform private.check_workout(p_workout);
    v_workout_id := private.insert_workout(v_profile.user_id, p_workout, v_profile.weight_unit);
    v_answer := pg_catalog.jsonb_build_object(
        'workout', public.get_workout(v_workout_id),
        'affinity', private.award_workout(v_workout_id),
        'personal_records',
        private.personal_records_json(v_profile.user_id, v_workout_id, v_profile.weight_unit),
        'replayed', false
    );
    perform private.remember_answer('log_workout', p_idempotency_key, p_workout, v_answer, v_workout_id);
    return v_answer;
end
$$;
comment on function public.log_workout(jsonb, text) is
'Stores a completed workout with its sets, finds its personal records and awards affinity, all or nothing. Returns '
'{workout, affinity, personal_records, replayed}; a key that was used before replays the first answer. Raises PT404 '
'profile_not_found, PT409 idempotency_key_spent, PT422 invalid_sets, completed_in_future, '
'completed_before_started, plan_not_found, plan_day_not_found, exercise_not_found, invalid_idempotency_key, '
'idempotency_key_reused.';
grant execute on function public.log_workout(jsonb, text) to authenticated;
