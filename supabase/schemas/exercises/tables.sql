-- The tables of the shared catalogue, which seed.sql fills, and of the exercises that users create.

create table private.muscles (
    slug text primary key constraint muscles_slug_check check (slug ~ '^[a-z][a-z0-9_]*$'),
    name text not null constraint muscles_name_key unique,
    region text not null
    constraint muscles_region_check check (region in ('neck', 'chest', 'back', 'shoulders', 'arms', 'core', 'legs'))
);
comment on table private.muscles is 'The muscle groups that exercises train and statistics count.';
grant select on private.muscles to authenticated;
alter table private.muscles enable row level security;
create policy "everyone signed in can select muscles" on private.muscles
for select to authenticated using (true);


create function private.facet_values(
    p_category text, p_movement_pattern text, p_level text, p_mechanic text, p_force text, p_muscles text[],
    p_equipment text[]
)
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.array_agg(has.facet || ':' || has.value)
    from (
        values
        ('categories', p_category),
        ('movement_patterns', p_movement_pattern),
        ('levels', p_level),
        ('mechanics', p_mechanic),
        ('forces', p_force)
        union all
        select
            'muscles',
            muscle
        from pg_catalog.unnest(p_muscles) as muscle
        union all
        select
            'equipment',
            piece
        from pg_catalog.unnest(case p_equipment when '{}' then array['none'] else p_equipment end) as piece
    ) as has (facet, value)
    where has.value is not null
$$;
comment on function private.facet_values(text, text, text, text, text, text[], text[]) is
'The values by which the filters of a search find an exercise, each with its filter: muscles:chest, equipment:none.';
grant execute on function private.facet_values(text, text, text, text, text, text[], text[]) to authenticated;


create table private.exercises (
    id uuid constraint exercises_id_key primary key default gen_random_uuid(),
    user_id uuid references private.profiles (user_id) on delete cascade,
    -- A search reads these two of every exercise. Reading a column takes longer the more columns are before it.
    archived_at timestamptz,
    search_document tsvector generated always as (private.search_document(array_prepend(name, aliases))) stored,
    slug text
    constraint exercises_slug_key unique
    constraint exercises_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text not null
    constraint exercises_name_check check (char_length(name) <= 100 and btrim(name) <> ''),
    aliases text[] not null default '{}'
    constraint exercises_aliases_check check (private.is_text_list(aliases, 20, 100)),
    category text not null default 'strength'
    constraint exercises_category_check
    check (category in ('strength', 'powerlifting', 'olympic', 'strongman', 'core', 'mobility', 'conditioning')),
    movement_pattern text
    constraint exercises_movement_pattern_check
    check (
        movement_pattern in (
            'squat', 'lunge', 'hinge', 'bridge', 'knee_extension', 'knee_flexion', 'hip_abduction', 'hip_adduction',
            'hip_flexion', 'calf_raise', 'horizontal_push', 'vertical_push', 'fly', 'horizontal_pull',
            'vertical_pull', 'pullover', 'shrug', 'shoulder_raise', 'reverse_fly', 'shoulder_rotation',
            'elbow_flexion', 'elbow_extension', 'grip', 'neck', 'trunk_flexion', 'trunk_extension', 'anti_extension',
            'lateral_flexion', 'rotation', 'anti_rotation', 'carry', 'olympic_lift', 'jump', 'throw', 'locomotion',
            'full_body', 'stretch'
        )
    ),
    force text
    constraint exercises_force_check check (force in ('push', 'pull', 'static')),
    mechanic text
    constraint exercises_mechanic_check check (mechanic in ('compound', 'isolation')),
    level text not null default 'beginner'
    constraint exercises_level_check check (level in ('beginner', 'intermediate', 'advanced')),
    laterality text
    constraint exercises_laterality_check check (laterality in ('bilateral', 'unilateral', 'alternating')),
    measured_in text not null default 'weight_and_reps'
    constraint exercises_measured_in_check
    check (measured_in in ('weight_and_reps', 'reps', 'time', 'distance')),
    equipment text[] not null default '{}'
    constraint exercises_equipment_check check (private.is_text_list(equipment, 20, 100)),
    primary_muscles text[] not null default '{}'
    constraint exercises_primary_muscles_check check (private.is_text_list(primary_muscles, 10, 100)),
    secondary_muscles text[] not null default '{}'
    constraint exercises_secondary_muscles_check check (private.is_text_list(secondary_muscles, 20, 100)),
    joints text[]
    constraint exercises_joints_check check (private.are_body_parts(joints)),
    instructions text[] not null default '{}'
    constraint exercises_instructions_check check (private.is_text_list(instructions, 40, 2000)),
    cues text[] not null default '{}'
    constraint exercises_cues_check check (private.is_text_list(cues, 10, 500)),
    source text,
    license text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default clock_timestamp(),
    revision bigint not null default nextval('private.revisions'),
    -- Answers contain it as it is, so it is text that Postgres need not take apart.
    listed json not null default '{}',
    facet_values text[] generated always as (
        private.facet_values(
            category, movement_pattern, level, mechanic, force, primary_muscles || secondary_muscles, equipment
        )
    ) stored,
    search_pairs bit(703)[] generated always as (private.search_pairs(array_prepend(name, aliases))) stored,
    name_keys text[] generated always as (private.keys_of_names(array_prepend(name, aliases))) stored,
    name_words text[] generated always as (private.words_of_names(array_prepend(name, aliases))) stored,
    -- The catalogue's own exercises are complete. Imported ones and users' own may leave fields empty.
    constraint exercises_catalogue_check check (
        user_id is not null
        or (
            slug is not null
            and archived_at is null
            and (
                source is not null
                or (
                    num_nulls(movement_pattern, laterality, joints) = 0
                    and cardinality(primary_muscles) between 1 and 3
                    and cardinality(instructions) between 3 and 6
                    and cardinality(cues) between 1 and 3
                )
            )
        )
    ),
    constraint exercises_own_check check (user_id is null or num_nonnulls(slug, source, license) = 0),
    constraint exercises_license_check check ((source is null) = (license is null))
);
comment on table private.exercises is
'The catalogue (user_id is null, everyone may read it) and each user''s own exercises. A trigger checks that muscles '
'and equipment are slugs of their tables.';
comment on column private.exercises.slug is 'A stable name for exercises of the catalogue; null for users'' own.';
comment on column private.exercises.measured_in is 'What the user logs for a set.';
comment on column private.exercises.equipment is
'Everything that the exercise needs, not only the main piece; empty if it needs nothing.';
comment on column private.exercises.secondary_muscles is 'Statistics count these as half.';
comment on column private.exercises.joints is
'The body parts that the exercise loads, in the words of profiles.injuries. Null if unknown: then it is safe for no '
'injury.';
comment on column private.exercises.source is 'Where the exercise was imported from; null for our own.';
comment on column private.exercises.archived_at is
'When the owner deleted or archived the exercise. Searches no longer find it, but workouts and plans still show it.';
comment on column private.exercises.listed is
'What lists show to everybody: all but the texts. A trigger keeps it.';
comment on column private.exercises.facet_values is 'What facets count; see private.facet_values.';
comment on column private.exercises.search_document is 'What a search matches against; see private.search_document.';
comment on column private.exercises.search_pairs is
'What a search ranks by: the letter pairs of the name, then of each alias.';
comment on column private.exercises.name_keys is
'What an import compares first: the key of the name, then of each alias; see private.name_key.';
comment on column private.exercises.name_words is
'What an import compares next: the words of the name, then of each alias; see private.name_words.';
-- Names are unique among each user's exercises and among the catalogue's own. An archived exercise frees its name, and
-- an imported one must not block a name that the catalogue takes later.
create unique index exercises_user_id_name_key
on private.exercises (user_id, private.name_key(name)) nulls not distinct
where archived_at is null and source is null;
create index exercises_user_id_revision_idx on private.exercises (user_id, revision);
grant select, delete on private.exercises to authenticated;
-- Users may not write every column: their exercises have no slug and no source.
grant insert (
    user_id, id, name, aliases, category, movement_pattern, force, mechanic, level, laterality, measured_in, equipment,
    primary_muscles, secondary_muscles, joints, instructions, cues
) on private.exercises to authenticated;
grant update (
    name, aliases, category, movement_pattern, force, mechanic, level, laterality, measured_in, equipment,
    primary_muscles, secondary_muscles, joints, instructions, cues, archived_at
) on private.exercises to authenticated;
alter table private.exercises enable row level security;
create policy "owner can select own exercises and the catalogue" on private.exercises
for select to authenticated using (user_id is null or (select auth.uid()) = user_id);
create policy "owner can insert own exercises" on private.exercises
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can update own exercises" on private.exercises
for update to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "owner can delete own exercises" on private.exercises
for delete to authenticated using ((select auth.uid()) = user_id);
-- The seed writes the whole catalogue each time.
create trigger revise
before update on private.exercises
for each row
when (
    (
        old.name, old.aliases, old.category, old.movement_pattern, old.force, old.mechanic, old.level,
        old.laterality, old.measured_in, old.equipment, old.primary_muscles, old.secondary_muscles, old.joints,
        old.instructions, old.cues, old.archived_at
    ) is distinct from (
        new.name, new.aliases, new.category, new.movement_pattern, new.force, new.mechanic, new.level,
        new.laterality, new.measured_in, new.equipment, new.primary_muscles, new.secondary_muscles, new.joints,
        new.instructions, new.cues, new.archived_at
    )
)
execute function private.revise();
create trigger record_deletion
after delete on private.exercises
for each row execute function private.record_deletion('exercise');
create trigger forget_answers
after delete on private.exercises
for each row execute function private.forget_answers();


create table private.exercise_relations (
    exercise_id uuid not null references private.exercises (id) on delete cascade,
    related_id uuid not null references private.exercises (id) on delete cascade,
    kind text not null
    constraint exercise_relations_kind_check
    check (kind in ('variation', 'regression', 'progression', 'alternative')),
    primary key (exercise_id, related_id),
    constraint exercise_relations_exercise_id_related_id_check check (exercise_id <> related_id)
);
comment on table private.exercise_relations is
'How exercises of the catalogue relate to each other, stored in both directions: the related one is a variation, a '
'regression (easier), a progression (harder) or an alternative with other equipment.';
create index exercise_relations_related_id_idx on private.exercise_relations (related_id);
grant select on private.exercise_relations to authenticated;
alter table private.exercise_relations enable row level security;
create policy "everyone signed in can select exercise_relations" on private.exercise_relations
for select to authenticated using (true);
