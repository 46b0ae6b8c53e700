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
