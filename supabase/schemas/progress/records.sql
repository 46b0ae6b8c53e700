-- The personal records of the caller.

create function private.trained_exercises(p_user_id uuid)
returns uuid[]
language sql
stable
security invoker
set search_path = ''
as $$
    select array(select distinct s.exercise_id from private.workout_sets as s where s.user_id = p_user_id)
$$;
comment on function private.trained_exercises(uuid) is 'The exercises that a user has ever done.';
grant execute on function private.trained_exercises(uuid) to authenticated;


create function private.standing_records(p_user_id uuid, p_exercise_ids uuid[])
returns table (
    exercise_id uuid, rank integer, kind text, record_values numeric[], achieved_at timestamptz[], workout_ids uuid[]
)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        r.exercise_id,
        r.rank,
        r.kind,
        pg_catalog.array_agg(r.value order by r.value),
        pg_catalog.array_agg(r.achieved_at order by r.value),
        pg_catalog.array_agg(r.workout_id order by r.value)
    from private.record_history(p_user_id, p_exercise_ids) as r
    group by r.exercise_id, r.rank, r.kind
$$;
comment on function private.standing_records(uuid, uuid[]) is
'One row for each kind of record in each exercise, with all records of that kind, oldest first, in kilograms and reps.';
grant execute on function private.standing_records(uuid, uuid[]) to authenticated;


create function private.record_steps_json(
    p_kind text, p_values numeric[], p_achieved_at timestamptz[], p_workout_ids uuid[], p_weight_unit text
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_agg(
        pg_catalog.jsonb_build_object(
            'value', private.shown_record(p_kind, step.value, p_weight_unit),
            'achieved_at', step.achieved_at,
            'workout_id', step.workout_id
        )
        order by step.place
    )
    from rows from (
        pg_catalog.unnest(p_values), pg_catalog.unnest(p_achieved_at), pg_catalog.unnest(p_workout_ids)
    ) with ordinality as step (value, achieved_at, workout_id, place)
$$;
comment on function private.record_steps_json(text, numeric[], timestamptz[], uuid[], text) is
'The records of one kind, in the unit given (kg or lb): [{value, achieved_at, workout_id}].';
grant execute on function private.record_steps_json(text, numeric[], timestamptz[], uuid[], text) to authenticated;


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
        when p_exercise_id is null then private.trained_exercises(v_profile.user_id)
        else array[p_exercise_id]
    end;
    v_answer jsonb;
begin
    with
    listed as materialized (
        select
            r.*,
            e.name,
            pg_catalog.row_number() over (order by e.name, r.exercise_id, r.rank) as place
        from private.standing_records(v_profile.user_id, v_exercises) as r
        inner join private.exercises as e on r.exercise_id = e.id
    ),
    page as (
        select
            l.*,
            private.record_steps_json(
                l.kind, l.record_values, l.achieved_at, l.workout_ids, v_profile.weight_unit
            ) as steps
        from listed as l
        order by l.place
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'exercise_id', page.exercise_id,
                    'exercise_name', page.name,
                    'kind', page.kind,
                    'unit', case page.kind when 'reps' then 'reps' else v_profile.weight_unit end,
                    'history', page.steps
                )
                || (page.steps -> -1)
                order by page.place
            )
            from page
        ),
        (select count(*) from listed),
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
