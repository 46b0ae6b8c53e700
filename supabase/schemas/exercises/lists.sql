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
