-- Writing to the ledger.

create function private.ledger_day(p_profile private.profiles)
returns date
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select greatest(
            (pg_catalog.now() at time zone p_profile.timezone)::date,
            (select max(e.earned_on) from private.affinity_events as e where e.user_id = p_profile.user_id)
        )
    );
end
$$;
comment on function private.ledger_day(private.profiles) is
'The current day of the user. It never goes back, so nobody earns the points of a day twice by travelling west or by '
'changing the time zone.';
grant execute on function private.ledger_day(private.profiles) to authenticated;


-- Granted to nobody: only the definer functions that award events call it, and they choose the day.
create function private.award_event(
    p_user_id uuid, p_day date, p_kind text, p_source text, p_times bigint, p_reason text, p_workout_id uuid
)
returns uuid
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_rule private.affinity_rules;
    v_awarded private.workouts;
    v_used bigint;
    v_points bigint;
    v_id uuid;
begin
    select rule.* into v_rule from private.affinity_rules as rule
    where rule.kind = p_kind;
    select w.* into v_awarded from private.workouts as w
    where w.user_id = p_user_id and w.id = p_workout_id;
    select coalesce(sum(e.points), 0) into v_used
    from private.affinity_events as e
    left join private.workouts as w on e.user_id = w.user_id and e.workout_id = w.id
    where
        e.user_id = p_user_id
        and e.kind = p_kind
        and e.earned_on = p_day
        -- What earned nothing uses nothing up, so this reads a few rows, however much the user did that day.
        and e.points > 0
        and e.source <> p_source
        -- When a day is awarded again, workouts that were logged later do not use up its cap.
        and (v_awarded.id is null or w.id is null or (w.created_at, w.id) < (v_awarded.created_at, v_awarded.id));
    v_points := greatest(0, least(p_times * v_rule.points, v_rule.daily_cap - v_used));
    -- Otherwise a long conversation would fill the ledger with events of 0 points.
    if v_points = 0 and p_workout_id is null then
        return null;
    end if;
    insert into private.affinity_events (user_id, kind, source, workout_id, points, reason, earned_on)
    values (
        p_user_id, p_kind, p_source, p_workout_id, v_points,
        p_reason
        || case
            when v_points < p_times * v_rule.points
                then ' (today''s limit of ' || v_rule.daily_cap || ' points is reached)'
            else ''
        end,
        p_day
    )
    on conflict (user_id, kind, source) do update
    set points = excluded.points, reason = excluded.reason
    where
        p_workout_id is not null
        and (affinity_events.points, affinity_events.reason) is distinct from (excluded.points, excluded.reason)
    returning id into v_id;
    return v_id;
end
$$;
comment on function private.award_event(uuid, date, text, text, bigint, text, uuid) is
'Writes an event to the ledger, with as many points as the cap of the day leaves; the reason says when the cap took '
'points away. An event of a workout that was awarded before gets the points that it is worth now. Returns the id of '
'the event, or null if nothing changed and for conversation that earns nothing more.';


create function private.affinity_change(p_before jsonb, p_user_id uuid, p_event_ids uuid[])
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_after jsonb := private.affinity_standing((
        select p.affinity_score from private.profiles as p
        where p.user_id = p_user_id
    ));
begin
    return v_after - 'next_level_at' || pg_catalog.jsonb_build_object(
        'gained', (v_after ->> 'score')::integer - (p_before ->> 'score')::integer,
        'leveled_up', (v_after ->> 'level')::integer > (p_before ->> 'level')::integer,
        'events', (
            select coalesce(
                pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object('kind', e.kind, 'points', e.points, 'reason', e.reason)
                    order by rule.position, e.created_at
                ),
                '[]'
            )
            from private.affinity_events as e
            inner join private.affinity_rules as rule on e.kind = rule.kind
            where e.user_id = p_user_id and e.id = any(p_event_ids)
        )
    );
end
$$;
comment on function private.affinity_change(jsonb, uuid, uuid[]) is
'How the standing of a user changed, with the events given: {gained, score, level, title, leveled_up, events}.';
grant execute on function private.affinity_change(jsonb, uuid, uuid[]) to authenticated;


create function private.events_of_workout(p_user_id uuid, p_workout_id uuid)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select pg_catalog.array_agg(e.id) from private.affinity_events as e
        where e.user_id = p_user_id and e.workout_id = p_workout_id
    );
end
$$;
comment on function private.events_of_workout(uuid, uuid) is 'The ids of the events that a workout earned.';
grant execute on function private.events_of_workout(uuid, uuid) to authenticated;
