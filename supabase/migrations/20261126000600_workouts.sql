-- Workouts, set by set. Weights are stored as entered. Postgres derives kilograms and everything that follows from
-- them, so no client can store a number that its sets do not give.

create table private.workouts (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    -- The plan may be another user's public one. When its owner deletes it, its name and version stay here.
    plan_id uuid
    constraint workouts_plan_id_fkey references private.plans (id) on delete set null,
    plan_version integer,
    plan_day integer constraint workouts_plan_day_check check (plan_day between 1 and 7),
    plan_name text,
    title text
    constraint workouts_title_check check (char_length(title) <= 200 and btrim(title) <> ''),
    started_at timestamptz
    constraint workouts_started_at_check check (started_at >= timestamptz '1970-01-01 00:00:00+00'),
    -- The minute allows for clocks that run ahead. Time can only make a stored moment valid, never invalid.
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
    -- Postgres computes this before the checks refuse an infinite moment.
    duration_seconds integer generated always as (
        case
            when
                isfinite(started_at) and isfinite(completed_at)
                then extract(epoch from completed_at - started_at)::integer
        end
    ) stored,
    import_key text constraint workouts_import_key_check check (char_length(import_key) <= 300),
    import_incomplete boolean not null default false,
    has_work boolean not null default false,
    -- The clock and not the transaction's start: this orders the workouts that one transaction stores.
    created_at timestamptz not null default clock_timestamp(),
    primary key (user_id, id),
    -- The sets refer to this key, which keeps their performed_at equal to the workout's completed_at.
    constraint workouts_user_id_id_completed_at_key unique (user_id, id, completed_at),
    -- No workout is imported twice.
    constraint workouts_user_id_import_key_key unique (user_id, import_key),
    constraint workouts_started_at_completed_at_check check (started_at <= completed_at),
    constraint workouts_plan_id_plan_version_check check (plan_id is null or num_nulls(plan_version, plan_name) = 0),
    constraint workouts_plan_day_plan_name_check check (plan_day is null or plan_name is not null)
);
comment on table private.workouts is
'Completed workouts. Functions compute the totals from the sets when they read them.';
comment on column private.workouts.plan_version is 'The version that was current when the workout was logged.';
comment on column private.workouts.has_work is
'Whether a set has reps, time or distance. A trigger keeps it. Without work, a workout earns nothing and counts for no '
'week.';
comment on column private.workouts.import_key is 'What identifies the workout in the file that it was imported from.';
comment on column private.workouts.import_incomplete is
'Whether sets of the file were left out because no exercise has their name. A later import may add them; an edit of '
'the workout ends that.';
create index workouts_plan_id_user_id_completed_at_idx on private.workouts (plan_id, user_id, completed_at);
-- Counts what a user logged in the last day.
create index workouts_user_id_created_at_idx on private.workouts (user_id, created_at) where import_key is null;
create index workouts_user_id_completed_at_idx on private.workouts (user_id, completed_at desc, id desc);
grant select, delete on private.workouts to authenticated;
grant insert (
    user_id, id, plan_id, plan_version, plan_day, plan_name, title, started_at, completed_at, notes, mood,
    energy_before, energy_after, overall_rpe, import_key, import_incomplete
) on private.workouts to authenticated;
alter table private.workouts enable row level security;
create policy "owner can select own workouts" on private.workouts
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own workouts" on private.workouts
for insert to authenticated with check (
    (select auth.uid()) = user_id
    -- The policy of plans decides which plans the subquery finds: those that the user may see.
    and (plan_id is null or exists (
        select from private.plans as p
        where p.id = workouts.plan_id
    ))
);
create policy "owner can delete own workouts" on private.workouts
for delete to authenticated using ((select auth.uid()) = user_id);
create trigger forget_answers
after delete on private.workouts
for each row execute function private.forget_answers();


create function private.estimated_1rm(p_weight numeric, p_reps integer, p_rir integer)
returns numeric
language sql
immutable
security invoker
return case
    when p_weight = 0 or p_reps = 0 or p_reps + coalesce(p_rir, 0) > 12 then null
    when p_reps + coalesce(p_rir, 0) = 1 then p_weight
    else p_weight * round(1 + (p_reps + coalesce(p_rir, 0)) / 30.0, 8)
end;
comment on function private.estimated_1rm(numeric, integer, integer) is
'The weight that a user could lift once, by the Epley formula on effective reps (reps and reps in reserve). Null '
'without weight and above 12 effective reps, where the formula is no longer right.';
grant execute on function private.estimated_1rm(numeric, integer, integer) to authenticated;


create table private.workout_sets (
    user_id uuid not null,
    id uuid not null default gen_random_uuid(),
    workout_id uuid not null,
    performed_at timestamptz not null,
    position integer not null constraint workout_sets_position_check check (position between 1 and 200),
    -- Deferred, because deleting an account may delete a user's own exercises before the sets that use them.
    exercise_id uuid not null references private.exercises (id) deferrable initially deferred,
    set_type text not null default 'working'
    constraint workout_sets_set_type_check
    check (
        set_type in ('working', 'warmup', 'backoff', 'drop', 'amrap', 'cluster', 'rest_pause', 'failure')
    ),
    -- A declared scale would round what the user entered, so a check limits the scale instead.
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
    weight_kg numeric generated always as (private.weight_in(weight, weight_unit, 'kg')) stored,
    -- Warm-ups add nothing to the volume of record.
    volume_kg numeric generated always as (
        private.weight_in(weight, weight_unit, 'kg') * reps * case set_type when 'warmup' then 0 else 1 end
    ) stored,
    estimated_1rm_kg numeric generated always as (
        case
            when set_type <> 'warmup'
                then private.estimated_1rm(private.weight_in(weight, weight_unit, 'kg'), reps, rir)
        end
    ) stored,
    primary key (user_id, id),
    constraint workout_sets_user_id_workout_id_performed_at_fkey
    foreign key (user_id, workout_id, performed_at) references private.workouts (user_id, id, completed_at)
    on delete cascade on update cascade,
    constraint workout_sets_user_id_workout_id_performed_at_position_key
    unique (user_id, workout_id, performed_at, position),
    constraint workout_sets_weight_weight_unit_check check ((weight is null) = (weight_unit is null)),
    constraint workout_sets_measure_check check (num_nonnulls(reps, duration_seconds, distance_meters) > 0)
);
comment on table private.workout_sets is 'The sets of workouts, in the order in which the user did them.';
comment on column private.workout_sets.performed_at is
'The completed_at of the workout, which the foreign key keeps equal: the history of an exercise is one index scan.';
comment on column private.workout_sets.tempo is
'Seconds down, paused, up and, if given, paused again. X is as fast as possible.';
comment on column private.workout_sets.superset is
'The user alternated between the sets of a workout that have the same number.';
-- This index alone answers what the history of an exercise is, and how often the user did it.
create index workout_sets_user_id_exercise_id_performed_at_workout_id_idx
on private.workout_sets (user_id, exercise_id, performed_at, workout_id);
create index workout_sets_exercise_id_idx on private.workout_sets (exercise_id);
grant select on private.workout_sets to authenticated;
grant insert (
    user_id, workout_id, performed_at, position, exercise_id, set_type, weight, weight_unit, reps,
    duration_seconds, distance_meters, rpe, rir, rest_seconds, tempo, form_quality, superset, notes
) on private.workout_sets to authenticated;
alter table private.workout_sets enable row level security;
create policy "owner can select own workout_sets" on private.workout_sets
for select to authenticated using ((select auth.uid()) = user_id);
-- The policy of exercises decides which exercises the subquery finds: those that the user may see.
create policy "owner can insert own workout_sets" on private.workout_sets
for insert to authenticated with check (
    (select auth.uid()) = user_id
    and exists (
        select from private.exercises as e
        where e.id = workout_sets.exercise_id
    )
);


create function private.is_work(p_reps integer, p_duration_seconds integer, p_distance_meters numeric)
returns boolean
language sql
immutable
security invoker
return greatest(p_reps, p_duration_seconds, p_distance_meters) > 0;
comment on function private.is_work(integer, integer, numeric) is
'Whether a set did something: 0 reps, 0 seconds or 0 meters are an attempt.';
grant execute on function private.is_work(integer, integer, numeric) to authenticated;


-- Security definer, because users may not update workouts. It acts only on the workouts whose sets fired it.
create function private.note_work()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update private.workouts as w
    set has_work = true
    from (
        select distinct
            s.user_id,
            s.workout_id
        from inserted as s
        where private.is_work(s.reps, s.duration_seconds, s.distance_meters)
    ) as worked
    where w.user_id = worked.user_id and w.id = worked.workout_id and not w.has_work;
    return null;
end
$$;
comment on function private.note_work() is 'Marks the workouts of new sets that have work.';

create trigger note_work
after insert on private.workout_sets
referencing new table as inserted
for each statement execute function private.note_work();


-- Reading a workout.

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
    from private.workout_sets as s
    inner join private.exercises as e on s.exercise_id = e.id
    where s.user_id = p_user_id and s.workout_id = p_workout_id
$$;
comment on function private.workout_sets_json(uuid, uuid) is
'The sets of a workout in order, with the names of their exercises.';
grant execute on function private.workout_sets_json(uuid, uuid) to authenticated;


create function private.workout_summary_json(p_workout private.workouts)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.to_jsonb(p_workout) - array['user_id', 'import_key', 'import_incomplete', 'has_work']
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
        from private.workout_sets as s
        where s.user_id = p_workout.user_id and s.workout_id = p_workout.id
        group by s.exercise_id
    ) as done
    inner join private.exercises as e on done.exercise_id = e.id
$$;
comment on function private.workout_summary_json(private.workouts) is
'A workout as lists show it: its fields, its totals, and its exercises in the order in which the user did them.';
grant execute on function private.workout_summary_json(private.workouts) to authenticated;


create function private.workout_json(p_workout private.workouts)
returns jsonb
language sql
stable
security invoker
return private.workout_summary_json(p_workout)
|| pg_catalog.jsonb_build_object('sets', private.workout_sets_json(p_workout.user_id, p_workout.id));
comment on function private.workout_json(private.workouts) is 'A workout with its summary and its sets.';
grant execute on function private.workout_json(private.workouts) to authenticated;


create function private.find_workout(p_user_id uuid, p_id uuid)
returns private.workouts
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_workout private.workouts;
begin
    select w.* into v_workout from private.workouts as w
    where w.user_id = p_user_id and w.id = p_id;
    if not found then
        perform private.fail(404, 'workout_not_found', 'No workout has this id.');
    end if;
    return v_workout;
end
$$;
comment on function private.find_workout(uuid, uuid) is
'A workout of the user. Raises PT404 workout_not_found, also for a workout of another user.';
grant execute on function private.find_workout(uuid, uuid) to authenticated;


create function public.get_workout(p_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select private.workout_json(w) from private.find_workout(private.current_user_id(), p_id) as w
$$;
comment on function public.get_workout(uuid) is
'A workout of the caller with its sets. Raises PT404 workout_not_found, also for a workout of another user.';
grant execute on function public.get_workout(uuid) to authenticated;


-- Lists of workouts.

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
        from private.workouts as w
        where w.user_id = (select private.current_user_id())
            and (p_from is null or w.completed_at >= p_from)
            and (p_to is null or w.completed_at < p_to)
            and (p_plan_id is null or w.plan_id = p_plan_id)
            and (p_exercise_id is null or exists (
                select from private.workout_sets as s
                where s.user_id = w.user_id and s.workout_id = w.id and s.exercise_id = p_exercise_id
            ))
            and (
                coalesce(pg_catalog.btrim(p_q), '') = ''
                or private.has_words(
                    pg_catalog.concat_ws(' ', w.title, w.plan_name, w.notes), (select private.word_patterns(p_q))
                )
            )
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
            inner join private.workouts as w on w.user_id = (select private.current_user_id()) and page.id = w.id
        ),
        (select count(*) from found),
        p_page,
        p_per_page
    )
$$;
comment on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text) is
'A page of the workouts of the caller without their sets, latest first: {items, total, page, per_page}. Each filter '
'that is given must match: completed at p_from or later and before p_to, of a plan, with an exercise, and with every '
'word of p_q as the beginning of a word in title, plan or notes. Raises PT422 invalid_page.';
grant execute on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text)
to authenticated;


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
