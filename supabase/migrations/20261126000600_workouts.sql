-- Workouts, set by set. Weights are stored as entered. Postgres derives kilograms and everything that follows from
-- them, so no client can store a number that its sets do not give. What lists and statistics read is kept when the sets
-- are written: see rollups.sql.

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
    -- What a search compares, so that it need not be prepared again for each search.
    search_text text generated always as (
        ' ' || private.search_text(coalesce(title, '') || ' ' || coalesce(plan_name, '') || ' ' || coalesce(notes, ''))
    ) stored,
    import_key text constraint workouts_import_key_check check (char_length(import_key) <= 300),
    import_incomplete boolean not null default false,
    has_work boolean not null default false,
    total_sets integer not null default 0,
    working_sets integer not null default 0,
    total_volume_kg numeric not null default 0,
    rpe_sum numeric,
    rpe_count integer not null default 0,
    muscles text[] not null default '{}',
    hard_sets numeric[] not null default '{}',
    -- Answers contain it as it is, so it is text that Postgres need not take apart.
    exercises json not null default '[]',
    -- The clock and not the transaction's start: this orders the workouts that one transaction stores.
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    revision bigint not null default nextval('private.revisions'),
    primary key (user_id, id),
    -- Clients may choose the id.
    constraint workouts_id_key unique (id),
    constraint workouts_started_at_completed_at_check check (started_at <= completed_at),
    constraint workouts_plan_id_plan_version_check check (plan_id is null or num_nulls(plan_version, plan_name) = 0),
    constraint workouts_plan_day_plan_name_check check (plan_day is null or plan_name is not null)
);
comment on table private.workouts is
'Completed workouts. A trigger on their sets keeps has_work and everything from total_sets to exercises.';
comment on column private.workouts.plan_version is 'The version that was current when the workout was logged.';
comment on column private.workouts.has_work is
'Whether a set has reps, time or distance. Without work, a workout earns nothing and counts for no week.';
comment on column private.workouts.rpe_sum is
'The sum of the RPE of the working sets that have one; rpe_count is how many have.';
comment on column private.workouts.muscles is
'The muscles that the working sets trained. A set counts 1 for each primary muscle of its exercise and ½ for each '
'secondary one: these are the hard_sets of each, in the same order.';
comment on column private.workouts.exercises is
'What the user did, in order, as lists show it: [{exercise_id, exercise_name, working_sets}].';
comment on column private.workouts.import_key is 'What identifies the workout in the file that it was imported from.';
comment on column private.workouts.import_incomplete is
'Whether sets of the file were left out because no exercise has their name. A later import may add them; an edit of '
'the workout ends that.';
-- No workout is imported twice.
create unique index workouts_user_id_import_key_key on private.workouts (user_id, import_key)
where import_key is not null;
create index workouts_plan_id_user_id_completed_at_created_at_idx
on private.workouts (plan_id, user_id, completed_at, created_at)
where plan_id is not null;
-- Finds what a user logged in the last day, and earlier workouts that they logged late.
create index workouts_user_id_created_at_completed_at_idx on private.workouts (user_id, created_at, completed_at);
create index workouts_user_id_created_at_id_idx on private.workouts (user_id, created_at, id)
where plan_name is not null;
create index workouts_user_id_revision_idx on private.workouts (user_id, revision);
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
-- Every edit writes the plan, and the end of a plan does, too. The totals are written along with the sets.
create trigger revise
before update of plan_id, updated_at on private.workouts
for each row execute function private.revise();
create trigger record_deletion
after delete on private.workouts
for each row execute function private.record_deletion('workout');
create trigger forget_answers
after delete on private.workouts
for each row execute function private.forget_answers();


create function private.effective_reps(p_reps integer, p_rir integer, p_rpe numeric)
returns numeric
language sql
immutable
security invoker
return p_reps + least(coalesce(p_rir, 10 - p_rpe, 0), 4);
comment on function private.effective_reps(integer, integer, numeric) is
'The reps of a set and those in reserve, which are 10 - RPE if only that is known. At most 4 in reserve count, because '
'nobody knows exactly how many more they could have done.';
grant execute on function private.effective_reps(integer, integer, numeric) to authenticated;


create function private.estimated_1rm(p_weight numeric, p_reps integer, p_effective_reps numeric)
returns numeric
language sql
immutable
security invoker
return case
    when p_weight = 0 or p_reps = 0 or p_effective_reps > 12 then null
    when p_effective_reps = 1 then p_weight
    else p_weight * round(1 + p_effective_reps / 30, 8)
end;
comment on function private.estimated_1rm(numeric, integer, numeric) is
'The weight that a user could lift once, by the Epley formula on effective reps. Null without weight, without reps and '
'above 12 effective reps, where the formula is no longer right.';
grant execute on function private.estimated_1rm(numeric, integer, numeric) to authenticated;


create function private.surpasses(p_value numeric, p_earlier numeric)
returns boolean
language sql
immutable
security invoker
-- Two values that users see as equal make no record: 225 lb is 102.06 kg.
return coalesce(round(p_value, 2) > coalesce(round(p_earlier, 2), 0), false);
comment on function private.surpasses(numeric, numeric) is
'Whether a value is a record after an earlier best, which is null if there is none. A record is above 0.';
grant execute on function private.surpasses(numeric, numeric) to authenticated;


create table private.workout_exercises (
    user_id uuid not null,
    workout_id uuid not null,
    -- Deferred, because deleting an account may delete a user's own exercises before the workouts that use them.
    exercise_id uuid not null references private.exercises (id) deferrable initially deferred,
    performed_at timestamptz not null,
    logged_at timestamptz not null,
    position integer not null,
    has_work boolean not null,
    total_sets integer not null,
    working_sets integer not null,
    rpe_sum numeric,
    rpe_count integer not null,
    volume_kg numeric,
    weight_kg numeric,
    estimated_1rm_kg numeric,
    reps integer,
    earlier_volume_kg numeric,
    earlier_weight_kg numeric,
    earlier_estimated_1rm_kg numeric,
    earlier_reps integer,
    is_record boolean not null generated always as (
        private.surpasses(volume_kg, earlier_volume_kg)
        or private.surpasses(weight_kg, earlier_weight_kg)
        or private.surpasses(estimated_1rm_kg, earlier_estimated_1rm_kg)
        or private.surpasses(reps, earlier_reps)
    ) stored,
    primary key (user_id, workout_id, exercise_id),
    constraint workout_exercises_user_id_workout_id_fkey
    foreign key (user_id, workout_id) references private.workouts (user_id, id) on delete cascade
);
comment on table private.workout_exercises is
'What each workout reached in each of its exercises, and the best of all earlier workouts in it. Triggers keep it; see '
'private.roll_up_sets.';
comment on column private.workout_exercises.performed_at is
'The completed_at of the workout. Its created_at is logged_at.';
comment on column private.workout_exercises.position is 'That of the first set.';
comment on column private.workout_exercises.volume_kg is
'Of the working sets, like all values here. Null if no set has a weight and reps.';
comment on column private.workout_exercises.weight_kg is 'The heaviest weight with which the user did anything.';
comment on column private.workout_exercises.reps is 'The most reps in a set without weight.';
comment on column private.workout_exercises.earlier_volume_kg is
'The most in an earlier workout, in the order of performed_at, logged_at and workout_id; null before the first.';
-- The history of an exercise is a scan of this index, and the workout before a moment its last entry.
create index workout_exercises_user_id_exercise_id_performed_at_idx
on private.workout_exercises (user_id, exercise_id, performed_at, logged_at, workout_id);
create index workout_exercises_user_id_exercise_id_idx on private.workout_exercises (user_id, exercise_id)
where is_record;
create index workout_exercises_exercise_id_idx on private.workout_exercises (exercise_id);
grant select on private.workout_exercises to authenticated;
alter table private.workout_exercises enable row level security;
create policy "owner can select own workout_exercises" on private.workout_exercises
for select to authenticated using ((select auth.uid()) = user_id);


create table private.done_exercises (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    exercise_id uuid not null references private.exercises (id) deferrable initially deferred,
    times_done integer not null constraint done_exercises_times_done_check check (times_done > 0),
    last_done_at timestamptz not null,
    primary key (user_id, exercise_id)
);
comment on table private.done_exercises is
'In how many workouts a user did an exercise, and when they did it last. Triggers keep it.';
create index done_exercises_exercise_id_idx on private.done_exercises (exercise_id);
grant select on private.done_exercises to authenticated;
alter table private.done_exercises enable row level security;
create policy "owner can select own done_exercises" on private.done_exercises
for select to authenticated using ((select auth.uid()) = user_id);


create table private.workout_sets (
    user_id uuid not null,
    id uuid not null default gen_random_uuid(),
    workout_id uuid not null,
    position integer not null constraint workout_sets_position_check check (position between 1 and 200),
    exercise_id uuid not null,
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
                then private.estimated_1rm(
                    private.weight_in(weight, weight_unit, 'kg'), reps, private.effective_reps(reps, rir, rpe)
                )
        end
    ) stored,
    primary key (user_id, workout_id, position),
    -- Deferred, because a trigger writes the rows that this refers to after the sets.
    constraint workout_sets_user_id_workout_id_exercise_id_fkey
    foreign key (user_id, workout_id, exercise_id)
    references private.workout_exercises (user_id, workout_id, exercise_id)
    on delete cascade deferrable initially deferred,
    constraint workout_sets_rpe_rir_check check (abs(10 - rpe - rir) <= 0.5),
    constraint workout_sets_weight_weight_unit_check check ((weight is null) = (weight_unit is null)),
    constraint workout_sets_measure_check check (num_nonnulls(reps, duration_seconds, distance_meters) > 0)
);
comment on table private.workout_sets is 'The sets of workouts, in the order in which the user did them.';
comment on column private.workout_sets.tempo is
'Seconds down, paused, up and, if given, paused again. X is as fast as possible.';
comment on column private.workout_sets.superset is
'The user alternated between the sets of a workout that have the same number.';
grant select on private.workout_sets to authenticated;
grant insert (
    user_id, workout_id, position, exercise_id, set_type, weight, weight_unit, reps,
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


-- What is kept about workouts when their sets are written, so that reading need not add up the sets again.

-- Not granted to anybody, like the trigger functions that call it.
create function private.refresh_earlier_bests(p_user_id uuid, p_exercise_id uuid, p_since timestamptz)
returns void
language plpgsql
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    update private.workout_exercises as x
    set
        earlier_volume_kg = history.volume_kg,
        earlier_weight_kg = history.weight_kg,
        earlier_estimated_1rm_kg = history.estimated_1rm_kg,
        earlier_reps = history.reps
    from (
        select
            later.workout_id,
            greatest(before.volume_kg, max(later.volume_kg) over earlier) as volume_kg,
            greatest(before.weight_kg, max(later.weight_kg) over earlier) as weight_kg,
            greatest(before.estimated_1rm_kg, max(later.estimated_1rm_kg) over earlier) as estimated_1rm_kg,
            greatest(before.reps, max(later.reps) over earlier) as reps
        from private.workout_exercises as later
        left join (
            select
                greatest(e.volume_kg, e.earlier_volume_kg) as volume_kg,
                greatest(e.weight_kg, e.earlier_weight_kg) as weight_kg,
                greatest(e.estimated_1rm_kg, e.earlier_estimated_1rm_kg) as estimated_1rm_kg,
                greatest(e.reps, e.earlier_reps) as reps
            from private.workout_exercises as e
            where e.user_id = p_user_id and e.exercise_id = p_exercise_id and e.performed_at < p_since
            order by e.performed_at desc, e.logged_at desc, e.workout_id desc
            limit 1
        ) as before on true
        where later.user_id = p_user_id and later.exercise_id = p_exercise_id and later.performed_at >= p_since
        window earlier as (
            order by later.performed_at, later.logged_at, later.workout_id
            rows between unbounded preceding and 1 preceding
        )
    ) as history
    where
        x.user_id = p_user_id
        and x.exercise_id = p_exercise_id
        and x.workout_id = history.workout_id
        and (x.earlier_volume_kg, x.earlier_weight_kg, x.earlier_estimated_1rm_kg, x.earlier_reps)
        is distinct from (history.volume_kg, history.weight_kg, history.estimated_1rm_kg, history.reps);
end
$$;
comment on function private.refresh_earlier_bests(uuid, uuid, timestamptz) is
'Computes again, for the workouts of a user since a moment, the best that earlier workouts reached in an exercise. It '
'relies on what is stored for the workouts before.';


-- Not granted to anybody either.
create function private.total_workout(p_user_id uuid, p_workout_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    update private.workouts as w
    set
        has_work = total.has_work,
        total_sets = total.total_sets,
        working_sets = total.working_sets,
        total_volume_kg = total.volume_kg,
        rpe_sum = total.rpe_sum,
        rpe_count = total.rpe_count,
        exercises = total.exercises,
        muscles = coalesce(trained.muscles, '{}'),
        hard_sets = coalesce(trained.hard_sets, '{}')
    from (
        select
            pg_catalog.bool_or(x.has_work) as has_work,
            sum(x.total_sets) as total_sets,
            sum(x.working_sets) as working_sets,
            coalesce(sum(x.volume_kg), 0) as volume_kg,
            sum(x.rpe_sum) as rpe_sum,
            sum(x.rpe_count) as rpe_count,
            pg_catalog.json_agg(
                pg_catalog.json_build_object(
                    'exercise_id', x.exercise_id, 'exercise_name', e.name, 'working_sets', x.working_sets
                )
                order by x.position
            ) as exercises
        from private.workout_exercises as x
        inner join private.exercises as e on x.exercise_id = e.id
        where x.user_id = p_user_id and x.workout_id = p_workout_id
    ) as total
    cross join (
        select
            pg_catalog.array_agg(worked.muscle) as muscles,
            pg_catalog.array_agg(worked.hard_sets) as hard_sets
        from (
            select
                named.muscle,
                sum(
                    x.working_sets
                    * case when named.place <= pg_catalog.cardinality(e.primary_muscles) then 1 else 0.5 end
                ) as hard_sets
            from private.workout_exercises as x
            inner join private.exercises as e on x.exercise_id = e.id
            cross join lateral pg_catalog.unnest(e.primary_muscles || e.secondary_muscles) with ordinality
                as named (muscle, place)
            where x.user_id = p_user_id and x.workout_id = p_workout_id and x.working_sets > 0
            group by named.muscle
        ) as worked
    ) as trained
    where w.user_id = p_user_id and w.id = p_workout_id;
end
$$;
comment on function private.total_workout(uuid, uuid) is 'Adds up the exercises of a workout.';


-- Security definer, because users may write nothing that is derived. It acts only on the workouts whose sets fired it.
create function private.roll_up_sets()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if exists (
        select from (select distinct i.user_id, i.workout_id from inserted as i) as one
        inner join private.workout_exercises as x on one.user_id = x.user_id and one.workout_id = x.workout_id
    ) then
        raise exception 'all sets of a workout are inserted at once' using errcode = '55000';
    end if;
    with
    done as materialized (
        select
            w.user_id,
            w.id as workout_id,
            s.exercise_id,
            w.completed_at as performed_at,
            w.created_at as logged_at,
            min(s.position) as position,
            pg_catalog.bool_or(private.is_work(s.reps, s.duration_seconds, s.distance_meters)) as has_work,
            count(*) as total_sets,
            count(*) filter (where s.set_type <> 'warmup') as working_sets,
            sum(s.rpe) filter (where s.set_type <> 'warmup') as rpe_sum,
            count(s.rpe) filter (where s.set_type <> 'warmup') as rpe_count,
            sum(s.volume_kg) filter (where s.set_type <> 'warmup') as volume_kg,
            max(s.weight_kg) filter (
                where s.set_type <> 'warmup' and private.is_work(s.reps, s.duration_seconds, s.distance_meters)
            ) as weight_kg,
            max(s.estimated_1rm_kg) as estimated_1rm_kg,
            max(s.reps) filter (where s.set_type <> 'warmup' and coalesce(s.weight, 0) = 0) as reps
        from inserted as s
        inner join private.workouts as w on s.user_id = w.user_id and s.workout_id = w.id
        group by w.user_id, w.id, s.exercise_id
    ),
    counted as (
        insert into private.done_exercises as d (user_id, exercise_id, times_done, last_done_at)
        select
            done.user_id,
            done.exercise_id,
            count(*),
            max(done.performed_at)
        from done
        group by done.user_id, done.exercise_id
        on conflict (user_id, exercise_id) do update
        set
            times_done = d.times_done + excluded.times_done,
            last_done_at = greatest(d.last_done_at, excluded.last_done_at)
    )
    insert into private.workout_exercises (
        user_id, workout_id, exercise_id, performed_at, logged_at, position, has_work, total_sets, working_sets,
        rpe_sum, rpe_count, volume_kg, weight_kg, estimated_1rm_kg, reps, earlier_volume_kg, earlier_weight_kg,
        earlier_estimated_1rm_kg, earlier_reps
    )
    select
        done.user_id, done.workout_id, done.exercise_id, done.performed_at, done.logged_at, done.position,
        coalesce(done.has_work, false), done.total_sets, done.working_sets, done.rpe_sum, done.rpe_count,
        done.volume_kg, done.weight_kg, done.estimated_1rm_kg, done.reps, earlier.volume_kg, earlier.weight_kg,
        earlier.estimated_1rm_kg, earlier.reps
    from done
    left join lateral (
        select
            greatest(e.volume_kg, e.earlier_volume_kg) as volume_kg,
            greatest(e.weight_kg, e.earlier_weight_kg) as weight_kg,
            greatest(e.estimated_1rm_kg, e.earlier_estimated_1rm_kg) as estimated_1rm_kg,
            greatest(e.reps, e.earlier_reps) as reps
        from private.workout_exercises as e
        where
            e.user_id = done.user_id
            and e.exercise_id = done.exercise_id
            and (e.performed_at, e.logged_at, e.workout_id) < (done.performed_at, done.logged_at, done.workout_id)
        order by e.performed_at desc, e.logged_at desc, e.workout_id desc
        limit 1
    ) as earlier on true;

    perform private.total_workout(done.user_id, done.workout_id)
    from (select distinct i.user_id, i.workout_id from inserted as i) as done;

    -- Most often, nothing is later than what was just done.
    perform private.refresh_earlier_bests(changed.user_id, changed.exercise_id, changed.since)
    from (
        select
            x.user_id,
            x.exercise_id,
            min(x.performed_at) as since
        from (select distinct i.user_id, i.workout_id from inserted as i) as one
        inner join private.workout_exercises as x on one.user_id = x.user_id and one.workout_id = x.workout_id
        where exists (
            select from private.workout_exercises as later
            where
                later.user_id = x.user_id
                and later.exercise_id = x.exercise_id
                and (later.performed_at, later.logged_at, later.workout_id)
                > (x.performed_at, x.logged_at, x.workout_id)
        )
        group by x.user_id, x.exercise_id
    ) as changed;
    return null;
end
$$;
comment on function private.roll_up_sets() is
'Keeps what new sets add up to: the exercises and the totals of their workouts, and how often each exercise was done.';

create trigger roll_up_sets
after insert on private.workout_sets
referencing new table as inserted
for each statement execute function private.roll_up_sets();


-- Security definer for the same reason. It acts only on the rows that fired it.
create function private.forget_exercises()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    with
    gone as (
        select
            d.user_id,
            d.exercise_id,
            count(*) as times
        from deleted as d
        -- When an account is deleted, all of this goes with it.
        inner join private.profiles as p on d.user_id = p.user_id
        group by d.user_id, d.exercise_id
    ),
    never_done as (
        delete from private.done_exercises as d
        using gone
        where d.user_id = gone.user_id and d.exercise_id = gone.exercise_id and d.times_done = gone.times
    )
    update private.done_exercises as d
    set
        times_done = d.times_done - gone.times,
        last_done_at = (
            select max(x.performed_at) from private.workout_exercises as x
            where x.user_id = d.user_id and x.exercise_id = d.exercise_id
        )
    from gone
    where d.user_id = gone.user_id and d.exercise_id = gone.exercise_id and d.times_done > gone.times;

    perform private.refresh_earlier_bests(changed.user_id, changed.exercise_id, changed.since)
    from (
        select
            d.user_id,
            d.exercise_id,
            min(d.performed_at) as since
        from deleted as d
        inner join private.profiles as p on d.user_id = p.user_id
        where exists (
            select from private.workout_exercises as later
            where
                later.user_id = d.user_id
                and later.exercise_id = d.exercise_id
                and later.performed_at >= d.performed_at
        )
        group by d.user_id, d.exercise_id
    ) as changed;
    return null;
end
$$;
comment on function private.forget_exercises() is
'Takes the exercises of deleted or edited workouts out of what is kept about later ones.';

create trigger forget_exercises
after delete on private.workout_exercises
referencing old table as deleted
for each statement execute function private.forget_exercises();


-- Security definer for the same reason. It acts only on the exercise that fired it.
create function private.total_workouts_again()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.total_workout(x.user_id, x.workout_id)
    from private.workout_exercises as x
    where x.exercise_id = new.id;
    update private.workouts as w
    set updated_at = pg_catalog.clock_timestamp()
    from private.workout_exercises as x
    where x.exercise_id = new.id and w.user_id = x.user_id and w.id = x.workout_id;
    return null;
end
$$;
comment on function private.total_workouts_again() is
'Writes the new name and muscles of an exercise into the workouts that have it.';

create trigger total_workouts_again
after update of name, primary_muscles, secondary_muscles on private.exercises
for each row
when (
    (old.name, old.primary_muscles, old.secondary_muscles)
    is distinct from (new.name, new.primary_muscles, new.secondary_muscles)
)
execute function private.total_workouts_again();


-- How many workouts each week has, so that streaks and lists need not count the history.

create table private.training_weeks (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    week_start date not null,
    workouts integer not null constraint training_weeks_workouts_check check (workouts > 0),
    workouts_with_work integer not null
    constraint training_weeks_workouts_with_work_check check (workouts_with_work between 0 and workouts),
    primary key (user_id, week_start)
);
comment on table private.training_weeks is
'The weeks in which a user trained, by the Monday in their time zone. Triggers keep it.';
grant select on private.training_weeks to authenticated;
alter table private.training_weeks enable row level security;
create policy "owner can select own training_weeks" on private.training_weeks
for select to authenticated using ((select auth.uid()) = user_id);


-- Security definer, because users may not write it. It acts only on the row that fired it.
create function private.count_in_week()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := case tg_op when 'DELETE' then old.user_id else new.user_id end;
    v_timezone text := (select p.timezone from private.profiles as p where p.user_id = v_user_id);
    v_week date;
    v_new_week date;
begin
    -- When an account is deleted, its profile is gone first.
    if v_timezone is null then
        return null;
    end if;
    if tg_op <> 'INSERT' then
        v_week := private.start_of_week(old.completed_at, v_timezone);
    end if;
    if tg_op <> 'DELETE' then
        v_new_week := private.start_of_week(new.completed_at, v_timezone);
    end if;
    if v_week = v_new_week then
        update private.training_weeks as t
        set workouts_with_work = t.workouts_with_work - old.has_work::integer + new.has_work::integer
        where t.user_id = v_user_id and t.week_start = v_week;
        return null;
    end if;
    if v_week is not null then
        delete from private.training_weeks as t
        where t.user_id = v_user_id and t.week_start = v_week and t.workouts = 1;
        update private.training_weeks as t
        set workouts = t.workouts - 1, workouts_with_work = t.workouts_with_work - old.has_work::integer
        where t.user_id = v_user_id and t.week_start = v_week;
    end if;
    if v_new_week is not null then
        insert into private.training_weeks as t (user_id, week_start, workouts, workouts_with_work)
        values (v_user_id, v_new_week, 1, new.has_work::integer)
        on conflict (user_id, week_start) do update
        set workouts = t.workouts + 1, workouts_with_work = t.workouts_with_work + excluded.workouts_with_work;
    end if;
    return null;
end
$$;
comment on function private.count_in_week() is
'Counts a workout in its week, and no longer in the week that it was in.';

create trigger count_in_week
after insert or delete on private.workouts
for each row execute function private.count_in_week();
create trigger count_in_another_week
after update of completed_at, has_work on private.workouts
for each row when ((old.completed_at, old.has_work) is distinct from (new.completed_at, new.has_work))
execute function private.count_in_week();


-- Security definer for the same reason.
create function private.count_weeks_again()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    delete from private.training_weeks as t
    where t.user_id = new.user_id;
    insert into private.training_weeks (user_id, week_start, workouts, workouts_with_work)
    select
        new.user_id,
        private.start_of_week(w.completed_at, new.timezone) as week_start,
        count(*),
        count(*) filter (where w.has_work)
    from private.workouts as w
    where w.user_id = new.user_id
    group by week_start;
    return null;
end
$$;
comment on function private.count_weeks_again() is 'Counts all workouts of a user who changed their time zone.';

create trigger count_weeks_again
after update of timezone on private.profiles
for each row when (old.timezone <> new.timezone)
execute function private.count_weeks_again();


-- Reading a workout. What lists show of it is kept on its row; see rollups.sql.

create function private.workout_sets_json(p_user_id uuid, p_workout_id uuid)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(pg_catalog.json_agg(done.* order by done.position), '[]')
        from (
            select
                s.id,
                s.position,
                s.exercise_id,
                e.name as exercise_name,
                s.set_type,
                s.weight,
                s.weight_unit,
                s.reps,
                s.duration_seconds,
                s.distance_meters,
                s.rpe,
                s.rir,
                s.rest_seconds,
                s.tempo,
                s.form_quality,
                s.superset,
                s.notes,
                s.weight_kg,
                s.volume_kg,
                s.estimated_1rm_kg
            from private.workout_sets as s
            inner join private.exercises as e on s.exercise_id = e.id
            where s.user_id = p_user_id and s.workout_id = p_workout_id
        ) as done
    );
end
$$;
comment on function private.workout_sets_json(uuid, uuid) is
'The sets of a workout in order, with the names of their exercises.';
grant execute on function private.workout_sets_json(uuid, uuid) to authenticated;


create function private.workout_summary_json(p_workout private.workouts)
returns json
language sql
stable
security invoker
return pg_catalog.json_build_object(
    'id', (p_workout).id,
    'plan_id', (p_workout).plan_id,
    'plan_version', (p_workout).plan_version,
    'plan_day', (p_workout).plan_day,
    'plan_name', (p_workout).plan_name,
    'title', (p_workout).title,
    'started_at', (p_workout).started_at,
    'completed_at', (p_workout).completed_at,
    'notes', (p_workout).notes,
    'mood', (p_workout).mood,
    'energy_before', (p_workout).energy_before,
    'energy_after', (p_workout).energy_after,
    'overall_rpe', (p_workout).overall_rpe,
    'duration_seconds', (p_workout).duration_seconds,
    'created_at', (p_workout).created_at,
    'updated_at', (p_workout).updated_at,
    'revision', (p_workout).revision,
    'total_sets', (p_workout).total_sets,
    'working_sets', (p_workout).working_sets,
    'total_volume_kg', (p_workout).total_volume_kg,
    'exercises', (p_workout).exercises
);
comment on function private.workout_summary_json(private.workouts) is
'A workout as lists show it: its fields, its totals, and its exercises in the order in which the user did them.';
grant execute on function private.workout_summary_json(private.workouts) to authenticated;


create function private.workout_json(p_workout private.workouts)
returns json
language sql
stable
security invoker
return private.json_with(
    private.workout_summary_json(p_workout),
    'sets',
    private.workout_sets_json((p_workout).user_id, (p_workout).id)
);
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
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_workout private.workouts := private.find_workout(private.current_user_id(), p_id);
begin
    return private.workout_json(v_workout);
end
$$;
comment on function public.get_workout(uuid) is
'A workout of the caller with its sets. Raises PT404 workout_not_found, also for a workout of another user.';
grant execute on function public.get_workout(uuid) to authenticated;


-- Lists of workouts.

create function private.page_of_history(p_user_id uuid, p_total bigint, p_offset bigint, p_limit integer)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    if p_offset * 2 <= p_total then
        return array(
            select w.id from private.workouts as w
            where w.user_id = p_user_id
            order by w.completed_at desc, w.id desc
            offset p_offset
            limit p_limit
        );
    end if;
    return array(
        select w.id from private.workouts as w
        where w.user_id = p_user_id
        order by w.completed_at, w.id
        offset greatest(p_total - p_offset - p_limit, 0)
        limit greatest(least(p_total - p_offset, p_limit), 0)
    );
end
$$;
comment on function private.page_of_history(uuid, bigint, bigint, integer) is
'The workouts on a page of all workouts of a user, of which there are p_total, latest first. It reads from the nearer '
'end, in the index alone.';
grant execute on function private.page_of_history(uuid, bigint, bigint, integer) to authenticated;


create function private.page_with_exercise(p_user_id uuid, p_exercise_id uuid, p_offset bigint, p_limit integer)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return array(
        select x.workout_id from private.workout_exercises as x
        where x.user_id = p_user_id and x.exercise_id = p_exercise_id
        order by x.performed_at desc, x.workout_id desc
        offset p_offset
        limit p_limit
    );
end
$$;
comment on function private.page_with_exercise(uuid, uuid, bigint, integer) is
'The workouts on a page of those in which a user did an exercise, latest first.';
grant execute on function private.page_with_exercise(uuid, uuid, bigint, integer) to authenticated;


create function private.search_history(
    p_user_id uuid,
    p_from timestamptz,
    p_to timestamptz,
    p_plan_id uuid,
    p_exercise_id uuid,
    p_patterns text[],
    p_offset bigint,
    p_limit integer,
    out total bigint,
    out page uuid[]
)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    with
    found as materialized (
        select
            w.id,
            w.completed_at
        from private.workouts as w
        where w.user_id = p_user_id
            and (p_from is null or w.completed_at >= p_from)
            and (p_to is null or w.completed_at < p_to)
            and (p_plan_id is null or w.plan_id = p_plan_id)
            and (p_exercise_id is null or exists (
                select from private.workout_exercises as x
                where x.user_id = w.user_id and x.workout_id = w.id and x.exercise_id = p_exercise_id
            ))
            and (p_patterns is null or w.search_text like all(p_patterns))
    )
    select
        (select count(*) from found),
        array(
            select found.id from found
            order by found.completed_at desc, found.id desc
            offset p_offset
            limit p_limit
        )
    into total, page;
end
$$;
comment on function private.search_history(
    uuid, timestamptz, timestamptz, uuid, uuid, text[], bigint, integer
) is
'How many workouts of a user match every filter that is given, and those on a page, latest first. p_patterns are those '
'of private.word_patterns.';
grant execute on function private.search_history(
    uuid, timestamptz, timestamptz, uuid, uuid, text[], bigint, integer
) to authenticated;


create function public.list_workouts(
    p_page integer default 1,
    p_per_page integer default 20,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_plan_id uuid default null,
    p_exercise_id uuid default null,
    p_q text default null
)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_patterns text[] := case when pg_catalog.btrim(p_q) <> '' then private.word_patterns(p_q) end;
    v_total bigint;
    v_page uuid[];
begin
    if num_nonnulls(p_from, p_to, p_plan_id, p_exercise_id, v_patterns) = 0 then
        v_total := (
            select coalesce(sum(t.workouts), 0) from private.training_weeks as t
            where t.user_id = v_user_id
        );
        v_page := private.page_of_history(v_user_id, v_total, v_offset, p_per_page);
    elsif num_nonnulls(p_from, p_to, p_plan_id, v_patterns) = 0 then
        v_total := coalesce((
            select d.times_done from private.done_exercises as d
            where d.user_id = v_user_id and d.exercise_id = p_exercise_id
        ), 0);
        v_page := private.page_with_exercise(v_user_id, p_exercise_id, v_offset, p_per_page);
    else
        select
            found.total,
            found.page
        into v_total, v_page
        from private.search_history(
            v_user_id, p_from, p_to, p_plan_id, p_exercise_id, v_patterns, v_offset, p_per_page
        ) as found;
    end if;
    return private.page_json(
        (
            select pg_catalog.json_agg(
                private.workout_summary_json(w) order by w.completed_at desc, w.id desc
            )
            from pg_catalog.unnest(v_page) as listed (id)
            inner join private.workouts as w on w.user_id = v_user_id and listed.id = w.id
        ),
        v_total,
        p_page,
        p_per_page
    );
end
$$;
comment on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text) is
'A page of the workouts of the caller without their sets, latest first: {items, total, page, per_page}. Each filter '
'that is given must match: completed at p_from or later and before p_to, of a plan, with an exercise, and with every '
'word of p_q as the beginning of a word in title, plan or notes. Raises PT422 invalid_page.';
grant execute on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text)
to authenticated;


-- Personal records. They follow from what is kept about each workout and exercise, which changes with the sets, so they
-- are right after any edit and no client can award them.

create function private.records_of(p_done private.workout_exercises)
returns table (rank integer, kind text, value numeric, previous numeric)
language sql
stable
security invoker
begin atomic
    -- noqa: disable=RF03
    select
        candidate.rank,
        candidate.kind,
        candidate.value,
        candidate.previous
    from (
        values
        (1, 'weight', (p_done).weight_kg, nullif((p_done).earlier_weight_kg, 0)),
        (2, 'estimated_1rm', (p_done).estimated_1rm_kg, (p_done).earlier_estimated_1rm_kg),
        (3, 'reps', (p_done).reps, nullif((p_done).earlier_reps, 0)),
        (4, 'session_volume', (p_done).volume_kg, nullif((p_done).earlier_volume_kg, 0))
    ) as candidate (rank, kind, value, previous)
    where private.surpasses(candidate.value, candidate.previous);
-- noqa: enable=RF03
end;
comment on function private.records_of(private.workout_exercises) is
'The records that a workout set in one exercise, in kilograms and reps. previous is null for a first time, and rank '
'orders the kinds.';
grant execute on function private.records_of(private.workout_exercises) to authenticated;


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
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(
            pg_catalog.json_agg(
                pg_catalog.json_build_object(
                    'exercise_id', x.exercise_id,
                    'exercise_name', e.name,
                    'kind', r.kind,
                    'value', private.shown_record(r.kind, r.value, p_weight_unit),
                    'unit', case r.kind when 'reps' then 'reps' else p_weight_unit end,
                    'previous', private.shown_record(r.kind, r.previous, p_weight_unit)
                )
                order by x.position, r.rank
            ),
            '[]'
        )
        from private.workout_exercises as x
        cross join lateral private.records_of(x) as r
        inner join private.exercises as e on x.exercise_id = e.id
        where x.user_id = p_user_id and x.workout_id = p_workout_id and x.is_record
    );
end
$$;
comment on function private.personal_records_json(uuid, uuid, text) is
'The records that a workout set when it was done, in the order of its exercises, as the API returns them: in the unit '
'given (kg or lb), to two decimals.';
grant execute on function private.personal_records_json(uuid, uuid, text) to authenticated;


create function private.exercises_of_workout(p_user_id uuid, p_workout_id uuid)
returns uuid[]
language sql
stable
security invoker
set search_path = ''
as $$
    select array(
        select x.exercise_id from private.workout_exercises as x
        where x.user_id = p_user_id and x.workout_id = p_workout_id
    )
$$;
comment on function private.exercises_of_workout(uuid, uuid) is 'The exercises of a workout.';
grant execute on function private.exercises_of_workout(uuid, uuid) to authenticated;


create function private.beats(p_value numeric, p_earlier numeric)
returns boolean
language sql
immutable
security invoker
return p_earlier > 0 and private.surpasses(p_value, p_earlier);
comment on function private.beats(numeric, numeric) is
'Whether a value is a record that beats an earlier best. A first time, and one after 0, beats nothing.';
grant execute on function private.beats(numeric, numeric) to authenticated;


create function private.beats_earlier(p_done private.workout_exercises)
returns boolean
language sql
stable
security invoker
return (p_done).is_record and (
    private.beats((p_done).weight_kg, (p_done).earlier_weight_kg)
    or private.beats((p_done).estimated_1rm_kg, (p_done).earlier_estimated_1rm_kg)
    or private.beats((p_done).reps, (p_done).earlier_reps)
    or private.beats((p_done).volume_kg, (p_done).earlier_volume_kg)
);
comment on function private.beats_earlier(private.workout_exercises) is
'Whether a workout beat an earlier best in an exercise; null where there is none.';
grant execute on function private.beats_earlier(private.workout_exercises) to authenticated;


create function private.later_records(
    p_user_id uuid, p_exercise_ids uuid[], p_workout_id uuid, p_since timestamptz
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(pg_catalog.jsonb_object_agg(beaten.workout_id, beaten.exercises), '{}')
    from (
        select
            x.workout_id,
            count(*) as exercises
        from private.workout_exercises as x
        where
            x.user_id = p_user_id
            and x.exercise_id = any(p_exercise_ids)
            and x.performed_at >= p_since
            and x.workout_id <> p_workout_id
            and private.beats_earlier(x)
        group by x.workout_id
    ) as beaten
$$;
comment on function private.later_records(uuid, uuid[], uuid, timestamptz) is
'In how many of these exercises each other workout since a moment beat a record: {workout_id: exercises}.';
grant execute on function private.later_records(uuid, uuid[], uuid, timestamptz) to authenticated;


create function private.count_beaten(p_workout private.workouts)
returns bigint
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    -- Most often, whatever came before a workout was also logged before it. Then the stored bests are those that it beat.
    -- The offset keeps Postgres from reading all workouts that were done before.
    if not exists (
        select from (
            select w.completed_at from private.workouts as w
            where w.user_id = p_workout.user_id and w.created_at > p_workout.created_at
            offset 0
        ) as later
        where later.completed_at <= p_workout.completed_at
    ) then
        return (
            select count(*) from private.workout_exercises as x
            where x.user_id = p_workout.user_id and x.workout_id = p_workout.id and private.beats_earlier(x)
        );
    end if;
    return (
        select count(*)
        from private.workout_exercises as x
        cross join lateral (
            select
                max(e.volume_kg) as volume_kg,
                max(e.weight_kg) as weight_kg,
                max(e.estimated_1rm_kg) as estimated_1rm_kg,
                max(e.reps) as reps
            from private.workout_exercises as e
            where
                e.user_id = x.user_id
                and e.exercise_id = x.exercise_id
                and e.logged_at <= x.logged_at
                and (e.performed_at, e.logged_at, e.workout_id) < (x.performed_at, x.logged_at, x.workout_id)
        ) as known
        where
            x.user_id = p_workout.user_id
            and x.workout_id = p_workout.id
            and (
                private.beats(x.weight_kg, known.weight_kg)
                or private.beats(x.estimated_1rm_kg, known.estimated_1rm_kg)
                or private.beats(x.reps, known.reps)
                or private.beats(x.volume_kg, known.volume_kg)
            )
    );
end
$$;
comment on function private.count_beaten(private.workouts) is
'In how many exercises a workout beat a record of the workouts that were logged before it: what is logged or imported '
'later takes no record back.';
grant execute on function private.count_beaten(private.workouts) to authenticated;
