-- Logging a workout.

create function private.insert_sets(
    p_user_id uuid, p_workout_id uuid, p_sets jsonb, p_weight_unit text
)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    insert into private.workout_sets (
        user_id, workout_id, position, exercise_id, set_type, weight, weight_unit, reps,
        duration_seconds, distance_meters, rpe, rir, rest_seconds, tempo, form_quality, superset, notes
    )
    select
        p_user_id, p_workout_id, s.ordinality, s.exercise_id, coalesce(s.set_type, 'working'),
        s.weight, case when s.weight is not null then coalesce(s.weight_unit, p_weight_unit) end, s.reps,
        s.duration_seconds, s.distance_meters, s.rpe, s.rir, s.rest_seconds, s.tempo, s.form_quality, s.superset,
        s.notes
    from rows from (pg_catalog.jsonb_populate_recordset(null::private.workout_sets, p_sets)) with ordinality as s;
exception when insufficient_privilege then
    -- The policy of the table lets only sets in whose exercises the user may see.
    perform private.refuse(private.unknown_exercise_faults(p_sets));
    raise;
end
$$;
comment on function private.insert_sets(uuid, uuid, jsonb, text) is
'Stores the sets of a workout as entered, in order. A weight without a unit takes p_weight_unit. Raises PT422 '
'exercise_not_found.';
grant execute on function private.insert_sets(uuid, uuid, jsonb, text) to authenticated;


create function private.insert_workout(p_user_id uuid, p_id uuid, p_workout jsonb, p_weight_unit text)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_given private.workouts := pg_catalog.jsonb_populate_record(null::private.workouts, p_workout);
begin
    insert into private.workouts (
        user_id, id, plan_id, plan_version, plan_day, plan_name, title, started_at, completed_at, notes, mood,
        energy_before, energy_after, overall_rpe, import_key, import_incomplete
    )
    select
        p_user_id, p_id, p.id, p.version, v_given.plan_day, p.name, v_given.title, v_given.started_at,
        coalesce(v_given.completed_at, pg_catalog.now()), v_given.notes, v_given.mood, v_given.energy_before, v_given.energy_after,
        v_given.overall_rpe, v_given.import_key, coalesce(v_given.import_incomplete, false)
    from (select v_given.plan_id) as given
    left join private.plans as p on given.plan_id = p.id;
    perform private.insert_sets(p_user_id, p_id, p_workout -> 'sets', p_weight_unit);
exception when foreign_key_violation then
    -- Its owner deleted the plan after check_workout found it.
    perform private.fail(422, 'plan_not_found', 'No plan has this id.', 'plan_id');
end
$$;
comment on function private.insert_workout(uuid, uuid, jsonb, text) is
'Stores a workout and its sets as entered. A weight without a unit takes p_weight_unit.';
grant execute on function private.insert_workout(uuid, uuid, jsonb, text) to authenticated;


create function private.logged_workout(p_profile private.profiles, p_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'workout', private.workout_json(w),
        'affinity', private.affinity_change(
            private.affinity_standing(p_profile.affinity_score), w.user_id, private.events_of_workout(w.user_id, w.id)
        ),
        'personal_records', private.personal_records_json(w.user_id, w.id, p_profile.weight_unit)
    )
    from private.workouts as w
    where w.user_id = p_profile.user_id and w.id = p_id
$$;
comment on function private.logged_workout(private.profiles, uuid) is
'What logging a workout answered, as it is now, with nothing gained; null if there is no such workout.';
grant execute on function private.logged_workout(private.profiles, uuid) to authenticated;


create function public.log_workout(p_workout jsonb, p_idempotency_key text default null)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_key text := coalesce(p_idempotency_key, p_workout ->> 'id');
    v_first_answer jsonb := private.replay_answer('log_workout', v_key, p_workout);
    v_answer json;
    v_workout_id uuid;
begin
    perform private.check_size(p_workout, 1024);
    if v_first_answer is null and p_workout ? 'id' then
        -- After the key is forgotten, the id still shows that the workout is stored.
        v_first_answer := private.logged_workout(v_profile, (p_workout ->> 'id')::uuid);
    end if;
    if v_first_answer is not null then
        return v_first_answer || pg_catalog.jsonb_build_object('replayed', true);
    end if;
    perform private.check_workouts_a_day(v_profile.user_id);
    perform private.check_sets(p_workout -> 'sets');
    perform private.check_workout(
        p_workout,
        private.followed_plan_faults((p_workout ->> 'plan_id')::uuid, (p_workout ->> 'plan_day')::integer)
    );
    v_workout_id := private.new_id(v_profile.user_id, p_workout);
    perform private.insert_workout(v_profile.user_id, v_workout_id, p_workout, v_profile.weight_unit);
    v_answer := pg_catalog.json_build_object(
        'workout', public.get_workout(v_workout_id),
        'affinity', private.award_workout(v_workout_id),
        'personal_records',
        private.personal_records_json(v_profile.user_id, v_workout_id, v_profile.weight_unit),
        'replayed', false
    );
    perform private.remember_answer('log_workout', v_key, p_workout, v_answer::jsonb, v_workout_id);
    return v_answer;
end
$$;
comment on function public.log_workout(jsonb, text) is
'Stores a completed workout with its sets, finds its personal records and awards affinity, all or nothing. Returns '
'{workout, affinity, personal_records, replayed}. A key or an id that was used before replays the first answer. '
'Raises PT404 profile_not_found, PT409 idempotency_key_spent, id_taken, PT413 body_too_large, PT422 invalid_sets, '
'completed_in_future, completed_before_started, plan_not_found, plan_day_not_found, exercise_not_found, '
'invalid_idempotency_key, idempotency_key_reused, PT429 too_many_workouts.';
grant execute on function public.log_workout(jsonb, text) to authenticated;
