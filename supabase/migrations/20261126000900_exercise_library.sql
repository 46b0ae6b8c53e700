-- Reading an exercise.

create function private.is_safe(p_joints text[], p_injuries text[])
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
    -- What nobody has told is not safe for somebody who is injured.
    select p_injuries = '{}' or coalesce(not p_joints && p_injuries, false)
$$;
comment on function private.is_safe(
    text[], text[]
) is 'Whether an exercise that loads these joints spares the injuries.';
grant execute on function private.is_safe(text[], text[]) to authenticated;


create function private.exercise_usage(p_user_id uuid, p_exercise_id uuid)
returns table (times_done bigint, last_done_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        count(distinct s.workout_id) as times_done,
        max(s.performed_at) as last_done_at
    from private.workout_sets as s
    where s.user_id = p_user_id and s.exercise_id = p_exercise_id
$$;
comment on function private.exercise_usage(uuid, uuid) is
'In how many workouts a user did an exercise, and when last; 0 and null for never.';
grant execute on function private.exercise_usage(uuid, uuid) to authenticated;


create function private.exercise_json(p_exercise private.exercises, p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'id', p_exercise.id,
        'slug', p_exercise.slug,
        'name', p_exercise.name,
        'aliases', p_exercise.aliases,
        'category', p_exercise.category,
        'movement_pattern', p_exercise.movement_pattern,
        'force', p_exercise.force,
        'mechanic', p_exercise.mechanic,
        'level', p_exercise.level,
        'laterality', p_exercise.laterality,
        'measured_in', p_exercise.measured_in,
        'equipment', p_exercise.equipment,
        'primary_muscles', p_exercise.primary_muscles,
        'secondary_muscles', p_exercise.secondary_muscles,
        'joints', p_exercise.joints,
        'custom', p_exercise.user_id is not null,
        'available', p_exercise.equipment <@ p_profile.equipment,
        'safe', private.is_safe(p_exercise.joints, p_profile.injuries),
        'times_done', usage.times_done,
        'last_done_at', usage.last_done_at
    )
    from private.exercise_usage(p_profile.user_id, p_exercise.id) as usage
$$;
comment on function private.exercise_json(private.exercises, private.profiles) is
'An exercise as lists show it to the owner of the profile: all but its texts.';
grant execute on function private.exercise_json(private.exercises, private.profiles) to authenticated;


create function public.get_exercise(p_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_exercise jsonb;
begin
    select
        private.exercise_json(e, v_profile)
        || pg_catalog.jsonb_build_object(
            'instructions', e.instructions,
            'cues', e.cues,
            'source', e.source,
            'license', e.license,
            'archived', e.archived_at is not null,
            'relations', (
                select coalesce(
                    pg_catalog.jsonb_agg(
                        pg_catalog.jsonb_build_object('kind', r.kind, 'exercise_id', other.id, 'name', other.name)
                        order by r.kind, other.name
                    ),
                    '[]'
                )
                from private.exercise_relations as r
                inner join private.exercises as other on r.related_id = other.id
                where r.exercise_id = e.id
            )
        )
    into v_exercise
    from private.exercises as e
    where e.id = p_id;
    if not found then
        perform private.fail(404, 'exercise_not_found', 'There is no such exercise.');
    end if;
    return v_exercise;
end
$$;
comment on function public.get_exercise(uuid) is
'One exercise with its texts and relations; archived ones too, since workouts show them. Raises PT404 '
'exercise_not_found, also for another user''s own exercise, and profile_not_found.';
grant execute on function public.get_exercise(uuid) to authenticated;


-- Understanding what somebody types into the search.

-- What a word of a query may be written as: itself or the beginning of a word, or one word with a neighbour.
create function private.word_query(p_words text[], p_place integer)
returns tsquery
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.string_agg(
        pg_catalog.format('%s:* | %s', form.value, private.word_stem(form.value)), ' | '
    )::tsquery
    from (
        values
        (p_words[p_place]),
        (p_words[p_place] || p_words[p_place + 1]),
        (p_words[p_place - 1] || p_words[p_place])
    ) as form (value)
    where form.value is not null
$$;
comment on function private.word_query(text[], integer) is
'A text search query for one word among the words of what somebody typed.';
grant execute on function private.word_query(text[], integer) to authenticated;


-- The words that a mistyped one may have meant: of those the caller can see, the most alike and what comes close to
-- that. Shorter words have too few letters to guess by. The limit was found on the queries of the tests: below it, the
-- words meant are no more likely than others.
create function private.nearest_words(p_word text)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
    with
    candidates as (
        select
            known.word,
            private.likeness(private.letter_pairs(p_word), private.letter_pairs(known.word)) as likeness
        from (
            select distinct pg_catalog.unnest(pg_catalog.tsvector_to_array(e.search_document)) as word
            from private.exercises as e
            where (e.user_id is null or e.user_id = (select auth.uid())) and e.archived_at is null
        ) as known
        where
            pg_catalog.char_length(p_word) >= 4
            and pg_catalog.char_length(known.word) between
            pg_catalog.char_length(p_word) - 2 and pg_catalog.char_length(p_word) + 2
            -- One of the first two letters is right, as a rule, and this spares most comparisons.
            and (
                pg_catalog.strpos(pg_catalog.left(known.word, 2), pg_catalog.left(p_word, 1)) > 0
                or pg_catalog.strpos(pg_catalog.left(p_word, 2), pg_catalog.left(known.word, 1)) > 0
            )
    )
    select pg_catalog.array_agg(c.word order by c.likeness desc, c.word)
    from candidates as c
    where c.likeness >= 0.55 and c.likeness >= (select max(best.likeness) from candidates as best) - 0.1
$$;
comment on function private.nearest_words(text) is
'Known words that are written much like a word, the most alike first; null when there is none.';
grant execute on function private.nearest_words(text) to authenticated;


create function private.parse_query(p_q text, out query tsquery, out pairs bit(703))
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_words text[];
    v_kept text[];
    v_clause tsquery;
    v_meant text[];
begin
    -- The API takes no more than 100 characters; what a client of the Data API sends beyond is not worth reading.
    v_words := private.search_words(pg_catalog.left(p_q, 100));
    v_kept := array(
        select word from pg_catalog.unnest(v_words) with ordinality as listed (word, place)
        where word <> all(array['a', 'an', 'and', 'at', 'for', 'from', 'in', 'of', 'on', 'or', 'the', 'to', 'with'])
        order by place
    );
    if v_kept <> '{}' then
        v_words := v_kept;
    end if;
    for i in 1 .. pg_catalog.cardinality(v_words) loop
        v_clause := private.word_query(v_words, i);
        if not exists (
            select from private.exercises as e
            where (e.user_id is null or e.user_id = (select auth.uid()))
                and e.archived_at is null
                and e.search_document @@ v_clause
        ) then
            -- Of a mistyped plural, the singular may be nearer.
            v_meant := coalesce(
                private.nearest_words(v_words[i]), private.nearest_words(private.word_stem(v_words[i]))
            );
            if v_meant is null then
                query := null;
                return;
            end if;
            v_words[i] := v_meant[1];
            v_clause := (
                select pg_catalog.string_agg(pg_catalog.format('%s:* | %s', m, private.word_stem(m)), ' | ')
                from pg_catalog.unnest(v_meant) as m
            )::tsquery;
        end if;
        query := case when query is null then v_clause else query && v_clause end;
    end loop;
    pairs := private.stemmed_pairs(v_words);
end
$$;
comment on function private.parse_query(text) is
'What somebody typed, as a text search query with typing errors mended, and the letter pairs to rank by. The query is '
'null when some word is like no word of any exercise that the caller can see.';
grant execute on function private.parse_query(text) to authenticated;


-- Finding exercises.

create type private.exercise_filters as (
    q text,
    muscles text [],
    equipment text [],
    categories text [],
    movement_patterns text [],
    levels text [],
    mechanics text [],
    forces text [],
    custom boolean,
    available boolean,
    safe boolean
);
comment on type private.exercise_filters is
'Which exercises: every filter that is not null has to match; of a list, any value will do.';


create function private.check_filters(p_filters private.exercise_filters)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_unknown text;
begin
    select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ') into v_unknown
    from pg_catalog.unnest(p_filters.muscles) as listed (slug)
    where not exists (select from private.muscles as m where m.slug = listed.slug);
    if v_unknown is not null then
        perform private.fail(422, 'unknown_muscle', 'Unknown muscles: ' || v_unknown || '.', '?muscle');
    end if;
    select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ') into v_unknown
    from pg_catalog.unnest(p_filters.equipment) as listed (slug)
    where listed.slug is distinct from 'none'
        and not exists (select from private.equipment as e where e.slug = listed.slug);
    if v_unknown is not null then
        perform private.fail(422, 'unknown_equipment', 'Unknown equipment: ' || v_unknown || '.', '?equipment');
    end if;
end
$$;
comment on function private.check_filters(private.exercise_filters) is
'Raises PT422 unknown_muscle or unknown_equipment: a misspelt filter should not pass for one that finds nothing.';
grant execute on function private.check_filters(private.exercise_filters) to authenticated;


create function private.match_exercises(p_filters private.exercise_filters, p_profile private.profiles)
returns table (id uuid, name text, relevance real, missed text[])
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_is_asked boolean := coalesce(pg_catalog.btrim(p_filters.q) <> '', false);
    v_query tsquery;
    v_pairs bit(703);
begin
    perform private.check_filters(p_filters);
    if v_is_asked then
        select parsed.query, parsed.pairs into v_query, v_pairs
        from private.parse_query(p_filters.q) as parsed;
    end if;
    return query
    select
        e.id,
        e.name,
        (
            -- The best of its names. At equal likeness a name comes before another exercise's alias.
            select max(private.likeness(known.pairs, v_pairs) - case known.place when 1 then 0 else 0.02 end)::real
            from pg_catalog.unnest(e.search_pairs) with ordinality as known (pairs, place)
            where v_is_asked
        ),
        pg_catalog.array_remove(
            array[
                case when not e.primary_muscles || e.secondary_muscles && p_filters.muscles then 'muscles' end,
                case
                    when not (
                        e.equipment && p_filters.equipment or e.equipment = '{}' and 'none' = any(p_filters.equipment)
                    ) then 'equipment'
                end,
                case when e.category <> all(p_filters.categories) then 'categories' end,
                case
                    when coalesce(e.movement_pattern, '') <> all(p_filters.movement_patterns)
                        then 'movement_patterns'
                end,
                case when e.level <> all(p_filters.levels) then 'levels' end,
                case when coalesce(e.mechanic, '') <> all(p_filters.mechanics) then 'mechanics' end,
                case when coalesce(e.force, '') <> all(p_filters.forces) then 'forces' end
            ],
            null
        )
    from private.exercises as e
    where (e.user_id is null or e.user_id = p_profile.user_id)
        and e.archived_at is null
        and (not v_is_asked or e.search_document @@ v_query)
        and (p_filters.custom is null or (e.user_id is not null) = p_filters.custom)
        and (p_filters.available is null or (e.equipment <@ p_profile.equipment) = p_filters.available)
        and (p_filters.safe is null or private.is_safe(e.joints, p_profile.injuries) = p_filters.safe);
end
$$;
comment on function private.match_exercises(private.exercise_filters, private.profiles) is
'The exercises that match the query and the three yes-or-no filters, with how well they match and which of the lists '
'(muscles, equipment, categories, movement_patterns, levels, mechanics, forces) they miss: all that match miss none. '
'Raises PT422 unknown_muscle, unknown_equipment.';
grant execute on function private.match_exercises(private.exercise_filters, private.profiles) to authenticated;


create function public.search_exercises(
    p_q text default null,
    p_muscles text[] default null,
    p_equipment text[] default null,
    p_categories text[] default null,
    p_movement_patterns text[] default null,
    p_levels text[] default null,
    p_mechanics text[] default null,
    p_forces text[] default null,
    p_custom boolean default null,
    p_available boolean default null,
    p_safe boolean default null,
    p_sort text default 'relevance',
    p_page integer default 1,
    p_per_page integer default 20
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_answer jsonb;
begin
    if p_sort is null or p_sort not in ('relevance', 'name', 'recent', 'popular') then
        perform private.fail(422, 'invalid_sort', 'Sort by relevance, name, recent or popular.', '?sort');
    end if;
    with
    found as materialized (
        select
            m.id,
            m.name,
            m.relevance
        from private.match_exercises(
            row(
                p_q, p_muscles, p_equipment, p_categories, p_movement_patterns, p_levels, p_mechanics, p_forces,
                p_custom, p_available, p_safe
            )::private.exercise_filters,
            v_profile
        ) as m
        where m.missed = '{}'
    ),
    page as (
        select
            found.id,
            pg_catalog.row_number() over (
                order by
                    case p_sort when 'relevance' then found.relevance end desc nulls last,
                    case p_sort when 'popular' then usage.times_done end desc nulls last,
                    usage.last_done_at desc nulls last,
                    pg_catalog.lower(found.name),
                    found.id
            ) as place
        from found
        left join private.exercise_usage(v_profile.user_id, found.id) as usage on p_sort in ('recent', 'popular')
        order by place
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(private.exercise_json(e, v_profile) order by page.place)
            from page
            inner join private.exercises as e on page.id = e.id
        ),
        (select count(*) from found),
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
end
$$;
comment on function public.search_exercises(
    text, text[], text[], text[], text[], text[], text[], text[], boolean, boolean, boolean, text, integer, integer
) is
'A page of the exercises that the caller may see and that match every filter given: {items, total, page, per_page}. '
'Within a list any of its values will do; equipment ''none'' finds what needs nothing; available and safe ask the '
'caller''s profile. Sorted by relevance (without a query: by name), name, recent (last done first) or popular (most '
'often done first). Raises PT404 profile_not_found, PT422 invalid_page, invalid_sort, unknown_muscle, '
'unknown_equipment.';
grant execute on function public.search_exercises(
    text, text[], text[], text[], text[], text[], text[], text[], boolean, boolean, boolean, text, integer, integer
) to authenticated;


-- How many exercises each value of each filter would find.

create function public.count_exercises(
    p_q text default null,
    p_muscles text[] default null,
    p_equipment text[] default null,
    p_categories text[] default null,
    p_movement_patterns text[] default null,
    p_levels text[] default null,
    p_mechanics text[] default null,
    p_forces text[] default null,
    p_custom boolean default null,
    p_available boolean default null,
    p_safe boolean default null
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_answer jsonb;
begin
    with
    counted as (
        select
            has.facet,
            has.value,
            -- A facet's own filter does not narrow it: it shows what choosing another value would find.
            count(*) filter (where found.missed <@ array[has.facet]) as found
        from private.match_exercises(
            row(
                p_q, p_muscles, p_equipment, p_categories, p_movement_patterns, p_levels, p_mechanics, p_forces,
                p_custom, p_available, p_safe
            )::private.exercise_filters,
            v_profile
        ) as found
        inner join private.exercises as e on found.id = e.id
        cross join lateral (
            values
            ('categories', e.category),
            ('movement_patterns', e.movement_pattern),
            ('levels', e.level),
            ('mechanics', e.mechanic),
            ('forces', e.force)
            union all
            select
                'muscles',
                muscle
            from pg_catalog.unnest(e.primary_muscles || e.secondary_muscles) as muscle
            union all
            select
                'equipment',
                piece
            from pg_catalog.unnest(case e.equipment when '{}' then array['none'] else e.equipment end) as piece
        ) as has (facet, value)
        where has.value is not null
        group by has.facet, has.value
    ),
    labelled as (
        select
            c.facet,
            c.value,
            c.found,
            case
                when c.facet = 'equipment' and c.value = 'none' then 'No Equipment'
                when c.facet = 'equipment' then (select q.name from private.equipment as q where q.slug = c.value)
                when c.facet = 'muscles' then (select m.name from private.muscles as m where m.slug = c.value)
                else pg_catalog.initcap(pg_catalog.replace(c.value, '_', ' '))
            end as label
        from counted as c
    )
    select pg_catalog.jsonb_object_agg(
        facet.name,
        (
            select coalesce(
                pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object('value', l.value, 'label', l.label, 'count', l.found)
                    order by l.found desc, l.label
                ),
                '[]'
            )
            from labelled as l
            where l.facet = facet.name
        )
    )
    into v_answer
    from (
        values
        ('muscles'), ('equipment'), ('categories'), ('movement_patterns'), ('levels'), ('mechanics'), ('forces')
    ) as facet (name);
    return v_answer;
end
$$;
comment on function public.count_exercises(
    text, text[], text[], text[], text[], text[], text[], text[], boolean, boolean, boolean
) is
'For each list that search_exercises takes, how many exercises each value would find under all the other filters: '
'{muscles, equipment, categories, movement_patterns, levels, mechanics, forces}, each [{value, label, count}], most '
'first. A value that only the other lists rule out counts 0. Raises PT404 profile_not_found, PT422 unknown_muscle, '
'unknown_equipment.';
grant execute on function public.count_exercises(
    text, text[], text[], text[], text[], text[], text[], text[], boolean, boolean, boolean
) to authenticated;


-- What can replace an exercise.

create function private.shared(p_one text[], p_other text[])
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select array(select value from pg_catalog.unnest(p_one) as value where value = any(p_other))
$$;
comment on function private.shared(text[], text[]) is 'What two lists have in common, in the order of the first.';
grant execute on function private.shared(text[], text[]) to authenticated;


-- What trains the same. Muscles decide (0.6): what both train over what either trains, a secondary muscle counting
-- half, as in statistics. The movement pattern comes next (0.25), since it is what a plan is balanced by. What the
-- catalogue itself names beside an exercise gets the rest: 0.15 for an equal, 0.1 for an easier one, 0.05 for a harder
-- one, which not everybody can do. A stretch or a run is no substitute for a lift.
create function private.rank_alternatives(
    p_exercise private.exercises, p_profile private.profiles, p_available boolean, p_safe boolean
)
returns table (id uuid, score numeric, relation text, same_pattern boolean, shared_muscles text[])
language sql
stable
security invoker
set search_path = ''
as $$
    select
        e.id,
        pg_catalog.round(
            0.6 * weight.shared / (weight.one + weight.other - weight.shared)
            + case when fits.same_pattern then 0.25 else 0 end
            + case r.kind
                when 'alternative' then 0.15
                when 'variation' then 0.15
                when 'regression' then 0.1
                when 'progression' then 0.05
                else 0
            end,
            3
        ) as score,
        r.kind as relation,
        fits.same_pattern,
        fits.muscles as shared_muscles
    from private.exercises as e
    left join private.exercise_relations as r on r.exercise_id = p_exercise.id and e.id = r.related_id
    cross join lateral (
        select
            coalesce(e.movement_pattern = p_exercise.movement_pattern, false) as same_pattern,
            private.shared(e.primary_muscles, p_exercise.primary_muscles) as primary_muscles,
            private.shared(
                e.primary_muscles || e.secondary_muscles, p_exercise.primary_muscles || p_exercise.secondary_muscles
            ) as muscles
    ) as fits
    cross join lateral (
        select
            0.5 * (
                pg_catalog.cardinality(fits.muscles) + pg_catalog.cardinality(fits.primary_muscles)
            ) as shared,
            pg_catalog.cardinality(e.primary_muscles) + 0.5 * pg_catalog.cardinality(e.secondary_muscles) as one,
            pg_catalog.cardinality(p_exercise.primary_muscles)
            + 0.5 * pg_catalog.cardinality(p_exercise.secondary_muscles) as other
    ) as weight
    where
        (e.user_id is null or e.user_id = p_profile.user_id)
        and e.archived_at is null
        and e.id <> p_exercise.id
        and fits.primary_muscles <> '{}'
        and (
            e.category = p_exercise.category
            or not array[e.category, p_exercise.category] && array['mobility', 'conditioning']
        )
        and (not p_available or e.equipment <@ p_profile.equipment)
        and (not p_safe or private.is_safe(e.joints, p_profile.injuries))
$$;
comment on function private.rank_alternatives(private.exercises, private.profiles, boolean, boolean) is
'Exercises that share a primary muscle with one, each with a score from 0 to 1, how the catalogue relates them, and '
'what they have in common; on wish only those that fit the profile''s equipment and spare its injuries.';
grant execute on function private.rank_alternatives(private.exercises, private.profiles, boolean, boolean)
to authenticated;


create function public.list_alternatives(
    p_id uuid,
    p_available boolean default true,
    p_safe boolean default true,
    p_page integer default 1,
    p_per_page integer default 20
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_exercise private.exercises;
    v_answer jsonb;
begin
    select e.* into v_exercise from private.exercises as e
    where e.id = p_id;
    if not found then
        perform private.fail(404, 'exercise_not_found', 'There is no such exercise.');
    end if;
    with
    ranked as materialized (
        select
            a.*,
            pg_catalog.row_number() over (order by a.score desc, e.name, e.id) as place
        from private.rank_alternatives(v_exercise, v_profile, coalesce(p_available, true), coalesce(p_safe, true)) as a
        inner join private.exercises as e on a.id = e.id
    ),
    page as (
        select ranked.* from ranked
        order by ranked.place
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                private.exercise_json(e, v_profile)
                || pg_catalog.jsonb_build_object(
                    'score', page.score,
                    'relation', page.relation,
                    'same_pattern', page.same_pattern,
                    'shared_muscles', page.shared_muscles
                )
                order by page.place
            )
            from page
            inner join private.exercises as e on page.id = e.id
        ),
        (select count(*) from ranked),
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
end
$$;
comment on function public.list_alternatives(uuid, boolean, boolean, integer, integer) is
'A page of what can replace an exercise, best first: exercises with {score, relation, same_pattern, shared_muscles}. '
'Only what the caller''s equipment allows and their injuries permit, unless p_available or p_safe is false. Raises '
'PT404 exercise_not_found, profile_not_found, PT422 invalid_page.';
grant execute on function public.list_alternatives(uuid, boolean, boolean, integer, integer) to authenticated;


-- The exercises that users create.

create function private.find_own_exercise(p_id uuid)
returns private.exercises
language plpgsql
security invoker
set search_path = ''
as $$
declare
    -- Workouts are logged under the same lock, so whether an exercise is used does not change meanwhile.
    v_profile private.profiles := private.lock_profile();
    v_exercise private.exercises;
begin
    select e.* into v_exercise from private.exercises as e
    where e.id = p_id;
    if not found then
        perform private.fail(404, 'exercise_not_found', 'There is no such exercise.');
    end if;
    if v_exercise.user_id is null then
        perform private.fail(
            403, 'exercise_read_only', 'This exercise belongs to the catalogue. Create one of your own to change it.'
        );
    end if;
    return v_exercise;
end
$$;
comment on function private.find_own_exercise(uuid) is
'Locks the caller''s profile and returns an exercise of their own. Raises PT404 exercise_not_found, profile_not_found, '
'PT403 exercise_read_only.';
grant execute on function private.find_own_exercise(uuid) to authenticated;


create function public.update_exercise(p_id uuid, p_changes jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises := private.find_own_exercise(p_id);
begin
    if p_changes is null or pg_catalog.jsonb_typeof(p_changes) <> 'object' then
        perform private.fail(422, 'invalid_changes', 'The changes are not a JSON object.');
    end if;
    update private.exercises as e
    set (
        name, aliases, category, movement_pattern, force, mechanic, level, laterality, measured_in, equipment,
        primary_muscles, secondary_muscles, joints, instructions, cues, archived_at
    ) = (
        select
            pg_catalog.btrim(c.name), c.aliases, c.category, c.movement_pattern, c.force, c.mechanic, c.level,
            c.laterality, c.measured_in, c.equipment, c.primary_muscles, c.secondary_muscles, c.joints,
            c.instructions, c.cues,
            case (p_changes ->> 'archived')::boolean
                when true then coalesce(e.archived_at, pg_catalog.now())
                when false then null
                else e.archived_at
            end
        from pg_catalog.jsonb_populate_record(e, p_changes - 'archived_at') as c
    )
    where e.id = v_exercise.id;
    return public.get_exercise(p_id);
end
$$;
comment on function public.update_exercise(uuid, jsonb) is
'Changes the fields of an own exercise that p_changes names and returns it; an absent field stays, null clears, '
'"archived" takes it out of lists or puts it back. Raises PT404 exercise_not_found, profile_not_found, PT403 '
'exercise_read_only, PT409 exercise_exists, PT422 invalid_changes, unknown_equipment, unknown_muscle, '
'muscle_listed_twice.';
grant execute on function public.update_exercise(uuid, jsonb) to authenticated;


create function public.create_exercise(p_exercise jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_id uuid;
begin
    insert into private.exercises (user_id, name)
    values (v_profile.user_id, pg_catalog.btrim(p_exercise ->> 'name'))
    returning id into v_id;
    -- From here on it is a change like any other.
    return public.update_exercise(v_id, p_exercise);
end
$$;
comment on function public.create_exercise(jsonb) is
'Makes an exercise of the caller''s own and returns it; all but its name may be left out. Raises PT404 '
'profile_not_found, PT409 too_many_exercises, exercise_exists, PT422 unknown_equipment, unknown_muscle, '
'muscle_listed_twice.';
grant execute on function public.create_exercise(jsonb) to authenticated;


create function public.delete_exercise(p_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises := private.find_own_exercise(p_id);
begin
    if exists (
        select from private.workout_sets as s
        where s.user_id = v_exercise.user_id and s.exercise_id = p_id
        union all
        select from private.plan_exercises as x
        where x.user_id = v_exercise.user_id and x.exercise_id = p_id
    ) then
        update private.exercises as e
        set archived_at = coalesce(e.archived_at, pg_catalog.now())
        where e.id = p_id;
    else
        delete from private.exercises as e
        where e.id = p_id;
    end if;
end
$$;
comment on function public.delete_exercise(uuid) is
'Deletes an own exercise; one that workouts or plans use is archived instead, so that they stay as they were. Raises '
'PT404 exercise_not_found, profile_not_found, PT403 exercise_read_only.';
grant execute on function public.delete_exercise(uuid) to authenticated;
