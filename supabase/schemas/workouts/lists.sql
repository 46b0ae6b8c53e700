-- Lists of workouts.

create function public.list_workouts(
    p_page integer default 1,
    p_per_page integer default 20,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_plan_id uuid default null,
    p_exercise_id uuid default null,
    p_q text default null
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    with
    found as (
        select
            w.id,
            w.completed_at
        from private.workouts as w
        where w.user_id = (select private.current_user_id())
            and (p_from is null or w.completed_at >= p_from)
            and (p_to is null or w.completed_at < p_to)
            and (p_plan_id is null or w.plan_id = p_plan_id)
            and (p_exercise_id is null or exists (
                select from private.workout_sets as s
                where s.user_id = w.user_id and s.workout_id = w.id and s.exercise_id = p_exercise_id
            ))
            and (
                coalesce(pg_catalog.btrim(p_q), '') = ''
                or private.has_words(
                    pg_catalog.concat_ws(' ', w.title, w.plan_name, w.notes), (select private.word_patterns(p_q))
                )
            )
    ),
    page as (
        select
            found.id,
            found.completed_at
        from found
        order by found.completed_at desc, found.id desc
        offset private.page_offset(p_page, p_per_page)
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                private.workout_summary_json(w) order by w.completed_at desc, w.id desc
            )
            from page
            inner join private.workouts as w on w.user_id = (select private.current_user_id()) and page.id = w.id
        ),
        (select count(*) from found),
        p_page,
        p_per_page
    )
$$;
comment on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text) is
'A page of the workouts of the caller without their sets, latest first: {items, total, page, per_page}. Each filter '
'that is given must match: completed at p_from or later and before p_to, of a plan, with an exercise, and with every '
'word of p_q as the beginning of a word in title, plan or notes. Raises PT422 invalid_page.';
grant execute on function public.list_workouts(integer, integer, timestamptz, timestamptz, uuid, uuid, text)
to authenticated;
