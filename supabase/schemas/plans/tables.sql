-- The tables of training plans. Every change of a plan creates a version, and all versions stay readable.

create table private.plans (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null
    constraint plans_name_check check (char_length(name) <= 100 and btrim(name) <> ''),
    is_public boolean not null default false,
    version integer not null default 1 constraint plans_version_check check (version > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default clock_timestamp(),
    revision bigint not null default nextval('private.revisions'),
    primary key (user_id, id),
    -- Other users find a public plan by its id alone.
    constraint plans_id_key unique (id)
);
comment on table private.plans is
'A plan''s name, owner, visibility and current version. Every signed-in user may read a public plan, but only its '
'owner may change it.';
create unique index plans_user_id_name_key on private.plans (user_id, lower(name));
create index plans_user_id_revision_idx on private.plans (user_id, revision);
create index plans_updated_at_id_idx on private.plans (updated_at desc, id) where is_public;
grant select, delete on private.plans to authenticated;
grant insert (user_id, id, name, is_public) on private.plans to authenticated;
grant update (name, is_public, version) on private.plans to authenticated;
alter table private.plans enable row level security;
create policy "owner can select own plans and everyone public ones" on private.plans
for select to authenticated using ((select auth.uid()) = user_id or is_public);
create policy "owner can insert own plans" on private.plans
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can update own plans" on private.plans
for update to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "owner can delete own plans" on private.plans
for delete to authenticated using ((select auth.uid()) = user_id);
create trigger revise
before update on private.plans
for each row execute function private.revise();
create trigger record_deletion
after delete on private.plans
for each row execute function private.record_deletion('plan');
create trigger forget_answers
after delete on private.plans
for each row execute function private.forget_answers();


create table private.public_plan_counts (
    shard integer primary key constraint public_plan_counts_shard_check check (shard between 0 and 15),
    plans integer not null constraint public_plan_counts_plans_check check (plans >= 0)
);
comment on table private.public_plan_counts is
'How many plans are public: the sum of all rows. The owner decides which row counts a plan, so that owners who publish '
'at the same time seldom wait for each other. A trigger keeps it.';
grant select on private.public_plan_counts to authenticated;
alter table private.public_plan_counts enable row level security;
create policy "everyone signed in can select public_plan_counts" on private.public_plan_counts
for select to authenticated using (true);


-- Security definer, because users may not write the counts. It acts only on the row that fired it.
create function private.count_public_plan()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := case tg_op when 'INSERT' then new.user_id else old.user_id end;
    v_change integer := case when tg_op <> 'DELETE' and new.is_public then 1 else 0 end
        - case when tg_op <> 'INSERT' and old.is_public then 1 else 0 end;
begin
    if v_change <> 0 then
        insert into private.public_plan_counts as kept (shard, plans)
        values (pg_catalog.get_byte(pg_catalog.uuid_send(v_user_id), 0) % 16, greatest(v_change, 0))
        on conflict (shard) do update
        set plans = kept.plans + v_change;
    end if;
    return null;
end
$$;
comment on function private.count_public_plan() is 'Counts a plan that becomes public, or no longer is.';

create trigger count_public_plan
after insert or update of is_public or delete on private.plans
for each row execute function private.count_public_plan();


create table private.plan_versions (
    user_id uuid not null,
    plan_id uuid not null,
    version integer not null constraint plan_versions_version_check check (version > 0),
    name text not null
    constraint plan_versions_name_check check (char_length(name) <= 100 and btrim(name) <> ''),
    description text constraint plan_versions_description_check check (char_length(description) <= 2000),
    training_style text
    constraint plan_versions_training_style_check
    check (char_length(training_style) <= 100 and btrim(training_style) <> ''),
    goal text constraint plan_versions_goal_check check (char_length(goal) <= 100 and btrim(goal) <> ''),
    difficulty_level text
    constraint plan_versions_difficulty_level_check
    check (difficulty_level in ('beginner', 'intermediate', 'advanced')),
    duration_weeks integer
    constraint plan_versions_duration_weeks_check check (duration_weeks between 1 and 52),
    days_per_week integer
    constraint plan_versions_days_per_week_check check (days_per_week between 1 and 7),
    metadata jsonb not null default '{}'
    constraint plan_versions_metadata_check check (private.is_small_object(metadata)),
    created_at timestamptz not null default now(),
    primary key (user_id, plan_id, version),
    constraint plan_versions_user_id_plan_id_fkey
    foreign key (user_id, plan_id) references private.plans (user_id, id) on delete cascade
);
comment on table private.plan_versions is 'What each version of a plan says. A version never changes.';
grant select on private.plan_versions to authenticated;
grant insert (
    user_id, plan_id, version, name, description, training_style, goal, difficulty_level, duration_weeks,
    days_per_week, metadata
) on private.plan_versions to authenticated;
alter table private.plan_versions enable row level security;
-- Other users may see the current version of a public plan, but not earlier ones.
create policy "owner can select own plan_versions and everyone published ones" on private.plan_versions
for select to authenticated using (
    (select auth.uid()) = user_id
    or exists (
        select from private.plans as p
        where p.id = plan_versions.plan_id and p.is_public and p.version = plan_versions.version
    )
);
create policy "owner can insert own plan_versions" on private.plan_versions
for insert to authenticated with check ((select auth.uid()) = user_id);


-- The current version must exist. Postgres checks this at the end of the transaction, because a plan is inserted before
-- its first version.
alter table private.plans add constraint plans_user_id_id_version_fkey
foreign key (user_id, id, version) references private.plan_versions (user_id, plan_id, version)
deferrable initially deferred;
create index plans_user_id_id_version_idx on private.plans (user_id, id, version);


create table private.plan_days (
    user_id uuid not null,
    plan_id uuid not null,
    version integer not null,
    day integer not null constraint plan_days_day_check check (day between 1 and 7),
    name text constraint plan_days_name_check check (char_length(name) <= 100 and btrim(name) <> ''),
    primary key (user_id, plan_id, version, day),
    constraint plan_days_user_id_plan_id_version_fkey
    foreign key (user_id, plan_id, version) references private.plan_versions (user_id, plan_id, version)
    on delete cascade
);
comment on table private.plan_days is 'The training days in a plan''s week, by number.';
grant select, insert on private.plan_days to authenticated;
alter table private.plan_days enable row level security;
create policy "owner can select own plan_days and everyone published ones" on private.plan_days
for select to authenticated using (
    (select auth.uid()) = user_id
    or exists (
        select from private.plans as p
        where p.id = plan_days.plan_id and p.is_public and p.version = plan_days.version
    )
);
create policy "owner can insert own plan_days" on private.plan_days
for insert to authenticated with check ((select auth.uid()) = user_id);


create table private.plan_exercises (
    user_id uuid not null,
    plan_id uuid not null,
    version integer not null,
    day integer not null,
    position integer not null constraint plan_exercises_position_check check (position between 1 and 30),
    -- Postgres checks this at the end of the transaction, because deleting an account may delete a user's own exercises
    -- before the plans that use them.
    exercise_id uuid not null references private.exercises (id) deferrable initially deferred,
    superset integer constraint plan_exercises_superset_check check (superset between 1 and 20),
    notes text constraint plan_exercises_notes_check check (char_length(notes) <= 1000),
    progression jsonb
    constraint plan_exercises_progression_check check (private.is_progression(progression)),
    primary key (user_id, plan_id, version, day, position),
    constraint plan_exercises_user_id_plan_id_version_day_fkey
    foreign key (user_id, plan_id, version, day) references private.plan_days (user_id, plan_id, version, day)
    on delete cascade
);
comment on table private.plan_exercises is 'The exercises of a day, in order, and how their loads progress.';
comment on column private.plan_exercises.superset is 'Exercises of one day with the same number alternate.';
create index plan_exercises_exercise_id_idx on private.plan_exercises (exercise_id);
grant select, insert on private.plan_exercises to authenticated;
alter table private.plan_exercises enable row level security;
create policy "owner can select own plan_exercises and everyone published ones" on private.plan_exercises
for select to authenticated using (
    (select auth.uid()) = user_id
    or exists (
        select from private.plans as p
        where p.id = plan_exercises.plan_id and p.is_public and p.version = plan_exercises.version
    )
);
-- The exercise must be one that the user may see. The policies of private.exercises apply to the subquery.
create policy "owner can insert own plan_exercises" on private.plan_exercises
for insert to authenticated with check (
    (select auth.uid()) = user_id
    and exists (
        select from private.exercises as e
        where e.id = plan_exercises.exercise_id
    )
);


create table private.plan_sets (
    user_id uuid not null,
    plan_id uuid not null,
    version integer not null,
    day integer not null,
    exercise_position integer not null,
    position integer not null constraint plan_sets_position_check check (position between 1 and 20),
    set_type text not null default 'working'
    constraint plan_sets_set_type_check
    check (
        set_type in ('working', 'warmup', 'backoff', 'drop', 'amrap', 'cluster', 'rest_pause', 'failure')
    ),
    reps_min integer constraint plan_sets_reps_min_check check (reps_min between 1 and 1000),
    reps_max integer constraint plan_sets_reps_max_check check (reps_max between 1 and 1000),
    weight numeric
    constraint plan_sets_weight_check check (weight between 0 and 2000 and scale(trim_scale(weight)) <= 3),
    weight_unit text constraint plan_sets_weight_unit_check check (weight_unit in ('kg', 'lb')),
    percent_1rm numeric
    constraint plan_sets_percent_1rm_check
    check (percent_1rm between 1 and 150 and scale(trim_scale(percent_1rm)) <= 1),
    rpe numeric
    constraint plan_sets_rpe_check check (rpe between 1 and 10 and rpe * 2 = trunc(rpe * 2)),
    rir integer constraint plan_sets_rir_check check (rir between 0 and 10),
    rest_seconds integer constraint plan_sets_rest_seconds_check check (rest_seconds between 0 and 3600),
    primary key (user_id, plan_id, version, day, exercise_position, position),
    constraint plan_sets_user_id_plan_id_version_day_exercise_position_fkey
    foreign key (user_id, plan_id, version, day, exercise_position)
    references private.plan_exercises (user_id, plan_id, version, day, position)
    on delete cascade,
    constraint plan_sets_reps_min_reps_max_check
    check ((reps_min is null) = (reps_max is null) and reps_min <= reps_max),
    constraint plan_sets_weight_weight_unit_check check ((weight is null) = (weight_unit is null)),
    constraint plan_sets_rpe_rir_check check (abs(10 - rpe - rir) <= 0.5),
    constraint plan_sets_weight_percent_1rm_check check (weight is null or percent_1rm is null)
);
comment on table private.plan_sets is 'The targets of each set of an exercise.';
comment on column private.plan_sets.reps_min is 'Null, like reps_max, for sets that are not counted in reps.';
grant select, insert on private.plan_sets to authenticated;
alter table private.plan_sets enable row level security;
create policy "owner can select own plan_sets and everyone published ones" on private.plan_sets
for select to authenticated using (
    (select auth.uid()) = user_id
    or exists (
        select from private.plans as p
        where p.id = plan_sets.plan_id and p.is_public and p.version = plan_sets.version
    )
);
create policy "owner can insert own plan_sets" on private.plan_sets
for insert to authenticated with check ((select auth.uid()) = user_id);


-- Security definer, because plans of other users may have the exercise. It acts only on the exercise that fired it.
create function private.revise_plans()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update private.plans as p
    set updated_at = pg_catalog.clock_timestamp()
    where (p.user_id, p.id) in (
        select
            x.user_id,
            x.plan_id
        from private.plan_exercises as x
        where x.exercise_id = new.id and x.version = p.version
    );
    return null;
end
$$;
comment on function private.revise_plans() is
'Gives plans another revision when an exercise in them gets another name.';

create trigger revise_plans
after update of name on private.exercises
for each row
when (old.name is distinct from new.name)
execute function private.revise_plans();
