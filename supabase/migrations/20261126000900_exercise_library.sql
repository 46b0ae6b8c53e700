-- Reading an exercise.

create function private.is_safe(p_joints text[], p_injuries text[])
returns boolean
language sql
immutable
security invoker
-- An exercise whose joints are unknown is not safe for an injured user.
return p_injuries = '{}' or coalesce(not p_joints && p_injuries, false);
comment on function private.is_safe(text[], text[]) is
'True if an exercise that loads these joints spares these injuries.';
grant execute on function private.is_safe(text[], text[]) to authenticated;


create function private.listed_exercise_json(
    p_exercise private.exercises, p_profile private.profiles, p_done private.done_exercises
)
returns json
language sql
stable
security invoker
return (
    pg_catalog.left((p_exercise).listed::text, -1)
    || ', "available" : ' || ((p_exercise).equipment <@ (p_profile).equipment)::text
    || ', "safe" : ' || private.is_safe((p_exercise).joints, (p_profile).injuries)::text
    || ', "times_done" : ' || coalesce((p_done).times_done, 0)::text
    || ', "last_done_at" : ' || coalesce(pg_catalog.to_json((p_done).last_done_at)::text, 'null')
    || '}'
)::json;
comment on function private.listed_exercise_json(private.exercises, private.profiles, private.done_exercises) is
'An exercise as lists show it to the owner of the profile, with their row of done_exercises, if any: everything but '
'its texts and relations.';
grant execute on function private.listed_exercise_json(
    private.exercises, private.profiles, private.done_exercises
) to authenticated;


create function private.exercise_json(p_exercise private.exercises, p_profile private.profiles)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_done private.done_exercises;
begin
    select d.* into v_done from private.done_exercises as d
    where d.user_id = p_profile.user_id and d.exercise_id = p_exercise.id;
    return private.listed_exercise_json(p_exercise, p_profile, v_done);
end
$$;
comment on function private.exercise_json(private.exercises, private.profiles) is
'An exercise as lists show it to the owner of the profile, whose row of done_exercises it looks up.';
grant execute on function private.exercise_json(private.exercises, private.profiles) to authenticated;


create function private.exercise_relations_json(p_exercise_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object('kind', r.kind, 'exercise_id', e.id, 'name', e.name)
            order by r.kind, e.name
        ),
        '[]'
    )
    from private.exercise_relations as r
    inner join private.exercises as e on r.related_id = e.id
    where r.exercise_id = p_exercise_id
$$;
comment on function private.exercise_relations_json(uuid) is
'The exercises that the catalogue relates to one: [{kind, exercise_id, name}].';
grant execute on function private.exercise_relations_json(uuid) to authenticated;


create function private.find_exercise(p_id uuid)
returns private.exercises
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises;
begin
    select e.* into v_exercise from private.exercises as e
    where e.id = p_id;
    if not found then
        perform private.fail(404, 'exercise_not_found', 'No exercise has this id.');
    end if;
    return v_exercise;
end
$$;
comment on function private.find_exercise(uuid) is
'An exercise that the caller may see, archived or not. Raises PT404 exercise_not_found.';
grant execute on function private.find_exercise(uuid) to authenticated;


create function public.get_exercise(p_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_exercise private.exercises := private.find_exercise(p_id);
begin
    return private.exercise_json(v_exercise, v_profile) || pg_catalog.jsonb_build_object(
        'instructions', v_exercise.instructions,
        'cues', v_exercise.cues,
        'source', v_exercise.source,
        'license', v_exercise.license,
        'archived', v_exercise.archived_at is not null,
        'created_at', v_exercise.created_at,
        'updated_at', v_exercise.updated_at,
        'revision', v_exercise.revision,
        'relations', private.exercise_relations_json(p_id)
    );
end
$$;
comment on function public.get_exercise(uuid) is
'One exercise with its texts and relations. Archived ones are included, because workouts show them. Raises PT404 '
'profile_not_found, and exercise_not_found, also for another user''s exercise.';
grant execute on function public.get_exercise(uuid) to authenticated;


-- Understanding the query that a user types into the search.

create function private.query_words(p_q text)
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(
            pg_catalog.array_agg(listed.word order by listed.place) filter (
                where listed.word <> all(
                    array['a', 'an', 'and', 'at', 'for', 'from', 'in', 'of', 'on', 'or', 'the', 'to', 'with']
                )
            ),
            pg_catalog.array_agg(listed.word order by listed.place),
            '{}'
        )
        -- The API accepts at most 100 characters. Anything longer comes from a client of the Data API.
        from pg_catalog.unnest(private.search_words(pg_catalog.left(p_q, 100))) with ordinality as listed (word, place)
    );
end
$$;
comment on function private.query_words(text) is
'The words of a query, in order. Filler words are left out, unless the query has no others.';
grant execute on function private.query_words(text) to authenticated;


create function private.any_word_query(p_words text[])
returns tsquery
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select pg_catalog.string_agg(pg_catalog.format('%s:* | %s', word, private.word_stem(word)), ' | ')::tsquery
        from pg_catalog.unnest(p_words) as word
        where word is not null
    );
end
$$;
comment on function private.any_word_query(text[]) is
'A text search query that matches any of the words, as a stem or as the beginning of a word; nulls do not count.';
grant execute on function private.any_word_query(text[]) to authenticated;


create function private.is_known_word(p_words text[])
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return exists (
        select from pg_catalog.unnest(p_words) as given (word)
        -- Looking for one word at a time uses the index.
        cross join lateral (
            select from private.catalogue_words as c
            -- No letter has a higher code.
            where c.word between given.word and given.word || pg_catalog.chr(1114111)
            limit 1
        ) as known
    )
    or exists (
        select from pg_catalog.unnest(p_words) as given (word)
        inner join private.catalogue_words as known on known.word = private.word_stem(given.word)
    )
    or exists (
        select from private.exercises as e
        where
            e.user_id = (select auth.uid())
            and e.archived_at is null
            and e.search_document @@ private.any_word_query(p_words)
    );
end
$$;
comment on function private.is_known_word(text[]) is
'True if an exercise that the caller may find has one of the words, as a stem or as the beginning of a word; nulls do '
'not count.';
grant execute on function private.is_known_word(text[]) to authenticated;


-- Words of less than four letters are too short to guess from. The limit of 0.55 comes from the queries in the tests:
-- below it, the words that users meant are no more likely than others.
create function private.nearest_words(p_word text)
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_pairs bit(703) := private.letter_pairs(p_word);
begin
    if pg_catalog.char_length(p_word) < 4 then
        return null;
    end if;
    return (
        with
        candidates as materialized (
            select
                near.word,
                private.likeness(v_pairs, coalesce(near.pairs, private.letter_pairs(near.word))) as likeness
            from (
                select
                    known.word,
                    known.pairs
                from private.catalogue_words as known
                union all
                select
                    own.word,
                    null
                from private.exercises as e
                cross join pg_catalog.unnest(pg_catalog.tsvector_to_array(e.search_document)) as own (word)
                where e.user_id = (select auth.uid()) and e.archived_at is null
            ) as near
            where
                pg_catalog.char_length(near.word) between
                pg_catalog.char_length(p_word) - 2 and pg_catalog.char_length(p_word) + 2
                -- People rarely mistype both of the first two letters, and this avoids most comparisons.
                and (
                    pg_catalog.strpos(pg_catalog.left(near.word, 2), pg_catalog.left(p_word, 1)) > 0
                    or pg_catalog.strpos(pg_catalog.left(p_word, 2), pg_catalog.left(near.word, 1)) > 0
                )
        )
        select pg_catalog.array_agg(nearest.word order by nearest.likeness desc, nearest.word)
        from (
            select distinct
                c.word,
                c.likeness
            from candidates as c
            where c.likeness >= 0.55 and c.likeness >= (select max(best.likeness) from candidates as best) - 0.1
        ) as nearest
    );
end
$$;
comment on function private.nearest_words(text) is
'What a mistyped word may mean: the most similar word among the exercises that the caller may find, and any that come '
'close to it; null if there is none.';
grant execute on function private.nearest_words(text) to authenticated;


create function private.parse_query(p_q text, out query tsquery, out pairs bit(703))
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_words text[] := private.query_words(p_q);
    v_forms text[];
    v_clause tsquery;
    v_meant text[];
begin
    for i in 1 .. pg_catalog.cardinality(v_words) loop
        v_forms := array[v_words[i], v_words[i] || v_words[i + 1], v_words[i - 1] || v_words[i]];
        v_clause := private.any_word_query(v_forms);
        if not private.is_known_word(v_forms) then
            -- The singular of a mistyped plural may be nearer to what the user meant.
            v_meant := coalesce(
                private.nearest_words(v_words[i]), private.nearest_words(private.word_stem(v_words[i]))
            );
            if v_meant is null then
                query := null;
                return;
            end if;
            v_words[i] := v_meant[1];
            v_clause := private.any_word_query(v_meant);
        end if;
        query := case when query is null then v_clause else query && v_clause end;
    end loop;
    pairs := private.stemmed_pairs(v_words);
end
$$;
comment on function private.parse_query(text) is
'The query that a user typed, with typing errors fixed: as a text search query, in which each word may also be joined '
'with a neighbour, and as letter pairs to rank by. The query is null if a word resembles no word of any exercise that '
'the caller may find.';
grant execute on function private.parse_query(text) to authenticated;


-- Matching exercises against a query and filters, for searches and their facets.

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
'A query and filters for exercises. An exercise must match every filter that is not null, and any value of a list.';


create function private.filter_faults(p_muscles text[], p_equipment text[])
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return private.muscle_faults(p_muscles, '?muscle')
        || private.equipment_faults(
            array(select slug from pg_catalog.unnest(p_equipment) as slug where slug is distinct from 'none'),
            '?equipment'
        );
end
$$;
comment on function private.filter_faults(text[], text[]) is
'The faults unknown_muscle and unknown_equipment of filters. The equipment none means without equipment.';
grant execute on function private.filter_faults(text[], text[]) to authenticated;


create function private.check_filters(p_filters private.exercise_filters)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if greatest(
        pg_catalog.cardinality(p_filters.muscles), pg_catalog.cardinality(p_filters.equipment),
        pg_catalog.cardinality(p_filters.categories), pg_catalog.cardinality(p_filters.movement_patterns),
        pg_catalog.cardinality(p_filters.levels), pg_catalog.cardinality(p_filters.mechanics),
        pg_catalog.cardinality(p_filters.forces)
    ) > 100 then
        perform private.fail(422, 'too_many_values', 'A filter takes at most 100 values.');
    end if;
    if p_filters.muscles is not null or p_filters.equipment is not null then
        perform private.refuse(private.filter_faults(p_filters.muscles, p_filters.equipment));
    end if;
end
$$;
comment on function private.check_filters(private.exercise_filters) is
'Raises PT422 too_many_values above 100, unknown_muscle or unknown_equipment, so that a misspelt filter does not look '
'like one without results.';
grant execute on function private.check_filters(private.exercise_filters) to authenticated;


create function private.missed_lists(p_exercise private.exercises, p_filters private.exercise_filters)
returns text[]
language sql
immutable
security invoker
return pg_catalog.array_remove(
    array[
        case
            when not (p_exercise).primary_muscles || (p_exercise).secondary_muscles && (p_filters).muscles
                then 'muscles'
        end,
        case
            when not (
                (p_exercise).equipment && (p_filters).equipment
                or (p_exercise).equipment = '{}' and 'none' = any((p_filters).equipment)
            ) then 'equipment'
        end,
        case when (p_exercise).category <> all((p_filters).categories) then 'categories' end,
        case
            when coalesce((p_exercise).movement_pattern, '') <> all((p_filters).movement_patterns)
                then 'movement_patterns'
        end,
        case when (p_exercise).level <> all((p_filters).levels) then 'levels' end,
        case when coalesce((p_exercise).mechanic, '') <> all((p_filters).mechanics) then 'mechanics' end,
        case when coalesce((p_exercise).force, '') <> all((p_filters).forces) then 'forces' end
    ],
    null
);
comment on function private.missed_lists(private.exercises, private.exercise_filters) is
'The lists of the filters that an exercise does not match, among muscles, equipment, categories, movement_patterns, '
'levels, mechanics and forces.';
grant execute on function private.missed_lists(private.exercises, private.exercise_filters) to authenticated;


create function private.match_exercises(p_filters private.exercise_filters, p_profile private.profiles)
returns table (id uuid, name text, relevance real, missed text[])
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_has_query boolean := coalesce(pg_catalog.btrim(p_filters.q) <> '', false);
    v_has_lists boolean := num_nonnulls(
        p_filters.muscles, p_filters.equipment, p_filters.categories, p_filters.movement_patterns, p_filters.levels,
        p_filters.mechanics, p_filters.forces
    ) > 0;
    v_query tsquery;
    v_pairs bit(703);
begin
    perform private.check_filters(p_filters);
    if v_has_query then
        select parsed.query, parsed.pairs into v_query, v_pairs
        from private.parse_query(p_filters.q) as parsed;
    end if;
    return query
    select
        e.id,
        e.name,
        (
            -- The best of its names counts. If two are equally similar, a name comes before an alias.
            select max(private.likeness(known.pairs, v_pairs) - case known.place when 1 then 0 else 0.02 end)::real
            from pg_catalog.unnest(e.search_pairs) with ordinality as known (pairs, place)
            where v_has_query
        ),
        case when v_has_lists then private.missed_lists(e, p_filters) else '{}' end
    from private.exercises as e
    where (not v_has_query or e.search_document @@ v_query)
        and (e.user_id is null or e.user_id = p_profile.user_id)
        and e.archived_at is null
        and (p_filters.custom is null or (e.user_id is not null) = p_filters.custom)
        and (p_filters.available is null or (e.equipment <@ p_profile.equipment) = p_filters.available)
        and (p_filters.safe is null or private.is_safe(e.joints, p_profile.injuries) = p_filters.safe);
end
$$;
comment on function private.match_exercises(private.exercise_filters, private.profiles) is
'The exercises that match the query and the filters custom, available and safe, each with its relevance (null without '
'a query) and the lists it misses: an exercise that matches everything misses none. Raises PT422 unknown_muscle, '
'unknown_equipment.';
grant execute on function private.match_exercises(private.exercise_filters, private.profiles) to authenticated;


-- Searching exercises.

create function private.sort_exercises(
    p_filters private.exercise_filters, p_profile private.profiles, p_sort text
)
returns table (id uuid, place bigint)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    if p_sort is null or p_sort not in ('relevance', 'name', 'recent', 'popular') then
        perform private.fail(422, 'invalid_sort', '`sort` must be relevance, name, recent or popular.', '?sort');
    end if;
    return query
    select
        found.id,
        pg_catalog.row_number() over (
            order by
                case p_sort when 'relevance' then found.relevance end desc nulls last,
                case p_sort when 'popular' then done.times_done end desc nulls last,
                done.last_done_at desc nulls last,
                pg_catalog.lower(found.name),
                found.id
        )
    from private.match_exercises(p_filters, p_profile) as found
    left join private.done_exercises as done
        on p_sort in ('recent', 'popular') and done.user_id = p_profile.user_id and found.id = done.exercise_id
    where found.missed = '{}';
end
$$;
comment on function private.sort_exercises(private.exercise_filters, private.profiles, text) is
'The exercises that match every filter, numbered from 1: by relevance (by name without a query), name, recent (last '
'done first) or popular (most often done first). Raises PT422 too_many_values, invalid_sort, unknown_muscle, '
'unknown_equipment.';
grant execute on function private.sort_exercises(private.exercise_filters, private.profiles, text) to authenticated;


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
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_filters private.exercise_filters := row(
        p_q, p_muscles, p_equipment, p_categories, p_movement_patterns, p_levels, p_mechanics, p_forces,
        p_custom, p_available, p_safe
    );
    v_answer json;
begin
    with
    found as materialized (
        select s.* from private.sort_exercises(v_filters, v_profile, p_sort) as s
    ),
    page as (
        select found.* from found
        where found.place > v_offset and found.place <= v_offset + p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.json_agg(private.listed_exercise_json(e, v_profile, done) order by page.place)
            from page
            inner join private.exercises as e on page.id = e.id
            left join private.done_exercises as done
                on done.user_id = v_profile.user_id and e.id = done.exercise_id
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
'A page of the exercises that match every filter given: {items, total, page, per_page}. Within a list, any value may '
'match. The equipment ''none'' finds exercises that need nothing; available and safe refer to the caller''s profile. '
'p_sort is relevance, name, recent or popular, as in private.sort_exercises. Raises PT404 profile_not_found, PT422 '
'invalid_page, invalid_sort, too_many_values, unknown_muscle, unknown_equipment.';
grant execute on function public.search_exercises(
    text, text[], text[], text[], text[], text[], text[], text[], boolean, boolean, boolean, text, integer, integer
) to authenticated;


-- Counting how many exercises each value of each filter would find.

create function private.count_facet_values(p_filters private.exercise_filters, p_profile private.profiles)
returns table (facet text, value text, found bigint)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_filters is null then
        return query
        select
            pg_catalog.split_part(known.facet_value, ':', 1),
            pg_catalog.split_part(known.facet_value, ':', 2),
            sum(known.exercises)
        from (
            select * from private.catalogue_facets
            union all
            select
                own.facet_value,
                1
            from private.exercises as e
            cross join pg_catalog.unnest(e.facet_values) as own (facet_value)
            where e.user_id = p_profile.user_id and e.archived_at is null
        ) as known
        group by known.facet_value;
        return;
    end if;
    return query
    select
        pg_catalog.split_part(has.facet_value, ':', 1),
        pg_catalog.split_part(has.facet_value, ':', 2),
        -- A facet's own filter does not narrow its counts: they show what choosing another value would find.
        count(*) filter (where matched.missed <@ array[pg_catalog.split_part(has.facet_value, ':', 1)])
    from private.match_exercises(p_filters, p_profile) as matched
    inner join private.exercises as e on matched.id = e.id
    cross join pg_catalog.unnest(e.facet_values) as has (facet_value)
    group by has.facet_value;
end
$$;
comment on function private.count_facet_values(private.exercise_filters, private.profiles) is
'How many exercises each value would find under the filters of all other facets; without filters, it reads what '
'triggers have counted. Raises PT422 too_many_values, unknown_muscle, unknown_equipment.';
grant execute on function private.count_facet_values(private.exercise_filters, private.profiles) to authenticated;


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
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_filters private.exercise_filters := row(
        p_q, p_muscles, p_equipment, p_categories, p_movement_patterns, p_levels, p_mechanics, p_forces,
        p_custom, p_available, p_safe
    );
    v_answer json;
begin
    with
    counted as materialized (
        select
            c.facet,
            c.value,
            c.found,
            coalesce(m.name, q.name) as name
        from private.count_facet_values(v_filters, v_profile) as c
        left join private.muscles as m on c.facet = 'muscles' and c.value = m.slug
        left join private.equipment as q on c.facet = 'equipment' and c.value = q.slug
    )
    select pg_catalog.json_object_agg(
        facet.name,
        (
            select coalesce(
                pg_catalog.json_agg(
                    pg_catalog.json_build_object('value', c.value, 'name', c.name, 'count', c.found)
                    order by c.found desc, coalesce(c.name, c.value)
                ),
                '[]'
            )
            from counted as c
            where c.facet = facet.name
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
'{muscles, equipment, categories, movement_patterns, levels, mechanics, forces}, each [{value, name, count}], highest '
'count first. The name is that of a muscle or a piece of equipment, otherwise null. A value that only the other lists '
'exclude counts 0. Raises PT404 profile_not_found, PT422 too_many_values, unknown_muscle, unknown_equipment.';
grant execute on function public.count_exercises(
    text, text[], text[], text[], text[], text[], text[], text[], boolean, boolean, boolean
) to authenticated;


-- Finding what can replace an exercise.

create function private.shared_values(p_one text[], p_other text[])
returns text[]
language sql
immutable
security invoker
return array(
    select value from pg_catalog.unnest(p_one) as value
    where value = any(p_other)
);
comment on function private.shared_values(text[], text[]) is
'The values that two lists share, in the order of the first.';
grant execute on function private.shared_values(text[], text[]) to authenticated;


create function private.muscle_weight(p_primary text[], p_secondary text[])
returns numeric
language sql
immutable
security invoker
return pg_catalog.cardinality(p_primary) + 0.5 * pg_catalog.cardinality(p_secondary);
comment on function private.muscle_weight(text[], text[]) is
'How many muscles an exercise trains. A secondary muscle counts half, as in statistics.';
grant execute on function private.muscle_weight(text[], text[]) to authenticated;


create function private.relation_score(p_kind text)
returns numeric
language sql
immutable
security invoker
return case p_kind
    when 'alternative' then 0.15
    when 'variation' then 0.15
    when 'regression' then 0.1
    -- Not everybody can do a harder exercise.
    when 'progression' then 0.05
    else 0
end;
comment on function private.relation_score(text) is
'What the catalogue''s relation adds to the score of an alternative; null means unrelated and adds nothing.';
grant execute on function private.relation_score(text) to authenticated;


create function private.is_same_kind(p_category text, p_other text)
returns boolean
language sql
immutable
security invoker
return p_category = p_other or not array[p_category, p_other] && array['mobility', 'conditioning'];
comment on function private.is_same_kind(text, text) is
'True if exercises of the two categories can replace each other. A stretch or a run cannot replace a lift.';
grant execute on function private.is_same_kind(text, text) to authenticated;


-- The score is made of three parts. The muscles that both exercises train, divided by those that either one trains, add
-- up to 0.6. The same movement pattern adds 0.25, because plans are balanced by patterns. The catalogue's relation adds
-- up to 0.15.
create function private.rank_alternatives(
    p_exercise private.exercises, p_profile private.profiles, p_available boolean, p_safe boolean
)
returns table (id uuid, score numeric, relation text, same_pattern boolean, shared_muscles text[])
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    select
        e.id,
        pg_catalog.round(
            0.6 * weight.shared / (weight.one + weight.other - weight.shared)
            + case when fits.same_pattern then 0.25 else 0 end
            + private.relation_score(r.kind),
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
            private.shared_values(e.primary_muscles, p_exercise.primary_muscles) as primary_muscles,
            private.shared_values(
                e.primary_muscles || e.secondary_muscles, p_exercise.primary_muscles || p_exercise.secondary_muscles
            ) as muscles
    ) as fits
    cross join lateral (
        select
            -- A muscle that is primary in both counts as one, any other shared muscle counts half.
            0.5 * (
                pg_catalog.cardinality(fits.muscles) + pg_catalog.cardinality(fits.primary_muscles)
            ) as shared,
            private.muscle_weight(e.primary_muscles, e.secondary_muscles) as one,
            private.muscle_weight(p_exercise.primary_muscles, p_exercise.secondary_muscles) as other
    ) as weight
    where
        (e.user_id is null or e.user_id = p_profile.user_id)
        and e.archived_at is null
        and e.id <> p_exercise.id
        and fits.primary_muscles <> '{}'
        and private.is_same_kind(e.category, p_exercise.category)
        and (not p_available or e.equipment <@ p_profile.equipment)
        and (not p_safe or private.is_safe(e.joints, p_profile.injuries));
end
$$;
comment on function private.rank_alternatives(private.exercises, private.profiles, boolean, boolean) is
'The exercises that share a primary muscle with one, each with a score from 0 to 1, the catalogue''s relation if there '
'is one, and what the two share. With p_available, only those that the profile''s equipment allows; with p_safe, only '
'those that spare its injuries.';
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
set plan_cache_mode = force_generic_plan
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_exercise private.exercises := private.find_exercise(p_id);
    v_answer jsonb;
begin
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
'A page of the exercises that can replace one, best first: {items, total, page, per_page}, each item with {score, '
'relation, same_pattern, shared_muscles}. Leaves out what the caller''s equipment does not allow, unless p_available '
'is false, and what loads an injury, unless p_safe is false. Raises PT404 exercise_not_found, profile_not_found, PT422 '
'invalid_page.';
grant execute on function public.list_alternatives(uuid, boolean, boolean, integer, integer) to authenticated;


-- Creating, changing and deleting a user's own exercises.

create function private.find_own_exercise(p_id uuid)
returns private.exercises
language plpgsql
security invoker
set search_path = ''
as $$
declare
    -- Logging a workout takes the same lock, so no workout can start to use the exercise meanwhile.
    v_profile private.profiles := private.lock_profile();
    v_exercise private.exercises := private.find_exercise(p_id);
begin
    if v_exercise.user_id is null then
        perform private.fail(
            403, 'exercise_read_only',
            'This exercise belongs to the catalogue, so you cannot change it. Create one of your own.'
        );
    end if;
    return v_exercise;
end
$$;
comment on function private.find_own_exercise(uuid) is
'Locks the caller''s profile and returns one of their own exercises. Raises PT404 exercise_not_found, '
'profile_not_found, PT403 exercise_read_only.';
grant execute on function private.find_own_exercise(uuid) to authenticated;


create function public.update_exercise(p_id uuid, p_changes jsonb, p_if_revisions bigint[] default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises := private.find_own_exercise(p_id);
begin
    perform private.check_size(p_changes, 64);
    perform private.check_changes(p_changes);
    perform private.check_unchanged('exercise', v_exercise.revision, p_if_revisions);
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
comment on function public.update_exercise(uuid, jsonb, bigint[]) is
'Changes one of the caller''s own exercises and returns it. An absent field stays as it is, null clears a field, and '
'"archived" hides the exercise from searches or shows it again. Raises PT404 exercise_not_found, profile_not_found, '
'PT403 exercise_read_only, PT409 exercise_exists, PT412 exercise_changed if p_if_revisions is given without the '
'current revision, PT413 body_too_large, PT422 invalid_changes, unknown_equipment, unknown_muscle, '
'muscle_listed_twice.';
grant execute on function public.update_exercise(uuid, jsonb, bigint[]) to authenticated;


create function public.create_exercise(p_exercise jsonb, p_idempotency_key text default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_id uuid := private.replayed_id('create_exercise', p_idempotency_key, p_exercise);
begin
    perform private.check_size(p_exercise, 64);
    if exists (
        select from private.exercises as e
        where e.user_id = v_profile.user_id and e.id = v_id
    ) then
        return public.get_exercise(v_id) || '{"replayed": true}';
    end if;
    v_id := private.new_id(v_profile.user_id, p_exercise);
    -- The trigger that checks these lists also looks at the name, so the user learns everything that is wrong at once.
    insert into private.exercises (user_id, id, name, equipment, primary_muscles, secondary_muscles)
    select
        v_profile.user_id, v_id, pg_catalog.btrim(c.name), coalesce(c.equipment, '{}'),
        coalesce(c.primary_muscles, '{}'), coalesce(c.secondary_muscles, '{}')
    from pg_catalog.jsonb_populate_record(null::private.exercises, p_exercise) as c;
    perform private.remember_id('create_exercise', p_idempotency_key, p_exercise, v_id);
    -- update_exercise sets the other fields, so that creating and updating treat them alike.
    return public.update_exercise(v_id, p_exercise) || '{"replayed": false}';
end
$$;
comment on function public.create_exercise(jsonb, text) is
'Creates an exercise of the caller''s own and returns it, with replayed. Only the name is required. A key or an id '
'that was used before returns the exercise of then. Raises PT404 profile_not_found, PT409 too_many_exercises, '
'exercise_exists, id_taken, idempotency_key_spent, PT413 body_too_large, PT422 unknown_equipment, unknown_muscle, '
'muscle_listed_twice, invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.create_exercise(jsonb, text) to authenticated;


create function public.delete_exercise(p_id uuid, p_if_revisions bigint[] default null)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises := private.find_own_exercise(p_id);
begin
    perform private.check_unchanged('exercise', v_exercise.revision, p_if_revisions);
    if exists (
        select from private.done_exercises as d
        where d.user_id = v_exercise.user_id and d.exercise_id = p_id
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
comment on function public.delete_exercise(uuid, bigint[]) is
'Deletes one of the caller''s own exercises, or archives it if workouts or plans use it, so that they stay as they '
'are. Raises PT404 exercise_not_found, profile_not_found, PT403 exercise_read_only, PT412 exercise_changed if '
'p_if_revisions is given without the current revision.';
grant execute on function public.delete_exercise(uuid, bigint[]) to authenticated;
