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
