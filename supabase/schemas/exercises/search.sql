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
