-- Lists of workouts.

create function private.page_of_history(p_user_id uuid, p_total bigint, p_offset bigint, p_limit integer)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    if p_offset * 2 <= p_total then
        return array(
            select w.id from private.workouts as w
            where w.user_id = p_user_id
            order by w.completed_at desc, w.id desc
            offset p_offset
            limit p_limit
        );
    end if;
    return array(
        select w.id from private.workouts as w
        where w.user_id = p_user_id
        order by w.completed_at, w.id
        offset greatest(p_total - p_offset - p_limit, 0)
        limit greatest(least(p_total - p_offset, p_limit), 0)
    );
end
$$;
comment on function private.page_of_history(uuid, bigint, bigint, integer) is
'The workouts on a page of all workouts of a user, of which there are p_total, latest first. It reads from the nearer '
'end, in the index alone.';
grant execute on function private.page_of_history(uuid, bigint, bigint, integer) to authenticated;


create function private.page_with_exercise(p_user_id uuid, p_exercise_id uuid, p_offset bigint, p_limit integer)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return array(
        select x.workout_id from private.workout_exercises as x
        where x.user_id = p_user_id and x.exercise_id = p_exercise_id
        order by x.performed_at desc, x.workout_id desc
        offset p_offset
        limit p_limit
    );
end
$$;
comment on function private.page_with_exercise(uuid, uuid, bigint, integer) is
'The workouts on a page of those in which a user did an exercise, latest first.';
grant execute on function private.page_with_exercise(uuid, uuid, bigint, integer) to authenticated;


create function private.search_history(
    p_user_id uuid,
    p_from timestamptz,
    p_to timestamptz,
    p_plan_id uuid,
    p_exercise_id uuid,
    p_patterns text[],
    p_offset bigint,
    p_limit integer,
    out total bigint,
    out page uuid[]
)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    with
    found as materialized (
        select
            w.id,
            w.completed_at
        from private.workouts as w
        where w.user_id = p_user_id
            and (p_from is null or w.completed_at >= p_from)
            and (p_to is null or w.completed_at < p_to)
            and (p_plan_id is null or w.plan_id = p_plan_id)
            and (p_exercise_id is null or exists (
                select from private.workout_exercises as x
                where x.user_id = w.user_id and x.workout_id = w.id and x.exercise_id = p_exercise_id
            ))
            and (p_patterns is null or w.search_text like all(p_patterns))
    )
    select
        (select count(*) from found),
        array(
            select found.id from found
            order by found.completed_at desc, found.id desc
            offset p_offset
            limit p_limit
        )
    into total, page;
end
$$;
comment on function private.search_history(
    uuid, timestamptz, timestamptz, uuid, uuid, text[], bigint, integer
) is
'How many workouts of a user match every filter that is given, and those on a page, latest first. p_patterns are those '
'of private.word_patterns.';
grant execute on function private.search_history(
    uuid, timestamptz, timestamptz, uuid, uuid, text[], bigint, integer
) to authenticated;


create function public.list_workouts(
    p_page integer default 1,
    p_per_page integer default 20,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_plan_id uuid default null,
    p_exercise_id uuid default null,
    p_q text default null
)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_patterns text[] := case when pg_catalog.btrim(p_q) <> '' then private.word_patterns(p_q) end;
    v_total bigint;
    v_page uuid[];
begin
    if num_nonnulls(p_from, p_to, p_plan_id, p_exercise_id, v_patterns) = 0 then
        v_total := (
            select coalesce(sum(t.workouts), 0) from private.training_weeks as t
            where t.user_id = v_user_id
        );
        v_page := private.page_of_history(v_user_id, v_total, v_offset, p_per_page);
    elsif num_nonnulls(p_from, p_to, p_plan_id, v_patterns) = 0 then
        v_total := coalesce((
            select d.times_done from private.done_exercises as d
            where d.user_id = v_user_id and d.exercise_id = p_exercise_id
        ), 0);
        v_page := private.page_with_exercise(v_user_id, p_exercise_id, v_offset, p_per_page);
    else
        select
            found.total,
            found.page
        into v_total, v_page
        from private.search_history(
            v_user_id, p_from, p_to, p_plan_id, p_exercise_id, v_patterns, v_offset, p_per_page
        ) as found;
    end if;
    return private.page_json(
        (
            select pg_catalog.json_agg(
                private.workout_summary_json(w) order by w.completed_at desc, w.id desc
            )
            from pg_catalog.unnest(v_page) as listed (id)
            inner join private.workouts as w on w.user_id = v_user_id and listed.id = w.id
        ),
        v_total,
        p_page,
        p_per_page
    );
end
$$;
comment on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text) is
'A page of the workouts of the caller without their sets, latest first: {items, total, page, per_page}. Each filter '
'that is given must match: completed at p_from or later and before p_to, of a plan, with an exercise, and with every '
'word of p_q as the beginning of a word in title, plan or notes. Raises PT422 invalid_page.';
grant execute on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text)
to authenticated;
