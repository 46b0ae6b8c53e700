-- Replacing and deleting a workout.

-- Security definer, because users may neither update workouts nor delete sets directly: update_workout also recomputes
-- what the workout earned. It touches only the caller's workout, and its caller holds the lock on the profile.
create function private.rewrite_workout(p_id uuid, p_workout jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
begin
    delete from private.workout_exercises as x
    where x.user_id = v_user_id and x.workout_id = p_id;
    update private.workouts as w
    set (
        plan_id, plan_version, plan_name, plan_day, title, started_at, completed_at, notes, mood, energy_before,
        energy_after, overall_rpe, import_incomplete
    ) = (
        select
            given.plan_id,
            -- The workout keeps the version it followed, unless it follows another plan now.
            case when given.plan_id is not distinct from w.plan_id then w.plan_version else p.version end,
            case when given.plan_id is not distinct from w.plan_id then w.plan_name else p.name end,
            given.plan_day, given.title, given.started_at, given.completed_at, given.notes, given.mood,
            given.energy_before, given.energy_after, given.overall_rpe, coalesce(given.import_incomplete, false)
        from pg_catalog.jsonb_populate_record(null::private.workouts, p_workout) as given
        left join private.plans as p
            on given.plan_id = p.id and (p.user_id = v_user_id or p.is_public)
    )
    where w.user_id = v_user_id and w.id = p_id;
exception when foreign_key_violation then
    -- Its owner deleted the plan after check_workout found it.
    perform private.fail(422, 'plan_not_found', 'No plan has this id.', 'plan_id');
end
$$;
comment on function private.rewrite_workout(uuid, jsonb) is
'Replaces the fields of a workout of the caller, and deletes its sets.';
grant execute on function private.rewrite_workout(uuid, jsonb) to authenticated;


create function public.update_workout(p_id uuid, p_workout jsonb, p_if_revisions bigint[] default null)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_stored private.workouts := private.find_workout(v_profile.user_id, p_id);
    v_given private.workouts;
    v_completed_at timestamptz;
    v_new jsonb;
    v_exercises uuid[];
    v_since timestamptz;
    v_records jsonb;
    v_answer json;
begin
    perform private.check_size(p_workout, 1024);
    perform private.check_unchanged('workout', v_stored.revision, p_if_revisions);
    perform private.check_sets(p_workout -> 'sets');
    v_given := pg_catalog.jsonb_populate_record(null::private.workouts, p_workout);
    v_completed_at := coalesce(v_given.completed_at, v_stored.completed_at);
    v_new := p_workout || pg_catalog.jsonb_build_object('completed_at', v_completed_at);
    perform private.check_workout(v_new, private.edited_plan_faults(v_stored, v_given));
    v_exercises := private.exercises_of_workout(v_profile.user_id, p_id) || array(
        select distinct (s.value ->> 'exercise_id')::uuid from pg_catalog.jsonb_array_elements(p_workout -> 'sets') as s
    );
    v_since := least(v_stored.completed_at, v_completed_at);
    v_records := private.later_records(v_profile.user_id, v_exercises, p_id, v_since);
    perform private.rewrite_workout(p_id, v_new);
    perform private.insert_sets(v_profile.user_id, p_id, p_workout -> 'sets', v_profile.weight_unit);
    v_answer := pg_catalog.json_build_object(
        'workout', public.get_workout(p_id),
        'affinity', private.award_again(
            p_id, private.award_day(v_profile.user_id, p_id), v_stored.completed_at, v_since, v_exercises, v_records
        ),
        'personal_records', private.personal_records_json(v_profile.user_id, p_id, v_profile.weight_unit)
    );
    perform private.revise_answers(p_id, v_answer::jsonb);
    return v_answer;
end
$$;
comment on function public.update_workout(uuid, jsonb, bigint[]) is
'Replaces a workout of the caller with its sets, and recomputes records and what they earned: {workout, affinity, '
'personal_records}. Without completed_at the stored one stays. Raises PT404 workout_not_found, profile_not_found, '
'PT412 workout_changed if p_if_revisions is given without the current revision, PT413 body_too_large, PT422 '
'invalid_sets, completed_in_future, completed_before_started, plan_not_found, plan_day_not_found, exercise_not_found.';
grant execute on function public.update_workout(uuid, jsonb, bigint[]) to authenticated;


create function public.delete_workout(p_id uuid, p_if_revisions bigint[] default null)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_stored private.workouts := private.find_workout(v_profile.user_id, p_id);
    v_exercises uuid[] := private.exercises_of_workout(v_profile.user_id, p_id);
    v_records jsonb := private.later_records(v_profile.user_id, v_exercises, p_id, v_stored.completed_at);
    v_day date := private.award_day(v_profile.user_id, p_id);
begin
    perform private.check_unchanged('workout', v_stored.revision, p_if_revisions);
    delete from private.workouts as w
    where w.user_id = v_stored.user_id and w.id = v_stored.id;
    perform private.award_again(
        p_id, v_day, v_stored.completed_at, v_stored.completed_at, v_exercises, v_records
    );
end
$$;
comment on function public.delete_workout(uuid, bigint[]) is
'Deletes a workout of the caller with its sets. The affinity is then what the remaining workouts alone would have '
'earned. Raises PT404 workout_not_found, profile_not_found, PT412 workout_changed if p_if_revisions is given without '
'the current revision.';
grant execute on function public.delete_workout(uuid, bigint[]) to authenticated;
