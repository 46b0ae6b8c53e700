-- Replacing and deleting a workout.

-- Security definer, because users may neither update workouts nor delete sets by themselves: an edit recomputes what
-- the workout earned. It touches the caller's own workout alone; update_workout holds the lock on the profile.
create function private.rewrite_workout(p_id uuid, p_workout jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
begin
    update private.workouts as w
    set (
        plan_id, plan_version, plan_name, plan_day, title, started_at, completed_at, notes, mood, energy_before,
        energy_after, overall_rpe, import_incomplete
    ) = (
        select
            given.plan_id,
            -- The version it was made with stays, unless it follows another plan now.
            case when given.plan_id is not distinct from w.plan_id then w.plan_version else p.version end,
            case when given.plan_id is not distinct from w.plan_id then w.plan_name else p.name end,
            given.plan_day, given.title, given.started_at, given.completed_at, given.notes, given.mood,
            given.energy_before, given.energy_after, given.overall_rpe, coalesce(given.import_incomplete, false)
        from pg_catalog.jsonb_to_record(p_workout) as given (
            plan_id uuid, plan_day integer, title text, started_at timestamptz, completed_at timestamptz, notes text,
            mood text, energy_before integer, energy_after integer, overall_rpe numeric, import_incomplete boolean
        )
        left join private.plans as p
            on given.plan_id = p.id and (p.user_id = v_user_id or p.is_public)
    )
    where w.user_id = v_user_id and w.id = p_id;
    delete from private.workout_sets as s
    where s.user_id = v_user_id and s.workout_id = p_id;
exception when foreign_key_violation then
    -- Deleted by its owner since it was looked for.
    perform private.fail(422, 'plan_not_found', 'There is no such plan.', 'plan_id');
end
$$;
comment on function private.rewrite_workout(uuid, jsonb) is
'Gives a workout of the caller''s new fields, and takes its sets away.';
grant execute on function private.rewrite_workout(uuid, jsonb) to authenticated;


create function public.update_workout(p_id uuid, p_workout jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_stored private.workouts;
    v_new jsonb;
    v_answer jsonb;
begin
    select w.* into v_stored from private.workouts as w
    where w.user_id = v_profile.user_id and w.id = p_id;
    if not found then
        perform private.fail(404, 'workout_not_found', 'There is no such workout.');
    end if;
    perform private.check_plan_day(v_stored, p_workout);
    -- Without a time the stored one counts, and a plan that it followed all along need not be there any more.
    v_new := p_workout || pg_catalog.jsonb_build_object(
        'completed_at', coalesce((p_workout ->> 'completed_at')::timestamptz, v_stored.completed_at)
    );
    perform private.check_workout(
        v_new - case
            when v_stored.plan_name is not null
                and (p_workout ->> 'plan_id')::uuid is not distinct from v_stored.plan_id
                then array['plan_id', 'plan_day']
            else '{}'
        end
    );
    perform private.rewrite_workout(p_id, v_new);
    perform private.insert_sets(
        v_profile.user_id, p_id, (v_new ->> 'completed_at')::timestamptz, p_workout -> 'sets', v_profile.weight_unit
    );
    v_answer := pg_catalog.jsonb_build_object(
        'workout', public.get_workout(p_id),
        'affinity', private.reaward_workout(p_id),
        'personal_records', private.personal_records_json(v_profile.user_id, p_id, v_profile.weight_unit)
    );
    perform private.revise_answers(p_id, v_answer);
    return v_answer;
end
$$;
comment on function public.update_workout(uuid, jsonb) is
'Replaces a workout of the caller''s, sets and all, and recomputes its records and what they earned: {workout, '
'affinity, personal_records}. Raises PT404 workout_not_found, profile_not_found, PT422 invalid_sets, '
'completed_in_future, completed_before_started, plan_not_found, plan_day_not_found, exercise_not_found.';
grant execute on function public.update_workout(uuid, jsonb) to authenticated;


create function public.delete_workout(p_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    -- The ledger rows go with the workout and change the score, so the profile is locked first, as everywhere.
    v_profile private.profiles := private.lock_profile();
begin
    delete from private.workouts as w
    where w.user_id = v_profile.user_id and w.id = p_id;
    if not found then
        perform private.fail(404, 'workout_not_found', 'There is no such workout.');
    end if;
end
$$;
comment on function public.delete_workout(uuid) is
'Deletes one of the caller''s workouts with its sets, and takes back the affinity it gave. Raises PT404 '
'workout_not_found, profile_not_found.';
grant execute on function public.delete_workout(uuid) to authenticated;
