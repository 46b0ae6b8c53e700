-- Workouts: what was done, set by set. Weights are stored as entered; kilograms and all that follows from them are
-- derived by Postgres, so no client can store a number that its sets do not give.

create table public.workouts (
    user_id uuid not null references public.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    -- A plan may be another user's public one. When it is deleted, its name and version stay.
    plan_id uuid
    constraint workouts_plan_id_fkey references public.plans (id) on delete set null,
    plan_version integer,
    plan_day integer constraint workouts_plan_day_check check (plan_day between 1 and 7),
    plan_name text,
    title text
    constraint workouts_title_check check (char_length(title) <= 200 and btrim(title) <> ''),
    started_at timestamptz
    constraint workouts_started_at_check check (started_at >= timestamptz '1970-01-01 00:00:00+00'),
    -- A minute's grace, for clocks that run ahead. Like the lower bound, it only becomes truer with time.
    completed_at timestamptz not null default now()
    constraint workouts_completed_at_check
    check (completed_at between timestamptz '1970-01-01 00:00:00+00' and now() + interval '1 minute'),
    notes text constraint workouts_notes_check check (char_length(notes) <= 5000),
    mood text
    constraint workouts_mood_check check (mood in ('great', 'good', 'neutral', 'tired', 'exhausted')),
    energy_before integer constraint workouts_energy_before_check check (energy_before between 1 and 10),
    energy_after integer constraint workouts_energy_after_check check (energy_after between 1 and 10),
    overall_rpe numeric
    constraint workouts_overall_rpe_check
    check (overall_rpe between 1 and 10 and overall_rpe * 2 = trunc(overall_rpe * 2)),
    duration_seconds integer generated always as (extract(epoch from completed_at - started_at)::integer) stored,
    import_key text constraint workouts_import_key_check check (char_length(import_key) <= 300),
    import_incomplete boolean not null default false,
    -- Of the moment, not of the transaction: workouts of one user are stored one after the other, and this tells which.
    created_at timestamptz not null default clock_timestamp(),
    primary key (user_id, id),
    -- What the sets refer to, so that their performed_at is always the workout's completed_at.
    constraint workouts_user_id_id_completed_at_key unique (user_id, id, completed_at),
    -- Nothing is imported twice.
    constraint workouts_user_id_import_key_key unique (user_id, import_key),
    constraint workouts_started_at_completed_at_check check (started_at <= completed_at),
    constraint workouts_plan_id_plan_version_check check (plan_id is null or num_nulls(plan_version, plan_name) = 0),
    constraint workouts_plan_day_plan_name_check check (plan_day is null or plan_name is not null)
);
comment on table public.workouts is 'Completed workouts. Totals are computed from the sets when they are read.';
comment on column public.workouts.plan_version is 'The version that was current when the workout was logged.';
comment on column public.workouts.import_key is 'What names the workout in the file that it was imported from.';
comment on column public.workouts.import_incomplete is
'Sets of the file are not here, for want of an exercise: another import may bring them. An edit settles it.';
create index workouts_plan_id_user_id_completed_at_idx on public.workouts (plan_id, user_id, completed_at);
create index workouts_user_id_completed_at_idx on public.workouts (user_id, completed_at desc, id desc);
revoke all on public.workouts from anon, authenticated;
grant select, delete on public.workouts to authenticated;
grant insert (
    user_id, id, plan_id, plan_version, plan_day, plan_name, title, started_at, completed_at, notes, mood,
    energy_before, energy_after, overall_rpe, import_key, import_incomplete
) on public.workouts to authenticated;
alter table public.workouts enable row level security;
create policy "owner can select own workouts" on public.workouts
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own workouts" on public.workouts
for insert to authenticated with check (
    (select auth.uid()) = user_id
    -- A plan that the user may see: its own policy answers the subquery.
    and (plan_id is null or exists (
        select from public.plans as p
        where p.id = workouts.plan_id
    ))
);
create policy "owner can delete own workouts" on public.workouts
for delete to authenticated using ((select auth.uid()) = user_id);

create trigger forget_answers
after delete on public.workouts
for each row execute function private.forget_answers();


create table public.workout_sets (
    user_id uuid not null,
    id uuid not null default gen_random_uuid(),
    workout_id uuid not null,
    performed_at timestamptz not null,
    position integer not null constraint workout_sets_position_check check (position between 1 and 200),
    -- Checked at the end of the transaction: when an account is deleted, a user's own exercises may go before the
    -- sets that used them.
    exercise_id uuid not null references public.exercises (id) deferrable initially deferred,
    set_type text not null default 'working'
    constraint workout_sets_set_type_check
    check (
        set_type in ('working', 'warmup', 'backoff', 'drop', 'amrap', 'cluster', 'rest_pause', 'failure')
    ),
    -- Scales are checked instead of declared: a declared scale would round what the user entered.
    weight numeric
    constraint workout_sets_weight_check check (weight between 0 and 2000 and scale(trim_scale(weight)) <= 3),
    weight_unit text constraint workout_sets_weight_unit_check check (weight_unit in ('kg', 'lb')),
    reps integer constraint workout_sets_reps_check check (reps between 0 and 1000),
    duration_seconds integer
    constraint workout_sets_duration_seconds_check check (duration_seconds between 0 and 86400),
    distance_meters numeric
    constraint workout_sets_distance_meters_check
    check (distance_meters between 0 and 1000000 and scale(trim_scale(distance_meters)) <= 3),
    rpe numeric
    constraint workout_sets_rpe_check check (rpe between 1 and 10 and rpe * 2 = trunc(rpe * 2)),
    rir integer constraint workout_sets_rir_check check (rir between 0 and 10),
    rest_seconds integer constraint workout_sets_rest_seconds_check check (rest_seconds between 0 and 3600),
    tempo text
    constraint workout_sets_tempo_check check (tempo ~ '^([0-9]{1,2}|[xX])(-([0-9]{1,2}|[xX])){2,3}$'),
    form_quality integer constraint workout_sets_form_quality_check check (form_quality between 1 and 5),
    superset integer constraint workout_sets_superset_check check (superset between 1 and 20),
    notes text constraint workout_sets_notes_check check (char_length(notes) <= 1000),
    weight_kg numeric generated always as (
        case weight_unit when 'lb' then weight * 0.45359237 else weight end
    ) stored,
    -- Warm-ups add nothing to the volume of record.
    volume_kg numeric generated always as (
        case
            when set_type = 'warmup' then 0 * weight * reps
            when weight_unit = 'lb' then weight * 0.45359237 * reps
            else weight * reps
        end
    ) stored,
    -- Epley on effective reps (reps + RIR): the weight itself at one, honest silence above twelve.
    estimated_1rm_kg numeric generated always as (
        case
            when set_type = 'warmup' or weight = 0 or reps = 0 or reps + coalesce(rir, 0) > 12 then null
            else
                weight
                * case weight_unit when 'lb' then 0.45359237 else 1 end
                * case reps + coalesce(rir, 0)
                    when 1 then 1
                    else round(1 + (reps + coalesce(rir, 0)) / 30.0, 8)
                end
        end
    ) stored,
    primary key (user_id, id),
    constraint workout_sets_user_id_workout_id_performed_at_fkey
    foreign key (user_id, workout_id, performed_at) references public.workouts (user_id, id, completed_at)
    on delete cascade on update cascade,
    constraint workout_sets_user_id_workout_id_performed_at_position_key
    unique (user_id, workout_id, performed_at, position),
    constraint workout_sets_weight_weight_unit_check check ((weight is null) = (weight_unit is null)),
    constraint workout_sets_measure_check check (num_nonnulls(reps, duration_seconds, distance_meters) > 0)
);
comment on table public.workout_sets is 'The sets of a workout, in the order they were done.';
comment on column public.workout_sets.performed_at is
'The workout''s completed_at, kept equal by the foreign key: an exercise''s history is one index scan.';
comment on column public.workout_sets.tempo is
'Seconds down, paused, up, and paused again if given; X is as fast as possible.';
comment on column public.workout_sets.superset is 'Sets of one workout with the same number were done in turn.';
-- An exercise's history, and how often it was done, come from this index alone.
create index workout_sets_user_id_exercise_id_performed_at_workout_id_idx
on public.workout_sets (user_id, exercise_id, performed_at, workout_id);
create index workout_sets_exercise_id_idx on public.workout_sets (exercise_id);
revoke all on public.workout_sets from anon, authenticated;
grant select on public.workout_sets to authenticated;
grant insert (
    user_id, workout_id, performed_at, position, exercise_id, set_type, weight, weight_unit, reps,
    duration_seconds, distance_meters, rpe, rir, rest_seconds, tempo, form_quality, superset, notes
) on public.workout_sets to authenticated;
alter table public.workout_sets enable row level security;
create policy "owner can select own workout_sets" on public.workout_sets
for select to authenticated using ((select auth.uid()) = user_id);
-- The exercise must be one that the user may see: its own policy answers the subquery.
create policy "owner can insert own workout_sets" on public.workout_sets
for insert to authenticated with check (
    (select auth.uid()) = user_id
    and exists (
        select from public.exercises as e
        where e.id = workout_sets.exercise_id
    )
);


create function private.workout_sets_json(p_user_id uuid, p_workout_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.to_jsonb(s) - array['user_id', 'workout_id', 'performed_at']
            || pg_catalog.jsonb_build_object('exercise_name', e.name)
            order by s.position
        ),
        '[]'
    )
    from public.workout_sets as s
    inner join public.exercises as e on s.exercise_id = e.id
    where s.user_id = p_user_id and s.workout_id = p_workout_id
$$;
comment on function private.workout_sets_json(uuid, uuid) is
'The sets of a workout in order, with their exercises'' names.';
grant execute on function private.workout_sets_json(uuid, uuid) to authenticated;


create function private.workout_summary_json(p_workout public.workouts)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.to_jsonb(p_workout) - array['user_id', 'import_key', 'import_incomplete']
        || pg_catalog.jsonb_build_object(
            'total_sets', coalesce(sum(done.sets), 0),
            'working_sets', coalesce(sum(done.working_sets), 0),
            'total_volume_kg', coalesce(sum(done.volume_kg), 0),
            'exercises', coalesce(
                pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object(
                        'exercise_id', done.exercise_id,
                        'exercise_name', e.name,
                        'working_sets', done.working_sets
                    )
                    order by done.first_position
                ) filter (where done.exercise_id is not null),
                '[]'
            )
        )
    from (
        select
            s.exercise_id,
            count(*) as sets,
            count(*) filter (where s.set_type <> 'warmup') as working_sets,
            sum(s.volume_kg) as volume_kg,
            min(s.position) as first_position
        from public.workout_sets as s
        where s.user_id = p_workout.user_id and s.workout_id = p_workout.id
        group by s.exercise_id
    ) as done
    inner join public.exercises as e on done.exercise_id = e.id
$$;
comment on function private.workout_summary_json(public.workouts) is
'A workout as lists show it: its own fields, its totals, and its exercises in the order they were done.';
grant execute on function private.workout_summary_json(public.workouts) to authenticated;


create function private.workout_json(p_workout public.workouts)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        private.workout_summary_json(p_workout)
        || pg_catalog.jsonb_build_object('sets', private.workout_sets_json(p_workout.user_id, p_workout.id))
$$;
comment on function private.workout_json(public.workouts) is 'A workout whole: its summary and its sets.';
grant execute on function private.workout_json(public.workouts) to authenticated;


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
    from public.workout_sets as s
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
        from public.workouts as ours
        cross join lateral private.exercise_sessions(
            p_user_id,
            array(
                select s.exercise_id from public.workout_sets as s
                where s.user_id = p_user_id and s.workout_id = p_workout_id
            ),
            ours.completed_at
        ) as s
        inner join public.workouts as theirs on theirs.user_id = p_user_id and s.workout_id = theirs.id
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
    inner join public.exercises as e on r.exercise_id = e.id
$$;
comment on function private.personal_records_json(uuid, uuid, text) is
'The personal records of a workout for an answer, in the unit given (kg or lb), to two decimals.';
grant execute on function private.personal_records_json(uuid, uuid, text) to authenticated;


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
        select from public.exercises as e where e.id = (s.value ->> 'exercise_id')::uuid
    );
    if v_unknown is not null then
        raise sqlstate 'PT422' using
            message = 'There is no such exercise.', detail = 'exercise_not_found', hint = v_unknown;
    end if;
end
$$;
comment on function private.check_exercises(jsonb) is
'Raises PT422 exercise_not_found; the hint holds the path of each unknown exercise, with indexes from 0.';
grant execute on function private.check_exercises(jsonb) to authenticated;


create function private.followed_plan_not_found()
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    raise sqlstate 'PT422' using message = 'There is no such plan.', detail = 'plan_not_found', hint = 'plan_id';
end
$$;
comment on function private.followed_plan_not_found() is 'Raises PT422 plan_not_found.';
grant execute on function private.followed_plan_not_found() to authenticated;


create function private.check_followed_plan(p_plan_id uuid, p_plan_day integer)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_plan_id is not null and not exists (select from public.plans as p where p.id = p_plan_id) then
        perform private.followed_plan_not_found();
    end if;
    if p_plan_day is not null and not exists (
        select from public.plans as p
        inner join public.plan_days as d on p.user_id = d.user_id and p.id = d.plan_id and p.version = d.version
        where p.id = p_plan_id and d.day = p_plan_day
    ) then
        raise sqlstate 'PT422' using
            message = 'The plan has no such day.', detail = 'plan_day_not_found', hint = 'plan_day';
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
        raise sqlstate 'PT422' using
            message = 'A workout has 1 to 200 sets.', detail = 'invalid_sets', hint = 'sets';
    end if;
    if v_completed_at > pg_catalog.now() + interval '1 minute' then
        raise sqlstate 'PT422' using
            message = 'completed_at lies in the future.', detail = 'completed_in_future', hint = 'completed_at';
    end if;
    if v_started_at > v_completed_at then
        raise sqlstate 'PT422' using
            message = 'completed_at lies before started_at.',
            detail = 'completed_before_started', hint = 'completed_at';
    end if;
    perform private.check_followed_plan((p_workout ->> 'plan_id')::uuid, (p_workout ->> 'plan_day')::integer);
    perform private.check_exercises(p_workout -> 'sets');
end
$$;
comment on function private.check_workout(jsonb) is
'Raises PT422 invalid_sets, completed_in_future, completed_before_started, plan_not_found, plan_day_not_found or '
'exercise_not_found.';
grant execute on function private.check_workout(jsonb) to authenticated;


create function private.insert_sets(
    p_user_id uuid, p_workout_id uuid, p_performed_at timestamptz, p_sets jsonb, p_weight_unit text
)
returns void
language sql
security invoker
set search_path = ''
as $$
    insert into public.workout_sets (
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
    insert into public.workouts (
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
    left join public.plans as p on w.plan_id = p.id;
    perform private.insert_sets(p_user_id, v_id, v_completed_at, p_workout -> 'sets', p_weight_unit);
    return v_id;
exception when foreign_key_violation then
    -- Deleted by its owner since it was looked for.
    perform private.followed_plan_not_found();
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
    v_profile public.profiles := private.lock_profile();
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
revoke all on function public.log_workout(jsonb, text) from anon, authenticated;
grant execute on function public.log_workout(jsonb, text) to authenticated;


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
    update public.workouts as w
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
        left join public.plans as p
            on given.plan_id = p.id and (p.user_id = v_user_id or p.is_public)
    )
    where w.user_id = v_user_id and w.id = p_id;
    delete from public.workout_sets as s
    where s.user_id = v_user_id and s.workout_id = p_id;
exception when foreign_key_violation then
    -- Deleted by its owner since it was looked for.
    perform private.followed_plan_not_found();
end
$$;
comment on function private.rewrite_workout(uuid, jsonb) is
'Gives a workout of the caller''s new fields, and takes its sets away.';
grant execute on function private.rewrite_workout(uuid, jsonb) to authenticated;


create function private.check_plan_day(p_stored public.workouts, p_workout jsonb)
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
            select from public.plan_days as d
            where d.plan_id = p_stored.plan_id and d.version = p_stored.plan_version and d.day = v_day
        )
    then
        raise sqlstate 'PT422' using
            message = 'The plan has no such day.', detail = 'plan_day_not_found', hint = 'plan_day';
    end if;
end
$$;
comment on function private.check_plan_day(public.workouts, jsonb) is
'Raises PT422 plan_day_not_found when an edited workout takes a day that the version it followed has not.';
grant execute on function private.check_plan_day(public.workouts, jsonb) to authenticated;


create function public.update_workout(p_id uuid, p_workout jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile public.profiles := private.lock_profile();
    v_stored public.workouts;
    v_new jsonb;
    v_answer jsonb;
begin
    select w.* into v_stored from public.workouts as w
    where w.user_id = v_profile.user_id and w.id = p_id;
    if not found then
        perform private.workout_not_found();
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
revoke all on function public.update_workout(uuid, jsonb) from anon, authenticated;
grant execute on function public.update_workout(uuid, jsonb) to authenticated;


create function public.list_workouts(
    p_page integer default 1,
    p_per_page integer default 20,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_plan_id uuid default null,
    p_exercise_id uuid default null,
    p_q text default null
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    with
    found as (
        select
            w.id,
            w.completed_at
        from public.workouts as w
        where w.user_id = (select private.current_user_id())
            and (p_from is null or w.completed_at >= p_from)
            and (p_to is null or w.completed_at < p_to)
            and (p_plan_id is null or w.plan_id = p_plan_id)
            and (p_exercise_id is null or exists (
                select from public.workout_sets as s
                where s.user_id = w.user_id and s.workout_id = w.id and s.exercise_id = p_exercise_id
            ))
            -- What has no letters is in no text.
            and (p_q is null or pg_catalog.btrim(p_q) = '' or not exists (
                select from pg_catalog.string_to_table(nullif(private.search_text(p_q), ''), ' ') as word
                where pg_catalog.strpos(
                    ' ' || private.search_text(pg_catalog.concat_ws(' ', w.title, w.plan_name, w.notes)), ' ' || word
                ) = 0
            ) and private.search_text(p_q) <> '')
    ),
    page as (
        select
            found.id,
            found.completed_at
        from found
        order by found.completed_at desc, found.id desc
        offset private.page_offset(p_page, p_per_page)
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                private.workout_summary_json(w) order by w.completed_at desc, w.id desc
            )
            from page
            inner join public.workouts as w on w.user_id = (select private.current_user_id()) and page.id = w.id
        ),
        (select count(*) from found),
        p_page,
        p_per_page
    )
$$;
comment on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text) is
'A page of the caller''s workouts without their sets, latest first: {items, total, page, per_page}; those completed '
'from p_from on and before p_to, of a plan, with an exercise, and with all words of p_q, or beginnings of them, in '
'title, plan or notes. '
'Raises PT422 invalid_page.';
revoke all on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text)
from anon, authenticated;
grant execute on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text)
to authenticated;


create function private.workout_not_found()
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    raise sqlstate 'PT404' using message = 'There is no such workout.', detail = 'workout_not_found';
end
$$;
comment on function private.workout_not_found() is 'Raises PT404 workout_not_found.';
grant execute on function private.workout_not_found() to authenticated;


create function public.get_workout(p_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_workout jsonb;
begin
    select private.workout_json(w) into v_workout
    from public.workouts as w
    where w.user_id = v_user_id and w.id = p_id;
    if not found then
        perform private.workout_not_found();
    end if;
    return v_workout;
end
$$;
comment on function public.get_workout(uuid) is
'One of the caller''s workouts with its sets. Raises PT404 workout_not_found, also for another user''s.';
revoke all on function public.get_workout(uuid) from anon, authenticated;
grant execute on function public.get_workout(uuid) to authenticated;


create function public.delete_workout(p_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    -- The ledger rows go with the workout and change the score, so the profile is locked first, as everywhere.
    v_profile public.profiles := private.lock_profile();
begin
    delete from public.workouts as w
    where w.user_id = v_profile.user_id and w.id = p_id;
    if not found then
        perform private.workout_not_found();
    end if;
end
$$;
comment on function public.delete_workout(uuid) is
'Deletes one of the caller''s workouts with its sets, and takes back the affinity it gave. Raises PT404 '
'workout_not_found, profile_not_found.';
revoke all on function public.delete_workout(uuid) from anon, authenticated;
grant execute on function public.delete_workout(uuid) to authenticated;
