-- The personal records of the caller.

create function private.record_steps_json(
    p_user_id uuid, p_exercise_id uuid, p_kind text, p_weight_unit text
)
returns json
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.json_agg(
        pg_catalog.json_build_object(
            'value', private.shown_record(p_kind, r.value, p_weight_unit),
            'achieved_at', x.performed_at,
            'workout_id', x.workout_id
        )
        order by r.value
    )
    from private.workout_exercises as x
    cross join lateral private.records_of(x) as r
    where x.user_id = p_user_id and x.exercise_id = p_exercise_id and x.is_record and r.kind = p_kind
$$;
comment on function private.record_steps_json(uuid, uuid, text, text) is
'The records of one kind in an exercise, oldest first, in the unit given (kg or lb): [{value, achieved_at, '
'workout_id}].';
grant execute on function private.record_steps_json(uuid, uuid, text, text) to authenticated;


create function public.list_records(
    p_exercise_id uuid default null, p_page integer default 1, p_per_page integer default 20
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
    v_answer json;
begin
    with
    listed as materialized (
        select
            r.*,
            e.name,
            pg_catalog.row_number() over (order by e.name, r.exercise_id, r.rank) as place
        from (
            select distinct
                x.exercise_id,
                record.rank,
                record.kind
            from private.workout_exercises as x
            cross join lateral private.records_of(x) as record
            where
                x.user_id = v_profile.user_id
                and x.is_record
                and (p_exercise_id is null or x.exercise_id = p_exercise_id)
        ) as r
        inner join private.exercises as e on r.exercise_id = e.id
    ),
    page as (
        select
            l.*,
            private.record_steps_json(v_profile.user_id, l.exercise_id, l.kind, v_profile.weight_unit) as steps
        from listed as l
        order by l.place
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.json_agg(
                pg_catalog.json_build_object(
                    'exercise_id', page.exercise_id,
                    'exercise_name', page.name,
                    'kind', page.kind,
                    'unit', case page.kind when 'reps' then 'reps' else v_profile.weight_unit end,
                    'value', page.steps -> -1 -> 'value',
                    'achieved_at', page.steps -> -1 -> 'achieved_at',
                    'workout_id', page.steps -> -1 -> 'workout_id',
                    'history', page.steps
                )
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
