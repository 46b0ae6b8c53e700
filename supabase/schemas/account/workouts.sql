-- The workouts of a user as lines of a file for spreadsheets and other apps.

create function public.export_workouts(p_after jsonb default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_lines jsonb;
    v_next jsonb;
begin
    with
    candidates as materialized (
        select
            w.*,
            w.total_sets * (1000 + coalesce(pg_catalog.octet_length(w.notes), 0)) as bytes
        from private.workouts as w
        where
            w.user_id = v_profile.user_id
            and (
                p_after is null
                or (w.completed_at, w.id) > ((p_after ->> 'completed_at')::timestamptz, (p_after ->> 'id')::uuid)
            )
        order by w.completed_at, w.id
        limit 50
    ),
    sized as (
        select
            c.*,
            sum(c.bytes) over (order by c.completed_at, c.id) - c.bytes as bytes_before
        from candidates as c
    ),
    -- Each line repeats the notes of its workout, and the service holds a page in memory.
    page as materialized (
        select z.* from sized as z
        where z.bytes_before < 2000000
    )
    select
        pg_catalog.jsonb_agg(
            pg_catalog.to_jsonb(s) - array['user_id', 'id', 'workout_id', 'exercise_id']
            || pg_catalog.jsonb_build_object(
                'title', page.title,
                -- Without a start, the end is the only moment that is known.
                'start_time', coalesce(page.started_at, page.completed_at) at time zone v_profile.timezone,
                'end_time', case when page.started_at is not null then page.completed_at end
                at time zone v_profile.timezone,
                'description', page.notes,
                'exercise_title', e.name
            )
            order by page.completed_at, page.id, s.position
        ),
        (
            select pg_catalog.jsonb_build_object('completed_at', latest.completed_at, 'id', latest.id)
            from page as latest
            order by latest.completed_at desc, latest.id desc
            limit 1
        )
    into v_lines, v_next
    from page
    inner join private.workout_sets as s on page.user_id = s.user_id and page.id = s.workout_id
    inner join private.exercises as e on s.exercise_id = e.id;
    return pg_catalog.jsonb_build_object('lines', coalesce(v_lines, '[]'), 'next', v_next);
end
$$;
comment on function public.export_workouts(jsonb) is
'The sets of up to 50 workouts of the caller, oldest first, with local times: {lines, next}. The first call has no '
'p_after, each further one the next of the one before, until it is null. Raises PT404 profile_not_found.';
grant execute on function public.export_workouts(jsonb) to authenticated;
