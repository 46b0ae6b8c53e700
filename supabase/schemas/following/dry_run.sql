-- How the next weeks of a plan would go.

create function private.imagined_session(p_sets jsonb)
returns private.lift_session
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        null::date,
        pg_catalog.array_agg(s.weight order by s.ordinality),
        pg_catalog.array_agg(s.reps order by s.ordinality),
        0
    from rows from (pg_catalog.jsonb_to_recordset(p_sets) as (set_type text, weight numeric, reps integer))
        with ordinality as s
    where s.set_type <> 'warmup'
$$;
comment on function private.imagined_session(jsonb) is 'Suggested sets, as if they had been done.';
grant execute on function private.imagined_session(jsonb) to authenticated;


-- Each session is imagined as suggested, and the next one follows from it by the same rules.
create function private.dry_run_json(
    p_slots private.plan_slot[],
    p_sessions private.lift_session[],
    p_position private.plan_position,
    p_version private.plan_versions,
    p_weeks integer
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_sessions private.lift_session[] := p_sessions;
    v_next private.suggestion;
    v_slot private.plan_slot;
    v_day private.plan_days;
    v_week integer;
    v_sets jsonb;
    v_exercises jsonb;
    v_answer jsonb := '[]';
begin
    if p_position.finished then
        return v_answer;
    end if;
    for v_week in
        p_position.week .. least(p_position.week + p_weeks - 1, p_version.duration_weeks)
    loop
        for v_day in
            select d.* from private.plan_days as d
            where
                d.user_id = p_version.user_id and d.plan_id = p_version.plan_id and d.version = p_version.version
                and (v_week > p_position.week or d.day >= p_position.day)
            order by d.day
        loop
            v_exercises := '[]';
            foreach v_slot in array p_slots loop
                continue when v_slot.day <> v_day.day;
                v_next := private.next_load(v_slot.lift, v_sessions[v_slot.leader]);
                v_sets := private.suggested_sets(v_slot.sets, v_slot.lift, v_next);
                v_exercises := v_exercises || pg_catalog.jsonb_build_object(
                    'exercise_id', (v_slot.exercise).exercise_id,
                    'exercise_name', v_slot.exercise_name,
                    'why', v_next.why,
                    'sets', v_sets
                );
                -- A load that is the user's to choose stays open.
                if v_next.load is not null or (v_sessions[v_slot.leader]).weights is not null then
                    v_sessions[v_slot.leader] := private.imagined_session(v_sets);
                end if;
            end loop;
            v_answer := v_answer || pg_catalog.jsonb_build_object(
                'week', v_week, 'day', v_day.day, 'day_name', v_day.name, 'exercises', v_exercises
            );
        end loop;
    end loop;
    return v_answer;
end
$$;
comment on function private.dry_run_json(
    private.plan_slot[], private.lift_session[], private.plan_position, private.plan_versions, integer
) is 'The sessions of the next weeks, from the one that is due, as they would go if all targets were met.';
grant execute on function private.dry_run_json(
    private.plan_slot[], private.lift_session[], private.plan_position, private.plan_versions, integer
) to authenticated;
