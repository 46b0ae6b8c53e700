-- The JSON with which a plan declares how loads progress.

create function private.is_deload(p_deload jsonb)
returns boolean
language sql
immutable
security invoker
return (
    pg_catalog.jsonb_typeof(p_deload) = 'object'
    and p_deload - array['after_failures', 'percent'] = '{}'
    and private.is_number_between(p_deload -> 'after_failures', 1, 10)
    and p_deload ->> 'after_failures' ~ '^\d+$'
    and private.is_number_between(p_deload -> 'percent', 1, 90)
);
comment on function private.is_deload(jsonb) is 'True for {after_failures, percent}. For check constraints.';
grant execute on function private.is_deload(jsonb) to authenticated;


create function private.is_progression(p_progression jsonb)
returns boolean
language sql
immutable
security invoker
return p_progression is null or coalesce(
    pg_catalog.jsonb_typeof(p_progression) = 'object'
    and p_progression - array['scheme', 'increment', 'unit', 'ceiling', 'deload'] = '{}'
    and p_progression ->> 'scheme' in ('linear', 'double', 'percent_1rm')
    -- The other two schemes would never progress without an increment.
    and (p_progression ->> 'scheme' = 'percent_1rm' or p_progression ? 'increment')
    and (not p_progression ? 'increment' or private.is_number_between(p_progression -> 'increment', 0.01, 100))
    and (not p_progression ? 'unit' or p_progression ->> 'unit' in ('kg', 'lb'))
    and (not p_progression ? 'ceiling' or private.is_number_between(p_progression -> 'ceiling', 0.01, 2000))
    and (not p_progression ? 'deload' or private.is_deload(p_progression -> 'deload')),
    false
);
comment on function private.is_progression(jsonb) is
'True for {scheme: linear|double|percent_1rm, increment?, unit?, ceiling?, deload?: {after_failures, percent}}, and '
'for null. For check constraints.';
grant execute on function private.is_progression(jsonb) to authenticated;


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


-- Reading a plan.

create function private.plan_summary_json(p_plan private.plans, p_version private.plan_versions)
returns jsonb
language sql
stable
security invoker
return (
    pg_catalog.to_jsonb(p_version) - array['user_id', 'plan_id', 'created_at']
    || pg_catalog.jsonb_build_object(
        'id', (p_plan).id,
        'own', (p_plan).user_id = auth.uid(),
        'is_public', (p_plan).is_public,
        'created_at', (p_plan).created_at,
        'updated_at', (p_version).created_at
    )
);
comment on function private.plan_summary_json(private.plans, private.plan_versions) is
'A version of a plan as lists show it: everything but its days.';
grant execute on function private.plan_summary_json(private.plans, private.plan_versions) to authenticated;


create function private.plan_sets_json(p_exercise private.plan_exercises)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.to_jsonb(s) - array['user_id', 'plan_id', 'version', 'day', 'exercise_position', 'position']
            order by s.position
        ),
        '[]'
    )
    from private.plan_sets as s
    where
        s.user_id = p_exercise.user_id
        and s.plan_id = p_exercise.plan_id
        and s.version = p_exercise.version
        and s.day = p_exercise.day
        and s.exercise_position = p_exercise.position
$$;
comment on function private.plan_sets_json(private.plan_exercises) is
'The sets of an exercise in a plan, in order: a JSON array.';
grant execute on function private.plan_sets_json(private.plan_exercises) to authenticated;


create function private.plan_days_json(p_version private.plan_versions)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
                'day', d.day,
                'name', d.name,
                'exercises', (
                    select coalesce(
                        pg_catalog.jsonb_agg(
                            pg_catalog.jsonb_build_object(
                                'exercise_id', x.exercise_id,
                                'exercise_name', e.name,
                                'superset', x.superset,
                                'notes', x.notes,
                                'progression', x.progression,
                                'sets', private.plan_sets_json(x)
                            )
                            order by x.position
                        ),
                        '[]'
                    )
                    from private.plan_exercises as x
                    inner join private.exercises as e on x.exercise_id = e.id
                    where
                        x.user_id = d.user_id and x.plan_id = d.plan_id and x.version = d.version and x.day = d.day
                )
            )
            order by d.day
        ),
        '[]'
    )
    from private.plan_days as d
    where d.user_id = p_version.user_id and d.plan_id = p_version.plan_id and d.version = p_version.version
$$;
comment on function private.plan_days_json(private.plan_versions) is
'The days of a version with their exercises and sets: [{day, name, exercises}].';
grant execute on function private.plan_days_json(private.plan_versions) to authenticated;


create function private.find_plan_version(p_id uuid)
returns private.plan_versions
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_version private.plan_versions;
begin
    select v.* into v_version
    from private.plans as p
    inner join private.plan_versions as v on p.user_id = v.user_id and p.id = v.plan_id and p.version = v.version
    where p.id = p_id and (p.user_id = v_user_id or p.is_public);
    if not found then
        perform private.fail(404, 'plan_not_found', 'No plan has this id.');
    end if;
    return v_version;
end
$$;
comment on function private.find_plan_version(uuid) is
'The current version of one of the caller''s own plans or of a public one. Raises PT404 plan_not_found.';
grant execute on function private.find_plan_version(uuid) to authenticated;


create function public.get_plan(p_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select private.plan_summary_json(p, v) || pg_catalog.jsonb_build_object('days', private.plan_days_json(v))
    from private.find_plan_version(p_id) as v
    inner join private.plans as p on v.user_id = p.user_id and v.plan_id = p.id
$$;
comment on function public.get_plan(uuid) is
'The current version of one of the caller''s own plans or of a public one, with its days. Raises PT404 plan_not_found.';
grant execute on function public.get_plan(uuid) to authenticated;


-- Listing plans, and the versions of a plan.

create function private.listed_plans(p_user_id uuid, p_visibility text, p_offset bigint, p_limit integer)
returns setof private.plans
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    -- Each half is sorted by an index, and ends where the page does.
    return query
    select p.*
    from (
        (
            select own.* from private.plans as own
            where p_visibility <> 'public' and own.user_id = p_user_id
            order by own.updated_at desc, own.id
            limit p_offset + p_limit
        )
        union all
        (
            select other.* from private.plans as other
            where p_visibility <> 'own' and other.is_public and (p_visibility = 'public' or other.user_id <> p_user_id)
            order by other.updated_at desc, other.id
            limit p_offset + p_limit
        )
    ) as p
    order by p.updated_at desc, p.id
    offset p_offset
    limit p_limit;
end
$$;
comment on function private.listed_plans(uuid, text, bigint, integer) is
'A page of the plans that a user can see, latest change first: own, public or all.';
grant execute on function private.listed_plans(uuid, text, bigint, integer) to authenticated;


create function private.count_plans(p_user_id uuid, p_visibility text)
returns bigint
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return case
        when p_visibility = 'public' then 0
        else (
            select count(*) from private.plans as p
            where p.user_id = p_user_id and (p_visibility = 'own' or not p.is_public)
        )
    end + case
        when p_visibility = 'own' then 0
        else (select coalesce(sum(c.plans), 0) from private.public_plan_counts as c)
    end;
end
$$;
comment on function private.count_plans(uuid, text) is 'How many plans a user can see: own, public or all.';
grant execute on function private.count_plans(uuid, text) to authenticated;


create function public.list_plans(
    p_visibility text default 'own', p_page integer default 1, p_per_page integer default 20
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_offset bigint := private.page_offset(p_page, p_per_page);
begin
    if p_visibility is null or p_visibility not in ('own', 'public', 'all') then
        perform private.fail(422, 'invalid_visibility', '`visibility` must be own, public or all.', '?visibility');
    end if;
    return private.page_json(
        (
            select pg_catalog.jsonb_agg(
                private.plan_summary_json(listed, v) order by listed.updated_at desc, listed.id
            )
            from private.listed_plans(v_user_id, p_visibility, v_offset, p_per_page) as listed
            inner join private.plan_versions as v
                on listed.user_id = v.user_id and listed.id = v.plan_id and listed.version = v.version
        ),
        private.count_plans(v_user_id, p_visibility),
        p_page,
        p_per_page
    );
end
$$;
comment on function public.list_plans(text, integer, integer) is
'A page of plans in their current version, without their days, latest change first: {items, total, page, per_page}. '
'p_visibility is own, public (the caller''s public plans included) or all. Raises PT422 invalid_visibility, '
'invalid_page.';
grant execute on function public.list_plans(text, integer, integer) to authenticated;


create function public.list_plan_versions(p_id uuid, p_page integer default 1, p_per_page integer default 20)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_plan private.plans;
    v_answer jsonb;
begin
    select p.* into v_plan from private.plans as p
    where p.id = p_id and p.user_id = v_user_id;
    if not found then
        perform private.fail(404, 'plan_not_found', 'No plan has this id.');
    end if;
    with
    page as (
        select v as version
        from private.plan_versions as v
        where v.user_id = v_user_id and v.plan_id = p_id
        order by v.version desc
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                private.plan_summary_json(v_plan, page.version)
                || pg_catalog.jsonb_build_object('days', private.plan_days_json(page.version))
                order by (page.version).version desc
            )
            from page
        ),
        v_plan.version,
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
end
$$;
comment on function public.list_plan_versions(uuid, integer, integer) is
'A page of all versions of one of the caller''s own plans, with their days, latest first: {items, total, page, '
'per_page}. Raises PT404 plan_not_found, also for another user''s public plan, whose earlier versions are not public, '
'and PT422 invalid_page.';
grant execute on function public.list_plan_versions(uuid, integer, integer) to authenticated;


-- Checks of a plan, with the paths of the wrong fields.

create function private.plan_size_faults(p_plan jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := '[]';
begin
    if (
        select count(*) from pg_catalog.jsonb_path_query(p_plan, '$.days[*].exercises[*].sets[*]')
    ) > 500 then
        v_faults := private.fault('too_many_sets', 'A plan must not have more than 500 sets.', 'days');
    end if;
    -- The API has checked the size already, but Postgres may write numbers longer than the client sent them.
    if pg_catalog.octet_length((p_plan -> 'metadata')::text) > 8192 then
        v_faults := v_faults || private.fault(
            'metadata_too_large', '`metadata` must not take more than 8 KiB.', 'metadata'
        );
    end if;
    return v_faults;
end
$$;
comment on function private.plan_size_faults(jsonb) is
'The faults too_many_sets, above 500 sets, and metadata_too_large, above 8 KiB.';
grant execute on function private.plan_size_faults(jsonb) to authenticated;


create function private.day_number_faults(p_days jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_repeated text := (
        select pg_catalog.string_agg('days.' || numbered.place || '.day', ',' order by numbered.place)
        from (
            select
                d.ordinality - 1 as place,
                pg_catalog.row_number() over (partition by d.value ->> 'day' order by d.ordinality) as times
            from pg_catalog.jsonb_array_elements(p_days) with ordinality as d
        ) as numbered
        where numbered.times > 1
    );
begin
    if v_repeated is not null then
        return private.fault('day_repeated', 'Day numbers must not repeat.', v_repeated);
    end if;
    return '[]';
end
$$;
comment on function private.day_number_faults(jsonb) is 'The fault day_repeated if two days have the same number.';
grant execute on function private.day_number_faults(jsonb) to authenticated;


create function private.planned_exercises(p_days jsonb)
returns table (path text, exercise_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.format('days.%s.exercises.%s.exercise_id', d.ordinality - 1, x.ordinality - 1),
        (x.value ->> 'exercise_id')::uuid
    from pg_catalog.jsonb_array_elements(p_days) with ordinality as d
    cross join pg_catalog.jsonb_array_elements(d.value -> 'exercises') with ordinality as x
    order by d.ordinality, x.ordinality
$$;
comment on function private.planned_exercises(jsonb) is 'The exercise ids of the days of a plan, each with its path.';
grant execute on function private.planned_exercises(jsonb) to authenticated;


create function private.planned_exercise_faults(p_days jsonb, p_is_public boolean)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_unknown text;
    v_own text;
    v_faults jsonb := '[]';
begin
    select
        pg_catalog.string_agg(planned.path, ',' order by planned.place) filter (where e.id is null),
        pg_catalog.string_agg(planned.path, ',' order by planned.place) filter (where e.user_id is not null)
    into v_unknown, v_own
    from private.planned_exercises(p_days) with ordinality as planned (path, exercise_id, place)
    left join private.exercises as e on planned.exercise_id = e.id;
    if v_unknown is not null then
        v_faults := private.fault('exercise_not_found', 'No exercise has this id.', v_unknown);
    end if;
    if p_is_public and v_own is not null then
        v_faults := v_faults || private.fault(
            'exercise_not_public',
            'A public plan must not contain exercises of your own, because other users cannot see them.',
            v_own
        );
    end if;
    return v_faults;
end
$$;
comment on function private.planned_exercise_faults(jsonb, boolean) is
'The faults exercise_not_found, for an exercise that the caller may not see, and exercise_not_public, for one of the '
'caller''s own in a public plan.';
grant execute on function private.planned_exercise_faults(jsonb, boolean) to authenticated;


create function private.is_plan_name_taken(p_user_id uuid, p_id uuid, p_name text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return exists (
        select from private.plans as p
        where p.user_id = p_user_id
            and pg_catalog.lower(p.name) = pg_catalog.lower(pg_catalog.btrim(p_name))
            and p.id is distinct from p_id
    );
end
$$;
comment on function private.is_plan_name_taken(uuid, uuid, text) is
'Whether another plan of the user has this name. p_id is null for a new plan.';
grant execute on function private.is_plan_name_taken(uuid, uuid, text) to authenticated;


create function private.plan_faults(p_user_id uuid, p_id uuid, p_plan jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := private.plan_size_faults(p_plan)
        || private.day_number_faults(p_plan -> 'days')
        || private.planned_exercise_faults(p_plan -> 'days', (p_plan ->> 'is_public')::boolean);
begin
    if private.is_plan_name_taken(p_user_id, p_id, p_plan ->> 'name') then
        return v_faults || private.fault('plan_exists', 'You already have a plan with this name.', 'name');
    end if;
    return v_faults;
end
$$;
comment on function private.plan_faults(uuid, uuid, jsonb) is
'The faults of a plan that constraints cannot find, or could not locate: too_many_sets, metadata_too_large, '
'day_repeated, exercise_not_found, exercise_not_public, and last plan_exists. p_id is null for a new plan.';
grant execute on function private.plan_faults(uuid, uuid, jsonb) to authenticated;


create function private.check_plan(p_user_id uuid, p_id uuid, p_plan jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb;
begin
    if pg_catalog.jsonb_typeof(p_plan) is distinct from 'object'
        or pg_catalog.jsonb_typeof(p_plan -> 'days') is distinct from 'array'
        or pg_catalog.jsonb_array_length(p_plan -> 'days') not between 1 and 7 then
        perform private.fail(422, 'invalid_days', 'A plan must have 1 to 7 days.', 'days');
    end if;
    v_faults := private.plan_faults(p_user_id, p_id, p_plan);
    perform private.refuse(v_faults, case when v_faults #>> '{0,code}' = 'plan_exists' then 409 else 422 end);
end
$$;
comment on function private.check_plan(uuid, uuid, jsonb) is
'Refuses a plan with faults. p_id is null for a new plan. Raises PT422 invalid_days, '
'too_many_sets, metadata_too_large, day_repeated, exercise_not_found, exercise_not_public, PT409 plan_exists.';
grant execute on function private.check_plan(uuid, uuid, jsonb) to authenticated;


-- Creating, replacing, copying and deleting plans.

create function private.insert_plan_version(
    p_user_id uuid, p_id uuid, p_version integer, p_plan jsonb, p_weight_unit text
)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    insert into private.plan_versions (
        user_id, plan_id, version, name, description, training_style, goal, difficulty_level, duration_weeks,
        days_per_week, metadata
    )
    select
        p_user_id, p_id, p_version, pg_catalog.btrim(c.name), c.description, c.training_style, c.goal,
        c.difficulty_level, c.duration_weeks, c.days_per_week, coalesce(c.metadata, '{}')
    from pg_catalog.jsonb_populate_record(null::private.plan_versions, p_plan) as c;

    insert into private.plan_days (user_id, plan_id, version, day, name)
    select
        p_user_id, p_id, p_version, day.day, day.name
    from pg_catalog.jsonb_array_elements(p_plan -> 'days') as d
    cross join pg_catalog.jsonb_populate_record(null::private.plan_days, d.value) as day;

    insert into private.plan_exercises (
        user_id, plan_id, version, day, position, exercise_id, superset, notes, progression
    )
    select
        p_user_id, p_id, p_version, day.day, x.ordinality, c.exercise_id, c.superset, c.notes,
        -- A progression without a unit means the unit of the plan's author, also for readers who use the other one.
        case when c.progression ?| array['increment', 'ceiling']
            then pg_catalog.jsonb_build_object('unit', p_weight_unit)
            else '{}'
        end || pg_catalog.jsonb_strip_nulls(nullif(c.progression, 'null'))
    from pg_catalog.jsonb_array_elements(p_plan -> 'days') as d
    cross join pg_catalog.jsonb_populate_record(null::private.plan_days, d.value) as day
    cross join pg_catalog.jsonb_array_elements(d.value -> 'exercises') with ordinality as x
    cross join pg_catalog.jsonb_populate_record(null::private.plan_exercises, x.value) as c;

    insert into private.plan_sets (
        user_id, plan_id, version, day, exercise_position, position, set_type, reps_min, reps_max, weight,
        weight_unit, percent_1rm, rpe, rir, rest_seconds
    )
    select
        p_user_id, p_id, p_version, day.day, x.ordinality, s.ordinality,
        coalesce(c.set_type, 'working'), c.reps_min, c.reps_max, c.weight,
        case when c.weight is not null then coalesce(c.weight_unit, p_weight_unit) end,
        c.percent_1rm, c.rpe, c.rir, c.rest_seconds
    from pg_catalog.jsonb_array_elements(p_plan -> 'days') as d
    cross join pg_catalog.jsonb_populate_record(null::private.plan_days, d.value) as day
    cross join pg_catalog.jsonb_array_elements(d.value -> 'exercises') with ordinality as x
    cross join pg_catalog.jsonb_array_elements(x.value -> 'sets') with ordinality as s
    cross join pg_catalog.jsonb_populate_record(null::private.plan_sets, s.value) as c;
end
$$;
comment on function private.insert_plan_version(uuid, uuid, integer, jsonb, text) is
'Stores a version of a plan with its days, exercises and sets. Weights without a unit are in p_weight_unit.';
grant execute on function private.insert_plan_version(uuid, uuid, integer, jsonb, text) to authenticated;


create function private.insert_plan(p_profile private.profiles, p_id uuid, p_plan jsonb)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    perform private.check_plan(p_profile.user_id, null, p_plan);
    if (select count(*) from private.plans as p where p.user_id = p_profile.user_id) >= 200 then
        perform private.fail(
            409, 'too_many_plans',
            'You already have 200 plans, which is the limit. Delete one that you do not follow.'
        );
    end if;
    insert into private.plans (user_id, id, name, is_public)
    select
        p_profile.user_id, p_id, pg_catalog.btrim(c.name), coalesce(c.is_public, false)
    from pg_catalog.jsonb_populate_record(null::private.plans, p_plan) as c;
    perform private.insert_plan_version(p_profile.user_id, p_id, 1, p_plan, p_profile.weight_unit);
end
$$;
comment on function private.insert_plan(private.profiles, uuid, jsonb) is
'Stores a new plan of a user. Raises PT409 plan_exists, too_many_plans, PT422 invalid_days, too_many_sets, '
'metadata_too_large, day_repeated, exercise_not_found, exercise_not_public.';
grant execute on function private.insert_plan(private.profiles, uuid, jsonb) to authenticated;


create function private.stored_plan(p_user_id uuid, p_operation text, p_key text, p_request jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_id uuid := private.replayed_id(p_operation, p_key, p_request);
begin
    if exists (
        select from private.plans as p
        where p.user_id = p_user_id and p.id = v_id
    ) then
        return public.get_plan(v_id) || '{"replayed": true}';
    end if;
    return null;
end
$$;
comment on function private.stored_plan(uuid, text, text, jsonb) is
'The plan that the same request stored before; null if there is none. Raises what private.replay_answer raises.';
grant execute on function private.stored_plan(uuid, text, text, jsonb) to authenticated;


create function public.create_plan(p_plan jsonb, p_idempotency_key text default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_stored jsonb := private.stored_plan(v_profile.user_id, 'create_plan', p_idempotency_key, p_plan);
    v_id uuid;
begin
    perform private.check_size(p_plan, 1024);
    if v_stored is not null then
        return v_stored;
    end if;
    v_id := private.new_id(v_profile.user_id, p_plan);
    perform private.insert_plan(v_profile, v_id, p_plan);
    perform private.remember_id('create_plan', p_idempotency_key, p_plan, v_id);
    return public.get_plan(v_id) || '{"replayed": false}';
end
$$;
comment on function public.create_plan(jsonb, text) is
'Creates a plan of the caller''s own and returns it, with replayed. A key or an id that was used before returns the '
'plan of then. Raises PT404 profile_not_found, PT409 plan_exists, too_many_plans, id_taken, idempotency_key_spent, '
'PT413 body_too_large, PT422 invalid_days, too_many_sets, metadata_too_large, day_repeated, exercise_not_found, '
'exercise_not_public, invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.create_plan(jsonb, text) to authenticated;


create function private.find_own_plan(p_user_id uuid, p_id uuid)
returns private.plans
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_plan private.plans;
begin
    select p.* into v_plan from private.plans as p
    where p.id = p_id;
    if not found then
        perform private.fail(404, 'plan_not_found', 'No plan has this id.');
    end if;
    if v_plan.user_id <> p_user_id then
        perform private.fail(
            403, 'plan_read_only', 'This plan belongs to another user, so you cannot change it. Copy it instead.'
        );
    end if;
    return v_plan;
end
$$;
comment on function private.find_own_plan(uuid, uuid) is
'One of the user''s own plans. Raises PT404 plan_not_found, PT403 plan_read_only for another user''s public plan.';
grant execute on function private.find_own_plan(uuid, uuid) to authenticated;


-- Security definer, because workouts of other users, which the owner cannot see, may have followed a version. It
-- deletes only versions of a plan of the caller's.
create function private.fold_plan_versions(p_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- The table of workouts is defined later, because workouts refer to plans.
    delete from private.plan_versions as v
    using private.plans as p
    where
        p.user_id = private.current_user_id()
        and p.id = p_id
        and v.user_id = p.user_id
        and v.plan_id = p.id
        and v.version <= p.version - 50
        and not exists (
            select from private.workouts as w
            where w.plan_id = p_id and w.plan_version = v.version
        );
end
$$;
comment on function private.fold_plan_versions(uuid) is
'Deletes the versions of a plan of the caller but the latest 50 and those that workouts followed.';
grant execute on function private.fold_plan_versions(uuid) to authenticated;


create function public.replace_plan(p_id uuid, p_plan jsonb, p_if_versions bigint[] default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    -- The lock on the profile makes two writers wait for each other, so each version gets a number of its own.
    v_profile private.profiles := private.lock_profile();
    v_plan private.plans := private.find_own_plan(v_profile.user_id, p_id);
    c_changing constant text[] := array['version', 'updated_at'];
    v_before jsonb;
    v_after jsonb;
begin
    perform private.check_size(p_plan, 1024);
    perform private.check_unchanged('plan', v_plan.version, p_if_versions);
    perform private.check_plan(v_profile.user_id, p_id, p_plan);
    v_before := public.get_plan(p_id);
    begin
        update private.plans as p
        set
            name = pg_catalog.btrim(c.name),
            is_public = coalesce(c.is_public, false),
            version = p.version + 1
        from pg_catalog.jsonb_populate_record(null::private.plans, p_plan) as c
        where p.user_id = v_profile.user_id and p.id = p_id;
        perform private.insert_plan_version(
            v_profile.user_id, p_id, v_plan.version + 1, p_plan, v_profile.weight_unit
        );
        v_after := public.get_plan(p_id);
        if v_after - c_changing = v_before - c_changing then
            -- Leaves the block, which undoes the version.
            raise sqlstate 'SBSAM';
        end if;
    exception when sqlstate 'SBSAM' then
        return v_before;
    end;
    perform private.fold_plan_versions(p_id);
    return v_after;
end
$$;
comment on function public.replace_plan(uuid, jsonb, bigint[]) is
'Replaces one of the caller''s own plans with a new version and returns it. A plan that stays the same gets none, '
'and of more than 50 versions the oldest that no workout followed go. Raises PT404 plan_not_found, '
'profile_not_found, PT403 plan_read_only, PT409 plan_exists, PT412 plan_changed if p_if_versions is given without '
'the current version, PT413 body_too_large, PT422 invalid_days, too_many_sets, metadata_too_large, day_repeated, '
'exercise_not_found, exercise_not_public.';
grant execute on function public.replace_plan(uuid, jsonb, bigint[]) to authenticated;


create function private.free_plan_name(p_user_id uuid, p_name text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_name text := p_name;
    v_number integer := 1;
begin
    while exists (
        select from private.plans as p
        where p.user_id = p_user_id and pg_catalog.lower(p.name) = pg_catalog.lower(v_name)
    ) loop
        v_number := v_number + 1;
        v_name := pg_catalog.left(p_name, 94) || ' (' || v_number || ')';
    end loop;
    return v_name;
end
$$;
comment on function private.free_plan_name(uuid, text) is
'A name that no plan of the user has: p_name, or p_name with the next free number.';
grant execute on function private.free_plan_name(uuid, text) to authenticated;


create function public.copy_plan(p_id uuid, p_copy jsonb default '{}', p_idempotency_key text default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_request jsonb := p_copy || pg_catalog.jsonb_build_object('copied', p_id);
    v_stored jsonb := private.stored_plan(v_profile.user_id, 'copy_plan', p_idempotency_key, v_request);
    v_plan jsonb;
    v_id uuid;
begin
    perform private.check_size(p_copy, 64);
    if v_stored is not null then
        return v_stored;
    end if;
    v_plan := public.get_plan(p_id);
    v_id := private.new_id(v_profile.user_id, p_copy);
    perform private.insert_plan(
        v_profile, v_id, v_plan || pg_catalog.jsonb_build_object(
            'is_public', false,
            'name', coalesce(p_copy ->> 'name', private.free_plan_name(v_profile.user_id, v_plan ->> 'name'))
        )
    );
    perform private.remember_id('copy_plan', p_idempotency_key, v_request, v_id);
    return public.get_plan(v_id) || '{"replayed": false}';
end
$$;
comment on function public.copy_plan(uuid, jsonb, text) is
'Copies a plan that the caller may read to a private plan of their own and returns it, with replayed. p_copy is {id?, '
'name?}; without a name, it gets the next free one. A key or an id that was used before returns the copy of then. '
'Raises PT404 plan_not_found, profile_not_found, PT409 plan_exists, too_many_plans, id_taken, idempotency_key_spent, '
'PT413 body_too_large, PT422 invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.copy_plan(uuid, jsonb, text) to authenticated;


create function public.delete_plan(p_id uuid, p_if_versions bigint[] default null)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_plan private.plans := private.find_own_plan(v_profile.user_id, p_id);
begin
    perform private.check_unchanged('plan', v_plan.version, p_if_versions);
    delete from private.plans as p
    where p.user_id = v_plan.user_id and p.id = v_plan.id;
end
$$;
comment on function public.delete_plan(uuid, bigint[]) is
'Deletes one of the caller''s own plans with all its versions. Workouts that followed it keep its name. Raises PT404 '
'plan_not_found, profile_not_found, PT403 plan_read_only, PT412 plan_changed if p_if_versions is given without the '
'current version.';
grant execute on function public.delete_plan(uuid, bigint[]) to authenticated;
