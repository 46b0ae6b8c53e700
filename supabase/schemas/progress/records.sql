-- The personal records of the caller.

create function private.ever_done(p_user_id uuid)
returns uuid[]
language sql
stable
security invoker
set search_path = ''
as $$
    select array(select distinct s.exercise_id from private.workout_sets as s where s.user_id = p_user_id)
$$;
comment on function private.ever_done(uuid) is 'The exercises that a user has ever done.';
grant execute on function private.ever_done(uuid) to authenticated;


create function public.list_records(
    p_exercise_id uuid default null, p_page integer default 1, p_per_page integer default 20
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
    v_exercises uuid[] := case
        when p_exercise_id is null then private.ever_done(v_profile.user_id)
        else array[p_exercise_id]
    end;
    v_answer jsonb;
begin
    with
    ever as materialized (
        select r.* from private.record_history(v_profile.user_id, v_exercises) as r
    ),
    standing as (
        select
            ever.exercise_id,
            e.name,
            ever.rank,
            ever.kind
        from ever
        inner join private.exercises as e on ever.exercise_id = e.id
        group by ever.exercise_id, e.name, ever.rank, ever.kind
    ),
    page as (
        select s.* from standing as s
        order by s.name, s.exercise_id, s.rank
        offset v_offset
        limit p_per_page
    ),
    history as (
        select
            page.exercise_id,
            page.rank,
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'value', private.shown_record(page.kind, ever.value, v_profile.weight_unit),
                    'achieved_at', ever.achieved_at,
                    'workout_id', ever.workout_id
                )
                order by ever.value
            ) as steps
        from page
        inner join ever on page.exercise_id = ever.exercise_id and page.rank = ever.rank
        group by page.exercise_id, page.rank
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'exercise_id', page.exercise_id,
                    'exercise_name', page.name,
                    'kind', page.kind,
                    'unit', case page.kind when 'reps' then 'reps' else v_profile.weight_unit end,
                    'history', history.steps
                )
                || (history.steps -> -1)
                order by page.name, page.exercise_id, page.rank
            )
            from page
            inner join history on page.exercise_id = history.exercise_id and page.rank = history.rank
        ),
        (select count(*) from standing),
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
end
$$;
comment on function public.list_records(uuid, integer, integer) is
'A page of the caller''s personal records, by exercise and kind: {items: [{exercise_id, exercise_name, kind, unit, '
'value, achieved_at, workout_id, history}], total, page, per_page}. The history has the earlier records too, oldest '
'first. With p_exercise_id, only those of that exercise. Raises PT404 profile_not_found, PT422 invalid_page.';
grant execute on function public.list_records(uuid, integer, integer) to authenticated;
