-- Workouts, set by set. Weights are stored as entered; Postgres derives kilograms and all that follows from them.

create table private.workouts (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    -- A plan may be another user's public one. When it is deleted, its name and version stay.
    plan_id uuid
    constraint workouts_plan_id_fkey references private.plans (id) on delete set null,
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
comment on table private.workouts is 'Completed workouts. Totals are computed from the sets when they are read.';
comment on column private.workouts.plan_version is 'The version that was current when the workout was logged.';
comment on column private.workouts.import_key is 'What names the workout in the file that it was imported from.';
comment on column private.workouts.import_incomplete is
'Sets of the file are not here, for want of an exercise: another import may bring them. An edit settles it.';
create index workouts_plan_id_user_id_completed_at_idx on private.workouts (plan_id, user_id, completed_at);
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
    -- A plan that the user may see: its own policy answers the subquery.
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


create table private.workout_sets (
    user_id uuid not null,
    id uuid not null default gen_random_uuid(),
    workout_id uuid not null,
    performed_at timestamptz not null,
    position integer not null constraint workout_sets_position_check check (position between 1 and 200),
    -- Checked at the end of the transaction: when an account is deleted, a user's own exercises may go before the
    -- sets that used them.
    exercise_id uuid not null references private.exercises (id) deferrable initially deferred,
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
    foreign key (user_id, workout_id, performed_at) references private.workouts (user_id, id, completed_at)
    on delete cascade on update cascade,
    constraint workout_sets_user_id_workout_id_performed_at_position_key
    unique (user_id, workout_id, performed_at, position),
    constraint workout_sets_weight_weight_unit_check check ((weight is null) = (weight_unit is null)),
    constraint workout_sets_measure_check check (num_nonnulls(reps, duration_seconds, distance_meters) > 0)
);
comment on table private.workout_sets is 'The sets of a workout, in the order they were done.';
comment on column private.workout_sets.performed_at is
'The workout''s completed_at, kept equal by the foreign key: an exercise''s history is one index scan.';
comment on column private.workout_sets.tempo is
'Seconds down, paused, up, and paused again if given; X is as fast as possible.';
comment on column private.workout_sets.superset is 'Sets of one workout with the same number were done in turn.';
-- An exercise's history, and how often it was done, come from this index alone.
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
-- The exercise must be one that the user may see: its own policy answers the subquery.
create policy "owner can insert own workout_sets" on private.workout_sets
for insert to authenticated with check (
    (select auth.uid()) = user_id
    and exists (
        select from private.exercises as e
        where e.id = workout_sets.exercise_id
    )
);


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
'The sets of a workout in order, with their exercises'' names.';
grant execute on function private.workout_sets_json(uuid, uuid) to authenticated;


create function private.workout_summary_json(p_workout private.workouts)
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
        from private.workout_sets as s
        where s.user_id = p_workout.user_id and s.workout_id = p_workout.id
        group by s.exercise_id
    ) as done
    inner join private.exercises as e on done.exercise_id = e.id
$$;
comment on function private.workout_summary_json(private.workouts) is
'A workout as lists show it: its own fields, its totals, and its exercises in the order they were done.';
grant execute on function private.workout_summary_json(private.workouts) to authenticated;


create function private.workout_json(p_workout private.workouts)
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
comment on function private.workout_json(private.workouts) is 'A workout whole: its summary and its sets.';
grant execute on function private.workout_json(private.workouts) to authenticated;


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
    from private.workouts as w
    where w.user_id = v_user_id and w.id = p_id;
    if not found then
        perform private.fail(404, 'workout_not_found', 'There is no such workout.');
    end if;
    return v_workout;
end
$$;
comment on function public.get_workout(uuid) is
'One of the caller''s workouts with its sets. Raises PT404 workout_not_found, also for another user''s.';
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
            inner join private.workouts as w on w.user_id = (select private.current_user_id()) and page.id = w.id
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
grant execute on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text)
to authenticated;


-- Personal records. They are computed from the sets and never stored, so they are right after any edit.

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
    from private.workout_sets as s
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
        from private.workouts as ours
        cross join lateral private.exercise_sessions(
            p_user_id,
            array(
                select s.exercise_id from private.workout_sets as s
                where s.user_id = p_user_id and s.workout_id = p_workout_id
            ),
            ours.completed_at
        ) as s
        inner join private.workouts as theirs on theirs.user_id = p_user_id and s.workout_id = theirs.id
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


create function private.record_history(p_user_id uuid, p_exercise_ids uuid[])
returns table (exercise_id uuid, rank integer, kind text, value numeric, achieved_at timestamptz, workout_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        judged.exercise_id,
        judged.rank,
        judged.kind,
        judged.value,
        judged.performed_at,
        judged.workout_id
    from (
        select
            s.exercise_id,
            s.performed_at,
            s.workout_id,
            candidate.rank,
            candidate.kind,
            candidate.value,
            max(candidate.value) over (
                partition by s.exercise_id, candidate.rank
                order by s.performed_at, w.created_at, w.id
                rows between unbounded preceding and 1 preceding
            ) as previous
        from private.exercise_sessions(p_user_id, p_exercise_ids, 'infinity') as s
        inner join private.workouts as w on w.user_id = p_user_id and s.workout_id = w.id
        cross join lateral (
            values
            (1, 'weight', s.weight),
            (2, 'estimated_1rm', s.estimated_1rm),
            (3, 'reps', s.reps),
            (4, 'session_volume', s.session_volume)
        ) as candidate (rank, kind, value)
    ) as judged
    where pg_catalog.round(judged.value, 2) > coalesce(pg_catalog.round(judged.previous, 2), 0)
$$;
comment on function private.record_history(uuid, uuid[]) is
'Every record of these exercises that was ever set, in kilograms and reps, as workout_records judges them.';
grant execute on function private.record_history(uuid, uuid[]) to authenticated;


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
    inner join private.exercises as e on r.exercise_id = e.id
$$;
comment on function private.personal_records_json(uuid, uuid, text) is
'The personal records of a workout for an answer, in the unit given (kg or lb), to two decimals.';
grant execute on function private.personal_records_json(uuid, uuid, text) to authenticated;
