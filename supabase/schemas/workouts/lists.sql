-- Lists of workouts.

create function private.count_workouts(
    p_user_id uuid, p_from timestamptz, p_to timestamptz, p_plan_id uuid, p_exercise_id uuid, p_patterns text[]
)
returns bigint
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if num_nonnulls(p_from, p_to, p_plan_id, p_exercise_id, p_patterns) = 0 then
        return (select coalesce(sum(t.workouts), 0) from private.training_weeks as t where t.user_id = p_user_id);
    end if;
    if num_nonnulls(p_from, p_to, p_plan_id, p_patterns) = 0 then
        return coalesce((
            select d.times_done from private.done_exercises as d
            where d.user_id = p_user_id and d.exercise_id = p_exercise_id
        ), 0);
    end if;
    return (
        select count(*) from private.workouts as w
        where w.user_id = p_user_id
            and (p_from is null or w.completed_at >= p_from)
            and (p_to is null or w.completed_at < p_to)
            and (p_plan_id is null or w.plan_id = p_plan_id)
            and (p_exercise_id is null or exists (
                select from private.workout_exercises as x
                where x.user_id = w.user_id and x.workout_id = w.id and x.exercise_id = p_exercise_id
            ))
            and (p_patterns is null or private.has_words(
                pg_catalog.concat_ws(' ', w.title, w.plan_name, w.notes), p_patterns
            ))
    );
end
$$;
comment on function private.count_workouts(uuid, timestamptz, timestamptz, uuid, uuid, text[]) is
'How many workouts of a user match; without filters, or with an exercise alone, it reads what triggers have counted.';
grant execute on function private.count_workouts(uuid, timestamptz, timestamptz, uuid, uuid, text[]) to authenticated;


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
begin
    return private.page_json(
        (
            select pg_catalog.json_agg(private.workout_summary_json(listed) order by listed.completed_at desc, listed.id desc)
            from (
                select w.* from private.workouts as w
                where w.user_id = v_user_id
                    and (p_from is null or w.completed_at >= p_from)
                    and (p_to is null or w.completed_at < p_to)
                    and (p_plan_id is null or w.plan_id = p_plan_id)
                    and (p_exercise_id is null or exists (
                        select from private.workout_exercises as x
                        where x.user_id = w.user_id and x.workout_id = w.id and x.exercise_id = p_exercise_id
                    ))
                    and (v_patterns is null or private.has_words(
                        pg_catalog.concat_ws(' ', w.title, w.plan_name, w.notes), v_patterns
                    ))
                order by w.completed_at desc, w.id desc
                offset v_offset
                limit p_per_page
            ) as listed
        ),
        private.count_workouts(v_user_id, p_from, p_to, p_plan_id, p_exercise_id, v_patterns),
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
