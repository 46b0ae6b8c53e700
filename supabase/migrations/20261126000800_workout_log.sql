-- What makes a workout invalid.

-- Names every set whose exercise the caller cannot see; another user's own exercise is as unknown as none.
create function private.check_exercises(p_sets jsonb)
returns void
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
    from pg_catalog.jsonb_array_elements(p_sets) with ordinality as s (value, ordinality)
    where not exists (
        select from private.exercises as e where e.id = (s.value ->> 'exercise_id')::uuid
    );
    if v_unknown is not null then
        perform private.fail(422, 'exercise_not_found', 'There is no such exercise.', v_unknown);
    end if;
end
$$;
comment on function private.check_exercises(jsonb) is
'Raises PT422 exercise_not_found; the hint holds the path of each unknown exercise, with indexes from 0.';
grant execute on function private.check_exercises(jsonb) to authenticated;


create function private.check_followed_plan(p_plan_id uuid, p_plan_day integer)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_plan_id is not null and not exists (select from private.plans as p where p.id = p_plan_id) then
        perform private.fail(422, 'plan_not_found', 'There is no such plan.', 'plan_id');
    end if;
    if p_plan_day is not null and not exists (
        select from private.plans as p
        inner join private.plan_days as d on p.user_id = d.user_id and p.id = d.plan_id and p.version = d.version
        where p.id = p_plan_id and d.day = p_plan_day
    ) then
        perform private.fail(422, 'plan_day_not_found', 'The plan has no such day.', 'plan_day');
    end if;
end
$$;
comment on function private.check_followed_plan(uuid, integer) is
'Raises PT422 plan_not_found, also for a plan that the caller may not see, or plan_day_not_found.';
grant execute on function private.check_followed_plan(uuid, integer) to authenticated;


create function private.check_workout(p_workout jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_started_at timestamptz := p_workout ->> 'started_at';
    v_completed_at timestamptz := coalesce((p_workout ->> 'completed_at')::timestamptz, pg_catalog.now());
begin
    if pg_catalog.jsonb_typeof(p_workout -> 'sets') is distinct from 'array'
        or pg_catalog.jsonb_array_length(p_workout -> 'sets') not between 1 and 200 then
        perform private.fail(422, 'invalid_sets', 'A workout has 1 to 200 sets.', 'sets');
    end if;
    if v_completed_at > pg_catalog.now() + interval '1 minute' then
        perform private.fail(422, 'completed_in_future', 'completed_at lies in the future.', 'completed_at');
    end if;
    if v_started_at > v_completed_at then
        perform private.fail(422, 'completed_before_started', 'completed_at lies before started_at.', 'completed_at');
    end if;
    perform private.check_followed_plan((p_workout ->> 'plan_id')::uuid, (p_workout ->> 'plan_day')::integer);
    perform private.check_exercises(p_workout -> 'sets');
end
$$;
comment on function private.check_workout(jsonb) is
'Raises PT422 invalid_sets, completed_in_future, completed_before_started, plan_not_found, plan_day_not_found or '
'exercise_not_found.';
grant execute on function private.check_workout(jsonb) to authenticated;


create function private.check_plan_day(p_stored private.workouts, p_workout jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_day integer := p_workout ->> 'plan_day';
begin
    if p_stored.plan_name is not null
        and (p_workout ->> 'plan_id')::uuid is not distinct from p_stored.plan_id
        and v_day <> coalesce(p_stored.plan_day, 0)
        and not exists (
            select from private.plan_days as d
            where d.plan_id = p_stored.plan_id and d.version = p_stored.plan_version and d.day = v_day
        )
    then
        perform private.fail(422, 'plan_day_not_found', 'The plan has no such day.', 'plan_day');
    end if;
end
$$;
comment on function private.check_plan_day(private.workouts, jsonb) is
'Raises PT422 plan_day_not_found when an edited workout takes a day that the version it followed has not.';
grant execute on function private.check_plan_day(private.workouts, jsonb) to authenticated;


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
