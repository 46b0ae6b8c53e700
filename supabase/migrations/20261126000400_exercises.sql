-- The forms of a name that searches compare. The table keeps them, so that no search computes them.

create function private.search_words(p_text text)
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.array_agg(
            -- What lifters write instead of the word.
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
    from pg_catalog.string_to_table(private.search_text(p_text), ' ') with ordinality as listed (word, ordinality)
    where listed.word <> ''
$$;
comment on function private.search_words(text) is
'The words of a name or a query in order, with db, bb, kb and bw spelled out.';
grant execute on function private.search_words(text) to authenticated;


create function private.word_stem(p_word text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    -- The dictionary answers with nothing for a stop word, and "up" is no stop word in a gym.
    select case
        when p_word in ('calf', 'calves') then 'calf'
        else coalesce((pg_catalog.ts_lexize('pg_catalog.english_stem', p_word))[1], p_word)
    end
$$;
comment on function private.word_stem(text) is
'A word without its ending: lunges and lunge are one, calves and calf too.';
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
    -- Two neighbours are a word too: push-up is written push up and pushup.
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
'What a query is matched against: the words of all names, two neighbours written as one, and the stems of both.';
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
'What two names have in common that mean the same: the same words, in whatever number and spelling. A name without '
'letters and digits means itself.';
grant execute on function private.name_key(text) to authenticated;


-- How alike two names are. No contrib extension is needed: the measure is our own.

-- A pair of neighbouring letters counts whatever their order, so that swapped letters cost little; the first and the
-- last letter pair with the beginning and the end. Modulo 37 the letters, nine of the digits and both edges are
-- different characters, which make 703 pairs, one bit each. What else there is shares those bits, and only blurs the
-- measure.
create function private.letter_pairs(p_text text)
returns bit(703)
language sql
immutable
security invoker
set search_path = ''
as $$
    with
    pairs as (
        select
            greatest(code.one, code.next) as higher,
            least(code.one, code.next) as lower
        -- The codes of these two lie just before those of the letters.
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
$$;
comment on function private.letter_pairs(text) is
'Which pairs of neighbouring letters a text has, as a set of bits; null for null.';
grant execute on function private.letter_pairs(text) to authenticated;


create function private.likeness(p_one bit, p_other bit)
returns real
language sql
immutable
security invoker
set search_path = ''
as $$
    select (
        2.0 * pg_catalog.bit_count(p_one & p_other)
        / nullif(pg_catalog.bit_count(p_one) + pg_catalog.bit_count(p_other), 0)
    )::real
$$;
comment on function private.likeness(bit, bit) is
'How alike two sets of letter pairs are, from 0 to 1 (Dice''s coefficient); null when both are empty.';
grant execute on function private.likeness(bit, bit) to authenticated;


create function private.stemmed_pairs(p_words text[])
returns bit(703)
language sql
immutable
security invoker
set search_path = ''
as $$
    -- Written as one word: whether somebody parts push and up makes no difference then, and the order still does.
    select private.letter_pairs(
        coalesce(pg_catalog.string_agg(private.word_stem(listed.word), '' order by listed.place), '')
    )
    from pg_catalog.unnest(p_words) with ordinality as listed (word, place)
$$;
comment on function private.stemmed_pairs(text[]) is 'The letter pairs of words without their endings.';
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
comment on function private.search_pairs(text[]) is 'The letter pairs of each name, in order.';
grant execute on function private.search_pairs(text[]) to authenticated;


-- The shared catalogue, which seed.sql fills, and the exercises that users create.

create table private.muscles (
    slug text primary key constraint muscles_slug_check check (slug ~ '^[a-z][a-z0-9_]*$'),
    name text not null constraint muscles_name_key unique,
    region text not null
    constraint muscles_region_check check (region in ('neck', 'chest', 'back', 'shoulders', 'arms', 'core', 'legs'))
);
comment on table private.muscles is 'The muscle groups that statistics are kept for.';
grant select on private.muscles to authenticated;
alter table private.muscles enable row level security;
create policy "everyone signed in can select muscles" on private.muscles
for select to authenticated using (true);


create table private.exercises (
    id uuid primary key default gen_random_uuid(),
    user_id uuid references private.profiles (user_id) on delete cascade,
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
    archived_at timestamptz,
    created_at timestamptz not null default now(),
    search_document tsvector generated always as (private.search_document(array_prepend(name, aliases))) stored,
    search_pairs bit(703)[] generated always as (private.search_pairs(array_prepend(name, aliases))) stored,
    -- The catalogue's own are complete; what is imported or a user's own may leave open what nobody told.
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
'The catalogue (no user_id, read by everyone) and each user''s own exercises. Muscles and equipment are slugs of their '
'tables; a trigger holds that.';
comment on column private.exercises.slug is 'The catalogue''s stable name for it; a user''s own has none.';
comment on column private.exercises.measured_in is 'What a set of it is logged in.';
comment on column private.exercises.equipment is
'All that it needs, not only the main piece; empty when it needs nothing.';
comment on column private.exercises.secondary_muscles is 'They count half in statistics.';
comment on column private.exercises.joints is
'The body parts it loads, in the words of profiles.injuries; null when nobody has told, and then it is safe for no '
'injury.';
comment on column private.exercises.source is 'Whence it was imported, with its license; null for our own.';
comment on column private.exercises.archived_at is
'When its owner deleted it although workouts use it: it is found no more, and stays readable.';
comment on column private.exercises.search_document is 'What search matches; see private.search_document.';
comment on column private.exercises.search_pairs is 'What search ranks by, the name first, then the aliases.';
-- One exercise of a name for each user, and among the catalogue's own. Archived ones have given theirs back, and what
-- was imported must not stand in the way of a later catalogue.
create unique index exercises_user_id_name_key
on private.exercises (user_id, private.name_key(name)) nulls not distinct
where archived_at is null and source is null;
create index exercises_user_id_idx on private.exercises (user_id);
grant select, delete on private.exercises to authenticated;
-- Column by column: a user's own has no slug, no source and no id of the user's choosing.
grant insert (
    user_id, name, aliases, category, movement_pattern, force, mechanic, level, laterality, measured_in, equipment,
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
'How exercises of the catalogue stand to each other, from both sides: the related one is a variation, a regression '
'(easier), a progression (harder) or an alternative with other equipment.';
create index exercise_relations_related_id_idx on private.exercise_relations (related_id);
grant select on private.exercise_relations to authenticated;
alter table private.exercise_relations enable row level security;
create policy "everyone signed in can select exercise_relations" on private.exercise_relations
for select to authenticated using (true);


-- What check constraints cannot say about exercises, because it depends on other rows.

-- What a check constraint cannot say, because it depends on other tables, or not as clearly.
create function private.check_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_muscles text[];
    v_unknown text;
begin
    new.equipment := private.without_repeats(new.equipment);
    new.primary_muscles := private.without_repeats(new.primary_muscles);
    new.secondary_muscles := private.without_repeats(new.secondary_muscles);
    v_muscles := new.primary_muscles || new.secondary_muscles;

    select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ') into v_unknown
    from pg_catalog.unnest(new.equipment) as listed (slug)
    where not exists (select from private.equipment as e where e.slug = listed.slug);
    if v_unknown is not null then
        perform private.fail(422, 'unknown_equipment', 'Unknown equipment: ' || v_unknown || '.', 'equipment');
    end if;
    select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ') into v_unknown
    from pg_catalog.unnest(v_muscles) as listed (slug)
    where not exists (select from private.muscles as m where m.slug = listed.slug);
    if v_unknown is not null then
        perform private.fail(
            422, 'unknown_muscle', 'Unknown muscles: ' || v_unknown || '.', 'primary_muscles,secondary_muscles'
        );
    end if;
    if new.primary_muscles && new.secondary_muscles then
        perform private.fail(
            422, 'muscle_listed_twice',
            'A muscle is primary or secondary, not both.',
            'primary_muscles,secondary_muscles'
        );
    end if;
    return new;
end
$$;
comment on function private.check_exercise() is
'Takes repeats out of lists. Refuses unknown equipment (PT422 unknown_equipment), unknown muscles (PT422 '
'unknown_muscle) and a muscle that is primary and secondary (PT422 muscle_listed_twice).';
create trigger check_exercise
before insert or update of equipment, primary_muscles, secondary_muscles on private.exercises
for each row execute function private.check_exercise();


-- A name means one exercise to its reader, so nobody makes a second of what they can see already. The lock on the
-- profile lets the count and the names be judged one exercise at a time.
create function private.check_own_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_key text := private.name_key(new.name);
    v_pairs bit(703) := private.stemmed_pairs(private.search_words(new.name));
    v_taken text;
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
            'You have 500 exercises of your own, and more are not possible. Delete one that you do not use.'
        );
    end if;
    select e.name into v_taken
    from private.exercises as e
    cross join lateral pg_catalog.unnest(
        case when e.user_id is null then pg_catalog.array_prepend(e.name, e.aliases) else array[e.name] end
    ) as known (name)
    where (e.user_id is null or e.user_id = new.user_id)
        and e.id <> new.id
        and e.archived_at is null
        and v_pairs = any(e.search_pairs)
        and private.name_key(known.name) = v_key
    order by e.user_id nulls last
    limit 1;
    if v_taken is not null then
        perform private.fail(409, 'exercise_exists', 'This exercise is there already, as ' || v_taken || '.', 'name');
    end if;
    return new;
end
$$;
comment on function private.check_own_exercise() is
'Refuses a user''s 501st exercise (PT409 too_many_exercises) and a name that the catalogue has, as a name or an alias, '
'or the user has given already (PT409 exercise_exists). Archived exercises count, and have given their names back.';
create trigger check_own_exercise
before insert or update of name, archived_at on private.exercises
for each row when (new.user_id is not null and new.archived_at is null)
execute function private.check_own_exercise();
