-- The session of a plan that is due.

create function private.best_alternatives_json(p_exercise private.exercises, p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object('exercise_id', best.id, 'exercise_name', best.name, 'score', best.score)
            order by best.score desc, best.name, best.id
        ),
        '[]'
    )
    from (
        select
            a.id,
            e.name,
            a.score
        from private.rank_alternatives(p_exercise, p_profile, true, true) as a
        inner join private.exercises as e on a.id = e.id
        order by a.score desc, e.name, e.id
        limit 3
    ) as best
$$;
comment on function private.best_alternatives_json(private.exercises, private.profiles) is
'The three best alternatives that the profile''s equipment and injuries allow: [{exercise_id, exercise_name, score}].';
grant execute on function private.best_alternatives_json(private.exercises, private.profiles) to authenticated;


create function private.slot_limits(p_exercise private.exercises, p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'available', fits.available,
        'safe', fits.safe,
        'missing_equipment', array(
            select needed.value from pg_catalog.unnest(p_exercise.equipment) as needed (value)
            where needed.value <> all(p_profile.equipment)
        ),
        'injured_joints', private.shared_values(coalesce(p_exercise.joints, '{}'), p_profile.injuries),
        'alternatives', case
            when fits.available and fits.safe then '[]'
            else private.best_alternatives_json(p_exercise, p_profile)
        end
    )
    from (
        select
            p_exercise.equipment <@ p_profile.equipment as available,
            private.is_safe(p_exercise.joints, p_profile.injuries) as safe
    ) as fits
$$;
comment on function private.slot_limits(private.exercises, private.profiles) is
'Whether the profile''s equipment and injuries allow an exercise, what prevents it, and alternatives if something '
'does: {available, safe, missing_equipment, injured_joints, alternatives}.';
grant execute on function private.slot_limits(private.exercises, private.profiles) to authenticated;


create function private.due_exercises_json(
    p_slots private.plan_slot[], p_sessions private.lift_session[], p_day integer, p_profile private.profiles
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
                'exercise_id', e.id,
                'exercise_name', e.name,
                'superset', (slot.exercise).superset,
                'notes', (slot.exercise).notes,
                'why', next.why,
                'sets', private.suggested_sets(slot.sets, slot.lift, next)
            )
            || private.slot_limits(e, p_profile)
            order by slot.place
        ),
        '[]'
    )
    from pg_catalog.unnest(p_slots) as slot
    inner join private.exercises as e on (slot.exercise).exercise_id = e.id
    cross join lateral private.next_load(slot.lift, p_sessions[slot.leader]) as next
    where slot.day = p_day
$$;
comment on function private.due_exercises_json(
    private.plan_slot[], private.lift_session[], integer, private.profiles
) is
'The exercises of a day: [{exercise_id, exercise_name, superset, notes, why, sets}], each with its '
'private.slot_limits.';
grant execute on function private.due_exercises_json(
    private.plan_slot[], private.lift_session[], integer, private.profiles
) to authenticated;


create function public.get_next_session(p_id uuid, p_dry_run_weeks integer default 0)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_version private.plan_versions := private.find_plan_version(p_id);
    v_position private.plan_position := private.plan_position(v_version, v_profile);
    v_slots private.plan_slot[] := private.plan_slots(v_version, v_profile);
    v_sessions private.lift_session[];
begin
    if p_dry_run_weeks is null or p_dry_run_weeks not between 0 and 12 then
        perform private.fail(
            422, 'invalid_dry_run', '`dry_run_weeks` must be between 0 and 12.', '?dry_run_weeks'
        );
    end if;
    v_sessions := private.last_sessions(v_slots, v_position.day, p_dry_run_weeks > 0, v_profile);
    return pg_catalog.jsonb_build_object(
        'plan_id', p_id,
        'plan_name', v_version.name,
        'version', v_version.version,
        'duration_weeks', v_version.duration_weeks,
        'day_name', (
            select d.name from private.plan_days as d
            where
                d.user_id = v_version.user_id and d.plan_id = p_id and d.version = v_version.version
                and d.day = v_position.day
        ),
        'exercises', private.due_exercises_json(v_slots, v_sessions, v_position.day, v_profile),
        'dry_run', private.dry_run_json(v_slots, v_sessions, v_position, v_version, p_dry_run_weeks)
    ) || pg_catalog.to_jsonb(v_position);
end
$$;
comment on function public.get_next_session(uuid, integer) is
'The session of a plan that is due for the caller: {plan_id, plan_name, version, duration_weeks, week, day, day_name, '
'finished, due_on, done_this_week, planned_per_week, exercises, dry_run}. The exercises have loads, reasons and what '
'prevents them; dry_run has the sessions of p_dry_run_weeks weeks. Raises PT404 plan_not_found, profile_not_found, '
'PT422 invalid_dry_run.';
grant execute on function public.get_next_session(uuid, integer) to authenticated;
