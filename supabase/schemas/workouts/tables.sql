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
