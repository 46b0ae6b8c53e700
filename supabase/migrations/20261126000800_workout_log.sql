-- What makes a workout invalid.

-- Another user's own exercise is refused like one that does not exist, so its existence stays hidden.
create function private.unknown_exercise_faults(p_sets jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_unknown text;
begin
    select pg_catalog.string_agg('sets.' || s.ordinality - 1 || '.exercise_id', ',' order by s.ordinality)
    into v_unknown
    from pg_catalog.jsonb_array_elements(p_sets) with ordinality as s
    where not exists (select from private.exercises as e where e.id = (s.value ->> 'exercise_id')::uuid);
    if v_unknown is not null then
        return private.fault('exercise_not_found', 'No exercise has this id.', v_unknown);
    end if;
    return '[]';
end
$$;
comment on function private.unknown_exercise_faults(jsonb) is
'The fault exercise_not_found with the path of each set whose exercise the caller cannot see, counted from 0.';
grant execute on function private.unknown_exercise_faults(jsonb) to authenticated;


create function private.followed_plan_faults(p_plan_id uuid, p_plan_day integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_plan_id is not null and not exists (select from private.plans as p where p.id = p_plan_id) then
        return private.fault('plan_not_found', 'No plan has this id.', 'plan_id');
    end if;
    if p_plan_day is not null and not exists (
        select from private.plans as p
        inner join private.plan_days as d on p.user_id = d.user_id and p.id = d.plan_id and p.version = d.version
        where p.id = p_plan_id and d.day = p_plan_day
    ) then
        return private.fault('plan_day_not_found', 'The plan does not have this day.', 'plan_day');
    end if;
    return '[]';
end
$$;
comment on function private.followed_plan_faults(uuid, integer) is
'The fault plan_not_found, also for a plan that the caller may not see, and plan_day_not_found for a day that the '
'current version of the plan does not have.';
grant execute on function private.followed_plan_faults(uuid, integer) to authenticated;


create function private.edited_plan_faults(p_stored private.workouts, p_given private.workouts)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_stored.plan_name is null or p_given.plan_id is distinct from p_stored.plan_id then
        return private.followed_plan_faults(p_given.plan_id, p_given.plan_day);
    end if;
    -- It still follows the same plan, which may have changed since, or be gone.
    if p_given.plan_day <> coalesce(p_stored.plan_day, 0) and not exists (
        select from private.plan_days as d
        where d.plan_id = p_stored.plan_id and d.version = p_stored.plan_version and d.day = p_given.plan_day
    ) then
        return private.fault('plan_day_not_found', 'The plan does not have this day.', 'plan_day');
    end if;
    return '[]';
end
$$;
comment on function private.edited_plan_faults(private.workouts, private.workouts) is
'The faults plan_not_found and plan_day_not_found of an edited workout. A workout that keeps its plan may take the '
'days of the version it followed.';
grant execute on function private.edited_plan_faults(private.workouts, private.workouts) to authenticated;


create function private.check_sets(p_sets jsonb)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    if pg_catalog.jsonb_typeof(p_sets) is distinct from 'array'
        or pg_catalog.jsonb_array_length(p_sets) not between 1 and 200 then
        perform private.fail(422, 'invalid_sets', 'A workout must have 1 to 200 sets.', 'sets');
    end if;
    if pg_catalog.jsonb_path_exists(p_sets, 'strict $[*] ? (@.type() != "object")') then
        perform private.fail(422, 'invalid_sets', 'Each set must be a JSON object.', 'sets');
    end if;
end
$$;
comment on function private.check_sets(jsonb) is
'Raises PT422 invalid_sets unless there are 1 to 200 sets, each a JSON object.';
grant execute on function private.check_sets(jsonb) to authenticated;


create function private.time_faults(p_given private.workouts)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := '[]';
begin
    if p_given.completed_at > pg_catalog.now() + interval '1 minute' then
        v_faults := private.fault('completed_in_future', '`completed_at` must not be in the future.', 'completed_at');
    end if;
    if p_given.started_at > coalesce(p_given.completed_at, pg_catalog.now()) then
        v_faults := v_faults || private.fault(
            'completed_before_started', '`completed_at` must not be before `started_at`.', 'completed_at'
        );
    end if;
    return v_faults;
end
$$;
comment on function private.time_faults(private.workouts) is
'The faults completed_in_future and completed_before_started of a workout.';
grant execute on function private.time_faults(private.workouts) to authenticated;


-- The sets are looked at only when something else is wrong: storing them refuses unknown exercises anyway.
create function private.check_workout(p_workout jsonb, p_plan_faults jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := p_plan_faults || private.time_faults(
        pg_catalog.jsonb_populate_record(null::private.workouts, p_workout)
    );
begin
    if v_faults <> '[]' then
        perform private.refuse(v_faults || private.unknown_exercise_faults(p_workout -> 'sets'));
    end if;
end
$$;
comment on function private.check_workout(jsonb, jsonb) is
'Reports everything that is wrong with a workout. p_plan_faults are the faults of its plan and day. Raises PT422 '
'completed_in_future, completed_before_started, plan_not_found, plan_day_not_found, exercise_not_found.';
grant execute on function private.check_workout(jsonb, jsonb) to authenticated;


create function private.check_workouts_a_day(p_user_id uuid)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_blocking timestamptz;
begin
    select w.created_at into v_blocking
    from private.workouts as w
    where w.user_id = p_user_id and w.import_key is null and w.created_at > pg_catalog.now() - interval '1 day'
    order by w.created_at desc
    offset 499
    limit 1;
    if found then
        perform private.fail_until(
            'too_many_workouts',
            'You have logged 500 workouts within a day, which is the limit. Import a history from a file instead.',
            v_blocking + interval '1 day'
        );
    end if;
end
$$;
comment on function private.check_workouts_a_day(uuid) is
'Raises PT429 too_many_workouts when the user has logged 500 workouts within a day, with the seconds to wait.';
grant execute on function private.check_workouts_a_day(uuid) to authenticated;


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
