-- The forms of a name that searches and imports compare. The exercises table stores them, so that reading is quick.

create function private.search_words(p_text text)
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(
            pg_catalog.array_agg(
                -- The abbreviations that lifters use.
                case listed.word
                    when 'db' then 'dumbbell' when 'dbs' then 'dumbbells'
                    when 'bb' then 'barbell'
                    when 'kb' then 'kettlebell' when 'kbs' then 'kettlebells'
                    when 'bw' then 'bodyweight'
                    else listed.word
                end
                order by listed.ordinality
            ),
            '{}'
        )
        from pg_catalog.string_to_table(private.search_text(pg_catalog.left(p_text, 200)), ' ') with ordinality as listed (word, ordinality)
        where listed.word <> ''
    );
end
$$;
comment on function private.search_words(text) is
'The words of a name or a query, in order, with db, bb, kb and bw spelled out. It reads 200 characters, more than any '
'name may have: generated columns are computed before a check refuses the name.';
grant execute on function private.search_words(text) to authenticated;


create function private.word_stem(p_word text)
returns text
language sql
immutable
security invoker
return case
    when p_word in ('calf', 'calves') then 'calf'
    -- The dictionary returns an empty list for a stop word, but "up" matters in a gym.
    else coalesce((pg_catalog.ts_lexize('pg_catalog.english_stem', p_word))[1], p_word)
end;
comment on function private.word_stem(text) is
'A word without its ending, so that lunges equals lunge, and calves equals calf.';
grant execute on function private.word_stem(text) to authenticated;


create function private.search_document(p_names text[])
returns tsvector
language sql
immutable
security invoker
set search_path = ''
as $$
    with
    words as (
        select
            given.ordinality as name_number,
            word.value,
            word.ordinality
        from pg_catalog.unnest(p_names) with ordinality as given (name, ordinality)
        cross join pg_catalog.unnest(private.search_words(given.name)) with ordinality as word (value, ordinality)
    ),
    -- Two neighbouring words also count as one: people write both "push up" and "pushup".
    tokens as (
        select words.value from words
        union all
        select words.value || pg_catalog.lead(words.value) over (
            partition by words.name_number
            order by words.ordinality
        )
        from words
    )
    select pg_catalog.array_to_tsvector(coalesce(pg_catalog.array_agg(distinct form.value), '{}'))
    from tokens
    cross join lateral (values (tokens.value), (private.word_stem(tokens.value))) as form (value)
    where tokens.value is not null
$$;
comment on function private.search_document(text[]) is
'What a query is matched against: the words of all names, each two neighbours written as one word, and the stems of '
'both.';
grant execute on function private.search_document(text[]) to authenticated;


create function private.name_key(p_name text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(pg_catalog.string_agg(private.word_stem(listed.word), ' ' order by listed.place), p_name)
    from pg_catalog.unnest(private.search_words(p_name)) with ordinality as listed (word, place)
$$;
comment on function private.name_key(text) is
'The stems of a name''s words. Two names with the same key mean the same exercise. A name without letters and digits '
'is its own key.';
grant execute on function private.name_key(text) to authenticated;


create function private.name_words(p_name text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.string_agg(distinct listed.word, ' ' order by listed.word)
    from pg_catalog.string_to_table(private.name_key(p_name) collate "C", ' ') as listed (word)
$$;
comment on function private.name_words(text) is
'The stems of a name''s words in alphabetical order, each once, to compare names that order their words differently.';
grant execute on function private.name_words(text) to authenticated;


create function private.keys_of_names(p_names text[])
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.array_agg(private.name_key(given.name) order by given.ordinality)
    from pg_catalog.unnest(p_names) with ordinality as given (name, ordinality)
$$;
comment on function private.keys_of_names(text[]) is 'private.name_key of each name, in the same order.';
grant execute on function private.keys_of_names(text[]) to authenticated;


create function private.words_of_names(p_names text[])
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.array_agg(private.name_words(given.name) order by given.ordinality)
    from pg_catalog.unnest(p_names) with ordinality as given (name, ordinality)
$$;
comment on function private.words_of_names(text[]) is 'private.name_words of each name, in the same order.';
grant execute on function private.words_of_names(text[]) to authenticated;


-- How similar two names are, measured without a contrib extension.

-- Each pair of neighbouring letters becomes one bit. A pair ignores the order of its letters, so that swapped letters,
-- the most common typing error, cost little. The first letter also pairs with the beginning of the text, and the last
-- one with its end. Modulo 37, the 26 letters, nine of the digits and both edges are different, which makes 703 pairs.
-- Other characters share these bits, and only blur the measure.
create function private.letter_pairs(p_text text)
returns bit(703)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        with
        pairs as (
            select
                greatest(code.one, code.next) as higher,
                least(code.one, code.next) as lower
            -- The codes of ` and _ lie just before those of the letters, so both edges have numbers of their own.
            from (select '`' || p_text || '_' as letters) as edged
            cross join lateral pg_catalog.generate_series(1, pg_catalog.char_length(edged.letters) - 1) as place
            cross join lateral (
                select
                    pg_catalog.ascii(pg_catalog.substr(edged.letters, place, 1)) % 37 as one,
                    pg_catalog.ascii(pg_catalog.substr(edged.letters, place + 1, 1)) % 37 as next
            ) as code
        )
        select pg_catalog.bit_or(
            pg_catalog.set_bit(
                pg_catalog.repeat('0', 703)::bit(703), pairs.higher * (pairs.higher + 1) / 2 + pairs.lower, 1
            )
        )
        from pairs
    );
end
$$;
comment on function private.letter_pairs(text) is
'The pairs of neighbouring letters in a text, as a set of bits; null for null.';
grant execute on function private.letter_pairs(text) to authenticated;


create function private.likeness(p_one bit, p_other bit)
returns real
language sql
immutable
security invoker
return (
    2.0 * pg_catalog.bit_count(p_one & p_other)
    / nullif(pg_catalog.bit_count(p_one) + pg_catalog.bit_count(p_other), 0)
)::real;
comment on function private.likeness(bit, bit) is
'How similar two sets of letter pairs are, from 0 to 1 (Dice''s coefficient); null if both are empty.';
grant execute on function private.likeness(bit, bit) to authenticated;


create function private.stemmed_pairs(p_words text[])
returns bit(703)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        -- The stems are joined to one word, so that "push up" and "pushup" are alike, while the order still matters.
        select private.letter_pairs(
            coalesce(pg_catalog.string_agg(private.word_stem(listed.word), '' order by listed.place), '')
        )
        from pg_catalog.unnest(p_words) with ordinality as listed (word, place)
    );
end
$$;
comment on function private.stemmed_pairs(text[]) is 'The letter pairs of the stems of some words, joined to one word.';
grant execute on function private.stemmed_pairs(text[]) to authenticated;


create function private.search_pairs(p_names text[])
returns bit(703)[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.array_agg(private.stemmed_pairs(private.search_words(given.name)) order by given.ordinality)
    from pg_catalog.unnest(p_names) with ordinality as given (name, ordinality)
$$;
comment on function private.search_pairs(text[]) is 'The letter pairs of each name, in the same order.';
grant execute on function private.search_pairs(text[]) to authenticated;


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


-- Checks of exercises that read other rows, so check constraints cannot do them.

create function private.muscle_faults(p_slugs text[], p_where text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_unknown text := (
        select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ' order by listed.place)
        from pg_catalog.unnest(p_slugs) with ordinality as listed (slug, place)
        where not exists (select from private.muscles as m where m.slug = listed.slug)
    );
begin
    if v_unknown is not null then
        return private.fault('unknown_muscle', 'Unknown muscles: ' || v_unknown || '.', p_where);
    end if;
    return '[]';
end
$$;
comment on function private.muscle_faults(text[], text) is
'The fault unknown_muscle if a slug is not in private.muscles. p_where is the path of the list.';
grant execute on function private.muscle_faults(text[], text) to authenticated;


create function private.list_faults(p_exercise private.exercises)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := private.equipment_faults(p_exercise.equipment, 'equipment')
        || private.muscle_faults(p_exercise.primary_muscles, 'primary_muscles')
        || private.muscle_faults(p_exercise.secondary_muscles, 'secondary_muscles');
begin
    if p_exercise.primary_muscles && p_exercise.secondary_muscles then
        return v_faults || private.fault(
            'muscle_listed_twice',
            'A muscle must be either primary or secondary, not both.',
            'primary_muscles,secondary_muscles'
        );
    end if;
    return v_faults;
end
$$;
comment on function private.list_faults(private.exercises) is
'The faults unknown_equipment, unknown_muscle, and muscle_listed_twice if a muscle is both primary and secondary.';
grant execute on function private.list_faults(private.exercises) to authenticated;


create function private.find_namesake(p_user_id uuid, p_id uuid, p_name text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_key text := private.name_key(p_name);
    v_pairs bit(703) := private.stemmed_pairs(private.search_words(p_name));
begin
    return (
        select e.name
        from private.exercises as e
        cross join lateral pg_catalog.unnest(
            case when e.user_id is null then pg_catalog.array_prepend(e.name, e.aliases) else array[e.name] end
        ) as known (name)
        where (e.user_id is null or e.user_id = p_user_id)
            and e.id is distinct from p_id
            and e.archived_at is null
            -- Comparing the stored letter pairs first saves computing most of the keys.
            and v_pairs = any(e.search_pairs)
            and private.name_key(known.name) = v_key
        order by e.user_id nulls last
        limit 1
    );
end
$$;
comment on function private.find_namesake(uuid, uuid, text) is
'The name of another exercise that means the same as p_name, among the catalogue''s names and aliases and the user''s '
'own names; null if there is none. p_id is null for a new exercise.';
grant execute on function private.find_namesake(uuid, uuid, text) to authenticated;


create function private.name_faults(p_exercise private.exercises)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_namesake text := private.find_namesake(p_exercise.user_id, p_exercise.id, p_exercise.name);
begin
    if v_namesake is not null then
        return private.fault('exercise_exists', 'This exercise already exists as ' || v_namesake || '.', 'name');
    end if;
    return '[]';
end
$$;
comment on function private.name_faults(private.exercises) is
'The fault exercise_exists for a name that the catalogue or another exercise of the user has.';
grant execute on function private.name_faults(private.exercises) to authenticated;


-- The name is looked at only when something else is wrong: check_own_exercise refuses one that is taken anyway.
create function private.check_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb;
begin
    new.equipment := private.without_repeats(new.equipment);
    new.primary_muscles := private.without_repeats(new.primary_muscles);
    new.secondary_muscles := private.without_repeats(new.secondary_muscles);
    v_faults := private.list_faults(new);
    if v_faults <> '[]' and new.user_id is not null and new.archived_at is null then
        v_faults := v_faults || private.name_faults(new);
    end if;
    perform private.refuse(v_faults);
    return new;
end
$$;
comment on function private.check_exercise() is
'Removes repeats from the lists of an exercise. Raises PT422 unknown_equipment, unknown_muscle, muscle_listed_twice.';
create trigger check_exercise
before insert or update of equipment, primary_muscles, secondary_muscles on private.exercises
for each row execute function private.check_exercise();


-- Users must not create a second exercise under a name that they can see already. The lock on the profile makes two
-- transactions of one user wait for each other, so that both count and compare correctly.
create function private.check_own_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' and old.name = new.name and old.archived_at is null then
        return new;
    end if;
    perform from private.profiles as p
    where p.user_id = new.user_id
    for no key update;
    if tg_op = 'INSERT' and (
        select count(*) from private.exercises as e
        where e.user_id = new.user_id
    ) >= 500 then
        perform private.fail(
            409, 'too_many_exercises',
            'You already have 500 exercises of your own, which is the limit. Delete one that you do not use.'
        );
    end if;
    perform private.refuse(private.name_faults(new), 409);
    return new;
end
$$;
comment on function private.check_own_exercise() is
'Raises PT409 too_many_exercises for a user''s 501st exercise, archived ones included, and PT409 exercise_exists for a '
'name that the catalogue or an exercise of the user has. An archived exercise has freed its name.';
create trigger check_own_exercise
before insert or update of name, archived_at on private.exercises
for each row when (new.user_id is not null and new.archived_at is null)
execute function private.check_own_exercise();


create function private.list_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    new.listed := pg_catalog.json_build_object(
        'id', new.id,
        'slug', new.slug,
        'name', new.name,
        'aliases', new.aliases,
        'category', new.category,
        'movement_pattern', new.movement_pattern,
        'force', new.force,
        'mechanic', new.mechanic,
        'level', new.level,
        'laterality', new.laterality,
        'measured_in', new.measured_in,
        'equipment', new.equipment,
        'primary_muscles', new.primary_muscles,
        'secondary_muscles', new.secondary_muscles,
        'joints', new.joints,
        'custom', new.user_id is not null
    );
    return new;
end
$$;
comment on function private.list_exercise() is 'Keeps exercises.listed equal to the other columns.';
-- Its name comes after that of check_exercise, so it sees lists without repeats.
create trigger list_exercise
before insert or update on private.exercises
for each row execute function private.list_exercise();


-- What searches need to know about the catalogue as a whole. It changes with the catalogue, so triggers keep it.

create table private.catalogue_facets (
    facet_value text primary key,
    exercises integer not null constraint catalogue_facets_exercises_check check (exercises > 0)
);
comment on table private.catalogue_facets is
'How many exercises of the catalogue have each of the values in exercises.facet_values.';
grant select on private.catalogue_facets to authenticated;
alter table private.catalogue_facets enable row level security;
create policy "everyone signed in can select catalogue_facets" on private.catalogue_facets
for select to authenticated using (true);


create table private.catalogue_words (
    -- Compared letter by letter, so that the index finds the beginning of a word.
    word text collate "C" primary key,
    pairs bit(703) not null
);
comment on table private.catalogue_words is
'The words of the names in the catalogue, as in exercises.search_document, with their letter pairs.';
grant select on private.catalogue_words to authenticated;
alter table private.catalogue_words enable row level security;
create policy "everyone signed in can select catalogue_words" on private.catalogue_words
for select to authenticated using (true);


-- Security definer, because only triggers write these tables. It acts only on the row that fired it.
create function private.keep_catalogue()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if tg_op <> 'INSERT' then
        delete from private.catalogue_facets as kept
        where kept.facet_value = any(old.facet_values) and kept.exercises = 1;
        update private.catalogue_facets as kept
        set exercises = kept.exercises - 1
        where kept.facet_value = any(old.facet_values);
        delete from private.catalogue_words as kept
        where
            kept.word = any(pg_catalog.tsvector_to_array(old.search_document))
            and not exists (
                select from private.exercises as e
                where
                    e.user_id is null
                    and e.search_document @@ pg_catalog.quote_literal(kept.word)::tsquery
            );
    end if;
    if tg_op <> 'DELETE' then
        insert into private.catalogue_facets as kept (facet_value, exercises)
        select
            has.facet_value,
            1
        from pg_catalog.unnest(new.facet_values) as has (facet_value)
        on conflict (facet_value) do update
        set exercises = kept.exercises + 1;
        insert into private.catalogue_words (word, pairs)
        select
            new_word.word,
            private.letter_pairs(new_word.word)
        from pg_catalog.unnest(pg_catalog.tsvector_to_array(new.search_document)) as new_word (word)
        where not exists (select from private.catalogue_words as known where known.word = new_word.word);
    end if;
    return null;
end
$$;
comment on function private.keep_catalogue() is
'Keeps private.catalogue_facets and private.catalogue_words equal to the exercises of the catalogue.';

create trigger keep_catalogue_on_insert
after insert on private.exercises
for each row when (new.user_id is null)
execute function private.keep_catalogue();
create trigger keep_catalogue_on_update
after update on private.exercises
for each row
when (
    old.user_id is null
    and (old.facet_values, old.search_document) is distinct from (new.facet_values, new.search_document)
)
execute function private.keep_catalogue();
create trigger keep_catalogue_on_delete
after delete on private.exercises
for each row when (old.user_id is null)
execute function private.keep_catalogue();
