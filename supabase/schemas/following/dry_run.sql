-- Previewing the next weeks of a plan.

create function private.dry_run_day(
    p_slots private.plan_slot[],
    p_day integer,
    p_sessions private.lift_session[],
    out sessions private.lift_session[],
    out exercises jsonb
)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_slot private.plan_slot;
    v_next private.suggestion;
    v_sets jsonb;
begin
    sessions := p_sessions;
    exercises := '[]';
    foreach v_slot in array p_slots loop
        continue when v_slot.day <> p_day;
        v_next := private.next_load(v_slot.lift, sessions[v_slot.leader]);
        v_sets := private.suggested_sets(v_slot.sets, v_slot.lift, v_next);
        exercises := exercises || pg_catalog.jsonb_build_object(
            'exercise_id', (v_slot.exercise).exercise_id,
            'exercise_name', v_slot.exercise_name,
            'why', v_next.why,
            'sets', v_sets
        );
        -- As long as the user has not chosen a first load, there is nothing to go on from.
        if v_next.load is not null or (sessions[v_slot.leader]).weights is not null then
            sessions[v_slot.leader] := private.imagined_session(v_sets);
        end if;
    end loop;
end
$$;
comment on function private.dry_run_day(private.plan_slot[], integer, private.lift_session[]) is
'The exercises of a day with the sets to do, given the last sessions, and what the last sessions are if the user does '
'these sets.';
grant execute on function private.dry_run_day(private.plan_slot[], integer, private.lift_session[]) to authenticated;


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
    v_day private.plan_days;
    v_week integer;
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
            select simulated.sessions, simulated.exercises into v_sessions, v_exercises
            from private.dry_run_day(p_slots, v_day.day, v_sessions) as simulated;
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
) is
'The sessions of p_weeks weeks from the due one on, as they go if the user meets all targets: [{week, day, day_name, '
'exercises}].';
grant execute on function private.dry_run_json(
    private.plan_slot[], private.lift_session[], private.plan_position, private.plan_versions, integer
) to authenticated;
