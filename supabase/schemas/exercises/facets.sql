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
