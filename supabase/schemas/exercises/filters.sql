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
